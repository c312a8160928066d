import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../core/limits.ts'
import { type CorrelationText, correlation, kinds, told } from './correlation-text.fixture.ts'
import type { LimitReport } from './correlator.ts'
import type { Match } from './engine.ts'
import { eventOf } from './event.ts'
import { compiled, selecting, testLogsource } from './rule-text.fixture.ts'

describe('state', () => {
  const all: readonly CorrelationText[] = [
    { type: 'event_count', condition: 'gte: 3', name: 'count' },
    { type: 'event_count', condition: 'lt: 4', name: 'few' },
    { type: 'value_count', condition: 'field: from, gte: 3', name: 'distinct' },
    { type: 'value_sum', condition: 'field: bytes, gt: 9', name: 'sum' },
    { type: 'value_median', condition: 'field: bytes, gt: 2', name: 'median' },
    { type: 'temporal_ordered', rules: 'fail, ok', name: 'order' },
    { type: 'temporal', rules: 'count, ok', name: 'chain' },
  ]
  const texts = [...kinds, ...all.map(correlation)]
  const step = fc.record({
    kind: fc.constantFrom('fail', 'ok'),
    user: fc.constantFrom('ada', 'bob'),
    from: fc.constantFrom('a', 'b', 'c', 'd'),
    bytes: fc.integer({ min: 0, max: 9 }),
    gap: fc.integer({ min: 0, max: 30 }),
  })

  test('saved and restored at any event changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), fc.nat(), (steps, cut) => {
        let second = 0
        const events = steps.map(({ gap, ...fields }, ref) => {
          second += gap
          return eventOf(fields, { logsource: testLogsource, timeMs: second * 1_000, ref })
        })
        const plain = (found: readonly Match[]): unknown[] =>
          found.map((match) => ({ ...match, rule: match.rule.title, event: undefined }))
        const whole: Match[] = []
        const engine = compiled(texts).engine
        for (const event of events) engine.observe(event, (match) => whole.push(match))
        engine.finish((match) => whole.push(match))
        const parts: Match[] = []
        let current = compiled(texts).engine
        for (const [index, event] of events.entries()) {
          if (index === cut % events.length) {
            const next = compiled(texts).engine
            expect(next.restore(current.save())).toBe(true)
            current = next
          }
          current.observe(event, (match) => parts.push(match))
        }
        current.finish((match) => parts.push(match))
        expect(plain(parts)).toEqual(plain(whole))
      }),
      { seed: 4, numRuns: 200 },
    )
  })

  test('of two engines that saw different events is merged, and what they reach only together is told', () => {
    const [a, b] = [compiled(texts).engine, compiled(texts).engine]
    const found: Match[] = []
    const see = (engine: typeof a, second: number, from: string): void =>
      engine.observe(
        eventOf({ kind: 'fail', user: 'ada', from, bytes: 4 }, { logsource: testLogsource, timeMs: second * 1_000 }),
        (match) => found.push(match),
      )
    see(a, 0, 'a')
    see(b, 10, 'b')
    see(a, 20, 'c')
    expect(found).toEqual([])
    expect(a.merge(b.save(), (match) => found.push(match))).toBe(true)
    expect(told(found).map((each) => each.split('@')[0])).toEqual(['distinct', 'sum'])
  })

  test('that is none is refused, and changes nothing', () => {
    const { engine } = compiled(texts)
    for (const text of ['', '{', '[]', 'null', '{"version":2,"states":[]}']) expect(engine.restore(text)).toBe(false)
    for (const state of ['[[1]]', '[[["k"]],[["k"]]]', 'null', '7', '[[["k",["x"],[],[[]],0,true,[["x",1],5]]],[]]']) {
      const signature = JSON.parse(engine.save()) as { states: [string, unknown][] }
      const broken = signature.states.map(([name]) => [name, JSON.parse(state)])
      expect(engine.restore(JSON.stringify({ version: 1, states: broken }))).toBe(true)
    }
  })

  test('of a correlation that has changed is dropped', () => {
    const before = compiled([...kinds, correlation({ type: 'event_count', condition: 'gte: 2' })]).engine
    before.observe(eventOf({ kind: 'fail', user: 'ada' }, { logsource: testLogsource, timeMs: 0 }), () => {})
    const found: Match[] = []
    const after = compiled([...kinds, correlation({ type: 'event_count', condition: 'gte: 2', timespan: '2m' })]).engine
    after.restore(before.save())
    after.observe(eventOf({ kind: 'fail', user: 'ada' }, { logsource: testLogsource, timeMs: 1 }), (match) =>
      found.push(match),
    )
    expect(found).toEqual([])
  })
})

describe('bounds', () => {
  test('that are reached are reported', () => {
    const reports: LimitReport[] = []
    const texts = [...kinds, correlation({ type: 'event_count', condition: 'lt: 2' })]
    const { engine } = compiled(texts, { onLimit: (report) => reports.push(report) })
    const emit = (): void => {}
    engine.observe(eventOf({ kind: 'fail' }, { logsource: testLogsource }), emit)
    engine.observe(eventOf({ kind: 'fail' }, { logsource: testLogsource, timeMs: 10_000_000 }), emit)
    engine.observe(eventOf({ kind: 'fail' }, { logsource: testLogsource, timeMs: 0 }), emit)
    expect(reports.map(({ limit, count, rule }) => [limit, count, rule?.title])).toEqual([
      ['no-time', 1, undefined],
      ['late-events', 1, 'C'],
    ])
  })

  test('on texts for regular expressions cut and report', () => {
    const reports: LimitReport[] = []
    const { engine } = compiled([selecting('a|re: "x$"')], { onLimit: (report) => reports.push(report) })
    const event = eventOf({ a: 'x'.repeat(limits.sigmaRegexSubjectCharactersMax + 1) }, { logsource: testLogsource })
    engine.match(event)
    expect(reports).toEqual([{ limit: 'regex-subject', count: 1 }])
  })

  test('on distinct values keep the cost of an event flat', () => {
    const texts = [
      ...kinds,
      correlation({ type: 'value_count', condition: 'field: from, gte: 300000', timespan: '1d' }),
    ]
    const { engine } = compiled(texts)
    const found: Match[] = []
    for (let i = 0; i < 300_000; i++) {
      const event = eventOf({ kind: 'fail', user: 'ada', from: `v${i}` }, { logsource: testLogsource, timeMs: i })
      engine.observe(event, (match) => found.push(match))
    }
    expect(told(found)).toEqual(['C@299.999 300000 ada'])
  })
})
