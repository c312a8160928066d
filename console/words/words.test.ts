import { describe, expect, test } from 'vitest'
import { lengthInWords } from '../../src/core/counts.ts'
import { barsOf } from '../pages/incident/timeline-bars.ts'
import { firstFields, questionOf } from '../pages/incidents/filter.ts'
import { readFields, writeFields } from '../parts/address-fields.ts'
import { visible } from '../parts/strange-text.tsx'
import { lengthChoices } from './lengths.ts'
import { type SoftwareState, softwareHeading } from './software.ts'
import { exposureBounds, exposureInShort } from './terms.ts'
import { clockOf, momentOf, spanOf, utcOf, whenOf } from './times.ts'

const at = (text: string): number => new Date(text).getTime()

describe('times', () => {
  test('are said as a person says them', () => {
    const now = at('2026-11-22T14:00:00')
    expect(whenOf(at('2026-11-22T02:52:00'), now)).toBe('today, 2:52 am')
    expect(whenOf(at('2026-11-21T23:59:00'), now)).toBe('yesterday, 11:59 pm')
    expect(whenOf(at('2026-11-18T12:00:00'), now)).toBe('Wednesday, noon')
    expect(whenOf(at('2026-06-23T00:00:00'), now)).toBe('June 23, 2026, midnight')
  })

  test('say the day once where both ends share it', () => {
    expect(spanOf(at('2026-11-22T02:00:00'), at('2026-11-22T02:30:00'))).toBe('November 22, 2026, 2:00 am to 2:30 am')
    expect(spanOf(at('2026-11-22T02:00:00'), at('2026-11-22T02:00:30'))).toBe('November 22, 2026, 2:00 am')
  })

  test('that are none are said to be none', () => {
    for (const say of [clockOf, momentOf, utcOf, (timeMs: number) => whenOf(timeMs, 0)]) {
      expect(say(Number.NaN)).toMatch(/unknown/)
      expect(say(9e15)).toMatch(/unknown/)
    }
  })

  test('have lengths in their largest unit', () => {
    expect(lengthInWords(3 * 86_400_000 + 5)).toBe('3 days')
    expect(lengthInWords(60_000)).toBe('1 minute')
    expect(lengthInWords(20)).toBe('less than a second')
  })
})

describe('terms', () => {
  test('explain what the bounds of an exposure mean', () => {
    const exposure = { recordsMin: 7900, recordsMax: 8120, recordsLikely: 7948, basis: [] }
    expect(exposureInShort(exposure)).toBe('About 7,948 voter records')
    expect(exposureBounds(exposure)).toBe('At least 7,900 were shown for certain. It cannot have been more than 8,120.')
    expect(exposureBounds({ ...exposure, recordsMax: null })).toContain('the logs do not show')
    expect(exposureInShort({ ...exposure, recordsMin: 0, recordsMax: 0, recordsLikely: 0 })).toBe('No voter records')
  })

  test('offer the length that an incident proposes', () => {
    expect(lengthChoices(168)[0]).toEqual(['24', 'one day'])
    expect(lengthChoices(72)[0]).toEqual(['72', '3 days'])
  })
})

describe('text of strangers', () => {
  test('shows what an eye cannot see, and nothing else changed', () => {
    expect(visible('a\u202eb\u0000c\u200bd')).toBe('a\\u202eb\\x00c\\u200bd')
    expect(visible(`a${'\u0301'.repeat(400)}b`)).toBe('a\u0301\u0301\u0301\u0301[396 more marks]b')
    expect(visible('\ud800x')).toBe('\\ud800x')
    expect(visible('naïve 😀 שלום\ttab')).toBe('naïve 😀 שלום\ttab')
  })
})

describe('the software of machines', () => {
  const folders = (...states: SoftwareState[]) => states.map((state) => ({ state }))
  test('is called unchanged only where all of it was compared', () => {
    expect(softwareHeading(folders('unchanged', 'unchanged'))).toBe('2 folders, nothing changed')
    expect(softwareHeading(folders('unchanged', 'comparing'))).toBe('1 of 2 folders known to be unchanged')
    expect(softwareHeading(folders('no-baseline'))).toBe('0 of 1 folder known to be unchanged')
    expect(softwareHeading(folders('failed', 'unchanged', 'changed'))).toBe('2 folders need you to look')
  })
})

describe('the filter of incidents', () => {
  test('stands in the address bar and comes back from it', () => {
    const fields = { ...firstFields, state: 'closed', text: 'a&b', offset: 50 }
    expect(readFields(writeFields(fields, firstFields), firstFields)).toEqual(fields)
    expect(writeFields(readFields(new URLSearchParams(), firstFields), firstFields).toString()).toBe('')
  })

  test('asks for open incidents first, and takes no nonsense from the address', () => {
    expect(questionOf(readFields(new URLSearchParams(), firstFields))).toMatchObject({
      state: 'new,acknowledged,contained',
      offset: 0,
    })
    const question = questionOf(readFields(new URLSearchParams('offset=-1&from=never&state=any'), firstFields))
    expect(question).toMatchObject({ state: '', offset: 0 })
    expect(question.fromMs).toBeUndefined()
  })
})

describe('the bars of a timeline', () => {
  const dayMs = 86_400_000
  test('hold a place for every day, and add up to all lines', () => {
    const bars = barsOf([
      { dayMs: 10 * dayMs, hitCount: 3 },
      { dayMs: 14 * dayMs + 5, hitCount: 4 },
    ])
    expect(bars.map((bar) => bar.hitCount)).toEqual([3, 0, 0, 0, 4])
  })

  test('stand for several days where there are many', () => {
    const days = Array.from({ length: 900 }, (_, index) => ({ dayMs: index * dayMs, hitCount: 1 }))
    const bars = barsOf(days)
    expect(bars.length).toBeLessThanOrEqual(60)
    expect(bars.reduce((sum, bar) => sum + bar.hitCount, 0)).toBe(900)
  })
})
