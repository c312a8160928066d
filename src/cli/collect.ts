/** `bellwether collect STICK`: prepares a USB stick for machines without a network. It puts the collectors and a key on the
 *  stick, and says what the desk must be told; it collects nothing itself. */
import { createPrivateKey } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fingerprintOf, isSigningKey, publicKeyOf } from '../software/signing-key.ts'
import { makeStickKey, stickKeyName } from '../sources/collect/collect.ts'
import { errorCode, problemOfError, showPath } from '../sources/problem.ts'
import { exitCodes } from './arguments.ts'

/** What the command needs of the process. */
export interface CollectIo {
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
  /** Where the project or its package lies. */
  readonly root: string
}

/** The text of `bellwether collect --help`. */
export const collectUsage = `Use:
  bellwether collect STICK
      Prepares a USB stick (the folder where it is mounted) with which hashes of
      software and logs are taken from a machine without a network.
`

const foldersText = `# Folders of software on the machine, one on a line. Lines that begin with # are left out.
# C:\\EMS
# /opt/ems
`

/** Prepares the stick. The answer is the exit code. */
export async function runCollect(args: readonly string[], io: CollectIo): Promise<number> {
  const [stick, ...more] = args
  if (stick === undefined || stick.startsWith('-') || more.length > 0) {
    io.complain('Say where the stick is, for example: bellwether collect E:/\n')
    return exitCodes.usage
  }
  const programs = await programsIn(io.root)
  try {
    if (!(await stat(stick)).isDirectory()) {
      io.complain(`${showPath(stick)} is a file. Name the folder in which the stick is mounted.\n`)
      return exitCodes.nothingRead
    }
    for (const { from, name } of programs) await copyFile(from, join(stick, name))
    await mkdir(join(stick, 'bundles'), { recursive: true })
    await writeNew(join(stick, 'folders.txt'), foldersText)
    const isNewKey = await writeNew(join(stick, stickKeyName), makeStickKey())
    const pem = await readFile(join(stick, stickKeyName), 'utf8')
    if (!isSigningKey(pem)) {
      io.complain(
        `${showPath(join(stick, stickKeyName))} is no key that signs bundles. Take it away, and run this again.\n`,
      )
      return exitCodes.nothingRead
    }
    const publicKey = publicKeyOf(createPrivateKey(pem))
    const names = programs.map(({ name }) => `  ${name}\n`).join('')
    const hasLinux = programs.some(({ name }) => !name.endsWith('.ps1'))
    io.print(
      `The stick is ready. On it are\n${names}` +
        (hasLinux ? '' : '  (none for Linux: run "npm run collect:build" first)\n') +
        `${isNewKey ? 'A key was made on it.' : 'It keeps the key that it had.'} Who has the stick can sign with it: lock it away.\n` +
        `Key fingerprint:  ${fingerprintOf(publicKey)}\n` +
        'Tell the desk in bellwether.toml, in the [[source]] of kind "drop":\n' +
        `  trusted_keys = ["${publicKey}"]\n` +
        'Write into folders.txt which folders hold the software.\n',
    )
    return exitCodes.done
  } catch (error) {
    io.complain(`${problemOfError(error, stick).message}\n`)
    return exitCodes.nothingRead
  }
}

/** Writes a file that is not there; false where it is. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** The collectors that were built, and the script. */
async function programsIn(root: string): Promise<{ readonly from: string; readonly name: string }[]> {
  const script = { from: join(root, 'collect', 'bellwether-collect.ps1'), name: 'bellwether-collect.ps1' }
  const built = await readdir(join(root, 'dist', 'collect')).catch(() => [])
  return [
    ...built
      .filter((name) => name.startsWith('bellwether-collect-linux-'))
      .map((name) => ({ from: join(root, 'dist', 'collect', name), name })),
    script,
  ]
}
