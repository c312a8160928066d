import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../core/limits.ts'
import { type CorrelationText, correlation, isCorrelation, kinds, told } from './correlation-text.fixture.ts'
import { type At, observeAll, selecting } from './rule-text.fixture.ts'

const run = (wanted: CorrelationText | readonly CorrelationText[], events: readonly At[]): string[] =>
  told(observeAll([...kinds, ...[wanted].flat().map((each) => correlation(each as CorrelationText))], events))
const fail = (second: number, user = 'ada', more: object = {}): At => [second, { kind: 'fail', user, ...more }]
const good = (second: number, user = 'ada', more: object = {}): At => [second, { kind: 'ok', user, ...more }]

describe('event_count', () => {
  const three = { type: 'event_count', condition: 'gte: 3' }

  test('is reached by so many events of one group within the timespan, wherever it begins', () => {
    expect(run(three, [fail(50), fail(59), fail(70)])).toEqual(['C@70 3 ada'])
    expect(run(three, [fail(0), fail(30), fail(60)])).toEqual([])
    expect(run(three, [fail(0), fail(1, 'bob'), fail(2), fail(3, 'bob')])).toEqual([])
  })

  test('is told once, and again after each timespan while it goes on', () => {
    const events = Array.from({ length: 100 }, (_, i) => fail(i * 2))
    expect(run(three, events)).toEqual(['C@4 3 ada', 'C@64 3 ada', 'C@124 3 ada', 'C@184 3 ada'])
    expect(run(three, [fail(0), fail(1), fail(2), fail(100), fail(101), fail(102)])).toHaveLength(2)
  })

  test('counts events that come late where they belong', () => {
    expect(run(three, [fail(50), fail(70), fail(60)])).toEqual(['C@60 3 ada'])
    expect(run(three, [fail(100), fail(0), fail(1), fail(2)])).toEqual(['C@2 3 ada'])
  })

  test('takes values of its group for the same whatever their case', () => {
    expect(run(three, [fail(0, 'Ada'), fail(1, 'ADA'), fail(2, 'ada')])).toEqual(['C@2 3 ada'])
  })

  test('counts events without a field of its group as a group of their own', () => {
    expect(
      run(three, [
        [0, { kind: 'fail' }],
        [1, { kind: 'fail' }],
        [2, { kind: 'fail' }],
      ]),
    ).toEqual(['C@2 3 '])
  })

  test('without group-by counts all', () => {
    expect(run({ ...three, groupBy: '' }, [fail(0, 'a'), fail(1, 'b'), fail(2, 'c')])).toEqual(['C@2 3'])
  })

  test('names the events that reached it', () => {
    const [found] = observeAll([...kinds, correlation(three)], [fail(0), good(1), fail(2), fail(3)]).filter(
      isCorrelation,
    )
    expect(found?.refs).toEqual([0, 2, 3])
  })

  test('with an upper bound is judged when its window is over', () => {
    const upTo = (condition: string, count: number): string[] =>
      run({ type: 'event_count', condition }, [
        ...Array.from({ length: count }, (_, i) => fail(i)),
        fail(400, 'bob'),
      ]).filter((each) => each.endsWith('ada'))
    expect(upTo('lt: 3', 2)).toEqual(['C@1 2 ada'])
    expect(upTo('lt: 3', 3)).toEqual([])
    expect(upTo('lte: 3', 3)).toEqual(['C@2 3 ada'])
    expect(upTo('eq: 3', 3)).toEqual(['C@2 3 ada'])
    expect(upTo('eq: 3', 4)).toEqual([])
    expect(upTo('neq: 3', 4)).toEqual(['C@3 4 ada'])
    expect(upTo('gt: 2, lte: 4', 4)).toEqual(['C@3 4 ada'])
    expect(upTo('gt: 2, lte: 4', 5)).toEqual([])
  })

  test('counts the matches of several rules together', () => {
    expect(run({ ...three, rules: 'fail, ok' }, [fail(0), good(1), fail(2)])).toEqual(['C@2 3 ada'])
  })

  test('agrees with a recount of every window, in whatever order some events come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 17 }),
        fc.integer({ min: 1, max: 5 }),
        (seconds, least) => {
          const sorted = seconds.toSorted((a, b) => a - b)
          const reached = sorted.some(
            (second) => sorted.filter((each) => each <= second && each > second - 60).length >= least,
          )
          const found = run(
            { type: 'event_count', condition: `gte: ${least}` },
            seconds.map((second) => fail(second)),
          )
          expect(found.length > 0).toBe(reached)
        },
      ),
      { seed: 4, numRuns: 300 },
    )
  })
})

