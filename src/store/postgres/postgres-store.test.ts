import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { canFreeze, type PostgresServer, postgresMissing, startPostgres } from '../../../tests/postgres-server.ts'
import { incidentId } from '../../core/ids.ts'
import { commitOf, incident, line, startMs } from '../contract/samples.fixture.ts'
import { describeStore } from '../contract.fixture.ts'
import { restoreBackup } from '../sqlite/copies.ts'
import { openSqliteStore } from '../sqlite/sqlite-store.ts'
import type { Store } from '../store.ts'
import type { PostgresStoreOptions } from './address.ts'
import { backUpPostgres, restorePostgres } from './postgres-backup.ts'
import { openPostgresStore } from './postgres-store.ts'

let server: PostgresServer
let folder = ''
let schemas = 0

async function opened(options: PostgresStoreOptions): Promise<Store> {
  const result = await openPostgresStore(server.url, options)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

async function inDatabase(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

const expectAllToFail = async (verbs: readonly Promise<unknown>[]): Promise<void> => {
  for (const result of await Promise.allSettled(verbs)) {
    expect(result).toMatchObject({ status: 'rejected', reason: failing('unreachable') })
  }
}

const failing = (code: string) => ({ name: 'StoreError', problem: { code } })

if (postgresMissing !== undefined) {
  test.skip(`the store on PostgreSQL: not tested, ${postgresMissing}`, () => undefined)
} else {
  beforeAll(async () => {
    server = await startPostgres()
    folder = mkdtempSync(join(tmpdir(), 'bellwether-pg-test-'))
  })
  afterAll(async () => {
    await server?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  describeStore('the store on PostgreSQL', async (now) => {
    const schema = `desk_${++schemas}`
    let store = await opened({ now, schema })
    return {
      store,
      reopen: async () => {
        await store.close()
        store = await opened({ now, schema })
        return store
      },
      age: (version) => inDatabase((client) => client.query(`UPDATE ${schema}.store_version SET version = ${version}`)),
      tamper: async (sql) => {
        const statement = sql.startsWith('DROP TRIGGERS') ? 'DROP TRIGGER audit_no_change ON audit' : sql
        await inDatabase(async (client) => {
          await client.query(`SET search_path = ${schema}`)
          await client.query(statement)
        })
      },
      end: async () => {
        await store.close()
        await inDatabase((client) => client.query(`DROP SCHEMA ${schema} CASCADE`))
      },
    }
  })

  describe('a database', () => {
    const stores: Store[] = []
    const open = async (options: PostgresStoreOptions = {}): Promise<Store> => {
      const store = await opened(options)
      stores.push(store)
      return store
    }
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close()
      await inDatabase(async (client) => {
        const { rows } = await client.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bellwether%'")
        for (const { nspname } of rows) await client.query(`DROP SCHEMA ${nspname} CASCADE`)
      })
    })

    test('is used by one desk at a time, and free again when that ends', async () => {
      const first = await open()
      expect(await openPostgresStore(server.url)).toMatchObject({ ok: false, error: { code: 'in-use' } })
      const elsewhere = await open({ schema: 'bellwether_other' })
      await elsewhere.saveSetting('a', 1)
      await first.close()
      expect(await (await open()).setting('a')).toBeUndefined()
    })

    test('of a newer version, or of something else, is left as it is', async () => {
      await (await open()).close()
      await inDatabase((client) => client.query('UPDATE bellwether.store_version SET version = 99'))
      const newer = await openPostgresStore(server.url)
      expect(newer).toMatchObject({ ok: false, error: { code: 'newer-version' } })
      await inDatabase((client) =>
        client.query('CREATE SCHEMA bellwether_web; CREATE TABLE bellwether_web.page (id int)'),
      )
      const foreign = await openPostgresStore(server.url, { schema: 'bellwether_web' })
      expect(foreign).toMatchObject({ ok: false, error: { code: 'not-a-store' } })
    })

    test.each([
      ['an address that is none', (): string => 'not an address', {}, 'other', 'cannot be read'],
      ['a port where nobody listens', (): string => 'postgres://a:b@127.0.0.1:1/x', {}, 'unreachable', '127.0.0.1:1/x'],
      ['a wrong password', (): string => server.url.replace(/:[^:@]+@/, ':secret@'), {}, 'other', 'refused'],
      [
        'a database that is not there',
        (): string => server.url.replace(/postgres$/, 'nowhere'),
        {},
        'other',
        'no database',
      ],
      ['a schema that is none', (): string => server.url, { schema: 'a; DROP' }, 'other', 'schema'],
    ] as const)('behind %s is said so in words, without the password', async (_, url, options, code, words) => {
      const result = await openPostgresStore(url(), options)
      expect(result).toMatchObject({ ok: false, error: { code, message: expect.stringContaining(words) } })
      expect(JSON.stringify(result)).not.toContain('secret')
    })

    test('that goes away fails every verb at once, and works again when it is back, with all that it confirmed', async () => {
      const store = await open()
      await store.commit(commitOf({ incidents: [incident('a')], evidence: [line('a', 0)] }))
      await server.stop('kill')
      const begun = performance.now()
      const verbs = Array.from({ length: 30 }, (_, n) =>
        n % 2 === 0 ? store.saveSetting(`n${n}`, n) : store.incident(incidentId('test', 'a')),
      )
      await expectAllToFail(verbs)
      expect(performance.now() - begun).toBeLessThan(8000)
      await server.start()
      await expect
        .poll(
          () =>
            store.saveSetting('back', true).then(
              () => true,
              () => false,
            ),
          { timeout: 10_000 },
        )
        .toBe(true)
      expect((await store.incident(incidentId('test', 'a')))?.incident).toEqual(incident('a'))
      expect((await store.evidence(incidentId('test', 'a'), { offset: 0, limit: 5 })).total).toBe(1)
    })

    test.skipIf(!canFreeze)(
      'that answers no more fails verbs after a bounded time, and works again when it does',
      async () => {
        const store = await open({ answerMsMax: 700, connectMsMax: 700 })
        await store.saveSetting('a', 1)
        server.freeze(true)
        try {
          const begun = performance.now()
          const verbs = [store.saveSetting('a', 2), store.setting('a'), store.saveSetting('b', 2), store.setting('b')]
          await expectAllToFail(verbs)
          expect(performance.now() - begun).toBeLessThan(8000)
        } finally {
          server.freeze(false)
        }
        await expect
          .poll(
            () =>
              store.saveSetting('c', 3).then(
                () => true,
                () => false,
              ),
            { timeout: 10_000 },
          )
          .toBe(true)
        expect(await store.setting('c')).toBe(3)
      },
    )

    test('is taken up again at once by the desk whose connection the server has not yet missed', async () => {
      const store = await open({ answerMsMax: 700 })
      await inDatabase(async (client) => {
        await client.query('BEGIN; LOCK TABLE bellwether.setting IN EXCLUSIVE MODE')
        await expect(store.saveSetting('a', 1)).rejects.toMatchObject(failing('unreachable'))
        await client.query('ROLLBACK')
      })
      await expect
        .poll(() =>
          store.saveSetting('a', 2).then(
            () => true,
            (error) => String(error),
          ),
        )
        .toBe(true)
    })

    test('that another desk took meanwhile is written by that desk alone', async () => {
      const first = await open()
      await first.saveSetting('by', 'first')
      await inDatabase((client) =>
        client.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"),
      )
      const second = await openPostgresStore(server.url)
      if (second.ok) stores.push(second.value)
      const [holder, other] = second.ok ? [second.value, first] : [first, undefined]
      await expect
        .poll(() =>
          holder.saveSetting('by', 'holder').then(
            () => true,
            () => false,
          ),
        )
        .toBe(true)
      if (other !== undefined) await expect(other.saveSetting('by', 'other')).rejects.toMatchObject(failing('in-use'))
      expect(await holder.setting('by')).toBe('holder')
    })

    test('is restored from a backup, of this or of an embedded store, and the old one is kept beside it', async () => {
      const store = await open()
      await store.commit(commitOf({ incidents: [incident('a')], evidence: [line('a', 0)] }))
      await store.audit({ atMs: startMs, who: 'Ada', action: 'sign-in', object: 'Ada', details: {} })
      const backup = join(folder, 'from-server.sqlite')
      expect(await store.backup(backup)).toEqual({ ok: true, value: { bytes: statSync(backup).size } })
      const second = join(folder, 'while-running.sqlite')
      expect(await backUpPostgres(server.url, second)).toEqual({ ok: true, value: { bytes: statSync(second).size } })
      expect(await backUpPostgres(server.url, second)).toMatchObject({ ok: false, error: { code: 'other' } })
      const nowhere = { schema: 'bellwether_none' }
      expect(await backUpPostgres(server.url, join(folder, 'x'), nowhere)).toMatchObject({ ok: false })
      await store.clear()
      expect(await restorePostgres(backup, server.url)).toMatchObject({ ok: false, error: { code: 'in-use' } })
      await store.close()
      const now = () => Date.UTC(2026, 10, 3, 12)
      const restored = await restorePostgres(backup, server.url, { now })
      expect(restored).toEqual({ ok: true, value: { replaced: 'bellwether_replaced_20261103120000' } })
      const again = await open()
      expect((await again.incident(incidentId('test', 'a')))?.incident).toEqual(incident('a'))
      expect(await again.auditBreak()).toBeUndefined()
      await again.audit({ atMs: startMs, who: 'Bo', action: 'sign-in', object: 'Bo', details: {} })
      expect((await again.integrity()).ok).toBe(true)
      const path = join(folder, 'desk.sqlite')
      expect(await restoreBackup(backup, path)).toEqual({ ok: true, value: { replaced: undefined } })
      const embedded = await openSqliteStore(path)
      if (!embedded.ok) throw new Error(embedded.error.message)
      expect((await embedded.value.incident(incidentId('test', 'a')))?.incident).toEqual(incident('a'))
      await embedded.value.close()
      expect((await restorePostgres(join(folder, 'none.sqlite'), server.url)).ok).toBe(false)
    })
  })
}
