import { appendFileSync, existsSync, mkdirSync, rmdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { batchOf, makeFolder, must, noon, type RequestFixture, web } from './archive.fixture.ts'
import { openSpool, spoolNames, spoolRows } from './spool.fixture.ts'
import { ArchiveSpool, type SpoolMark } from './spool.ts'

describe('spools', () => {
  test('are by source and by day of the event, and can be read by nobody else', () => {
    const folder = makeFolder()
    const spool = openSpool(folder)
    must(spool.appendRequests(web, batchOf([{ timeMs: noon }, { timeMs: noon - 86_400_000 }, { timeMs: noon }])))
    must(spool.appendRequests('other' as SourceId, batchOf([{ timeMs: noon }])))
    expect(spoolNames(folder)).toEqual([
      '00000001_2026-11-20_web-logs.tsv',
      '00000002_2026-11-19_web-logs.tsv',
      '00000003_2026-11-20_other.tsv',
    ])
    for (const name of spoolNames(folder)) expect(statSync(join(folder, 'spool', name)).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'spool')).mode & 0o777).toBe(0o700)
  })

  test('file a record whose clock makes no sense under today', () => {
    const folder = makeFolder()
    const times = [Number.NaN, -1e15, 0, Date.UTC(1999, 1), noon + 5 * 86_400_000, 8e15, Number.POSITIVE_INFINITY]
    must(openSpool(folder).appendRequests(web, batchOf(times.map((timeMs) => ({ timeMs })))))
    expect(spoolNames(folder)).toEqual(['00000001_2026-11-20_web-logs.tsv'])
    expect(spoolRows(folder)).toHaveLength(times.length)
  })

  test('are bounded in number: a log with times all over the calendar fills no more than those', () => {
    const folder = makeFolder()
    const spool = openSpool(folder)
    const requests = Array.from({ length: 600 }, (_, i) => ({ timeMs: noon - i * 86_400_000 }))
    must(spool.appendRequests(web, batchOf(requests)))
    expect(spoolNames(folder).length).toBeLessThanOrEqual(limits.archiveSpoolsOpenMax + 1)
    expect(spoolRows(folder)).toHaveLength(600)
    const marks = must(spool.marks())
    expect(marks.reduce((sum, mark) => sum + mark.rows, 0)).toBe(600)
  })

  test('follow an old log from day to day, however many there are', () => {
    const folder = makeFolder()
    const spool = openSpool(folder)
    const days = 200
    const batch = Array.from({ length: days * 20 }, (_, i) => ({
      timeMs: noon - (days - Math.floor(i / 20)) * 86_400_000,
    }))
    must(spool.appendRequests(web, batchOf(batch)))
    expect(spoolNames(folder)).toHaveLength(days)
    expect(must(spool.marks()).map(({ rows }) => rows)).toEqual(Array.from({ length: days }, () => 20))
  })

  test('close when they are old, when their day is over and nothing comes, and when the desk stops', () => {
    let nowMs = noon
    const folder = makeFolder()
    const spool = openSpool(folder, { nowMs: () => nowMs })
    const closed = (all = false): number => must(spool.marks(all)).filter((mark) => mark.isClosed).length
    must(spool.appendRequests(web, batchOf([{ timeMs: noon - 86_400_000 }, {}])))
    expect(closed()).toBe(0)
    nowMs += limits.archiveSpoolIdleMsMax
    expect(closed()).toBe(1)
    nowMs = noon + limits.archiveSpoolAgeMsMax
    expect(closed()).toBe(2)
    must(spool.appendRequests(web, batchOf([{}])))
    expect(closed()).toBe(2)
    expect(closed(true)).toBe(3)
  })

  test('close when they have enough rows, and go on in the next', () => {
    const folder = makeFolder()
    const spool = openSpool(folder)
    const batch = batchOf(Array.from({ length: 10_000 }, () => ({ timeMs: noon })))
    for (let i = 0; i < 26; i++) must(spool.appendRequests(web, batch))
    const marks = must(spool.marks())
    expect(marks.map(({ rows, isClosed }) => [rows, isClosed])).toEqual([
      [250_000, true],
      [10_000, false],
    ])
    expect(marks.map(({ name, bytes }) => statSync(join(folder, 'spool', name)).size === bytes)).toEqual([true, true])
  })

  test('take nothing of a call that failed after it filled one spool and began the next', () => {
    const folder = makeFolder()
    const spool = openSpool(folder)
    const batch = batchOf(Array.from({ length: 10_000 }, () => ({ timeMs: noon })))
    for (let i = 0; i < 24; i++) must(spool.appendRequests(web, batch))
    const before = must(spool.marks())
    const inTheWay = join(folder, 'spool', '00000002_2026-11-20_web-logs.tsv')
    mkdirSync(inTheWay)
    const larger = batchOf(Array.from({ length: 15_000 }, () => ({ timeMs: noon })))
    expect(spool.appendRequests(web, larger).ok).toBe(false)
    expect(must(spool.marks())).toEqual(before)
    expect(statSync(join(folder, 'spool', before[0]?.name ?? '')).size).toBe(before[0]?.bytes)
    must(spool.appendRequests(web, larger))
    expect(must(spool.marks()).map(({ rows }) => rows)).toEqual([250_000, 5_000])
  })

  test('take nothing of a call that failed, and the call may be made again', () => {
    const folder = makeFolder()
    const spool = openSpool(folder)
    must(spool.appendRequests(web, batchOf([{}])))
    const before = must(spool.marks())
    const other = 'blocked' as SourceId
    // A folder stands where the spool of the second source would be made.
    const inTheWay = join(folder, 'spool', '00000002_2026-11-20_blocked.tsv')
    mkdirSync(inTheWay)
    const failed = spool.appendRequests(other, batchOf([{}, {}]))
    expect(failed.ok).toBe(false)
    rmdirSync(inTheWay)
    expect(spoolRows(folder)).toHaveLength(1)
    expect(before).toHaveLength(1)
    must(spool.appendRequests(other, batchOf([{}, {}])))
    expect(
      must(spool.marks())
        .map(({ rows }) => rows)
        .sort(),
    ).toEqual([1, 2])
  })
})

