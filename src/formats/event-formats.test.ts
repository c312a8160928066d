import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkEventFormat, readEvents } from '../../tests/fuzz/event-formats.ts'
import { eventSamples } from '../../tests/fuzz/event-samples.ts'
import { cloudFormats } from './cloud-formats.ts'
import { formats } from './formats.ts'
import { linuxFormats } from './linux-formats.ts'
import { networkFormats } from './network-formats.ts'
import { votingFormats } from './voting-formats.ts'

/** Windows' own have tests of their own. */
const ownFormats = [...linuxFormats, ...networkFormats, ...cloudFormats, ...votingFormats]

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const others: Readonly<Record<string, string>> = {
  combined: '192.0.2.1 - - [23/Jun/2026:02:52:48 +0000] "GET /status?dl=D1 HTTP/1.1" 200 512 "-" "Mozilla/5.0"\n',
  json: '{"time_iso8601":"2026-06-23T00:00:00+00:00","remote_addr":"192.0.2.1","request":"GET /a HTTP/1.1","status":200}\n',
  'postgresql-json':
    '{"timestamp":"2026-06-23 00:02:01.168 UTC","user":"web","dbname":"alder","pid":24,"session_id":"6aa.97","ps":"idle","error_severity":"LOG","message":"statement: SELECT 1"}\n',
  'postgresql-text': '2026-06-23 00:02:10.172 UTC [123] web@alder LOG:  statement: SELECT 1\n',
  iis: '#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-06-23 00:00:01 192.0.2.1 GET / 200\n',
}

/** The format that is surest of a sample, among all there are. */
function surest(sample: string): string | undefined {
  const all = formats.map((format) => ({
    name: format.name,
    share: format.recognise(bytesOf(sample)),
  }))
  const best = all.reduce((a, b) => (b.share > a.share ? b : a))
  return best.share > 0.2 ? best.name : undefined
}

describe('a format of events', () => {
  test('is named once, and has samples', () => {
    const names = formats.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name } of ownFormats) expect(eventSamples[name]?.length, name).toBeGreaterThan(0)
  })

  test('knows its own among all formats, and leaves those of others alone', () => {
    for (const { name } of ownFormats)
      for (const sample of eventSamples[name] ?? []) expect(surest(sample), sample).toBe(name)
    for (const [name, sample] of Object.entries(others)) expect(surest(sample), sample).toBe(name)
  })

  test('is not told from prose, nothing, or JSON of something else', () => {
    for (const text of [
      '',
      '\n \n',
      'Minutes of the board of elections, 23 June 2026.\n',
      '{"a":1}\n{"b":[2]}\n',
      '[1,2]\n',
      'a,b\n1,2\n',
    ]) {
      expect(surest(text), text).toBeUndefined()
    }
  })

  test('makes events with times of its samples, without a reject', () => {
    for (const format of ownFormats) {
      for (const sample of eventSamples[format.name] ?? []) {
        const { records, rejects } = readEvents(format, sample, { referenceMs: Date.UTC(2026, 6, 1) })
        expect(rejects, sample).toEqual([])
        expect(records.length, sample).toBeGreaterThan(0)
        for (const record of records) expect(new Date(record.timeMs).getUTCFullYear(), sample).toBe(2026)
      }
    }
  })

  test('keeps the contract of readers on whole, cut and damaged input', () => {
    for (const format of ownFormats) {
      for (const sample of eventSamples[format.name] ?? []) {
        const bytes = bytesOf(sample)
        checkEventFormat(format, bytes)
        fc.assert(
          fc.property(fc.nat(bytes.length), fc.nat(bytes.length), fc.uint8Array({ maxLength: 4 }), (a, b, between) => {
            const damaged = [...bytes.subarray(0, a), ...between, ...bytes.subarray(b)]
            checkEventFormat(format, Uint8Array.from(damaged))
          }),
          { numRuns: 60 },
        )
      }
    }
  })
})
