import { describe, expect, test } from 'vitest'
import { AddressSet, parseAddress } from '../../formats/address.ts'
import { batchOf, makeFolder, must, noon, openArchive, type RequestFixture, web } from './archive.fixture.ts'
import type { Archive } from './archive.ts'
import { listSealed, listSpools } from './folder.ts'
import { ArchiveSpool, type SpoolMark } from './spool.ts'

const day = 86_400_000

/** Pseudo-random whole numbers below a bound, the same for the same seed (Park and Miller, 1988). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

function spools(folder: string, count: number, rows: number, timeMs = noon): readonly SpoolMark[] {
  const spool = new ArchiveSpool(folder, { nowMs: () => noon })
  must(spool.rewind([]))
  let marks: readonly SpoolMark[] = []
  for (let i = 0; i < count; i++) {
    const requests = Array.from({ length: rows }, (_, line) => ({
      timeMs: timeMs + line,
      line,
      offset: i * rows + line,
    }))
    must(spool.appendRequests(web, batchOf(requests)))
    marks = must(spool.marks(true))
  }
  spool.close()
  return marks
}

/** Every row's number, once each. */
async function expectWhole(archive: Archive, rows: number): Promise<void> {
  const { rows: found } = must(
    await archive.sql('SELECT count(*), count(DISTINCT "offset"), max("offset") FROM records'),
  )
  expect(found).toEqual([[`${rows}`, `${rows}`, `${rows - 1}`]])
}

describe('what is kept', () => {
  test('is whole and once, however often the process is killed while it seals and compacts', async () => {
    const folder = makeFolder()
    const archive = openArchive(folder)
    const next = numbers(20_261)
    const [count, rows] = [4, 12_000]
    const marks = spools(folder, count, rows, noon - day)
    for (let round = 0; round < 8 && listSpools(folder).length > 0; round++) {
      const sealing = archive.seal(marks)
      await new Promise((resolve) => setTimeout(resolve, 150 + next(500)))
      for (const pid of archive.processIds) process.kill(pid, 'SIGKILL')
      await sealing
      await expectWhole(archive, count * rows)
    }
    expect((await archive.seal(marks)).problems).toEqual([])
    for (let round = 0; round < 3; round++) {
      const compacting = archive.compact(noon)
      await new Promise((resolve) => setTimeout(resolve, 50 + next(400)))
      for (const pid of archive.processIds) process.kill(pid, 'SIGKILL')
      await compacting
      await expectWhole(archive, count * rows)
    }
    must(await archive.compact(noon))
    expect(listSealed(folder)).toMatchObject({ files: [{ first: 1, last: count }], replaced: [] })
    await expectWhole(archive, count * rows)
  }, 60_000)

  test('is found whole by a hunt of another process while it is sealed and compacted', async () => {
    const folder = makeFolder()
    const desk = openArchive(folder)
    const other = openArchive(folder)
    const [count, rows] = [8, 2_000]
    const marks = spools(folder, count, rows, noon - day)
    let isDone = false
    const work = (async () => {
      const { problems } = await desk.seal(marks)
      expect(problems).toEqual([])
      must(await desk.compact(noon))
      isDone = true
    })()
    let hunts = 0
    for (; !isDone || hunts < 3; hunts++) {
      const answer = must(await other.hunt({ limit: 5 }))
      expect(answer).toMatchObject({ total: count * rows, unreadable: [] })
      expect(answer.rows).toHaveLength(5)
    }
    await work
    await expectWhole(other, count * rows)
  }, 60_000)

  test('is found while it is being written, and never less than before', async () => {
    const folder = makeFolder()
    const archive = openArchive(folder)
    const spool = new ArchiveSpool(folder, { nowMs: () => noon })
    must(spool.rewind([]))
    let [written, seen] = [0, 0]
    for (let round = 0; round < 6; round++) {
      const asked = archive.hunt({ limit: 1 })
      for (let i = 0; i < 20; i++) {
        must(spool.appendRequests(web, batchOf(Array.from({ length: 500 }, () => ({})))))
        written += 500
        await new Promise((resolve) => setImmediate(resolve))
      }
      const { total } = must(await asked)
      expect(total).toBeGreaterThanOrEqual(seen)
      expect(total).toBeLessThanOrEqual(written)
      seen = total
    }
    expect(must(await archive.hunt({ limit: 1 })).total).toBe(written)
    spool.close()
  }, 30_000)
})

