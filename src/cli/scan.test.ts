import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder } from '../../tests/sources/temp-folder.ts'
import { limits } from '../core/limits.ts'
import { emptyOffice } from '../core/office.ts'
import { accessLine } from '../watches/registration/replay.fixture.ts'
import { type ScanOptions, type ScanProgress, type ScanResult, scan } from './scan.ts'

const startMs = Date.UTC(2026, 5, 1, 9)
const payload = "/status?dl=D1'+UNION+SELECT+licence,name+FROM+voters--+"

async function scanOf(paths: readonly string[], changes: Partial<ScanOptions> = {}): Promise<ScanResult> {
  const result = await scan({
    paths,
    databasePaths: [],
    formatFor: () => undefined,
    formatOptions: {},
    office: emptyOffice,
    indicators: [],
    spool: false,
    ...changes,
  })
  for (const stream of result.streams) stream.dispose()
  return result
}

/** Requests of many visitors, an attack among them; one line in a thousand is damaged. */
function someLog(count: number): string {
  const lines: string[] = []
  for (let i = 0; i < count; i++) {
    const timeMs = startMs + i * 50
    if (i % 1_000 === 999) lines.push('what is this')
    else if (i % 5_000 === 777) lines.push(accessLine({ client: '203.0.113.7', timeMs, target: payload, bytes: 9_000 }))
    else lines.push(accessLine({ client: `192.0.2.${i % 250}`, timeMs, target: i % 2 ? '/' : '/about', bytes: 8_312 }))
  }
  return `${lines.join('\n')}\n`
}

describe('a scan', () => {
  test('gives the same whether a log is read in one piece in a thread of its own, or in parts without', async () => {
    const text = someLog(Math.ceil(limits.readAheadBytesMin / 80))
    expect(text.length).toBeGreaterThan(limits.readAheadBytesMin)
    const middle = text.indexOf('\n', text.length / 2) + 1
    const folder = makeFolder({ 'whole.log': text })
    const whole = await scanOf([join(folder, 'whole.log')])
    expect(whole.incidents).toHaveLength(1)

    const parts = makeFolder({ 'b.log': text.slice(0, middle), 'a.log': text.slice(middle) })
    const lines: number[] = []
    const apart = await Promise.all(
      ['a.log', 'b.log'].map((name) => scanOf([join(parts, name)], { onEvidence: ({ line }) => lines.push(line) })),
    )
    const counted = (results: readonly ScanResult[]): number[] => {
      const sources = results.flatMap((result) => result.sources)
      const hits = results.flatMap(({ incidents }) => incidents.map(({ hitCount }) => hitCount))
      const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
      return [sum(sources.map(({ records }) => records)), sum(sources.map(({ rejects }) => rejects)), sum(hits)]
    }
    expect(counted(apart)).toEqual(counted([whole]))
    const together = await scanOf([join(parts, 'a.log'), join(parts, 'b.log')])
    expect(together.incidents[0]?.id).toBe(whole.incidents[0]?.id)
    expect(together.incidents[0]?.timeline).toEqual(whole.incidents[0]?.timeline)
  }, 120_000)

  test('says how far it is, up to the end', async () => {
    const folder = makeFolder({ 'access.log': someLog(20_000) })
    const steps: ScanProgress[] = []
    await scanOf([join(folder, 'access.log')], { onProgress: (progress) => steps.push(progress) })
    const last = steps.at(-1)
    expect(last).toMatchObject({ records: 19_980, findings: 1 })
    expect(last?.bytesRead).toBe(last?.bytesTotal)
    for (const [i, step] of steps.entries()) {
      if (i > 0) expect(step.records).toBeGreaterThanOrEqual(steps[i - 1]?.records ?? 0)
    }
  })

  test('gives every line of a finding once, and the ids of findings in the order of the evidence', async () => {
    const folder = makeFolder({ 'access.log': someLog(20_000) })
    const evidence: string[] = []
    const result = await scanOf([join(folder, 'access.log')], {
      onEvidence: ({ line }, kind, finding) => evidence.push(`${line} ${kind} ${finding}`),
    })
    expect(evidence).toEqual([778, 5_778, 10_778, 15_778].map((line) => `${line} sql-injection 0`))
    expect(result.findingIds).toEqual(result.incidents.flatMap(({ findings }) => findings.map(({ id }) => id)))
  })

  test('keeps the rejects of each source with reason and place', async () => {
    const folder = makeFolder({ 'access.log': someLog(3_000) })
    const [source] = (await scanOf([join(folder, 'access.log')])).sources
    expect(source).toMatchObject({ format: 'combined', records: 2_997, rejects: 3 })
    expect(source?.rejectExamples.map(({ place, reason }) => [place.line, reason])).toEqual(
      [1_000, 2_000, 3_000].map((line) => [line, 'not-this-format']),
    )
  })

  test('takes the format that was asked for, and reads a file that does not fit it as rejects', async () => {
    const folder = makeFolder({ 'access.log': someLog(50) })
    const [source] = (await scanOf([join(folder, 'access.log')], { formatFor: () => 'json' })).sources
    expect(source).toMatchObject({ format: 'json', records: 0, rejects: 50 })
  })

  test('says when it began and ended in event time, and nothing of that where it read nothing', async () => {
    const folder = makeFolder({ 'access.log': someLog(40) })
    const { firstTimeMs, lastTimeMs } = await scanOf([join(folder, 'access.log')])
    expect([firstTimeMs, lastTimeMs]).toEqual([startMs, startMs + 1_000])
    writeFileSync(join(folder, 'empty.log'), '')
    const nothing = await scanOf([join(folder, 'empty.log')])
    expect([nothing.firstTimeMs, nothing.lastTimeMs, nothing.problems.length]).toEqual([undefined, undefined, 1])
  })
})
