/** `bellwether backup` and `bellwether restore`: a folder with all that a desk needs to go on elsewhere (its store, its
 *  configuration, its keys), made while the desk runs, checked before it counts, and put back when no desk runs. The
 *  archive and the journal are not part of it: they are large, and a copy of the folder keeps them. */
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { inBytes } from '../core/counts.ts'
import { err, ok, type Result } from '../core/result.ts'
import { readConfiguration } from '../desk/config/config.ts'
import { type DataFolder, dataFolderAt, lockFolder } from '../desk/data-folder.ts'
import { backUpStore, restoreBackup, verifyBackup } from '../store/sqlite/copies.ts'
import type { StoreProblem } from '../store/store.ts'
import { exitCodes } from './arguments.ts'

/** What was asked for. */
export interface BackupCommand {
  readonly name: 'backup' | 'restore'
  readonly dataPath: string
  /** backup: the folder to put it into; restore: the backup's own folder. */
  readonly path: string
}

/** What of the process the commands are given. */
export interface BackupProcess {
  readonly databaseUrl: string | undefined
  readonly nowMs: number
  print(text: string): void
  complain(text: string): void
}

const storeName = 'store.sqlite'

/** Reads what follows `backup` or `restore`. */
export function parseBackup(
  name: 'backup' | 'restore',
  argv: readonly string[],
  defaultDataPath: string,
): Result<BackupCommand, string> {
  const how = name === 'backup' ? 'bellwether backup [--data FOLDER] [TO]' : 'bellwether restore BACKUP [--data FOLDER]'
  try {
    const options = { data: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: true })
    const [path, ...more] = positionals
    if (more.length > 0 || (name === 'restore' && path === undefined)) return err(`Write it so: ${how}`)
    const dataPath = resolve(values.data ?? defaultDataPath)
    return ok({ name, dataPath, path: resolve(path ?? join(dataPath, 'backups')) })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return err(`Write it so: ${how}`)
  }
}

/** Runs either command. The answer is the exit code. */
export async function runBackup(command: BackupCommand, own: BackupProcess): Promise<number> {
  const folder = dataFolderAt(command.dataPath)
  if (command.name === 'backup' && !existsSync(folder.configurationPath)) {
    own.complain(`There is no desk in ${folder.path}. Name its data folder with --data.\n`)
    return exitCodes.nothingRead
  }
  const done =
    command.name === 'backup' ? await backUp(folder, command.path, own) : await putBack(folder, command.path, own)
  if (done.ok) own.print(`${done.value}\n`)
  else own.complain(`${done.error}\n`)
  return done.ok ? exitCodes.done : exitCodes.nothingRead
}

/** PostgreSQL, where the configuration or the environment names it. */
async function databaseOf(configurationPath: string, own: BackupProcess): Promise<string | undefined> {
  const text = await readFile(configurationPath, 'utf8').catch(() => '')
  const configuration = readConfiguration(text, configurationPath)
  return (configuration.ok ? configuration.value.databaseUrl : undefined) ?? own.databaseUrl
}

async function backUp(folder: DataFolder, to: string, own: BackupProcess): Promise<Result<string, string>> {
  const stamp = new Date(own.nowMs).toISOString().slice(0, 19).replaceAll(':', '-')
  const target = join(to, `bellwether-${stamp}`)
  const part = `${target}.part`
  try {
    if (existsSync(target)) return err(`${target} is there already. Try again in a moment.`)
    await mkdir(part, { recursive: true, mode: 0o700 })
    const stored = await copyStore(folder, join(part, storeName), own)
    if (!stored.ok) return err(stored.error.message)
    await copyFile(folder.configurationPath, join(part, 'bellwether.toml'))
    await cp(folder.keysPath, join(part, 'keys'), { recursive: true })
    const checked = await verifyBackup(join(part, storeName))
    if (!checked.ok) return err(checked.error.message)
    await rename(part, target)
    const size = inBytes(checked.value.bytes)
    return ok(
      `The backup is in ${target} (${size}, checked). It holds the desk's keys: keep it where only the office can read it.`,
    )
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    return err(`The backup cannot be written to ${to} (${code}). Check the disk and the folder, or name another one.`)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

async function copyStore(
  folder: DataFolder,
  target: string,
  own: BackupProcess,
): Promise<Result<{ readonly bytes: number }, StoreProblem>> {
  const databaseUrl = await databaseOf(folder.configurationPath, own)
  if (databaseUrl === undefined) return await backUpStore(folder.storePath, target)
  const { backUpPostgres } = await import('../store/postgres/postgres-backup.ts')
  return await backUpPostgres(databaseUrl, target)
}

async function putBack(folder: DataFolder, from: string, own: BackupProcess): Promise<Result<string, string>> {
  const backup = existsSync(join(from, storeName)) ? join(from, storeName) : from
  const checked = await verifyBackup(backup)
  if (!checked.ok) return err(checked.error.message)
  await mkdir(folder.path, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(folder)
  if (!lock.ok) return lock
  try {
    await restoreFiles(from, folder)
    const databaseUrl = await databaseOf(folder.configurationPath, own)
    const done =
      databaseUrl === undefined
        ? await restoreBackup(backup, folder.storePath)
        : await (await import('../store/postgres/postgres-backup.ts')).restorePostgres(backup, databaseUrl)
    if (!done.ok) return err(done.error.message)
    const { replaced } = done.value
    const old = replaced === undefined ? '' : ` What was there before is kept as ${basename(replaced)}.`
    return ok(`The backup is put back.${old} Start the desk; it reads on from where the backup was made.`)
  } finally {
    await lock.value.release()
  }
}

/** Keys and configuration that are not there any more; those that are there stay. */
async function restoreFiles(from: string, folder: DataFolder): Promise<void> {
  const pairs = [
    [join(from, 'bellwether.toml'), folder.configurationPath],
    [join(from, 'keys'), folder.keysPath],
  ] as const
  for (const [source, target] of pairs) {
    if (existsSync(source)) await cp(source, target, { recursive: true, force: false, errorOnExist: false })
  }
}