test('a hunt finds what a look at every record finds', async () => {
  const folder = makeFolder()
  const archive = openArchive(folder)
  const next = numbers(7)
  const pick = <T>(of: readonly T[]): T => of[next(of.length)] as T
  const address = (): string =>
    pick([
      () => `${pick([10, 192, 203])}.${next(3)}.${next(4)}.${next(256)}`,
      () => `2001:db8:${next(3).toString(16)}::${next(5000).toString(16)}`,
      () => `::ffff:10.${next(3)}.${next(4)}.${next(256)}`,
    ])()
  const paths = ['/', '/voter/status', '/Voter/Status', '/voter', '/a%20b', '/admin_1', '/admin%1']
  const records = Array.from({ length: 900 }, (_, i): RequestFixture & { line: number } => ({
    client: address(),
    target: `${pick(paths)}${next(2) === 0 ? '' : `?id=${next(40)}`}`,
    agent: pick(['sqlmap/1.8', 'Mozilla/5.0', "it's \\ 100%_", '']),
    status: pick([200, 404, 500]),
    timeMs: noon - next(3) * day + next(1000),
    line: i,
  }))
  const spool = new ArchiveSpool(folder, { nowMs: () => noon })
  must(spool.rewind([]))
  must(spool.appendRequests(web, batchOf(records.slice(0, 500))))
  expect((await archive.seal(must(spool.marks(true)))).problems).toEqual([])
  must(spool.appendRequests(web, batchOf(records.slice(500))))
  must(spool.marks())
  spool.close()
  for (let round = 0; round < 60; round++) {
    const entries = Array.from({ length: pick([1, 3, 90]) }, () => {
      const one = address()
      return pick([
        one,
        `${one}/${parseAddress(one)?.version === 6 ? pick([32, 48, 64, 127]) : one.includes(':') ? pick([112, 120]) : pick([8, 16, 24, 31])}`,
      ])
    })
    const parsed = AddressSet.parse(entries)
    const set = parsed.ok ? parsed.value : AddressSet.empty
    const [path, agent, status, fromMs] = [pick(paths), pick(['MAP', "'s \\ 1", '%_']), pick([200, 500]), noon - day]
    const [byPath, byAgent, byStatus, byTime] = [next(3), next(3), next(3), next(3)].map((n) => n === 0)
    const match = pick(['is', 'begins', 'contains'] as const)
    const expected = records.filter((record) => {
      const [before = '', behind = ''] = String(record.target).split('?')
      const whole = `${before}\n${behind}`.toLowerCase()
      const fits = {
        is: before === path,
        begins: before.startsWith(path),
        contains: whole.includes(path.toLowerCase()),
      }[match]
      return (
        set.has(String(record.client)) &&
        (!byPath || fits) &&
        (!byAgent || String(record.agent).toLowerCase().includes(agent.toLowerCase())) &&
        (!byStatus || record.status === status) &&
        (!byTime || (record.timeMs as number) >= fromMs)
      )
    })
    const answer = must(
      await archive.hunt({
        addresses: entries,
        ...(byPath ? { path, pathMatch: match } : {}),
        ...(byAgent ? { agent } : {}),
        ...(byStatus ? { status } : {}),
        ...(byTime ? { fromMs } : {}),
      }),
    )
    expect(answer.total).toBe(expected.length)
    const sorted = (list: readonly { readonly line: number }[]): number[] =>
      list.map(({ line }) => line).sort((a, b) => a - b)
    expect(sorted(answer.rows)).toEqual(sorted(expected))
    expect(answer.byAddress.reduce((sum, { count }) => sum + count, 0)).toBe(expected.length)
  }
}, 60_000)
