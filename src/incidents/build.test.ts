import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FindingKind, findingKinds, type Hit, type Level } from '../core/finding.ts'
import { buildIncidents, type IndicatorLookup } from './build.ts'
import { FindingLedger } from './finding-ledger.ts'
import type { Incident } from './incident.ts'

const startMs = Date.UTC(2026, 5, 1, 9)
const hourMs = 3_600_000
const dayMs = 24 * hourMs

let lines = 0

/** A hit with what a test does not care about filled in. */
function hit(kind: FindingKind, actor: string, changes: Partial<Hit> = {}): Hit {
  const timeMs = changes.timeMs ?? startMs
  lines++
  return {
    kind,
    rule: `registration/${kind}`,
    level: 'high',
    confidence: 0.9,
    timeMs,
    decidedAtMs: timeMs,
    actor: { type: 'address', value: actor },
    target: '/status',
    place: { source: 'access.log', line: lines, offset: lines * 100, length: 99 },
    ...changes,
  }
}

function incidentsOf(hits: readonly Hit[], indicator?: IndicatorLookup): Incident[] {
  const ledger = new FindingLedger()
  for (const each of hits) ledger.add(each)
  return buildIncidents(ledger.findings, indicator)
}

const addressesOf = (incident: Incident | undefined): string[] => (incident?.actors ?? []).map(({ value }) => value)

describe('what belongs together becomes one incident', () => {
  test('one attacker over days, whatever he does', () => {
    const incidents = incidentsOf([
      hit('scan', '203.0.113.5', { level: 'low' }),
      hit('sql-injection', '203.0.113.5', { timeMs: startMs + dayMs }),
      hit('after-block', '203.0.113.5', { level: 'low', timeMs: startMs + 9 * dayMs }),
    ])
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({ level: 'high', kinds: ['sql-injection', 'scan', 'after-block'], hitCount: 3 })
    expect(incidents[0]?.timeline.map(({ dayMs: day }) => day)).toEqual(
      [0, 1, 9].map((day) => Math.floor(startMs / dayMs) * dayMs + day * dayMs),
    )
  })

  test('one page attacked in the same way from changing addresses', () => {
    const incidents = incidentsOf(
      ['192.0.2.1', '198.51.100.2', '203.0.113.3'].map((address, i) =>
        hit('sql-injection', address, { timeMs: startMs + i * 3 * dayMs }),
      ),
    )
    expect(incidents.map(addressesOf)).toEqual([['192.0.2.1', '198.51.100.2', '203.0.113.3']])
  })

  test('the same tool on different pages', () => {
    const incidents = incidentsOf([
      hit('sql-injection', '192.0.2.1', { tool: 'sqlmap' }),
      hit('sql-injection', '192.0.2.2', { tool: 'sqlmap', target: '/search' }),
    ])
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({ tools: ['sqlmap'], targets: ['/status', '/search'] })
  })

  test('but not two attackers on different pages', () => {
    expect(
      incidentsOf([hit('sql-injection', '192.0.2.1'), hit('sql-injection', '192.0.2.2', { target: '/search' })]),
    ).toHaveLength(2)
  })

  test('nor one page attacked again after more than a month of silence', () => {
    const of = (days: number): number =>
      incidentsOf([
        hit('sql-injection', '192.0.2.1'),
        hit('sql-injection', '192.0.2.2', { timeMs: startMs + days * dayMs }),
      ]).length
    expect([of(29), of(31)]).toEqual([1, 2])
  })

  test('routine scanning by many addresses over months is one quiet incident', () => {
    const incidents = incidentsOf(
      Array.from({ length: 40 }, (_, i) =>
        hit('scan', `192.0.2.${i}`, { level: 'low', timeMs: startMs + i * 20 * dayMs, outcome: 'attempt' }),
      ),
    )
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({
      level: 'low',
      title: 'The usual scanning that every site on the internet sees',
    })
  })

  test('an ordered scan stays apart, and informational, though its scanner sends injections', () => {
    const incidents = incidentsOf([
      hit('authorised-scan', '198.51.100.9', { level: 'informational' }),
      hit('sql-injection', '203.0.113.5'),
    ])
    expect(incidents.map(({ level, kinds }) => [level, kinds])).toEqual([
      ['high', ['sql-injection']],
      ['informational', ['authorised-scan']],
    ])
  })

  test('an injected statement without a request joins the attack that was going on', () => {
    const statement = (timeMs: number): Hit =>
      hit('sql-injection', 'webapp', {
        actor: { type: 'role', value: 'webapp' },
        target: 'database county',
        level: 'critical',
        outcome: 'success',
        timeMs,
      })
    const requests = hit('sql-injection', '203.0.113.5', { outcome: 'attempt' })
    const near = incidentsOf([requests, statement(startMs + 50 * 60_000)])
    expect(near.map(({ level, outcome, hitCount }) => [level, outcome, hitCount])).toEqual([['critical', 'success', 2]])
    expect(incidentsOf([requests, statement(startMs + 3 * hourMs)])).toHaveLength(2)
  })
})

