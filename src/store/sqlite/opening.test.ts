import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { incidentId } from '../../core/ids.ts'
import { commitOf, incident, startMs } from '../contract/samples.fixture.ts'
import { type Migration, migrations, schemaVersion } from '../sql/schema.ts'
import type { Store } from '../store.ts'
import { backUpStore, restoreBackup, verifyBackup } from './copies.ts'
import { openDatabase } from './database.ts'
import { openSqliteStore } from './sqlite-store.ts'

let folder = ''
let path = ''
const stores: Store[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-opening-'))
  path = join(folder, 'desk.sqlite')
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

async function opened(at = path): Promise<Store> {
  const result = await openSqliteStore(at)
  if (!result.ok) throw new Error(result.error.message)
  stores.push(result.value)
  return result.value
}

/** A closed store that holds the incident of this name. */
async function stored(at: string, name: string): Promise<void> {
  const store = await opened(at)
  await store.commit(commitOf({ incidents: [incident(name)] }))
  await store.close()
}

const holds = async (at: string, name: string): Promise<boolean> => {
  const store = await opened(at)
  const row = await store.incident(incidentId('test', name))
  await store.close()
  return row !== undefined
}

const refusal = (code: string, words: string) => ({
  ok: false,
  error: { code, message: expect.stringContaining(words) },
})

describe('a store that is opened', () => {
  test('is made where there is none, for its owner alone, and leaves only its file and its lock', async () => {
    await (await opened()).close()
    expect(readdirSync(folder).sort()).toEqual(['desk.sqlite', 'desk.sqlite-lock'])
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('is held: a second one is told so, until the first is closed', async () => {
    const first = await opened()
    expect(await openSqliteStore(path)).toMatchObject(refusal('in-use', path))
    await first.saveSetting('still', 'here')
    await first.close()
    expect(await (await opened()).setting('still')).toBe('here')
  })

  test('is free again when the process that held it was killed', async () => {
    const loop = fileURLToPath(new URL('./commit-loop.fixture.ts', import.meta.url))
    const child = spawn(process.execPath, [loop, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((confirmed) => child.stdout.once('data', confirmed))
    expect(await openSqliteStore(path)).toMatchObject(refusal('in-use', 'Stop that desk'))
    child.kill('SIGKILL')
    await new Promise((ended) => child.once('exit', ended))
    expect(await (await opened()).incident(incidentId('test', 'n0'))).toBeDefined()
  })

  test('of a newer version is refused and left as it is', async () => {
    await stored(path, 'a')
    const database = new DatabaseSync(path)
    database.exec(`PRAGMA user_version = ${schemaVersion + 1}; PRAGMA journal_mode = DELETE`)
    database.close()
    const before = readFileSync(path)
    expect(await openSqliteStore(path)).toMatchObject(refusal('newer-version', `version ${schemaVersion + 1}`))
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['desk.sqlite', 'desk.sqlite-lock'])
  })

  test.each([
    ['another program’s database', 'CREATE TABLE page (id INTEGER)'],
    ['another program’s database with a log', 'PRAGMA journal_mode = WAL; CREATE TABLE page (id INTEGER)'],
    ['an empty database', 'PRAGMA user_version = 1'],
  ])('that is %s is refused and left as it is', async (_, sql) => {
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
    const before = readFileSync(path)
    expect(await openSqliteStore(path)).toMatchObject(refusal('not-a-store', path))
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['desk.sqlite', 'desk.sqlite-lock'])
  })

  test.each([
    ['a text', 'not-a-store', 'a log line\n'.repeat(100)],
    ['one byte', 'not-a-store', 'x'],
    ['zeros', 'not-a-store', '\0'.repeat(8192)],
    ['nothing', 'damaged', ''],
  ])('that is %s is refused and left as it is', async (_, code, content) => {
    writeFileSync(path, content)
    expect(await openSqliteStore(path)).toMatchObject(refusal(code, path))
    expect(readFileSync(path, 'utf8')).toBe(content)
  })

  test('where a folder stands, or in a folder that is not there, says so', async () => {
    mkdirSync(path)
    expect(await openSqliteStore(path)).toMatchObject(refusal('not-a-store', path))
    expect(await openSqliteStore(join(folder, 'none', 'desk.sqlite'))).toMatchObject(refusal('other', 'Make it'))
    writeFileSync(join(folder, 'file'), '')
    expect(await openSqliteStore(join(folder, 'file', 'desk.sqlite'))).toMatchObject({ ok: false })
  })

  test('is made anew where making it was cut off', async () => {
    writeFileSync(`${path}.new`, 'half')
    writeFileSync(`${path}.new-wal`, 'half')
    await stored(path, 'a')
    expect(readdirSync(folder).some((name) => name.includes('.new'))).toBe(false)
  })
})

describe('tables of another version', () => {
  const next: Migration = {
    version: schemaVersion + 1,
    statements: () => ['ALTER TABLE hunt ADD COLUMN colour TEXT', "UPDATE setting SET name = name || '!'"],
  }
  const open = (steps: readonly Migration[]) => {
    const result = openDatabase(path, steps)
    if (!result.ok) throw new Error(result.error.message)
    return result.value
  }
  const settings = (): unknown[] => {
    const database = new DatabaseSync(path)
    const names = database.prepare('SELECT name FROM setting').all()
    database.close()
    return names.map((row) => row.name)
  }

  test('are brought up to date with what they hold', async () => {
    await (await opened()).saveSetting('office', 1)
    await stores.pop()?.close()
    const { database, lock } = open([...migrations, next])
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: next.version })
    database.close()
    lock.release()
    expect(settings()).toEqual(['office!'])
    expect(await openSqliteStore(path)).toMatchObject(refusal('newer-version', path))
  })

  test('stay as they are where that fails, whole and of their version', async () => {
    await (await opened()).saveSetting('office', 1)
    await stores.pop()?.close()
    const broken: Migration = { version: next.version + 1, statements: () => ['CREATE TABLE hunt (id TEXT)'] }
    expect(() => open([...migrations, next, broken])).toThrow()
    expect(settings()).toEqual(['office'])
    expect(await (await opened()).setting('office')).toBe(1)
  })
})

describe('a backup', () => {
  test('of a running desk’s store is made and checked by another program', async () => {
    const store = await opened()
    await store.commit(commitOf({ incidents: [incident('a')] }))
    const target = join(folder, 'copy.sqlite')
    const made = await backUpStore(path, target)
    expect(made).toEqual({ ok: true, value: { bytes: statSync(target).size } })
    expect(await verifyBackup(target)).toEqual({
      ok: true,
      value: { bytes: statSync(target).size, version: schemaVersion },
    })
    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.sqlite'])
    await store.saveSetting('goes on', true)
  })

  test('that is damaged, of something else or not there is not one', async () => {
    await stored(path, 'a')
    const target = join(folder, 'copy.sqlite')
    await backUpStore(path, target)
    const bytes = readFileSync(target)
    bytes.fill(7, bytes.length >> 1, (bytes.length >> 1) + 5000)
    writeFileSync(target, bytes)
    expect(await verifyBackup(target)).toMatchObject(refusal('damaged', target))
    writeFileSync(target, 'text')
    expect(await verifyBackup(target)).toMatchObject(refusal('not-a-store', target))
    expect(await verifyBackup(join(folder, 'none'))).toMatchObject({ ok: false })
    expect(await verifyBackup(folder)).toMatchObject(refusal('not-a-store', folder))
    expect(await backUpStore(join(folder, 'none'), join(folder, 'x'))).toMatchObject({ ok: false })
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })
})

describe('restoring a backup', () => {
  const noon = () => Date.UTC(2026, 10, 3, 12)
  const copy = (): string => join(folder, 'copy.sqlite')

  /** A backup that holds the incident `old`, and a store that holds `new`. */
  async function prepare(): Promise<void> {
    await stored(path, 'old')
    await backUpStore(path, copy())
    for (const name of ['desk.sqlite', 'desk.sqlite-lock']) rmSync(join(folder, name))
    await stored(path, 'new')
  }

  test('puts it in the store’s place and keeps what was there', async () => {
    await prepare()
    const before = readFileSync(copy())
    const replaced = join(folder, 'desk.replaced-2026-11-03T12-00-00Z.sqlite')
    expect(await restoreBackup(copy(), path, noon)).toEqual({ ok: true, value: { replaced } })
    expect([await holds(path, 'old'), await holds(path, 'new')]).toEqual([true, false])
    expect([await holds(replaced, 'old'), await holds(replaced, 'new')]).toEqual([false, true])
    expect(readFileSync(copy()).equals(before)).toBe(true)
  })

  test('twice in one second keeps both', async () => {
    await prepare()
    await restoreBackup(copy(), path, noon)
    const second = await restoreBackup(copy(), path, noon)
    expect(second).toMatchObject({ value: { replaced: join(folder, 'desk.replaced-2026-11-03T12-00-00Z-2.sqlite') } })
  })

  test('works where there was no store', async () => {
    await prepare()
    const other = join(folder, 'other.sqlite')
    expect(await restoreBackup(copy(), other)).toEqual({ ok: true, value: { replaced: undefined } })
    expect(await holds(other, 'old')).toBe(true)
  })

  test('is refused while a desk runs, and changes nothing', async () => {
    await prepare()
    const store = await opened()
    expect(await restoreBackup(copy(), path)).toMatchObject(refusal('in-use', 'Stop that desk'))
    expect(await store.incident(incidentId('test', 'new'))).toBeDefined()
  })

  test('from a file that is no whole backup is refused, and changes nothing', async () => {
    await prepare()
    writeFileSync(copy(), readFileSync(copy()).subarray(0, 20_000))
    expect(await restoreBackup(copy(), path)).toMatchObject({ ok: false })
    expect(await holds(path, 'new')).toBe(true)
    expect(readdirSync(folder).some((name) => /restoring|replaced/.test(name))).toBe(false)
  })

  test('keeps also what a killed desk had not yet brought from its log into the file', async () => {
    await prepare()
    const loop = fileURLToPath(new URL('./commit-loop.fixture.ts', import.meta.url))
    const child = spawn(process.execPath, [loop, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((confirmed) => child.stdout.once('data', confirmed))
    child.kill('SIGKILL')
    await new Promise((ended) => child.once('exit', ended))
    expect(existsSync(`${path}-wal`)).toBe(true)
    const restored = await restoreBackup(copy(), path, noon)
    expect(await holds(path, 'n0')).toBe(false)
    expect(await holds((restored.ok && restored.value.replaced) || '', 'n0')).toBe(true)
  })

  test('that was cut off is told, not taken for a first start', async () => {
    await prepare()
    copyFileSync(path, `${path}.restoring`)
    rmSync(path)
    expect(await openSqliteStore(path)).toMatchObject(refusal('damaged', 'bellwether restore'))
    expect(await restoreBackup(copy(), path)).toMatchObject({ ok: true })
    expect(await holds(path, 'old')).toBe(true)
    expect(existsSync(`${path}.restoring`)).toBe(false)
  })

  test.skipIf(process.platform === 'win32')('is not led astray by a link at the backup’s name', async () => {
    await prepare()
    const link = join(folder, 'link.sqlite')
    symlinkSync(join(folder, 'nowhere'), link)
    expect(await backUpStore(path, link)).toMatchObject({ ok: false })
    expect(existsSync(join(folder, 'nowhere'))).toBe(false)
  })
})

describe('a store’s thread', () => {
  test('hands back a large state without keeping it, and leaves the caller’s bytes to the caller', async () => {
    const store = await opened()
    const state = new Uint8Array(1000).fill(5)
    const line = { ...commitOf({}), checkpoint: { version: '1', takenAtMs: startMs, state } }
    await store.commit(line)
    await store.commit(line)
    expect(state).toHaveLength(1000)
    expect((await store.checkpoint())?.state).toEqual(state)
  })
})
