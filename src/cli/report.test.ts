import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ReportInput, renderReport, summarySentences } from './report.ts'
import { colourWanted } from './report-page.ts'
import { hostileText, sampleFinding, sampleIncident, sampleReportInput } from './report-sample.ts'

const plain = (input: ReportInput, columns = 80) => renderReport(input, { columns, colour: false })
const quiet: ReportInput = { ...sampleReportInput, incidents: [], problems: [], evidenceLines: new Map() }

describe('the report', () => {
  test('begins with what the reader has to know, the most severe incident first', () => {
    const report = plain(sampleReportInput)
    expect(report).toMatch(/^BELLWETHER for Maple County Clerk\n\nOne thing needs you today\.\n/)
    const levels = [...report.matchAll(/^\d of 4 - ([A-Z ]+)/gm)].map((match) => match[1])
    expect(levels).toEqual(['CRITICAL', 'MEDIUM', 'LOW', 'FOR INFORMATION'])
  })

  test('says what was exposed with bounds, likely figure and how it was counted', () => {
    const report = plain(sampleReportInput).replaceAll(/\s+/g, ' ')
    expect(report).toContain('About 7,948 voter records (at least 7,900, at most 8,120).')
    expect(report).toContain('How this was counted: - The database log gives')
    expect(report).toContain('when no voter records had been exposed')
  })

  test('lists eight addresses and says how many more there are', () => {
    expect(plain(sampleReportInput)).toMatch(/11 addresses: 192\.0\.2\.7, [\s\S]*192\.0\.2\.14, and 3 more\./)
  })

  test('shows evidence with file and line', () => {
    expect(plain(sampleReportInput)).toContain('  access.log.gz:307\n    192.0.2.7 - - [23/Jun/2026')
  })

  test('puts plain words before the terms of the trade', () => {
    const report = plain(sampleReportInput)
    expect(report.indexOf('database commands')).toBeLessThan(report.indexOf('SQL injection'))
  })

  test('says when nothing was found, in what, and that this is no proof', () => {
    const report = plain(quiet).replaceAll(/\s+/g, ' ')
    expect(report).toContain(
      'Nothing that looks like an attack was found in 306,119 web requests and 41,002 database log entries between June 23, 2026, midnight and July 13, 2026, 2:52 am.',
    )
    expect(report).toContain('That is no proof that nothing happened')
    expect(report).toContain('12 lines could not be read: see the end of this report.')
  })

  test('never says that nothing was found when nothing could be read', () => {
    const nothing: ReportInput = { ...quiet, sources: [], firstTimeMs: undefined, lastTimeMs: undefined }
    expect(plain(nothing)).toMatch(/Nothing could be read, so nothing can be said/)
    expect(plain(nothing)).not.toMatch(/Nothing that looks like an attack/)
  })

  test('does not let a quiet day look urgent', () => {
    const low = sampleIncident([sampleFinding('scan', { level: 'low' })])
    expect(summarySentences({ ...quiet, incidents: [low] })).toEqual([
      'Nothing needs you today.',
      'One thing is good to know.',
    ])
    const high = sampleIncident([sampleFinding('enumeration')])
    expect(summarySentences({ ...quiet, incidents: [high, high] })[0]).toBe('Two things need you today.')
  })

  test('hostile text from a log reaches the terminal as printable characters only', () => {
    const report = plain(sampleReportInput)
    expect(report).toMatch(/^[\u0020-\u007e\n\u00a1-\u00ac\u00ae-\u024f\u1e00-\u1eff–—‘’“”…]*$/)
    expect(report).not.toMatch(/^fake line/m)
    expect(report).toContain('<U+001B>[2J')
  })

  test('colour adds escape sequences of our own and nothing else', () => {
    const coloured = renderReport(sampleReportInput, { columns: 80, colour: true })
    expect(coloured).not.toBe(plain(sampleReportInput))
    expect(stripVTControlCharacters(coloured)).toBe(plain(sampleReportInput))
  })

  test.each([20, 40, 60, 80, 132, 1000])(
    'no line is wider than %i columns, or than 40 on a narrower terminal',
    (columns) => {
      for (const line of plain(sampleReportInput, columns).split('\n')) {
        expect(line.length).toBeLessThanOrEqual(Math.max(40, Math.min(columns, 100)))
        expect(line).not.toMatch(/\s$/)
      }
    },
  )

  test('any text in any field of an incident leaves the report whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 0, max: 120 }), (text, columns) => {
        const finding = sampleFinding('scan', { target: text, tools: [text], actor: { type: 'address', value: text } })
        const incident = sampleIncident([finding], { title: text, story: [text, hostileText], context: [text] })
        const report = plain({ ...quiet, officeName: text, incidents: [incident] }, columns)
        expect(report).toMatch(/^[\u0020-\u007e\n\u00a1-\u00ac\u00ae-\u024f\u1e00-\u1eff–—‘’“”…]*$/)
        expect(report.length).toBeLessThan(30_000)
      }),
      { numRuns: 100 },
    )
  })

  test('a thousand incidents and ten thousand files still make a report that a person can scroll', () => {
    const incident = (i: number) => sampleIncident([sampleFinding('scan', { target: `/page-${i}` })])
    const source = sampleReportInput.sources[1]
    const many: ReportInput = {
      ...quiet,
      incidents: Array.from({ length: 1000 }, (_, i) => incident(i)),
      sources: Array.from({ length: 10_000 }, (_, i) => ({ ...source, path: `log-${i}` }) as never),
    }
    const report = plain(many)
    expect(report.split('\n').length).toBeLessThan(2000)
    expect(report).toContain('980 more of the same or a lower level; --json shows them in full:')
    expect(report).toMatch(/And 10,000 more files, with 410,020,000 records\./)
  })

  test('colour is off for NO_COLOR, --no-color, a dumb terminal and a file', () => {
    expect(colourWanted(true, true, {})).toBe(true)
    expect(colourWanted(true, true, { NO_COLOR: '' })).toBe(true)
    expect(colourWanted(true, true, { NO_COLOR: '1' })).toBe(false)
    expect(colourWanted(false, true, {})).toBe(false)
    expect(colourWanted(true, false, {})).toBe(false)
    expect(colourWanted(true, true, { TERM: 'dumb' })).toBe(false)
  })
})
