import { spawn } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { incidentId } from '../../core/ids.ts'
import {
  account,
  bytesOf,
  commitOf,
  finding,
  idOf,
  incident,
  line,
  startMs,
  status,
} from '../contract/samples.fixture.ts'
import { checkpoint } from '../sql/commit.ts'
import { incidents } from '../sql/incident-list.ts'
import { evidence, evidenceLine, incident as incidentVerb } from '../sql/incidents.ts'
import { account as accountVerb } from '../sql/people.ts'
import type { Verb } from '../sql/step.ts'
import { auditRows } from '../sql/trail.ts'
import type { Store } from '../store.ts'
import { restoreBackup } from './copies.ts'
import { openDatabase } from './database.ts'
import { SqliteDriver } from './driver.ts'
import { checkIntegrity } from './integrity.ts'
import { problemOf } from './problem.ts'
import { restore } from './restore.ts'
import { mountSmallDisk } from './small-disk.fixture.ts'
import { openSqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-faults-'))
const whole = join(folder, 'whole.sqlite')
const backup = join(folder, 'backup.sqlite')
const names = Array.from({ length: 200 }, (_, index) => `f${index}`)
const storedIncident = incident('a', { findings: names.map((name) => finding(name)) })
const storedState = Uint8Array.from({ length: 20_000 }, (_, index) => index % 251)

async function opened(path: string): Promise<Store> {
  const result = await openSqliteStore(path)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** Opens a store in this thread, for questions to its verbs. */
function reading<T>(path: string, work: (ask: <Answer>(verb: Verb<Answer>) => Answer) => T): T {
  const result = openDatabase(path)
  if (!result.ok) throw new Error(result.error.message)
  const driver = new SqliteDriver(result.value.database)
  try {
    return work((verb) => driver.carryOut(verb, false))
  } finally {
    result.value.database.close()
    result.value.lock.release()
  }
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

beforeAll(async () => {
  const store = await opened(whole)
  await store.commit(
    commitOf({
      incidents: [storedIncident],
      evidence: names.flatMap((name) => [line(name, 0), line(name, 1)]),
      sources: [status('web-logs')],
      checkpoint: { version: '1', takenAtMs: startMs, state: storedState },
    }),
  )
  await store.saveAccount(account('Ada'))
  for (let n = 0; n < 20; n++) {
    await store.audit({ atMs: startMs, who: 'Ada', action: 'sign-in', object: `o${n}`, details: {} })
  }
  await store.backup(backup)
  await store.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Reads what was stored; every value is either what was written, or its verb fails with the store's problem. */
function readAll(driver: SqliteDriver, path: string): void {
  const same = <T>(verb: Verb<T>, expected: (answer: T) => unknown, written: unknown): void => {
    try {
      expect(expected(driver.carryOut(verb, false))).toEqual(written)
    } catch (error) {
      const problem = problemOf(error, path)
      if (problem === undefined) throw error
      expect(problem.code).toBe('damaged')
    }
  }
  same(incidentVerb(storedIncident.id), (row) => row?.incident, storedIncident)
  same(checkpoint(), (taken) => bytesOf(taken?.state), bytesOf(storedState))
  same(accountVerb(idOf('Ada')), (each) => each, account('Ada'))
  for (const name of names) {
    for (const expected of [line(name, 0), line(name, 1)]) {
      same(evidenceLine(expected.findingId, expected.ordinal), (row) => [bytesOf(row?.bytes), row?.place], [
        bytesOf(expected.bytes),
        expected.place,
      ])
    }
  }
}

describe('a store that was cut short', () => {
  const size = (): number => statSync(whole).size
  test.each([
    ['to nothing', () => 0],
    ['to one byte', () => 1],
    ['within its head', () => 60],
    ['to its head', () => 100],
    ['to one page less a byte', () => 4095],
    ['to one page', () => 4096],
    ['to half', () => size() >> 1],
    ['by a page', () => size() - 4096],
    ['by a byte', () => size() - 1],
  ])('%s is named, left as it is, and restored from a backup', (title, length) => {
    const path = join(folder, `cut ${title}.sqlite`)
    copyFileSync(whole, path)
    truncateSync(path, length())
    const before = hashOf(path)
    const result = openDatabase(path)
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringContaining(path) } })
    if (!result.ok) {
      expect(['damaged', 'not-a-store']).toContain(result.error.code)
      expect(result.error.message).toContain('bellwether restore')
    }
    expect(hashOf(path)).toBe(before)
    const restored = restore(backup, path, startMs)
    if (!restored.ok) throw new Error(restored.error.message)
    expect(hashOf(restored.value.replaced ?? '')).toBe(before)
    reading(path, (ask) => expect(ask(incidentVerb(storedIncident.id))?.incident).toEqual(storedIncident))
  })
})

describe('a store in which bytes were changed', () => {
  test('is refused or found out: no value comes back altered, and nothing else happens', () => {
    const bytes = readFileSync(whole)
    let seed = 20_261_103
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const path = join(folder, 'flipped.sqlite')
    const seen = { refused: 0, whole: 0, found: 0 }
    for (let round = 0; round < 100; round++) {
      const changed = Buffer.from(bytes)
      const length = [1, 1, 16, 512][round % 4] as number
      const from = random(changed.length - length)
      for (let index = 0; index < length; index++)
        changed[from + index] = (changed[from + index] as number) ^ (1 + random(255))
      writeFileSync(path, changed)
      const result = openDatabase(path)
      if (!result.ok) {
        seen.refused++
        expect(hashOf(path)).toBe(createHash('sha256').update(changed).digest('hex'))
        continue
      }
      readAll(new SqliteDriver(result.value.database), path)
      seen[checkIntegrity(path).ok ? 'whole' : 'found']++
      result.value.database.close()
      result.value.lock.release()
    }
    // The rest of the file is room that is not used. What SQLite's own check does not find, our checksums do.
    expect(seen.refused).toBeGreaterThan(10)
    expect(seen.found).toBeGreaterThan(10)
  }, 120_000)
})

const loop = fileURLToPath(new URL('./commit-loop.fixture.ts', import.meta.url))

/** Every number up to the last that was confirmed is there whole; returns the last that is there. */
function expectAll(path: string, last: number): number {
  return reading(path, (ask) => {
    const stored = Number(ask(checkpoint())?.version ?? -1)
    expect(stored).toBeGreaterThanOrEqual(last)
    expect(ask(incidents({ order: 'latest', offset: 0, limit: 0 })).total).toBe(stored + 1)
    for (const number of [0, last >> 1, last - 1, last].filter((each) => each >= 0)) {
      const id = incidentId('test', `n${number}`)
      expect(ask(incidentVerb(id))?.incident).toEqual(incident(`n${number}`))
      expect(ask(evidence(id, { offset: 0, limit: 9 })).total).toBe(3)
    }
    expect(ask(auditRows({ object: `n${last}`, limit: 1 })).length).toBe(last < 0 ? 0 : 1)
    expect(checkIntegrity(path)).toEqual({ ok: true, value: undefined })
    return stored
  })
}

describe('a process that is killed while it commits', () => {
  test('20 times loses nothing that was confirmed, and half-writes nothing', async () => {
    const path = join(folder, 'killed.sqlite')
    let last = -1
    for (let round = 0; round < 20; round++) {
      const child = spawn(process.execPath, [loop, path], { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = new Promise((done) => child.once('close', done))
      const lines = createInterface({ input: child.stdout })
      const begun = last
      const killing = (async () => {
        while (last === begun && child.exitCode === null) await sleep(5)
        await sleep(randomInt(150))
        child.kill('SIGKILL')
      })()
      for await (const each of lines) if (/^\d+$/.test(each)) last = Number(each)
      await Promise.all([killing, ended])
      expect(last).toBeGreaterThan(begun)
      last = expectAll(path, last)
    }
    expect(last).toBeGreaterThanOrEqual(19)
  }, 300_000)
})

const disk = mountSmallDisk(4)
const readOnlyDisk = mountSmallDisk(2)
afterAll(() => {
  disk?.remove()
  readOnlyDisk?.remove()
})

describe('a disk', () => {
  test.skipIf(process.platform === 'win32')(
    'whose limit of a file’s size is reached fails the verb, and keeps what was confirmed',
    async () => {
      const path = join(folder, 'limited.sqlite')
      const child = spawn('sh', ['-c', 'ulimit -f 2000; exec "$@"', 'sh', process.execPath, loop, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let last = -1
      let problem = ''
      for await (const each of createInterface({ input: child.stdout })) {
        if (/^\d+$/.test(each)) last = Number(each)
        else problem = each
      }
      expect(['disk-full', 'other']).toContain(problem)
      expect(last).toBeGreaterThan(0)
      expectAll(path, last)
    },
    60_000,
  )

  test.skipIf(disk === undefined)(
    'that is full fails the verb, keeps what was confirmed, and takes verbs again when there is room (needs the right to mount)',
    async () => {
      const path = join(disk?.folder ?? '', 'desk.sqlite')
      const filler = join(disk?.folder ?? '', 'filler')
      writeFileSync(filler, new Uint8Array(1_000_000))
      const store = await opened(path)
      let last = -1
      const commit = (number: number): Promise<void> =>
        store.commit(
          commitOf({
            incidents: [incident(`n${number}`)],
            evidence: [0, 1, 2].map((ordinal) => line(`n${number}`, ordinal, { bytes: new Uint8Array(20_000) })),
            checkpoint: { version: String(number), takenAtMs: startMs, state: new Uint8Array(50_000) },
          }),
        )
      const failure = await (async () => {
        for (let number = 0; number < 1000; number++) {
          try {
            await commit(number)
            last = number
          } catch (error) {
            return error
          }
        }
        return undefined
      })()
      expect(failure).toMatchObject({ problem: { code: 'disk-full', message: expect.stringContaining(path) } })
      expect(last).toBeGreaterThan(0)
      expect((await store.checkpoint())?.version).toBe(String(last))
      expect((await store.incidents({ order: 'latest', offset: 0, limit: 0 })).total).toBe(last + 1)
      expect((await store.backup(join(disk?.folder ?? '', 'b.sqlite'))).ok).toBe(false)
      expect(existsSync(join(disk?.folder ?? '', 'b.sqlite'))).toBe(false)
      rmSync(filler)
      await commit(last + 1)
      expect((await store.integrity()).ok).toBe(true)
      await store.close()
    },
  )

  test.skipIf(disk === undefined)(
    'that cannot be written is named with the mend, and nothing is left on it (needs the right to mount)',
    async () => {
      const path = join(readOnlyDisk?.folder ?? '', 'other.sqlite')
      copyFileSync(whole, path)
      readOnlyDisk?.setReadOnly(true)
      try {
        expect(await openSqliteStore(path)).toMatchObject({
          ok: false,
          error: { code: 'read-only', message: expect.stringContaining(path) },
        })
        expect(await openSqliteStore(join(readOnlyDisk?.folder ?? '', 'new.sqlite'))).toMatchObject({
          ok: false,
          error: { code: 'read-only' },
        })
        expect((await restoreBackup(backup, path)).ok).toBe(false)
        expect(await openSqliteStore(path).then((result) => result.ok)).toBe(false)
      } finally {
        readOnlyDisk?.setReadOnly(false)
      }
      expect(hashOf(path)).toBe(hashOf(whole))
    },
  )
})
