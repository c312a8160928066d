/** The contract's part about lists of incidents: filters, order, pages, counts and search. */
import { describe, expect, test } from 'vitest'
import { type Level, levels } from '../../core/finding.ts'
import { incidentId } from '../../core/ids.ts'
import type { Incident } from '../../incidents/incident.ts'
import type { IncidentQuery } from '../store.ts'
import { commitOf, hostileTexts, hour, incident, type Subject, startMs } from './samples.fixture.ts'

const everyOne = { order: 'latest', offset: 0, limit: 100 } as const

export function describeLists(subject: () => Subject): void {
  const store = (...incidents: readonly Incident[]): Promise<void> => subject().store.commit(commitOf({ incidents }))
  const found = async (query: Partial<IncidentQuery>): Promise<string[]> => {
    const { rows, total } = await subject().store.incidents({ ...everyOne, ...query })
    expect(total).toBe(rows.length)
    return rows.map((row) => row.incident.title)
  }
  const titled = (title: string, change: Partial<Incident> = {}): Incident => incident(title, { title, ...change })

  describe('the list of incidents', () => {
    test('is empty in an empty store', async () => {
      expect(await subject().store.incidents(everyOne)).toEqual({ rows: [], total: 0 })
      expect(await subject().store.incidentCounts()).toEqual([])
    })

    test('shows incidents without findings, timeline and advice', async () => {
      const whole = incident('a')
      await store(whole)
      const { rows } = await subject().store.incidents(everyOne)
      const { findings, timeline, advice, ...rest } = whole
      expect(rows).toEqual([
        { incident: rest, state: 'new', seenAgain: false, createdAtMs: startMs, updatedAtMs: startMs },
      ])
    })

    test('is ordered by time, or by severity and then time', async () => {
      await store(
        titled('low, late', { level: 'low', lastSeenMs: startMs + 3 * hour }),
        titled('critical, early', { level: 'critical', lastSeenMs: startMs }),
        titled('high, middle', { level: 'high', lastSeenMs: startMs + hour }),
        titled('high, late', { level: 'high', lastSeenMs: startMs + 2 * hour }),
      )
      expect(await found({ order: 'latest' })).toEqual(['low, late', 'high, late', 'high, middle', 'critical, early'])
      expect(await found({ order: 'severity' })).toEqual(['critical, early', 'high, late', 'high, middle', 'low, late'])
    })

    test('pages with the total, each incident once', async () => {
      await store(...Array.from({ length: 25 }, (_, index) => titled(`n${index}`, { lastSeenMs: startMs })))
      const seen = new Set<string>()
      for (let offset = 0; offset < 30; offset += 10) {
        const { rows, total } = await subject().store.incidents({ order: 'severity', offset, limit: 10 })
        expect(total).toBe(25)
        expect(rows).toHaveLength(Math.min(10, 25 - offset))
        for (const row of rows) seen.add(row.incident.title)
      }
      expect(seen.size).toBe(25)
    })

    test.each([
      [-1, -1],
      [Number.NaN, Number.NaN],
      [Number.POSITIVE_INFINITY, 1e300],
      [0.9, 1.9],
    ])('answers any page (%d, %d)', async (offset, limit) => {
      await store(titled('a'))
      const { rows, total } = await subject().store.incidents({ order: 'latest', offset, limit })
      expect(total).toBe(1)
      expect(rows.length).toBeLessThanOrEqual(1)
    })

    test('is narrowed by state, level, kind and time', async () => {
      await store(
        titled('scan', { kinds: ['scan'], level: 'low', firstSeenMs: startMs, lastSeenMs: startMs + hour }),
        titled('theft', {
          kinds: ['sql-injection', 'scan'],
          level: 'critical',
          firstSeenMs: startMs + 2 * hour,
          lastSeenMs: startMs + 3 * hour,
        }),
        titled('known scan', { kinds: ['authorised-scan'], level: 'informational', lastSeenMs: startMs }),
      )
      await subject().store.decide(incidentId('test', 'scan'), { state: 'closed', by: 'Ada', atMs: startMs })
      expect(await found({ states: ['closed'] })).toEqual(['scan'])
      expect((await found({ states: ['new', 'closed'] })).length).toBe(3)
      expect(await found({ states: [] })).toEqual([])
      expect(await found({ levelMin: 'low' })).toEqual(['theft', 'scan'])
      expect(await found({ kinds: ['scan'] })).toEqual(['theft', 'scan'])
      expect(await found({ kinds: ['authorised-scan', 'sql-injection'] })).toEqual(['theft', 'known scan'])
      expect(await found({ kinds: [] })).toEqual([])
      expect(await found({ fromMs: startMs + 3 * hour })).toEqual(['theft'])
      expect(await found({ untilMs: startMs + 2 * hour - 1, levelMin: 'low' })).toEqual(['scan'])
      expect(await found({ fromMs: startMs + hour, untilMs: startMs + 2 * hour })).toEqual(['theft', 'scan'])
      expect(await found({ kinds: ['scan'], levelMin: 'high', states: ['new'], text: 'THEFT' })).toEqual(['theft'])
    })

    test('counts incidents by state and level', async () => {
      await store(...levels.map((level: Level) => titled(level, { level })), titled('second', { level: 'high' }))
      await subject().store.decide(incidentId('test', 'low'), { state: 'contained', by: 'Ada', atMs: startMs })
      const counts = await subject().store.incidentCounts()
      expect(counts).toHaveLength(5)
      expect(counts).toContainEqual({ state: 'new', level: 'high', count: 2 })
      expect(counts).toContainEqual({ state: 'contained', level: 'low', count: 1 })
    })
  })

  describe('the search among incidents', () => {
    test('looks through title, story, actors and targets, for all words, without regard to case', async () => {
      await store(
        titled('Somebody read the Rolls', {
          story: ['It began at night.'],
          actors: [{ type: 'address', value: '2001:db8::7' }],
          targets: ['/Lookup'],
        }),
        titled('Other', { story: ['ÄRGER in Straße'] }),
      )
      const first = ['Somebody read the Rolls']
      for (const text of ['rolls', 'NIGHT', '2001:DB8', '/lookup', 'night rolls', '  rolls \t night  ']) {
        expect(await found({ text })).toEqual(first)
      }
      expect(await found({ text: 'ärger' })).toEqual(['Other'])
      expect(await found({ text: 'rolls nowhere' })).toEqual([])
      expect(await found({ text: 'sqlmap' })).toEqual([])
      expect((await found({ text: ' ' })).length).toBe(2)
      expect((await found({ text: '' })).length).toBe(2)
    })

    test('follows an incident whose words changed', async () => {
      await store(incident('a', { title: 'before' }))
      await store(incident('a', { title: 'after' }))
      expect(await found({ text: 'before' })).toEqual([])
      expect(await found({ text: 'after' })).toEqual(['after'])
    })

    test('takes every text as words and as nothing else', async () => {
      await store(...hostileTexts.map((text) => titled(text, { story: [], actors: [], targets: [] })))
      for (const text of hostileTexts) expect(await found({ text })).toContain(text)
      for (const [text, title] of [
        ['%', '100%'],
        ['_', 'under_score'],
        ['\\', 'back\\slash'],
        ['*', '*glob[a-z]'],
        ["');", "Robert'); DROP TABLE incident;--"],
      ] as const) {
        expect(await found({ text })).toEqual([title])
      }
      for (const text of ['1%0', 'r_e', "x' OR 1=1 --", '\0\0\0x', '?', '[a-z]+']) {
        if (text !== '?') expect(await found({ text })).toEqual([])
      }
      expect(await found({ text: 'a '.repeat(100_000) })).toBeDefined()
      expect((await found({})).length).toBe(hostileTexts.length)
    })
  })
}
