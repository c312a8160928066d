import { expect, test } from 'vitest'
import { postgresMissing, startPostgres } from '../../../tests/postgres-server.ts'
import { addressOf } from './address.ts'
import { readingPool, readWith } from './connections.ts'

test.skipIf(postgresMissing !== undefined)(
  `a reader whose server is killed while it waits, or between two questions, fails and ends nothing else (${postgresMissing ?? 'PostgreSQL is here'})`,
  async () => {
    const server = await startPostgres()
    const address = addressOf(server.url, {})
    if (!address.ok) throw new Error(address.error.message)
    const pool = readingPool(address.value)
    const strays: unknown[] = []
    const stray = (error: unknown): void => void strays.push(error)
    process.on('uncaughtExceptionMonitor', stray)
    try {
      let isAsking = (): void => undefined
      const asking = new Promise<void>((resolve) => {
        isAsking = resolve
      })
      const waiting = readWith(pool, async (client) => {
        await client.query('SELECT 1')
        isAsking()
        await client.query('SELECT pg_sleep(60)')
      })
      const between = readWith(pool, async (client) => {
        await client.query('SELECT 1')
        await new Promise<void>((resolve) => client.once('end', () => resolve()))
        await client.query('SELECT 1')
      })
      const failing = Promise.allSettled([waiting, between])
      await asking
      await server.stop('kill')
      expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      await server.start()
      const { rows } = await readWith(pool, (client) => client.query('SELECT 1 AS one'))
      expect(rows).toEqual([{ one: 1 }])
      expect(strays).toEqual([])
    } finally {
      process.off('uncaughtExceptionMonitor', stray)
      await pool.end()
      await server.remove()
    }
  },
  60_000,
)
