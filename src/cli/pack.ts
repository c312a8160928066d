/** `bellwether pack PATH... --out FILE [--key FILE]`: packs the logs of a machine without a network into one signed file
 *  for a USB stick. It makes the machine's key at the first use and shows its fingerprint; it reads the logs and changes
 *  none. */
import { createPrivateKey } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { counted } from '../core/counts.ts'
import { err, ok, type Result } from '../core/result.ts'
import { fingerprintOf, publicKeyOf } from '../software/signing-key.ts'
import { bundleNameOf, isSafeName, machineNameOf } from '../sources/drop/manifest.ts'
import { type PackedFile, writeBundle } from '../sources/drop/write-bundle.ts'
import { expandPaths } from '../sources/paths.ts'
import { exitCodes, type UsageProblem } from './arguments.ts'
import { keyPathIn, readOrMakeKey } from './key-file.ts'

/** What to pack, and where to. */
export interface PackCommand {
  readonly name: 'pack'
  readonly paths: readonly string[]
  readonly outPath: string
  readonly keyPath?: string
  /** What this machine is called in the bundle; its own name where it is left out. */
  readonly machine?: string
}

/** What the command needs of the process. */
export interface PackIo {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly homeFolder: string
  readonly hostName: string
  readonly nowMs: number
}

/** The text of `bellwether help pack`. */
export const packUsage = `Use:
  bellwether pack PATH... --out FILE [--key FILE] [--machine NAME]
      Packs logs (files, folders or patterns) into one signed file, to be taken to
      the desk on a USB stick. The key is made at the first use.
`

/** Parses what follows \`pack\`. */
export function parsePack(args: readonly string[]): Result<PackCommand, UsageProblem> {
  const options = { out: { type: 'string' }, key: { type: 'string' }, machine: { type: 'string' } } as const
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    const { out, key, machine } = values
    if (positionals.length === 0) {
      return refuse('Say which logs to pack, for example: bellwether pack /var/log/nginx --out E:/logs.bundle')
    }
    if (positionals.includes('-')) return refuse('pack reads files, not standard input; name the files.')
    if (out === undefined || out === '') return refuse('Say where the bundle goes, for example: --out E:/logs.bundle')
    if (machine !== undefined && machineNameOf(machine) !== machine) {
      return refuse(`"${machine}" cannot name a machine; use letters, digits, dots and hyphens.`)
    }
    return ok({
      name: 'pack',
      paths: positionals,
      outPath: out,
      ...(key === undefined ? {} : { keyPath: key }),
      ...(machine === undefined ? {} : { machine }),
    })
  } catch {
    return refuse('pack takes paths and --out FILE, --key FILE, --machine NAME; something else was given.')
  }
}

/** Packs. The answer is the exit code. */
export async function runPack(command: PackCommand, io: PackIo): Promise<number> {
  const outPath = resolve(command.outPath)
  const keyPath = command.keyPath ?? keyPathIn(io.homeFolder)
  const files = await filesOf(command.paths, [outPath, `${outPath}.partial`, resolve(keyPath)], io)
  if (files.length === 0) {
    io.err('There is nothing to pack.\n')
    return exitCodes.nothingRead
  }
  const key = await readOrMakeKey(keyPath, (path) =>
    io.out(`Made a key for this machine: ${path}. Keep it on this machine alone.\n`),
  )
  if (!key.ok) {
    io.err(`${key.error}\n`)
    return exitCodes.usage
  }
  const machine = command.machine ?? machineNameOf(io.hostName)
  const written = await writeBundle({ files, outPath, machine, privateKeyPem: key.value, nowMs: io.nowMs })
  if (!written.ok) {
    io.err(`${written.error}\n`)
    return exitCodes.nothingRead
  }
  const publicKey = publicKeyOf(createPrivateKey(key.value))
  io.out(
    `Packed ${counted(files.length, 'file')} (${counted(written.value.bytes, 'byte')}) of ${machine} into ${command.outPath}\n` +
      `Key fingerprint:  ${fingerprintOf(publicKey)}\n` +
      `Public key:       ${publicKey}\n`,
  )
  return exitCodes.done
}

/** The files behind the paths, each once; what cannot be packed is said. */
async function filesOf(paths: readonly string[], leftOut: readonly string[], io: PackIo): Promise<PackedFile[]> {
  const { files, problems } = await expandPaths(paths)
  for (const { message } of problems) io.err(`${message}\n`)
  const without = new Set(await Promise.all(leftOut.map((path) => realpath(path).catch(() => path))))
  const names = new Set<string>()
  const found: PackedFile[] = []
  for (const { kind, openPath } of files) {
    if (kind !== 'file' || without.has(openPath)) continue
    const name = bundleNameOf(openPath)
    if (!isSafeName(name) || names.has(name.toLowerCase())) {
      io.err(
        `One file was left out, because its name cannot stand in a bundle: ${JSON.stringify(openPath)}. Rename it.\n`,
      )
      continue
    }
    names.add(name.toLowerCase())
    found.push({ path: openPath, name })
  }
  return found
}

const refuse = (message: string): Result<never, UsageProblem> => err({ message })