describe('value_count', () => {
  const distinct = { type: 'value_count', condition: 'field: from, gte: 3' }
  const from = (second: number, address: string): At => fail(second, 'ada', { from: address })

  test('counts distinct values within the timespan', () => {
    expect(run(distinct, [from(0, 'a'), from(1, 'a'), from(2, 'b'), from(3, 'A'), from(4, 'c')])).toEqual(['C@4 3 ada'])
    expect(run(distinct, [from(0, 'a'), from(30, 'b'), from(60, 'c')])).toEqual([])
  })

  test('keeps a value that is seen again', () => {
    expect(run(distinct, [from(0, 'a'), from(30, 'b'), from(50, 'a'), from(80, 'c')])).toEqual(['C@80 3 ada'])
  })

  test('and sums do not reach back over a quiet night', () => {
    expect(run(distinct, [from(0, 'a'), from(1, 'b'), from(30_000, 'c')])).toEqual([])
    const sum = { type: 'value_sum', condition: 'field: from, gte: 3' }
    expect(run(sum, [from(0, '1'), from(1, '1'), from(30_000, '2')])).toEqual([])
    expect(run(sum, [from(0, '1'), from(30_000, '1'), from(30_001, '2')])).toEqual(['C@30001 3 ada'])
  })

  test('of several fields counts their combinations, and events that have all of them', () => {
    const pairs = { ...distinct, condition: 'field: [from, port], gte: 3' }
    const pair = (second: number, address: string, port?: number): At => fail(second, 'ada', { from: address, port })
    expect(run(pairs, [pair(0, 'a', 1), pair(1, 'a', 2), pair(2, 'b'), pair(3, 'a', 1)])).toEqual([])
    expect(run(pairs, [pair(0, 'a', 1), pair(1, 'a', 2), pair(2, 'b', 1)])).toEqual(['C@2 3 ada'])
  })

  test('agrees with a recount at every event that comes in order', () => {
    const step = fc.record({ gap: fc.integer({ min: 0, max: 40 }), value: fc.constantFrom('a', 'b', 'c', 'd', 'e') })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (steps, least) => {
        let second = 0
        const events = steps.map(({ gap, value }) => {
          second += gap
          return [second, value] as const
        })
        let isHolding = false
        let firedAt = Number.NEGATIVE_INFINITY
        const expected: number[] = []
        for (const [index, [now]] of events.entries()) {
          const seen = new Set(
            events
              .slice(0, index + 1)
              .filter(([then]) => then > now - 60)
              .map(([, value]) => value),
          )
          const reached = seen.size >= least
          if (reached && (!isHolding || now - firedAt >= 60)) {
            firedAt = now
            expected.push(now)
          }
          isHolding = reached
        }
        const found = observeAll(
          [...kinds, correlation({ type: 'value_count', condition: `field: from, gte: ${least}` })],
          events.map(([at, value]) => from(at, value)),
        )
        expect(found.filter(isCorrelation).map(({ timeMs }) => timeMs / 1_000)).toEqual(expected)
      }),
      { seed: 4, numRuns: 300 },
    )
  })
})

describe('temporal', () => {
  const both = { type: 'temporal', rules: 'fail, ok' }

  test('asks for every rule within the timespan, in any order', () => {
    expect(run(both, [good(0), fail(59)])).toEqual(['C@59 2 ada'])
    expect(run(both, [good(0), fail(60)])).toEqual([])
    expect(run(both, [good(0), fail(10, 'bob')])).toEqual([])
  })

  test('may ask for some of its rules', () => {
    const some = { type: 'temporal', rules: 'fail, ok, scan', condition: 'gte: 2' }
    expect(run(some, [fail(0), fail(1), good(2)])).toEqual(['C@2 2 ada'])
  })

  test('ties no events together by a field that they do not have', () => {
    expect(
      run(both, [
        [0, { kind: 'ok' }],
        [1, { kind: 'fail' }],
      ]),
    ).toEqual([])
  })

  test('in order asks for the order of its rules', () => {
    const ordered = { type: 'temporal_ordered', rules: 'fail, scan, ok' }
    const scan = (second: number): At => [second, { kind: 'scan', user: 'ada' }]
    expect(run(ordered, [fail(0), scan(1), good(2)])).toEqual(['C@2 3 ada'])
    expect(run(ordered, [scan(0), fail(1), good(2)])).toEqual([])
    expect(run(ordered, [fail(0), good(1), scan(2), fail(3), good(4)])).toEqual(['C@4 3 ada'])
    expect(run(ordered, [fail(0), good(2), scan(1)])).toEqual(['C@1 3 ada'])
    expect(run(ordered, [fail(0), scan(50), good(61)])).toEqual([])
  })

  test('in order does not take one event for two', () => {
    const twice = selecting('user: ada', 'title: any\nname: any')
    expect(
      told(observeAll([...kinds, twice, correlation({ type: 'temporal_ordered', rules: 'fail, any' })], [fail(0)])),
    ).toEqual([])
  })
})

