import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import { readIndicatorList } from '../../formats/indicator-list.ts'
import {
  batchOf,
  database,
  makeFolder,
  must,
  noon,
  openArchive,
  type RequestFixture,
  statementOf,
  web,
} from './archive.fixture.ts'
import { Archive } from './archive.ts'
import { listSealed, listSpools } from './folder.ts'
import { ArchiveSpool, type SpoolMark } from './spool.ts'
import { archivedBytes } from './spool-text.ts'

const day = 86_400_000

function openSpool(folder: string, nowMs = noon): ArchiveSpool {
  const spool = new ArchiveSpool(folder, { nowMs: () => nowMs })
  must(spool.rewind([]))
  return spool
}

/** Fills an archive with requests, each batch a spool of its own that is closed. */
function fill(folder: string, ...batches: readonly (readonly RequestFixture[])[]): readonly SpoolMark[] {
  const spool = openSpool(folder)
  let marks: readonly SpoolMark[] = []
  for (const requests of batches) {
    must(spool.appendRequests(web, batchOf(requests)))
    marks = must(spool.marks(true))
  }
  spool.close()
  return marks
}

const filesOf = (folder: string): string[] => listSealed(folder).files.map(({ path }) => path)
const spoolsOf = (folder: string): string[] => listSpools(folder).map(({ name }) => name)

describe('sealing', () => {
  test('turns closed spools into files by day and source that hold the same rows', async () => {
    const folder = makeFolder()
    const archive = openArchive(folder)
    const hostile = Uint8Array.from({ length: 256 }, (_, i) => i)
    const spool = openSpool(folder)
    must(
      spool.appendRequests(
        web,
        batchOf([
          { target: '/one', agent: hostile },
          { target: '/old', timeMs: noon - day },
        ]),
      ),
    )
    must(spool.appendStatements(database, [statementOf({ text: 'SELECT "x"\n,\'\t\\' })]))
    const before = must(await archive.hunt({}))
    const marks = must(spool.marks(true))
    const sealing = await archive.seal(marks)
    expect(sealing).toMatchObject({ sealed: marks.map(({ name }) => name), records: 3, problems: [] })
    expect(filesOf(folder)).toEqual([
      'day=2026-11-19/source=web-logs/00000002.parquet',
      'day=2026-11-20/source=database/00000003.parquet',
      'day=2026-11-20/source=web-logs/00000001.parquet',
    ])
    expect(spoolsOf(folder)).toEqual([])
    for (const path of filesOf(folder)) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600)
    const after = must(await archive.hunt({}))
    expect(after.rows).toEqual(before.rows)
    expect(after.total).toBe(3)
    const kept = after.rows.find(({ path }) => path === '/one')?.agent ?? ''
    expect(Buffer.from(archivedBytes(kept).bytes).equals(Buffer.from(hostile))).toBe(true)
    expect(after.rows.find(({ kind }) => kind === 'statement')?.text).toBe('SELECT "x"\\x0A,\'\\x09\\x5C')
  })

  test('gives back any bytes of any field through the whole way', async () => {
    const folder = makeFolder()
    const archive = openArchive(folder)
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text)),
    )
    const given = fc.sample(fc.record({ agent: bytes, referer: bytes, user: bytes, host: bytes, method: bytes }), {
      numRuns: 400,
      seed: 7,
    })
    const marks = fill(
      folder,
      given.map((one, i) => ({ ...one, line: i + 1 })),
    )
    const check = async (): Promise<void> => {
      const { rows } = must(await archive.hunt({ limit: 1000 }))
      expect(rows).toHaveLength(given.length)
      for (const row of rows) {
        const expected = given[row.line - 1]
        for (const name of ['agent', 'referer', 'user', 'host', 'method'] as const)
          expect(Buffer.from(archivedBytes(row[name]).bytes).equals(Buffer.from(expected?.[name] ?? []))).toBe(true)
      }
    }
    await check()
    expect((await archive.seal(marks)).problems).toEqual([])
    await check()
  })

  test('leaves spools alone that are not closed', async () => {
    const folder = makeFolder()
    const archive = openArchive(folder)
    const spool = openSpool(folder)
    must(spool.appendRequests(web, batchOf([{}])))
    expect(await archive.seal(must(spool.marks()))).toMatchObject({ sealed: [], problems: [] })
    expect(spoolsOf(folder)).toHaveLength(1)
  })

  test('stopped at any point is finished the next time, and no row is there twice', async () => {
    const folder = makeFolder()
    const archive = openArchive(folder)
    const marks = fill(folder, [{ target: '/1' }, { target: '/2' }])
    const spoolPath = join(folder, 'spool', marks[0]?.name ?? '')
    const saved = join(makeFolder(), 'saved')
    copyFileSync(spoolPath, saved)
    // Before the rename: a part of a file is left over.
    const sealed = join(folder, 'day=2026-11-20', 'source=web-logs', '00000001.parquet')
    mkdirSync(dirname(sealed), { recursive: true })
    writeFileSync(`${sealed}.part`, 'PAR1 and no more')
    expect(must(await archive.hunt({})).total).toBe(2)
    expect((await archive.seal(marks)).problems).toEqual([])
    expect(must(await archive.hunt({})).total).toBe(2)
    // After the rename, before the spool is deleted.
    copyFileSync(saved, spoolPath)
    expect(must(await archive.hunt({})).total).toBe(2)
    const again = new ArchiveSpool(folder, { nowMs: () => noon })
    expect(must(again.rewind(marks))).toEqual([])
    expect(spoolsOf(folder)).toEqual([])
    expect(must(again.marks())).toEqual([])
    copyFileSync(saved, spoolPath)
    expect(await archive.seal(marks)).toMatchObject({ sealed: [marks[0]?.name], problems: [] })
    expect(spoolsOf(folder)).toEqual([])
    // After everything, before the desk took note.
    expect(await archive.seal(marks)).toMatchObject({ sealed: [marks[0]?.name], problems: [] })
    expect(must(await archive.hunt({})).total).toBe(2)
  })

  test('names a spool that was changed, and deletes nothing', async () => {
    const folder = makeFolder()
    const archive = openArchive(folder)
    const marks = fill(folder, [{ target: '/1' }])
    const path = join(folder, 'spool', marks[0]?.name ?? '')
    writeFileSync(path, 'x'.repeat(marks[0]?.bytes ?? 0))
    const sealing = await archive.seal(marks)
    expect(sealing.sealed).toEqual([])
    expect(sealing.problems.map(({ code }) => code)).toEqual(['damaged'])
    expect(existsSync(path)).toBe(true)
    expect(filesOf(folder)).toEqual([])
  })
})

