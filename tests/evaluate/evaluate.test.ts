import { describe, expect, test } from 'vitest'
import { recordingBars, stringBars } from './bars.ts'
import { type Measurement, type Mode, measure } from './measure.ts'
import { corpusRecordings } from './recordings.ts'
import { markdownTable } from './table.ts'
import { type LineTruth, webLines } from './truth.ts'

const recordings = corpusRecordings(process.env.BELLWETHER_CORPORA ?? '../shared/corpora')
const named = (name: string) => recordings.find((recording) => recording.name === name)

async function measureNamed(name: string, mode: Mode): Promise<Measurement> {
  const found = named(name)
  if (found === undefined) throw new Error(`no recording ${name}`)
  const { recording, close } = found.open()
  const measured = await measure(recording, mode)
  close()
  return measured
}

describe('on recordings of real tools', () => {
  test.skipIf(named('sqlmap-U') === undefined)('every visible line of a dump through UNION is flagged', async () => {
    const measured = await measureNamed('sqlmap-U', 'web')
    expect(measured.injectionLines).toBeGreaterThan(1_000)
    expect(measured.missedLines).toEqual([])
    expect(measured.incidents.filter(({ attackLines }) => attackLines > 0)).toHaveLength(1)
  })

  test.skipIf(named('enum-fast-100-per-s') === undefined)(
    'a fast walk from one address is found before 200 records are exposed, and all are counted',
    async () => {
      const measured = await measureNamed('enum-fast-100-per-s', 'JSON')
      expect(measured.detectionMs).toBeDefined()
      expect(measured.exposedAtDetection).toBeLessThan(200)
      expect(measured.exposure.recordsMax).toBeGreaterThanOrEqual(measured.exposure.truth)
    },
  )

  test.skipIf(named('hand-typed') === undefined)(
    'an attack typed by hand over weeks from three addresses is one incident from its first request on',
    async () => {
      const measured = await measureNamed('hand-typed', 'web and database')
      expect(measured.detectionMs).toBe(0)
      expect(measured.incidents.filter(({ attackLines }) => attackLines > 0)).toHaveLength(1)
      expect(measured.wrongTies).toBe(0)
    },
  )
})

describe('the evaluation', () => {
  const truth: LineTruth = {
    lines: 3,
    sources: [
      { name: 'visitor', label: 'benign', technique: 'none' },
      { name: 'walk', label: 'attack', technique: 'enumeration' },
    ],
    sourceOfLine: Uint16Array.of(0, 0, 1, 1),
    attackOfLine: ['', '', 'walk', 'walk'],
    clientOfLine: ['', '192.0.2.1', '192.0.2.2', '192.0.2.2'],
    timeMsOfLine: Float64Array.of(0, 1_000, 2_000, 3_000),
    hiddenLines: new Set(),
    exposedAfterLine: [[3, 1]],
    authorisedScanners: [],
    webLineOfDatabaseLine: Int32Array.of(0),
  }
  const missedWalk: Measurement = {
    recording: { name: 'walk', kind: 'scenario', access: '', database: '', truth },
    mode: 'web',
    flags: [],
    incidents: [],
    attackLines: 2,
    injectionLines: 0,
    injectionFlagged: 0,
    missedLines: [],
    benignLines: 1,
    benignInjectionFlagged: 0,
    benignFlagged: new Map([[1, 'scan']]),
    missedSources: ['walk'],
    exposedAtDetection: 0,
    exposure: { truth: 1, recordsMin: 0, recordsLikely: 0, recordsMax: 0 },
    falseIncidents: { informational: 0, low: 0, medium: 0, high: 0, critical: 0 },
    weeks: 0,
    wrongTies: 0,
    seconds: 0,
  }

  test('misses the bar for a walk that was never found and for a harmless line that was flagged', () => {
    const missed = recordingBars([missedWalk]).filter(({ met }) => !met)
    expect(missed.map(({ measured }) => measured)).toEqual(['1 of 1', 'never found'])
  })

  test('reads bars of strings in both directions', () => {
    const bars = stringBars([
      {
        title: 'strings',
        columns: ['strings', 'share', 'bar'],
        rows: [
          ['attacks', '98.90%', '>= 99%'],
          ['names', '0.05%', '<= 0.1%'],
          ['part', '1.00%', ''],
        ],
      },
    ])
    expect(bars.map(({ met }) => met)).toEqual([false, true])
  })

  test('knows the request of a statement by its id, and of what follows by the connection', () => {
    const lines = [
      '{"pid":7,"message":"statement: /* rid=ab */ SELECT 1"}',
      '{"pid":8,"message":"statement: SELECT 2"}',
      '{"pid":7,"message":"duration: 1 ms"}',
    ]
    expect([...webLines(lines, new Map([['ab', 5]]))]).toEqual([0, 5, 0, 5])
  })

  test('writes a cell with a bar in it as one cell', () => {
    const table = markdownTable({ title: 'odd', columns: ['name', 'count'], rows: [['a|b', 3]] })
    expect(table).toContain('a\\|b')
  })
})
