import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatNamed, formatNames, formats, recogniseFormat } from './formats.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const nameOf = (text: string): string | undefined => recogniseFormat(bytesOf(text))?.name

const combinedLine =
  '192.0.2.1 - - [23/Jun/2026:02:52:48 +0000] "GET /status?dl=D1 HTTP/1.1" 200 512 "-" "Mozilla/5.0"\n'
const jsonLine =
  '{"time_iso8601":"2026-06-23T00:00:00+00:00","remote_addr":"192.0.2.1","request":"GET /a HTTP/1.1","status":200}\n'
const postgresLine =
  '{"timestamp":"2026-06-23 00:00:01.168 UTC","user":"web","dbname":"alder","pid":24,"session_id":"6aa.97","ps":"idle","error_severity":"LOG","message":"statement: SELECT 1"}\n'
const iis =
  '#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-06-23 00:00:01 192.0.2.1 GET / 200\n'

describe('a format', () => {
  test('is named once, in words for people too', () => {
    expect(new Set(formatNames).size).toBe(formats.length)
    for (const { name, title } of formats) {
      expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
      expect(title.length).toBeGreaterThan(5)
      expect(formatNamed(name)?.name).toBe(name)
    }
    expect(formatNamed('fax')).toBeUndefined()
  })

  test("of the desk's own log cannot be named for another", () => {
    expect(formatNamed('mail-record')).toBeDefined()
    expect(formatNames).not.toContain('mail-record')
  })

  test('stands in the README', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    expect(formatNames.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
  })

  test('is told from a sample of its lines', () => {
    expect(nameOf(combinedLine)).toBe('combined')
    expect(nameOf(jsonLine)).toBe('json')
    expect(nameOf(postgresLine)).toBe('postgresql-json')
    expect(nameOf(iis)).toBe('iis')
  })

  test('is told where a good part of the lines is damaged', () => {
    expect(nameOf(`${combinedLine.repeat(3)}${'what is this\n'.repeat(5)}`)).toBe('combined')
    expect(nameOf(`{"broken\n${jsonLine.repeat(2)}`)).toBe('json')
  })

  test('is not told from prose, from nothing, or from a log where one line in ten looks right', () => {
    expect(nameOf('')).toBeUndefined()
    expect(nameOf('\n \n')).toBeUndefined()
    expect(nameOf('Minutes of the board of elections, 23 June 2026.\nPresent: O. Garza, M. Lee.\n')).toBeUndefined()
    expect(nameOf(`${combinedLine}${'what is this\n'.repeat(9)}`)).toBeUndefined()
    expect(nameOf('{"a":1}\n{"b":[2]}\n')).toBeUndefined()
  })

  test('has an opinion between 0 and 1 of anything', () => {
    const samples = ['', combinedLine, jsonLine, postgresLine, iis, '\u0000\u0001', '"', '{', '#', '['.repeat(9_000)]
    for (const format of formats) {
      for (const sample of samples) {
        const share = format.recognise(bytesOf(sample))
        expect(share >= 0 && share <= 1, `${format.name}: ${share}`).toBe(true)
      }
    }
  })
})