describe('compacting', () => {
  test('makes one file of the small ones of a day that is over, with the same rows', async () => {
    const folder = makeFolder()
    const archive = openArchive(folder)
    const old = noon - day
    await archive.seal(
      fill(folder, [{ timeMs: old, target: '/1' }], [{ timeMs: old, target: '/2', line: 2 }], [{ target: '/today' }]),
    )
    const before = must(await archive.hunt({}))
    expect(filesOf(folder)).toHaveLength(3)
    const saved = join(makeFolder(), 'saved')
    const part = join(folder, 'day=2026-11-19', 'source=web-logs', '00000001.parquet')
    copyFileSync(part, saved)
    expect(must(await archive.compact(noon))).toEqual({ made: 1, replaced: 2 })
    expect(filesOf(folder)).toEqual([
      'day=2026-11-19/source=web-logs/00000001-00000002.parquet',
      'day=2026-11-20/source=web-logs/00000003.parquet',
    ])
    expect(must(await archive.hunt({})).rows).toEqual(before.rows)
    // Stopped before a part was deleted.
    copyFileSync(saved, part)
    expect(must(await archive.hunt({})).total).toBe(3)
    expect(must(await archive.compact(noon))).toEqual({ made: 0, replaced: 1 })
    expect(existsSync(part)).toBe(false)
    // A number is not given twice.
    const spool = openSpool(folder)
    must(spool.appendRequests(web, batchOf([{ timeMs: old }])))
    expect(spoolsOf(folder)).toEqual(['00000004_2026-11-19_web-logs.tsv'])
  })
})

