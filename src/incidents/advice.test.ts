import { describe, expect, test } from 'vitest'
import words from '../../data/advice/advice.json' with { type: 'json' }
import { findingKinds, outcomes, watchOf } from '../core/finding.ts'
import { adviceFor, adviceForFindings } from './advice.ts'

describe('advice', () => {
  test('every kind of finding has advice for every outcome (invariant 7)', () => {
    for (const kind of findingKinds) {
      for (const outcome of [undefined, ...outcomes]) {
        const advice = adviceFor([kind], outcome)
        expect(advice, kind).toHaveLength(1)
        expect(advice[0]?.meaning.length, kind).toBeGreaterThan(40)
        expect(advice[0]?.now.length, kind).toBeGreaterThan(0)
        expect(advice[0]?.call.length, kind).toBeGreaterThan(0)
      }
    }
  })

  test('the advice has no kind that findings do not have', () => {
    expect(Object.keys(words.kinds).sort()).toEqual([...findingKinds].sort())
  })

  test('every step and contact that a kind names is written, and every one written is used', () => {
    const named = { now: new Set<string>(), call: new Set<string>() }
    for (const byOutcome of Object.values(words.kinds)) {
      for (const advice of Object.values(byOutcome)) {
        for (const key of advice.now) named.now.add(key)
        for (const key of advice.call) named.call.add(key)
      }
    }
    expect([...named.now].sort()).toEqual(Object.keys(words.steps).sort())
    expect([...named.call].sort()).toEqual(Object.keys(words.contacts).sort())
  })

  test('sentences are short enough to follow under stress: at most 26 words', () => {
    const texts = [...Object.values(words.steps), ...Object.values(words.contacts)]
    for (const byOutcome of Object.values(words.kinds)) {
      for (const advice of Object.values(byOutcome)) texts.push(advice.meaning)
    }
    for (const text of texts) {
      for (const sentence of text.split(/(?<=[.?!]) /)) {
        expect(sentence.split(' ').length, sentence).toBeLessThanOrEqual(26)
      }
    }
  })

  test('a successful injection brings in the attorney; an attempt does not', () => {
    const called = (outcome: 'attempt' | 'success') => adviceFor(['sql-injection'], outcome)[0]?.call.join(' ')
    expect(called('success')).toMatch(/attorney/)
    expect(called('attempt')).not.toMatch(/attorney/)
  })

  test('an incident of several kinds is told each step once, the most urgent kind first', () => {
    const advice = adviceFor(['scan', 'sql-injection', 'scan'], 'success')
    expect(advice).toHaveLength(2)
    expect(advice[0]?.meaning).toMatch(/database commands/)
    const steps = advice.flatMap((one) => one.now)
    expect(new Set(steps).size).toBe(steps.length)
  })

  test('each kind is advised by its own outcome: an injection that failed is not called a break-in because a sign-in worked', () => {
    const advice = adviceForFindings([
      { kind: 'password-guessing', outcome: 'attempt', level: 'medium' },
      { kind: 'sql-injection', outcome: 'attempt', level: 'high' },
      { kind: 'password-guessing', outcome: 'success', level: 'critical' },
    ])
    expect(advice[0]?.meaning).toMatch(/no sign that it worked/)
    expect(advice[1]?.meaning).toMatch(/then a sign-in worked/)
  })

  test('where only the incident has an outcome, a success is laid to the most urgent kind alone', () => {
    const advice = adviceFor(['scan', 'enumeration'], 'success')
    expect(advice[1]?.meaning).toMatch(/Most go no further/)
  })

  test('the everyday scanning of the internet sends nobody to the telephone, unless it found something', () => {
    const call = (level: 'low' | 'medium', outcome: 'attempt' | 'success') =>
      adviceForFindings([{ kind: 'scan', level, outcome }])[0]?.call[0]
    expect(call('low', 'attempt')).toMatch(/^Nobody today/)
    expect(call('low', 'success')).toMatch(/^Your IT department/)
    expect(call('medium', 'attempt')).toMatch(/^Your IT department/)
    const beside = adviceForFindings([
      { kind: 'scan', level: 'low' },
      { kind: 'enumeration', level: 'high' },
    ])
    expect(beside.flatMap((one) => one.now).join(' ')).not.toMatch(/Do nothing today/)
  })

  test('logs are kept for every kind that may be an attack', () => {
    for (const kind of findingKinds.filter(
      (one) => watchOf[one] !== 'desk' && one !== 'authorised-scan' && one !== 'mail-unreadable',
    )) {
      for (const outcome of outcomes)
        expect(adviceFor([kind], outcome)[0]?.now.join(' '), kind).toMatch(/Keep every log/)
    }
  })
})
