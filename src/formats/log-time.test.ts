import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clfTime } from '../watches/registration/replay.fixture.ts'
import { LogTimeParser } from './log-time.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string): number => new LogTimeParser().parse(bytesOf(text), 0)
const iso = (text: string): string => new Date(parse(text)).toISOString()

describe('the time of an access log', () => {
  test('is read in its own zone, east and west of Greenwich, half hours included', () => {
    expect(iso('23/Jun/2026:02:52:48 +0000')).toBe('2026-06-23T02:52:48.000Z')
    expect(iso('23/Jun/2026:02:52:48 -0500')).toBe('2026-06-23T07:52:48.000Z')
    expect(iso('23/Jun/2026:02:52:48 +0200')).toBe('2026-06-23T00:52:48.000Z')
    expect(iso('01/Jan/2026:00:10:00 +0530')).toBe('2025-12-31T18:40:00.000Z')
    expect(iso('31/Dec/2025:20:30:00 -0930')).toBe('2026-01-01T06:00:00.000Z')
  })

  test('takes month names in any case', () => {
    expect(iso('23/JUN/2026:02:52:48 +0000')).toBe(iso('23/jun/2026:02:52:48 +0000'))
  })

  test('takes a leap second as the second that follows', () => {
    expect(iso('31/Dec/2016:23:59:60 +0000')).toBe('2017-01-01T00:00:00.000Z')
  })

  test('takes a leap day only in a leap year', () => {
    expect(iso('29/Feb/2028:12:00:00 +0000')).toBe('2028-02-29T12:00:00.000Z')
    expect(parse('29/Feb/2026:12:00:00 +0000')).toBeNaN()
  })

  test.each([
    '00/Jun/2026:02:52:48 +0000',
    '32/Jun/2026:02:52:48 +0000',
    '31/Jun/2026:02:52:48 +0000',
    '23/Jux/2026:02:52:48 +0000',
    '23/Jun/2026:24:52:48 +0000',
    '23/Jun/2026:02:60:48 +0000',
    '23/Jun/2026:02:52:61 +0000',
    '23/Jun/2026:02:52:/: +0000',
    '23/Jun/2026:02:52:4x +0000',
    '23/Jun/2026:02:52:48 00000',
    '23/Jun/2026:02:52:48 +9900',
    '23/Jun/2026:02:52:48 +0060',
    '23/Jun/2026 02:52:48 +0000',
    '23-Jun-2026:02:52:48 +0000',
    '2026-06-23T02:52:48+00:00.',
    '23/Jun/2026:02:52:48 +000',
    '',
  ])('is none in %j', (text) => {
    expect(parse(text)).toBeNaN()
  })

  test('is what any second was written as, whatever was read before it', () => {
    const second = fc.integer({ min: Date.UTC(1980, 0) / 1000, max: Date.UTC(2090, 0) / 1000 })
    const parser = new LogTimeParser()
    fc.assert(
      fc.property(second, fc.constantFrom(0, 1, 59, 3_600), (at, step) => {
        for (const timeMs of [at * 1000, (at + step) * 1000]) {
          expect(parser.parse(bytesOf(`[${clfTime(timeMs)}]`), 1)).toBe(timeMs)
        }
      }),
    )
  })

  test('is read right behind a broken one of the same minute', () => {
    const parser = new LogTimeParser()
    expect(parser.parse(bytesOf('23/Jun/2026:02:52:xx +0000'), 0)).toBeNaN()
    expect(parser.parse(bytesOf('23/Jun/2026:02:52:48 +0'), 0)).toBeNaN()
    expect(parser.parse(bytesOf('23/Jun/2026:02:52:48 +0000'), 0)).toBe(Date.UTC(2026, 5, 23, 2, 52, 48))
    expect(parser.parse(bytesOf('23/Jun/2026:02:52:48 -0100'), 0)).toBe(Date.UTC(2026, 5, 23, 3, 52, 48))
  })
})