describe('keeping', () => {
  const sealedOn = async (folder: string, days: readonly number[]): Promise<void> => {
    const archive = openArchive(folder)
    await archive.seal(
      fill(
        folder,
        days.map((ago) => ({ timeMs: noon - ago * day })),
      ),
    )
    await archive.close()
    for (const path of filesOf(folder)) {
      const at = new Date(Date.parse(/day=([\d-]+)/.exec(path)?.[1] ?? ''))
      utimesSync(join(folder, path), at, at)
    }
  }

  test('lets go of days that are too long ago, and keeps an old log that was read lately', async () => {
    const folder = makeFolder()
    await sealedOn(folder, [0, 1, 40, 50])
    const read = join(folder, filesOf(folder)[0] as string)
    utimesSync(read, new Date(noon), new Date(noon))
    const archive = openArchive(folder)
    expect(must(archive.retain({ daysMax: 30, bytesMax: 1e12 }, noon))).toMatchObject({
      files: 1,
      firstDay: '2026-10-01',
    })
    expect(filesOf(folder).map((path) => path.slice(4, 14))).toEqual(['2026-10-01', '2026-11-19', '2026-11-20'])
    expect(readdirSync(folder)).not.toContain('day=2026-10-11')
  })

  test('lets go of the oldest days first when there is too much', async () => {
    const folder = makeFolder()
    await sealedOn(folder, [0, 1, 2, 3])
    const archive = openArchive(folder)
    const size = statSync(join(folder, filesOf(folder)[0] as string)).size
    expect(must(archive.retain({ daysMax: 30, bytesMax: size * 2 + 100 }, noon))).toMatchObject({
      files: 2,
      firstDay: '2026-11-19',
    })
    expect(must(await archive.stats())).toMatchObject({
      days: 2,
      firstDay: '2026-11-19',
      records: 2,
      files: 2,
      keptSinceMs: noon - day,
    })
  })

  test('says that nothing is kept where there is no archive', async () => {
    const archive = openArchive(join(makeFolder(), 'none'))
    expect(must(await archive.stats())).toEqual({ days: 0, records: 0, files: 0, bytes: 0, unreadable: [] })
    expect(must(await archive.hunt({ addresses: ['192.0.2.1'] }))).toMatchObject({ total: 0, recordsSearched: 0 })
    expect(archive.processIds).toEqual([])
  })
})