describe('an incident', () => {
  test('counts a record that several findings show as exposed once', () => {
    const rows = (address: string, from: number, to: number): Hit =>
      hit('sql-injection', address, {
        outcome: 'success',
        exposes: [{ by: 'positions', table: 'voters', ordering: 'id', from, to, certain: true }],
      })
    const [incident] = incidentsOf([rows('192.0.2.1', 0, 10), rows('192.0.2.2', 5, 20)])
    expect(incident?.exposure).toMatchObject({ recordsMin: 20, recordsLikely: 20, recordsMax: 20 })
  })

  test('says what had been exposed when it was first seen', () => {
    const fetched = (key: number, minutes: number): Hit =>
      hit('enumeration', '192.0.2.1', {
        timeMs: startMs + minutes * 60_000,
        decidedAtMs: startMs + Math.max(minutes, 20) * 60_000,
        exposes: [{ by: 'key', page: '/status', key, certain: true }],
      })
    const [incident] = incidentsOf(Array.from({ length: 60 }, (_, i) => fetched(i, i)))
    expect(incident?.exposure?.recordsLikely).toBe(60)
    expect(incident?.exposureAtDetection?.recordsLikely).toBe(21)
    expect(incident?.detectedAtMs).toBe(startMs + 20 * 60_000)
  })

  test('is raised by a known address, which alone makes no incident', () => {
    const listed: IndicatorLookup = (address) => (address === '192.0.2.1' ? 'CERT list' : undefined)
    const guessing = hit('password-guessing', '192.0.2.1', { level: 'medium', confidence: 0.9 })
    expect(incidentsOf([guessing])[0]).toMatchObject({ level: 'medium', confidence: 0.9, context: [] })
    const [raised] = incidentsOf([guessing], listed)
    expect(raised).toMatchObject({ level: 'high', context: ['192.0.2.1 is on the list CERT list'] })
    expect(raised?.confidence).toBeCloseTo(0.95)
    expect(incidentsOf([], listed)).toEqual([])
    const [noise] = incidentsOf([hit('scan', '192.0.2.1', { level: 'low' })], listed)
    expect(noise?.level).toBe('low')
  })

  test('comes with advice, a title and a story, whatever its kinds', () => {
    for (const kind of findingKinds) {
      for (const outcome of [undefined, 'attempt', 'probe', 'success'] as const) {
        const [incident] = incidentsOf([hit(kind, '192.0.2.1', outcome === undefined ? {} : { outcome })])
        expect(incident?.title).toMatch(/^[A-Z].{10,}/)
        expect(incident?.story.length).toBeGreaterThan(0)
        for (const sentence of incident?.story ?? []) expect(sentence).toMatch(/^[A-Z0-9].*[.]$/s)
        expect(incident?.advice[0]?.now.length, `${kind} ${outcome}`).toBeGreaterThan(0)
      }
    }
  })

  test('is as severe as its most severe finding, and the most severe comes first', () => {
    const incidents = incidentsOf([
      hit('limit-reached', 'bellwether', { level: 'low', actor: { type: 'role', value: 'bellwether' } }),
      hit('password-spraying', '192.0.2.7', { level: 'medium', target: '/login' }),
      hit('sql-injection', '192.0.2.1', { level: 'high' }),
      hit('sql-injection', '192.0.2.2', { level: 'critical' }),
    ])
    expect(incidents.map(({ level }) => level)).toEqual(['critical', 'medium', 'low'])
  })
})

