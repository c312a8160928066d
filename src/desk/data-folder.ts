/** The desk's data folder: made at the first start for its owner alone, held by one desk at a time, with the keys that the
 *  desk made for itself. What is in the store is not looked at here. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../core/result.ts'
import { configurationTemplate } from './config/template.ts'

/** Where things are; see docs/decisions/0007-the-desk.md. */
export interface DataFolder {
  readonly path: string
  readonly configurationPath: string
  readonly storePath: string
  readonly journalPath: string
  readonly archivePath: string
  readonly uploadsPath: string
  readonly keysPath: string
  /** Flagged mails, and what is known of senders. */
  readonly mailPath: string
}

/** Places below a data folder. */
export const dataFolderAt = (path: string): DataFolder => ({
  path,
  configurationPath: join(path, 'bellwether.toml'),
  storePath: join(path, 'desk.sqlite'),
  journalPath: join(path, 'journal'),
  archivePath: join(path, 'archive'),
  uploadsPath: join(path, 'uploads'),
  keysPath: join(path, 'keys'),
  mailPath: join(path, 'mail'),
})

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')

/** Makes what is missing, and checks that the desk may write. The error is one sentence with the mend. */
export async function openDataFolder(path: string): Promise<Result<DataFolder, string>> {
  const folder = dataFolderAt(path)
  try {
    for (const one of [
      path,
      folder.journalPath,
      folder.archivePath,
      folder.uploadsPath,
      folder.keysPath,
      folder.mailPath,
    ]) {
      await mkdir(one, { recursive: true, mode: 0o700 })
    }
    await chmod(path, 0o700)
    const probe = join(path, `.probe-${process.pid}`)
    await writeFile(probe, '', { mode: 0o600 })
    await rm(probe)
    return ok(folder)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOSPC')
      return err(`The disk that holds ${path} is full. Make room, or name another folder with --data.`)
    if (code === 'ENOTDIR' || code === 'EEXIST') {
      return err(`${path} is a file, not a folder. Name a folder for the desk's data with --data.`)
    }
    return err(
      `The desk cannot write to its data folder ${path} (${code}). Give the user that runs it the right to, or name another folder with --data.`,
    )
  }
}

/** The text of the configuration file, which is written at the first start. */
export async function readConfigurationFile(path: string, mayWrite: boolean): Promise<Result<string, string>> {
  try {
    return ok(await readFile(path, 'utf8'))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return err(`The configuration file ${path} cannot be read (${codeOf(error)}).`)
    if (!mayWrite) return err(`There is no configuration file ${path}. Check the name given with --config.`)
  }
  await writeFile(path, configurationTemplate, { mode: 0o600 })
  return ok(configurationTemplate)
}

/** Keys that the desk makes for itself at its first start. */
export interface DeskKeys {
  /** 32 bytes that seal secrets in the store. */
  readonly seal: Uint8Array
  /** Ed25519, PKCS #8 in PEM: signs what the desk hands out. */
  readonly signing: string
}

/** Reads the desk's keys, which are made where they are missing. */
export async function readKeys(folder: DataFolder): Promise<Result<DeskKeys, string>> {
  const seal = await readOrMake(join(folder.keysPath, 'seal.key'), () => randomBytes(32))
  if (!seal.ok) return seal
  if (seal.value.length !== 32) {
    return err(`The key ${join(folder.keysPath, 'seal.key')} is damaged. Put it back from a backup of the data folder.`)
  }
  const signing = await readOrMake(join(folder.keysPath, 'signing.pem'), () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  })
  if (!signing.ok) return signing
  return ok({ seal: seal.value, signing: signing.value.toString('utf8') })
}

async function readOrMake(path: string, make: () => Buffer): Promise<Result<Buffer, string>> {
  try {
    return ok(await readFile(path))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return err(`The key ${path} cannot be read (${codeOf(error)}).`)
  }
  const bytes = make()
  const aside = `${path}.new`
  await writeFile(aside, bytes, { mode: 0o600 })
  await rename(aside, path)
  return ok(bytes)
}

/** A folder held by this process until `release`. */
export interface FolderLock {
  release(): Promise<void>
}

/** Holds the folder, so that two desks do not write to it. A lock that a killed desk left behind is taken over. */
export async function lockFolder(folder: DataFolder): Promise<Result<FolderLock, string>> {
  const path = join(folder.path, 'desk.lock')
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(`${process.pid} ${await startOf(process.pid)}\n`)
      await file.close()
      return ok({ release: () => rm(path, { force: true }) })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') return err(`The lock ${path} cannot be made (${codeOf(error)}).`)
    }
    const [pid = '', start = ''] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ')
    if (await isSameProcess(Number(pid), start)) {
      return err(
        `Another desk (process ${pid}) already uses ${folder.path}. Stop it first, or give this one a folder of its own with --data.`,
      )
    }
    await rm(path, { force: true })
  }
  return err(`The folder ${folder.path} is being taken by another desk at this moment. Try again.`)
}

/** Numbers of processes are used again: the time of their start tells them apart, where the system says it. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[19] ?? '0'
}

async function isSameProcess(pid: number, start: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM' && (await startOf(pid)) === start
  }
  return (await startOf(pid)) === start
}