describe('a hunt', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-archive-'))
  const requests: RequestFixture[] = [
    { client: '198.51.100.7', target: '/voter/status?licence=A1', agent: 'sqlmap/1.8', status: 500, timeMs: noon },
    { client: '198.51.100.7', target: '/voter/status?licence=A2', agent: 'sqlmap/1.8', timeMs: noon + 1000 },
    { client: '198.51.100.200', target: '/Voter', agent: 'Mozilla/5.0', timeMs: noon + 2000 },
    { client: '2001:db8::7', target: "/search?q='OR+1=1", agent: 'Mozilla/5.0', timeMs: noon + 3000 },
    { client: '::ffff:203.0.113.9', target: '/voter/status/x', agent: 'curl/8', timeMs: noon + 4000 },
    { client: 'unix:', target: '/a%b_c', agent: 'back\\slash', timeMs: noon + 5000 },
    { client: '192.0.2.1', target: '/', timeMs: Number.NaN },
  ]
  const archive = new Archive(folder)
  let marks: readonly SpoolMark[] = []
  afterAll(async () => {
    await archive.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const lines = async (
    query: Parameters<typeof archive.hunt>[0],
    lists: Parameters<typeof archive.hunt>[1] = [],
  ): Promise<number[]> => {
    const answer = must(await archive.hunt(query, lists))
    expect(answer.total).toBe(answer.rows.length)
    return answer.rows.map(({ line }) => line).sort((a, b) => a - b)
  }

  test.each(['spools', 'sealed files'])('over %s finds what was asked for, and nothing else', async (where) => {
    if (where === 'spools') marks = fill(folder, requests)
    else expect((await archive.seal(marks)).problems).toEqual([])
    expect(await lines({})).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await lines({ addresses: ['198.51.100.7'] })).toEqual([1, 2])
    expect(await lines({ addresses: ['198.51.100.0/25'] })).toEqual([1, 2])
    expect(await lines({ addresses: ['198.51.100.0/24', '2001:db8::/32'] })).toEqual([1, 2, 3, 4])
    expect(await lines({ addresses: ['203.0.113.9'] })).toEqual([5])
    expect(await lines({ addresses: ['::ffff:203.0.113.0/120', '2001:DB8::7'] })).toEqual([4, 5])
    expect(await lines({ addresses: ['0.0.0.0/0'] })).toEqual([1, 2, 3, 5, 7])
    expect(await lines({ addresses: ['::/0'] })).toEqual([4])
    const many = Array.from({ length: 500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
    expect(await lines({ addresses: [...many, '198.51.100.7'] })).toEqual([1, 2])
    expect(await lines({ addresses: [...many, '198.51.100.128/25', '2001:db8::/64'] })).toEqual([3, 4])
    const list = readIndicatorList('cert.csv', 'address,since\n198.51.100[.]200,2026\n2001:db8::7,2026\n')
    expect(await lines({}, [list])).toEqual([3, 4])
    expect(await lines({}, [readIndicatorList('empty', 'none\n')])).toEqual([])
    expect(await lines({ path: '/voter/status', pathMatch: 'is' })).toEqual([1, 2])
    expect(await lines({ path: '/voter/status?licence=A2', pathMatch: 'is' })).toEqual([2])
    expect(await lines({ path: '/voter', pathMatch: 'begins' })).toEqual([1, 2, 5])
    expect(await lines({ path: '/voter/status?lic', pathMatch: 'begins' })).toEqual([1, 2])
    expect(await lines({ path: 'VOTER' })).toEqual([1, 2, 3, 5])
    expect(await lines({ path: "q='or" })).toEqual([4])
    expect(await lines({ path: 'status?licence=a1' })).toEqual([1])
    expect(await lines({ path: '%' })).toEqual([6])
    expect(await lines({ path: '_' })).toEqual([6])
    expect(await lines({ agent: 'SQLMAP' })).toEqual([1, 2])
    expect(await lines({ agent: 'back\\slash' })).toEqual([6])
    expect(await lines({ agent: 'back\\x5Cslash' })).toEqual([6])
    expect(await lines({ status: 500 })).toEqual([1])
    expect(await lines({ fromMs: noon + 1000, untilMs: noon + 3000 })).toEqual([2, 3])
    expect(await lines({ sourceId: web, status: 200, agent: 'sqlmap' })).toEqual([2])
    expect(await lines({ sourceId: 'other' as SourceId })).toEqual([])
    expect(await lines({ path: `'; DROP TABLE found; --` })).toEqual([])
  })

  test('counts by address, gives pages with the latest first, and says since when records are kept', async () => {
    const answer = must(await archive.hunt({ addresses: ['198.51.100.0/24'], limit: 2 }))
    expect(answer).toMatchObject({ total: 3, addresses: 2, recordsSearched: 7, keptSinceMs: noon, unreadable: [] })
    expect(answer.byAddress).toEqual([
      { address: '198.51.100.7', count: 2, firstMs: noon, lastMs: noon + 1000 },
      { address: '198.51.100.200', count: 1, firstMs: noon + 2000, lastMs: noon + 2000 },
    ])
    expect(answer.rows.map(({ line }) => line)).toEqual([3, 2])
    expect(
      must(await archive.hunt({ addresses: ['198.51.100.0/24'], limit: 2, offset: 2 })).rows.map(({ line }) => line),
    ).toEqual([1])
    expect(must(await archive.hunt({ addresses: ['198.51.100.0/24'], limit: 2, offset: 4 })).rows).toEqual([])
    const pages = [0, 3, 6].map((offset) => archive.hunt({ offset, limit: 3 }))
    const seen = (await Promise.all(pages)).flatMap((page) => must(page).rows.map(({ line }) => line))
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 7])
    expect(must(await archive.hunt({ limit: 1 })).rows[0]).toMatchObject({
      address: 'unix:',
      file: '/var/log/access.log',
      offset: 500,
      length: 99,
    })
  })

  test('that cannot be asked so is refused in a sentence', async () => {
    const refused = [
      { addresses: ['300.1.1.1'] },
      { addresses: ['10.0.0.0/33'] },
      { path: '' },
      { agent: 'x'.repeat(5000) },
      { limit: 0 },
      { limit: 5000 },
      { offset: -1 },
      { fromMs: 2, untilMs: 1 },
      { fromMs: Number.NaN },
    ]
    for (const query of refused) {
      const answer = await archive.hunt(query)
      expect(answer).toMatchObject({ ok: false, error: { code: 'bad-query' } })
    }
  })

  test('leaves a damaged file out and names it', async () => {
    const damaged = join(folder, 'day=2026-11-20', 'source=web-logs', '00000900.parquet')
    writeFileSync(damaged, 'this is no Parquet file')
    const answer = must(await archive.hunt({}))
    expect(answer).toMatchObject({ total: 7, unreadable: ['day=2026-11-20/source=web-logs/00000900.parquet'] })
    const whole = join(folder, 'day=2026-11-20', 'source=web-logs', '00000001.parquet')
    copyFileSync(whole, damaged)
    const { size } = statSync(damaged)
    const bytes = readFileSync(damaged)
    bytes.fill(0xaa, 4, Math.floor(size / 2))
    writeFileSync(damaged, bytes)
    expect(must(await archive.hunt({}))).toMatchObject({ total: 7, unreadable: [expect.stringContaining('900')] })
  })
})