describe('after a crash', () => {
  test('spools are cut back to their marks, and rows read again are there once', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({
          step: fc.constant('append' as const),
          count: fc.integer({ min: 1, max: 5 }),
          day: fc.integer({ min: 0, max: 2 }),
        }),
        fc.constant({ step: 'checkpoint' as const }),
        fc.record({ step: fc.constant('crash' as const), torn: fc.string({ maxLength: 20 }) }),
      ),
      { maxLength: 25 },
    )
    fc.assert(
      fc.property(steps, (script) => {
        const folder = makeFolder()
        let spool = openSpool(folder)
        const written: RequestFixture[] = []
        let checkpoint: { position: number; marks: readonly SpoolMark[] } = { position: 0, marks: [] }
        let next = 0
        for (const step of script) {
          if (step.step === 'append') {
            const requests = Array.from({ length: step.count }, () => {
              const request = written[next] ?? { timeMs: noon - step.day * 86_400_000, target: `/record/${next}` }
              written[next++] = request
              return request
            })
            must(spool.appendRequests(web, batchOf(requests)))
          } else if (step.step === 'checkpoint') checkpoint = { position: next, marks: must(spool.marks()) }
          else {
            spool.close()
            for (const name of spoolNames(folder)) appendFileSync(join(folder, 'spool', name), step.torn)
            spool = new ArchiveSpool(folder, { nowMs: () => noon })
            expect(must(spool.rewind(checkpoint.marks))).toEqual([])
            next = checkpoint.position
          }
        }
        // What was read since the last checkpoint is read again.
        const rest = written.slice(next)
        if (rest.length > 0) must(spool.appendRequests(web, batchOf(rest)))
        spool.close()
        const paths = spoolRows(folder).map((row) => row.path)
        expect(paths.sort()).toEqual(written.map(({ target }) => target).sort())
      }),
      { numRuns: 60 },
    )
  })

  test('files that no checkpoint names go', () => {
    const folder = makeFolder()
    const spool = openSpool(folder)
    must(spool.appendRequests(web, batchOf([{}])))
    spool.close()
    must(new ArchiveSpool(folder).rewind([]))
    expect(spoolNames(folder)).toEqual([])
  })

  test('a spool that lost bytes is named, and its whole rows are kept', () => {
    const folder = makeFolder()
    const spool = openSpool(folder)
    must(spool.appendRequests(web, batchOf([{ target: '/1' }, { target: '/2' }])))
    const marks = must(spool.marks())
    spool.close()
    const path = join(folder, 'spool', marks[0]?.name ?? '')
    truncateSync(path, statSync(path).size - 5)
    const again = new ArchiveSpool(folder, { nowMs: () => noon })
    expect(must(again.rewind(marks)).map(({ code }) => code)).toEqual(['lost'])
    expect(spoolRows(folder).map((row) => row.path)).toEqual(['/1'])
    expect(must(again.marks())).toMatchObject([{ rows: 1, isClosed: true }])
    writeFileSync(path, '')
    expect(must(again.rewind(marks)).map(({ code }) => code)).toEqual(['lost'])
    expect(existsSync(path)).toBe(true)
  })
})