describe('value_sum, value_avg, value_median and value_percentile', () => {
  const sized = (second: number, bytes: unknown): At => fail(second, 'ada', { bytes })
  const of = (type: string, condition: string, values: readonly unknown[]): string[] =>
    run(
      { type, condition: `field: bytes, ${condition}` },
      values.map((value, i) => sized(i, value)),
    )

  test('add up, and tell when the sum is passed', () => {
    expect(of('value_sum', 'gt: 10', [5, '5', 1])).toEqual(['C@2 11 ada'])
    expect(of('value_sum', 'gt: 10', [5, 'x', null, 5])).toEqual([])
  })

  test('are judged over a whole window where one value alone says nothing', () => {
    expect(of('value_avg', 'gt: 4', [10, 1, 1])).toEqual([])
    expect(of('value_avg', 'gte: 4', [10, 1, 1])).toEqual(['C@2 4 ada'])
    expect(of('value_median', 'eq: 2', [1, 2, 9])).toEqual(['C@2 2 ada'])
    expect(of('value_median', 'eq: 1.5', [1, 2])).toEqual(['C@1 1.5 ada'])
    expect(of('value_percentile', 'percentile: 90, gte: 9', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual(['C@10 9 ada'])
  })

  test('tell the rare values of a window by their share', () => {
    const values = [...Array(99).fill('usual.exe'), 'rare.exe']
    expect(
      run(
        { type: 'value_percentile', condition: 'field: bytes, lte: 1', timespan: '1h' },
        values.map((value, i) => sized(i, value)),
      ),
    ).toEqual(['C@99 1 ada rare.exe'])
  })
})

describe('windows that are judged when they are over', () => {
  const few = { type: 'event_count', condition: 'lt: 3' }

  test('wait for events that are late within the allowance', () => {
    const late = limits.sigmaLatenessMsMax / 1_000
    expect(run(few, [fail(0), fail(1), good(60 + late - 1), fail(2)])).toEqual([])
    expect(run(few, [fail(0), fail(1), good(60 + late + 1), fail(2)])).toEqual(['C@1 2 ada', 'C@2 1 ada'])
  })

  test('are not ended by one clock that runs far ahead', () => {
    expect(run(few, [fail(0), good(9e6), fail(1), good(9e6), fail(2), good(100)])).toEqual([])
  })
})

describe('chains', () => {
  const many = { type: 'event_count', condition: 'gte: 2', name: 'many' }

  test('correlate correlations, and tell only what nobody refers to', () => {
    const chain = { type: 'temporal_ordered', rules: 'many, ok', name: 'C' }
    const found = observeAll([...kinds, correlation(many), correlation(chain)], [fail(0), good(1), fail(2), good(3)])
    expect(told(found)).toEqual(['C@3 2 ada'])
    expect(found.filter((match) => match.kind === 'event')).toEqual([])
  })

  test('tell what they refer to where "generate" asks for it', () => {
    const more = '\n  generate: true'
    const found = observeAll([...kinds, correlation({ ...many, more })], [fail(0), fail(1)])
    expect(found.map(({ kind }) => kind)).toEqual(['event', 'event', 'correlation'])
    const beside = observeAll([...kinds, correlation({ ...many, more: '\ngenerate: true' })], [fail(0)])
    expect(beside).toHaveLength(1)
  })

  test('group by their own fields, which the correlation below need not group by', () => {
    const byHost = { ...many, groupBy: 'host' }
    const chain = { type: 'temporal_ordered', rules: 'many, ok', groupBy: 'user', name: 'C' }
    const host = { host: 'h1' }
    expect(run([byHost, chain], [fail(0, 'bob', host), fail(1, 'ada', host), good(2, 'ada')])).toEqual(['C@2 2 ada'])
  })

  test('follow aliases', () => {
    const alias = {
      type: 'temporal',
      rules: 'fail, ok',
      groupBy: 'inside',
      more: '\n  aliases:\n    inside:\n      fail: to.ip\n      ok: from.ip',
    }
    const events: At[] = [
      [0, { kind: 'fail', to: { ip: '192.0.2.1' } }],
      [1, { kind: 'ok', from: { ip: '192.0.2.1' } }],
    ]
    expect(run(alias, events)).toEqual(['C@1 2 192.0.2.1'])
    expect(run(alias, [events[0] as At, [1, { kind: 'ok', to: { ip: '192.0.2.1' } }]])).toEqual([])
  })
})
