/** `bellwether software keep FILE [--data FOLDER] [--machine NAME] [--folder PATH]`: from now on the desk compares what comes of
 *  a machine with this list. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../core/result.ts'
import { fingerprintOf } from '../software/signing-key.ts'
import { SoftwareShelf } from '../sources/tree/shelf.ts'
import { exitCodes, type UsageProblem } from './arguments.ts'
import { printable, wrap } from './printable.ts'

/** What to keep, and where. */
export interface KeepCommand {
  readonly path: string
  readonly dataPath: string
  readonly machine?: string
  readonly folder?: string
}

const options = { data: { type: 'string' }, machine: { type: 'string' }, folder: { type: 'string' } } as const

/** Parses what follows `software keep`. */
export function parseKeep(argv: readonly string[], dataPath: string): Result<KeepCommand, UsageProblem> {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
    const [path, ...others] = positionals
    if (path === undefined || others.length > 0) {
      return err({ message: 'Name one list of software, such as: bellwether software keep ems.manifest' })
    }
    const { data, machine, folder } = values
    return ok({
      path,
      dataPath: data ?? dataPath,
      ...(machine === undefined ? {} : { machine }),
      ...(folder === undefined ? {} : { folder }),
    })
  } catch {
    return err({ message: 'software keep takes a file, and --data FOLDER, --machine NAME, --folder PATH.' })
  }
}

/** Keeps it. The answer is the exit code. */
export async function runKeep(
  { path, dataPath, machine, folder }: KeepCommand,
  io: { readonly columns: number; readonly print: (text: string) => void; readonly complain: (text: string) => void },
): Promise<number> {
  const kept = await new SoftwareShelf(join(dataPath, 'software')).setBaseline(path, machine, folder)
  const say = (text: string): string => `${wrap(printable(text), io.columns).join('\n')}\n`
  if (!kept.ok) {
    io.complain(say(kept.error))
    return exitCodes.nothingRead
  }
  const { head, publicKey } = kept.value
  io.print(
    say(
      `From now on the desk compares ${folder ?? head.folder} of ${machine ?? head.machine} with this list. It was signed with the key ${fingerprintOf(publicKey)}.`,
    ),
  )
  return exitCodes.done
}
