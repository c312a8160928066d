import { describe, expect, test } from 'vitest'
import { counted, durationInWords, inBytes, inWords, listed } from './counts.ts'

import { clockInWords, spanInWords, timeInWords } from './times.ts'
import { exposureInWords, outcomeSentence, sureness } from './vocabulary.ts'

describe('words', () => {
  test('a time reads as an office writes it, in UTC whatever the machine', () => {
    expect(timeInWords(Date.UTC(2026, 5, 23, 2, 52, 48))).toBe('June 23, 2026, 2:52 am')
    expect(timeInWords(Date.UTC(2026, 11, 31, 23, 59))).toBe('December 31, 2026, 11:59 pm')
  })

  test('noon and midnight are called by name', () => {
    expect(clockInWords(Date.UTC(2026, 0, 1, 0, 0))).toBe('midnight')
    expect(clockInWords(Date.UTC(2026, 0, 1, 12, 0))).toBe('noon')
    expect(clockInWords(Date.UTC(2026, 0, 1, 0, 5))).toBe('12:05 am')
    expect(clockInWords(Date.UTC(2026, 0, 1, 12, 5))).toBe('12:05 pm')
  })

  test('a time that is none is said to be unknown', () => {
    expect(timeInWords(Number.NaN)).toBe('an unknown time')
    expect(timeInWords(Number.POSITIVE_INFINITY)).toBe('an unknown time')
  })

  test('a span within one day names the day once', () => {
    const at = (day: number, hour: number, minute: number) => Date.UTC(2026, 6, day, hour, minute)
    expect(spanInWords(at(10, 2, 24), at(10, 14, 36))).toBe('on July 10, 2026, between 2:24 am and 2:36 pm')
    expect(spanInWords(at(10, 2, 24), at(10, 2, 24))).toBe('on July 10, 2026, at 2:24 am')
    expect(spanInWords(at(10, 2, 24), at(11, 0, 0))).toBe('between July 10, 2026, 2:24 am and July 11, 2026, midnight')
  })

  test('a length of time is given in its two largest units', () => {
    expect(durationInWords(400)).toBe('less than a second')
    expect(durationInWords(Number.NaN)).toBe('less than a second')
    expect(durationInWords(61_000)).toBe('1 minute and 1 second')
    expect(durationInWords(3_600_000)).toBe('1 hour')
    expect(durationInWords(19.5 * 86_400_000)).toBe('19 days and 12 hours')
  })

  test('sizes are given in the units of disks', () => {
    expect([0, 999, 1000, 1440, 64_123_456, 999_999, 2.2e12].map(inBytes)).toEqual([
      '0 bytes',
      '999 bytes',
      '1 kB',
      '1.4 kB',
      '64 MB',
      '1 MB',
      '2.2 TB',
    ])
  })

  test('small counts are words, large ones digits', () => {
    expect([0, 2, 10, 11, 306_119].map(inWords)).toEqual(['no', 'two', 'ten', '11', '306,119'])
  })

  test('a list ends in “and”', () => {
    expect([[], ['a'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a, b and c'])
  })

  test('counts agree with their noun', () => {
    expect([counted(1, 'log line'), counted(1498, 'log line')]).toEqual(['1 log line', '1,498 log lines'])
  })

  test('how sure stands in words before the number', () => {
    expect(sureness(0.97)).toBe('Almost certain (97 in 100).')
    expect(sureness(0.2)).toMatch(/^Not sure/)
  })

  test('of a mail nobody is told that it did not work: whether somebody opened it, no log says', () => {
    expect(outcomeSentence('attempt', ['mail-impersonation', 'mail-campaign'])).toMatch(/^It came to the office/)
    expect(outcomeSentence('attempt', ['mail-phishing', 'sql-injection'])).toMatch(/no sign that it worked/)
    expect(outcomeSentence('success', ['sql-injection'])).toMatch(/^It worked/)
  })

  test('bounds are left out where they say nothing more, and a missing upper bound is admitted', () => {
    const exposure = (recordsMin: number, recordsMax: number, recordsLikely: number) =>
      exposureInWords({ recordsMin, recordsMax, recordsLikely, basis: [] })
    expect(exposure(0, 0, 0)).toBe('no voter records')
    expect(exposure(1, 1, 1)).toBe('1 voter record')
    expect(exposure(7900, 8120, 7948)).toBe('about 7,948 voter records (at least 7,900, at most 8,120)')
    expect(exposure(5, Number.POSITIVE_INFINITY, 9)).toMatch(/how many at most, the logs do not show/)
  })
})
