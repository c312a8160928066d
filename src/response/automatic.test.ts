import { describe, expect, test } from 'vitest'
import { limits } from '../core/limits.ts'
import { type AutomaticPolicy, automaticBlocks, automaticConfidenceMin } from './automatic.ts'
import { blockOf, findingOf, incidentOf, noonMs } from './block.fixture.ts'

const policy = (part: Partial<AutomaticPolicy> = {}): AutomaticPolicy => ({
  kinds: ['sql-injection'],
  neverBlock: [],
  blocks: [],
  nowMs: noonMs,
  ...part,
})
const attack = incidentOf(findingOf('203.0.113.9'))
const networks = (...input: Parameters<typeof automaticBlocks>): string[] =>
  automaticBlocks(...input).blocks.map(({ network }) => network)

describe('the desk by itself', () => {
  test('blocks nothing where no kind was switched on', () => {
    expect(automaticBlocks(attack, policy({ kinds: [] }))).toEqual({ blocks: [], withheld: [] })
    expect(networks(attack, policy({ kinds: ['scan', 'limit-reached', 'no such kind'] }))).toEqual([])
  })

  test('blocks who did what was switched on, with reason, end, incident and itself as decider', () => {
    expect(automaticBlocks(attack, policy()).blocks).toMatchObject([
      {
        network: '203.0.113.9',
        reason: 'Tried to break into the voter database through /status (12 log lines).',
        incidentId: attack.id,
        decided: { by: 'desk', kind: 'sql-injection' },
        expiresAtMs: noonMs + 7 * 24 * 3_600_000,
        state: 'active',
      },
    ])
  })

  test('leaves to a person what it is less than sure of, and what every site sees', () => {
    const unsure = incidentOf(findingOf('203.0.113.9', { confidence: automaticConfidenceMin - 0.01 }))
    expect(networks(unsure, policy())).toEqual([])
    const usual = incidentOf(findingOf('203.0.113.9', { kind: 'scan', level: 'low' }))
    expect(networks(usual, policy({ kinds: ['scan'] }))).toEqual([])
  })

  test('does not block an address for what an old log shows: somebody else may have it now', () => {
    const old = incidentOf(findingOf('203.0.113.9', { lastSeenMs: noonMs - limits.automaticBlockAgeMsMax - 1 }))
    expect(networks(old, policy())).toEqual([])
  })

  test('never blocks what may never be blocked, what may be a proxy, or a verified search engine, and says so', () => {
    const incident = incidentOf(
      ...['192.0.2.1', '10.0.0.5', '100.64.0.9', '198.51.100.7'].map((each) => findingOf(each)),
    )
    const outcome = automaticBlocks(
      incident,
      policy({
        neverBlock: [{ network: '192.0.2.0/24', reason: 'the state’s network' }],
        searchEngines: new Map([['198.51.100.7', 'Google']]),
      }),
    )
    expect(outcome.blocks).toEqual([])
    expect(outcome.withheld.map(({ network }) => network).sort()).toEqual([
      '10.0.0.5',
      '100.64.0.9',
      '192.0.2.1',
      '198.51.100.7',
    ])
  })

  test('blocks of an IPv6 attacker the /64, once', () => {
    const incident = incidentOf(findingOf('2001:db8:1:2::3'), findingOf('2001:db8:1:2::4'))
    expect(networks(incident, policy())).toEqual(['2001:db8:1:2::/64'])
  })

  test('does not block again what is blocked, or what a person lifted', () => {
    expect(networks(attack, policy({ blocks: [blockOf('203.0.113.0/24')] }))).toEqual([])
    const lifted = blockOf('203.0.113.9', {
      state: 'lifted',
      incidentId: attack.id,
      decidedAtMs: noonMs - 3 * 24 * 3_600_000,
      liftedAtMs: noonMs - 2 * 24 * 3_600_000,
    })
    expect(networks(attack, policy({ blocks: [lifted] }))).toEqual([])
    expect(automaticBlocks(attack, policy({ blocks: [lifted] })).withheld[0]?.why).toContain('Somebody lifted')
    const { incidentId: _, ...other } = lifted
    expect(networks(attack, policy({ blocks: [other] }))).toEqual(['203.0.113.9'])
    expect(networks(attack, policy({ blocks: [{ ...other, liftedAtMs: noonMs - 1 }] }))).toEqual([])
  })

  test('makes only so many blocks a day and leaves the rest to a person', () => {
    const max = limits.automaticBlocksPerDayMax
    const many = incidentOf(...Array.from({ length: max + 10 }, (_, i) => findingOf(`198.18.0.${i}`)))
    const first = automaticBlocks(many, policy())
    expect(first.blocks).toHaveLength(max)
    expect(first.withheld).toHaveLength(10)
    expect(first.withheld[0]?.why).toContain('leaves the rest to you')
    const made = automaticBlocks(many, policy({ blocks: first.blocks }))
    expect(made.blocks).toEqual([])
    const nextDay = { blocks: first.blocks, nowMs: noonMs + 24 * 3_600_000 }
    expect(networks(many, policy(nextDay))).toHaveLength(10)
  })
})
