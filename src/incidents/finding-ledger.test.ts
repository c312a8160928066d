import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findingKinds, type Hit, levels, outcomes } from '../core/finding.ts'
import { buildIncidents } from './build.ts'
import { FindingLedger } from './finding-ledger.ts'

const hit: fc.Arbitrary<Hit> = fc
  .record({
    kind: fc.constantFrom(...findingKinds),
    level: fc.constantFrom(...levels),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    day: fc.integer({ min: 0, max: 40 }),
    actor: fc.constantFrom('198.51.100.1', '198.51.100.2', '2001:db8::1'),
    target: fc.constantFrom('/a', '/b'),
    outcome: fc.constantFrom(...outcomes),
    tool: fc.option(fc.constantFrom('sqlmap', 'nikto'), { nil: undefined }),
    rows: fc.integer({ min: 0, max: 50 }),
    key: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ day, actor, tool, rows, key, ...rest }) => ({
    ...rest,
    rule: 'registration/test',
    timeMs: Date.UTC(2026, 5, 1 + day),
    decidedAtMs: Date.UTC(2026, 5, 1 + day),
    actor: { type: 'address', value: actor },
    ...(tool === undefined ? {} : { tool }),
    place: { source: 'a.log', line: day + 1, offset: day * 100, length: 99 },
    exposes: [
      { by: 'key', page: '/a', key, certain: rows % 2 === 0 },
      { by: 'positions', table: 'voters', ordering: 'id', from: key, to: key + rows, certain: true },
      { by: 'rows', table: 'voters', set: String(key), rowsMin: 1, rowsMax: rows + 1, rowsLikely: rows },
    ],
  }))

describe('the ledger of findings', () => {
  test('saved at any hit and restored tells the same incidents', () => {
    fc.assert(
      fc.property(fc.array(hit, { maxLength: 60 }), fc.nat(60), (hits, cut) => {
        const whole = new FindingLedger()
        for (const one of hits) whole.add(one)
        const first = new FindingLedger()
        for (const one of hits.slice(0, cut)) first.add(one)
        const second = new FindingLedger()
        second.restore(deserialize(serialize(first.save())))
        for (const one of hits.slice(cut)) second.add(one)
        expect(buildIncidents(second.findings)).toEqual(buildIncidents(whole.findings))
      }),
    )
  })

  test('tells each finding that changed once', () => {
    const ledger = new FindingLedger()
    const [one] = fc.sample(hit, { numRuns: 1, seed: 1 }) as [Hit]
    ledger.add(one)
    ledger.add(one)
    expect(ledger.takeChanged()).toHaveLength(1)
    expect(ledger.takeChanged()).toHaveLength(0)
    expect(ledger.addNumbered(one).ordinal).toBe(2)
    expect(ledger.takeChanged()).toHaveLength(1)
  })

  test('of software, what was found last is told; each rule keeps its own words', () => {
    const ledger = new FindingLedger()
    const [one] = fc.sample(hit, { numRuns: 1, seed: 1 }) as [Hit]
    const changed = (plain: string): Hit => ({ ...one, kind: 'software-changed', words: { title: 'Differs', plain } })
    ledger.add(changed('One file was changed.'))
    const second = new FindingLedger()
    second.restore(deserialize(serialize(ledger.save())))
    second.add(changed('Two files were changed.'))
    expect(second.findings.map((gathered) => gathered.finding().words?.plain)).toEqual(['Two files were changed.'])
    for (const rule of ['sigma/a', 'sigma/b']) {
      second.add({ ...one, kind: 'rule-match', rule, words: { title: rule } })
    }
    expect(second.findings.slice(1).map((gathered) => gathered.finding().words?.title)).toEqual(['sigma/a', 'sigma/b'])
  })

  test('gives what comes back after it was forgotten an id of its own', () => {
    const ledger = new FindingLedger()
    const [one] = fc.sample(hit, { numRuns: 1, seed: 1 }) as [Hit]
    const { id } = ledger.addNumbered(one)
    ledger.forget(Number.POSITIVE_INFINITY, () => true)
    expect(ledger.count).toBe(0)
    const later = ledger.addNumbered({ ...one, timeMs: one.timeMs + 90 * 86_400_000 })
    expect(later.ordinal).toBe(0)
    expect(later.id).not.toBe(id)
  })
})