/** Hits in the order of events of few actors, kinds and pages over some weeks. */
const someHits = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...findingKinds),
      actor: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3'),
      level: fc.constantFrom<Level>('low', 'medium', 'high', 'critical'),
      target: fc.constantFrom('/status', '/search'),
      stepMs: fc.constantFrom(0, hourMs, dayMs, 40 * dayMs),
      tool: fc.option(fc.constantFrom('sqlmap', 'Nikto'), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((steps) => {
    let timeMs = startMs
    return steps.map(({ stepMs, actor, kind, tool, level, target }, i) => {
      timeMs += stepMs
      const place = { source: 'access.log', line: i + 1, offset: i * 100, length: 99 }
      return hit(kind, actor, { level, target, timeMs, place, ...(tool === undefined ? {} : { tool }) })
    })
  })

describe('incidents and findings', () => {
  test('lose no hit and count none twice', () => {
    fc.assert(
      fc.property(someHits, (hits) => {
        const incidents = incidentsOf(hits)
        expect(incidents.reduce((sum, { hitCount }) => sum + hitCount, 0)).toBe(hits.length)
        const findings = incidents.flatMap((incident) => incident.findings)
        expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length)
        for (const { timeline, hitCount } of incidents)
          expect(timeline.reduce((sum, day) => sum + day.hitCount, 0)).toBe(hitCount)
      }),
    )
  })

  test('have ids that depend on nothing but what was seen', () => {
    fc.assert(
      fc.property(someHits, (hits) => {
        expect(incidentsOf(hits)).toEqual(incidentsOf(hits))
      }),
    )
  })

  test('have ids of their own', () => {
    fc.assert(
      fc.property(someHits, (hits) => {
        const ids = incidentsOf(hits).map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  test('keep their ids as more input follows, unless an incident was joined by an older one', () => {
    fc.assert(
      fc.property(someHits, fc.nat(), (hits, cut) => {
        const before = incidentsOf(hits.slice(0, 1 + (cut % hits.length)))
        const after = incidentsOf(hits)
        const findingIds = new Set(after.flatMap(({ findings }) => findings.map(({ id }) => id)))
        for (const incident of before) {
          for (const { id } of incident.findings) expect(findingIds.has(id)).toBe(true)
          const now = after.find(({ findings }) => findings.some(({ id }) => id === incident.findings[0]?.id))
          const older = now?.findings[0]?.id !== incident.findings[0]?.id
          expect(now?.id === incident.id || older).toBe(true)
        }
      }),
    )
  })
})

describe('a finding', () => {
  test('keeps the first places of its evidence only, and counts all', () => {
    const ledger = new FindingLedger()
    for (let i = 0; i < 500; i++) ledger.add(hit('sql-injection', '192.0.2.1', { timeMs: startMs + i }))
    const finding = ledger.findings[0]?.finding()
    expect(ledger.count).toBe(1)
    expect(finding).toMatchObject({ hitCount: 500, firstSeenMs: startMs, lastSeenMs: startMs + 499 })
    expect(finding?.evidence).toHaveLength(20)
  })

  test('is counted at or above a level', () => {
    const ledger = new FindingLedger()
    ledger.add(hit('scan', '192.0.2.1', { level: 'low' }))
    ledger.add(hit('sql-injection', '192.0.2.1', { level: 'high' }))
    ledger.add(hit('sql-injection', '192.0.2.2', { level: 'critical' }))
    expect([ledger.countFrom('low'), ledger.countFrom('high'), ledger.countFrom('critical')]).toEqual([3, 2, 1])
  })

  test('has the worst outcome, the surest confidence and the earliest decision of its hits', () => {
    const ledger = new FindingLedger()
    ledger.add(hit('sql-injection', '192.0.2.1', { outcome: 'success', confidence: 0.5, decidedAtMs: startMs + 9 }))
    ledger.add(hit('sql-injection', '192.0.2.1', { outcome: 'attempt', confidence: 0.8, decidedAtMs: startMs + 5 }))
    expect(ledger.findings[0]?.finding()).toMatchObject({
      outcome: 'success',
      confidence: 0.8,
      detectedAtMs: startMs + 5,
    })
  })
})
