import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describeStore } from '../contract.fixture.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from './sqlite-store.ts'

async function opened(path: string, now: () => number): Promise<Store> {
  const result = await openSqliteStore(path, { now })
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describeStore('the embedded store', async (now) => {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-store-'))
  const path = join(folder, 'desk.sqlite')
  let store = await opened(path, now)
  return {
    store,
    reopen: async () => {
      await store.close()
      store = await opened(path, now)
      return store
    },
    age: (version) => {
      const database = new DatabaseSync(path)
      database.exec(`PRAGMA user_version = ${version}`)
      database.close()
      return Promise.resolve()
    },
    tamper: (sql) => {
      const database = new DatabaseSync(path)
      try {
        if (sql.startsWith('DROP TRIGGERS')) {
          database.exec('DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete')
        } else database.exec(sql)
        return Promise.resolve()
      } catch (error) {
        return Promise.reject(error)
      } finally {
        database.close()
      }
    },
    end: async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})
