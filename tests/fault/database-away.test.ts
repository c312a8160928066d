/** A PostgreSQL server that goes away under a running desk: frozen as by a cut network, then killed and started again. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Archive } from '../../src/store/archive/archive.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { postgresMissing, startPostgres } from '../postgres-server.ts'
import { DeskChild, letIn, makeScene } from './desk-child.ts'
import { injection, ordinaries } from './lines.ts'

const title = 'a database that goes away is said in words, and nothing is lost or doubled when it is back'
test.skipIf(postgresMissing !== undefined)(
  `${title} (${postgresMissing ?? 'PostgreSQL is here'})`,
  async () => {
    const server = await startPostgres()
    const scene = await makeScene(`\n[store]\ndatabase_url = "${server.url}"\n`)
    const open = async () => {
      const store = await openPostgresStore(server.url)
      if (!store.ok) throw new Error(store.error.message)
      return store.value
    }
    const first = await open()
    const { cookie } = await letIn(first)
    await first.close()
    const limits = { checkpointMsMin: 500, serverAnswerMsMax: 2_000 }
    const desk = new DeskChild(scene.data, { fault: { limits } })
    let attacks = 0
    let lines = 0
    const write = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        appendFileSync(scene.log, injection(`203.0.113.${attacks++}`, lines) + ordinaries(lines, 99))
        lines += 100
        await delay(100)
      }
    }
    try {
      writeFileSync(scene.log, '')
      await desk.ready()
      await write(5)
      server.freeze(true)
      await write(30)
      server.freeze(false)
      await write(5)
      await server.stop('kill')
      await write(20)
      expect(desk.hasEnded ? `it ended: ${desk.complaints}` : 'it runs').toBe('it runs')
      expect((await fetch(`${desk.origin}/healthz`)).status).toBe(503)
      await server.start()
      await write(5)
      for (let tries = 0; tries < 400 && (await desk.figure('bellwether_records_total')) !== lines; tries++)
        await delay(50)
      const answer = await fetch(`${desk.origin}/api/today`, { headers: { cookie: `bellwether=${cookie}` } })
      expect(((await answer.json()) as { problems: string[] }).problems).toEqual([])
      expect((await desk.stop()).ended.code).toBe(0)

      const store = await open()
      const sources = await store.sources()
      expect(sources.find(({ sourceId }) => sourceId === 'followed')).toMatchObject({ records: lines, rejects: 0 })
      expect(await store.assignments(0)).toHaveLength(attacks)
      await store.close()
      const archive = new Archive(join(scene.data, 'archive'), { idleMsMax: 100 })
      const counted = await archive.sql('SELECT count(*) FROM records')
      await archive.close()
      expect(counted.ok && String(counted.value.rows[0]?.[0])).toBe(String(lines))
    } finally {
      desk.kill()
      await desk.ended
      await server.remove()
      scene.remove()
    }
  },
  90_000,
)
