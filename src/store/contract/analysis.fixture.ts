/** The contract's part about what the analysis writes: commits, checkpoints, evidence, sources. */
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../core/finding.ts'
import { findingId, incidentId, type SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Commit, Store } from '../store.ts'
import {
  bytesOf,
  clock,
  commitOf,
  finding,
  hour,
  incident,
  line,
  type Subject,
  startMs,
  status,
  webLogs,
} from './samples.fixture.ts'

const reject = (ordinal: number) => ({
  sourceId: webLogs,
  ordinal,
  reject: {
    place: { source: 'a.log', line: ordinal, offset: 0, length: 5 },
    reason: 'bad-time' as const,
    message: 'The time cannot be read.',
  },
})

const everything = (): Commit =>
  commitOf({
    incidents: [incident('a', { findings: [finding('a1'), finding('a2')] }), incident('b')],
    evidence: [line('a1', 0), line('a1', 1), line('b', 0)],
    sources: [status('web-logs'), status('db-logs', { format: undefined, state: 'failed', message: 'It is gone.' })],
    hours: [{ sourceId: webLogs, hourMs: startMs, records: 5, rejects: 1, bytes: 400, lost: 2 }],
    rejects: [reject(0), reject(1)],
    checkpoint: { version: 'test-1', takenAtMs: startMs, state: Uint8Array.of(1, 2, 3) },
  })

/** All that a commit can have brought. */
async function contents(store: Store): Promise<unknown> {
  const { rows, total } = await store.incidents({ order: 'latest', offset: 0, limit: 100 })
  const incidents = await Promise.all(rows.map((row) => store.incident(row.incident.id)))
  const evidence = await Promise.all(rows.map((row) => store.evidence(row.incident.id, { offset: 0, limit: 100 })))
  return {
    rows,
    total,
    incidents,
    evidence: evidence.map((page) => page.rows.map((row) => ({ ...row, bytes: bytesOf(row.bytes) }))),
    assignments: await store.assignments(0),
    sources: await store.sources(),
    hours: await store.sourceHours(0),
    rejects: await store.rejects(webLogs),
    checkpoint: bytesOf((await store.checkpoint())?.state),
  }
}

export function describeAnalysis(subject: () => Subject): void {
  describe('what the analysis writes', () => {
    test('comes back as it was given', async () => {
      const { store } = subject()
      await store.commit(everything())
      const row = await store.incident(incidentId('test', 'a'))
      expect(row?.incident).toEqual(incident('a', { findings: [finding('a1'), finding('a2')] }))
      expect(await store.sources()).toEqual([
        status('db-logs', { format: undefined, state: 'failed', message: 'It is gone.' }),
        status('web-logs'),
      ])
      expect(await store.rejects(webLogs)).toEqual([reject(0), reject(1)])
      expect(await store.rejects('nobody' as SourceId)).toEqual([])
    })

    test('changes nothing when it is written twice, whatever the clock', async () => {
      const { store } = subject()
      await store.commit(everything())
      const once = await contents(store)
      clock.nowMs += hour
      await store.commit(everything())
      expect(await contents(store)).toEqual(once)
    })

    test('is there after the store was closed and opened again', async () => {
      const { store, reopen } = subject()
      await store.commit(everything())
      const before = await contents(store)
      expect(await contents(await reopen())).toEqual(before)
    })

    test('replaces older values of the same ids, and keeps what it does not name', async () => {
      const { store } = subject()
      await store.commit(everything())
      clock.nowMs += hour
      const grown = incident('a', {
        hitCount: 99,
        lastSeenMs: startMs + 2 * hour,
        findings: [finding('a1', { hitCount: 98 }), finding('a2')],
      })
      await store.commit(commitOf({ incidents: [grown], sources: [status('web-logs', { records: 77 })] }))
      const row = await store.incident(grown.id)
      expect(row?.incident).toEqual(grown)
      expect(row?.createdAtMs).toBe(startMs)
      expect(row?.updatedAtMs).toBe(startMs + hour)
      expect((await store.sources()).map((each) => each.records)).toEqual([10, 77])
      expect(await store.incident(incidentId('test', 'b'))).toBeDefined()
      expect((await store.evidence(grown.id, { offset: 0, limit: 9 })).total).toBe(2)
    })

    test('is written whole or not at all', async () => {
      const { store } = subject()
      const withoutFinding = commitOf({ incidents: [incident('a')], evidence: [line('nobody', 0)] })
      await expect(store.commit(withoutFinding)).rejects.toThrow()
      expect(await store.incident(incidentId('test', 'a'))).toBeUndefined()
      await store.commit(everything())
      expect(await store.incident(incidentId('test', 'a'))).toBeDefined()
    })

    test('may name the same thing twice: the last value counts', async () => {
      const { store } = subject()
      const later = incident('a', { title: 'Later' })
      await store.commit(
        commitOf({
          incidents: [incident('a'), later],
          evidence: [line('a', 0), line('a', 0, { bytes: Uint8Array.of(7) })],
          sources: [status('web-logs'), status('web-logs', { records: 3 })],
        }),
      )
      expect((await store.incident(later.id))?.incident).toEqual(later)
      expect(bytesOf((await store.evidenceLine(findingId('test', 'a'), 0))?.bytes)).toEqual([7])
      expect((await store.sources())[0]?.records).toBe(3)
    })

    test('of thousands of findings and lines fits one commit', async () => {
      const { store } = subject()
      const names = Array.from({ length: 3000 }, (_, index) => `f${index}`)
      const whole = incident('many', { findings: names.map((name) => finding(name)) })
      await store.commit(commitOf({ incidents: [whole], evidence: names.map((name) => line(name, 0)) }))
      expect((await store.incident(whole.id))?.incident).toEqual(whole)
      expect((await store.evidence(whole.id, { offset: 2990, limit: 100 })).rows).toHaveLength(10)
      expect(await store.assignments(0)).toHaveLength(3000)
    })
  })

  describe('findings', () => {
    test('are assigned to the incident they were last stored under', async () => {
      const { store } = subject()
      const moved = finding('moved', { lastSeenMs: startMs + 5 * hour })
      await store.commit(commitOf({ incidents: [incident('a', { findings: [finding('stays'), moved] })] }))
      await store.commit(
        commitOf({
          incidents: [incident('a', { findings: [finding('stays')] }), incident('b', { findings: [moved] })],
        }),
      )
      const assigned = new Map((await store.assignments(0)).map((each) => [each.findingId, each.incidentId]))
      expect(assigned.get(moved.id)).toBe(incidentId('test', 'b'))
      expect(assigned.get(findingId('test', 'stays'))).toBe(incidentId('test', 'a'))
      expect(await store.assignments(startMs + 5 * hour)).toEqual([
        { findingId: moved.id, incidentId: incidentId('test', 'b') },
      ])
    })

    test('belong to the incident that a commit names, also where that lists only some of its findings', async () => {
      const { store } = subject()
      const [one, two, three] = [finding('one'), finding('two'), finding('three')]
      const large = incident('large', { findings: [one] })
      await store.commit(
        commitOf({
          findings: [one, two, three],
          evidence: [line('two', 0)],
          incidents: [large, incident('b')],
          assigned: [one, two].map((each) => ({ findingId: each.id, incidentId: large.id })),
        }),
      )
      expect((await store.incident(large.id))?.incident.findings).toEqual([one])
      expect((await store.evidence(large.id, { offset: 0, limit: 9 })).total).toBe(1)
      expect(await store.assignments(0)).toHaveLength(3)
      const other = incidentId('test', 'b')
      const moved = [two, three].map((each) => ({ findingId: each.id, incidentId: other }))
      await store.commit(commitOf({ findings: [two], assigned: moved }))
      expect((await store.evidence(other, { offset: 0, limit: 9 })).total).toBe(1)
      const under = (await store.assignments(0)).filter((each) => each.incidentId === other)
      expect(under.map((each) => each.findingId).sort()).toEqual([finding('b').id, three.id, two.id].sort())
    })

    test('without an incident are kept and assigned to none', async () => {
      const { store } = subject()
      await store.commit(commitOf({ findings: [finding('alone')], evidence: [line('alone', 0)] }))
      expect(await store.assignments(0)).toEqual([])
      expect(await store.evidenceLine(findingId('test', 'alone'), 0)).toBeDefined()
      await store.commit(commitOf({ incidents: [incident('a', { findings: [finding('alone')] })] }))
      await store.commit(commitOf({ findings: [finding('alone', { hitCount: 9 })] }))
      expect(await store.assignments(0)).toHaveLength(1)
      expect((await store.incident(incidentId('test', 'a')))?.incident.findings[0]?.hitCount).toBe(9)
    })
  })

  describe('detection rules', () => {
    const ofRule = (name: string, rule: string, change: Partial<Finding> = {}): Finding =>
      finding(name, {
        kind: 'rule-match',
        watch: 'machines',
        rules: [rule],
        hitCount: 2,
        lastSeenMs: startMs,
        ...change,
      })

    test('have fired as often as findings of theirs say, and the incident of the last time', async () => {
      const { store } = subject()
      const later = ofRule('c', 'sigma/one', { lastSeenMs: startMs + hour, hitCount: 5 })
      await store.commit(
        commitOf({
          incidents: [
            incident('a', { findings: [ofRule('a', 'sigma/one'), ofRule('b', 'sigma/two')] }),
            incident('c', { findings: [later] }),
            incident('d', { findings: [finding('d', { target: 'says "kind":"rule-match" of itself' })] }),
          ],
        }),
      )
      expect(await store.ruleFires(0)).toEqual([
        { rule: 'sigma/one', findings: 2, hits: 7, lastSeenMs: startMs + hour, incidentId: incidentId('test', 'c') },
        { rule: 'sigma/two', findings: 1, hits: 2, lastSeenMs: startMs, incidentId: incidentId('test', 'a') },
      ])
      expect((await store.ruleFires(startMs + 1)).map(({ rule, findings }) => [rule, findings])).toEqual([
        ['sigma/one', 1],
      ])
    })

    test('did not fire in an empty store', async () => {
      expect(await subject().store.ruleFires(0)).toEqual([])
    })
  })

  describe('evidence', () => {
    test('keeps every value of a byte, also of lines that are parts of a larger buffer', async () => {
      const { store } = subject()
      const all = Uint8Array.from({ length: 1024 }, (_, index) => index % 256)
      const rows = [0, 1, 2, 3].map((part) => line('a', part, { bytes: all.subarray(part * 256, part * 256 + 256) }))
      await store.commit(
        commitOf({ incidents: [incident('a')], evidence: [...rows, line('a', 4, { bytes: new Uint8Array(0) })] }),
      )
      for (const row of rows)
        expect(bytesOf((await store.evidenceLine(row.findingId, row.ordinal))?.bytes)).toEqual(bytesOf(row.bytes))
      expect((await store.evidenceLine(findingId('test', 'a'), 4))?.bytes).toHaveLength(0)
      expect(all).toHaveLength(1024)
    })

    test('pages through an incident in the order of time, with the total', async () => {
      const { store } = subject()
      const findings = [finding('x'), finding('y')]
      const evidence = [0, 1, 2, 3, 4].flatMap((n) => [
        line('x', n, { timeMs: startMs + 10 * n }),
        line('y', n, { timeMs: startMs + 10 * n + 5 }),
      ])
      await store.commit(commitOf({ incidents: [incident('a', { findings })], evidence }))
      const id = incidentId('test', 'a')
      const page = await store.evidence(id, { offset: 3, limit: 4 })
      expect(page.total).toBe(10)
      expect(page.rows.map((row) => row.timeMs - startMs)).toEqual([15, 20, 25, 30])
      expect(page.rows[0]?.place).toEqual(evidence[3]?.place)
      const narrow = await store.evidence(id, { findingId: findingId('test', 'y'), offset: 0, limit: 100 })
      expect([narrow.total, narrow.rows.length]).toEqual([5, 5])
      expect((await store.evidence(id, { offset: 50, limit: 5 })).rows).toEqual([])
      expect((await store.evidence(incidentId('no'), { offset: 0, limit: 5 })).total).toBe(0)
      expect((await store.evidence(id, { findingId: findingId('no'), offset: 0, limit: 5 })).total).toBe(0)
    })

    test('of long lines comes in smaller pages, none of them empty', async () => {
      const { store } = subject()
      const bytes = new Uint8Array(limits.evidencePageBytesMax / 4)
      const evidence = [0, 1, 2, 3, 4, 5].map((ordinal) => line('a', ordinal, { bytes }))
      await store.commit(commitOf({ incidents: [incident('a')], evidence }))
      const id = incidentId('test', 'a')
      expect((await store.evidence(id, { offset: 0, limit: 100 })).rows).toHaveLength(4)
      const rest = await store.evidence(id, { offset: 4, limit: 100 })
      expect([rest.rows.length, rest.total]).toEqual([2, 6])
    })

    test.each([Number.NaN, -1, 0.5, 2 ** 60, Number.POSITIVE_INFINITY])('has no line %d', async (ordinal) => {
      const { store } = subject()
      await store.commit(commitOf({ incidents: [incident('a')], evidence: [line('a', 0)] }))
      expect(await store.evidenceLine(findingId('test', 'a'), ordinal)).toBeUndefined()
    })
  })

  describe('the checkpoint', () => {
    test('is the last one, and none at first', async () => {
      const { store, reopen } = subject()
      expect(await store.checkpoint()).toBeUndefined()
      const takenAtMs = startMs + 0.5
      await store.commit(commitOf({ checkpoint: { version: '1', takenAtMs, state: new Uint8Array(0) } }))
      expect(await store.checkpoint()).toMatchObject({ version: '1', takenAtMs })
      await store.commit(commitOf({ checkpoint: { version: '2', takenAtMs, state: Uint8Array.of(5, 6) } }))
      await store.commit(everythingBut('checkpoint'))
      const last = await (await reopen()).checkpoint()
      expect([last?.version, bytesOf(last?.state)]).toEqual(['2', [5, 6]])
    })

    test('may have 40 MB, and be smaller the next time', async () => {
      const { store } = subject()
      const state = new Uint8Array(40_000_003)
      for (let index = 0; index < state.length; index += 997) state[index] = index % 251
      await store.commit(commitOf({ checkpoint: { version: '1', takenAtMs: startMs, state } }))
      const back = await store.checkpoint()
      expect(Buffer.compare(back?.state ?? new Uint8Array(0), state)).toBe(0)
      await store.commit(commitOf({ checkpoint: { version: '1', takenAtMs: startMs, state: state.subarray(0, 5) } }))
      expect((await store.checkpoint())?.state).toHaveLength(5)
    })
  })

  describe('sources', () => {
    test('have hours since a time', async () => {
      const { store } = subject()
      const hours = [0, 1, 2].map((n) => ({
        sourceId: webLogs,
        hourMs: startMs + n * hour,
        records: n,
        rejects: 0,
        bytes: 5e12 + n,
        lost: 0,
      }))
      await store.commit(commitOf({ hours }))
      expect(await store.sourceHours(startMs + hour)).toEqual(hours.slice(1))
      await store.commit(commitOf({ hours: [{ ...hours[2], records: 50 } as (typeof hours)[0]] }))
      expect((await store.sourceHours(0)).map((each) => each.records)).toEqual([0, 1, 50])
    })

    test('that were added in the console are kept until they are removed', async () => {
      const { store } = subject()
      const added = {
        id: webLogs,
        definition: { kind: 'file', path: '/a', deep: { list: [1, 'x'] } },
        addedBy: 'Ada',
        addedAtMs: startMs,
      }
      await store.addSource(added)
      await store.addSource({ ...added, id: 'second' as SourceId, addedAtMs: startMs + 1 })
      expect((await store.storedSources())[0]).toEqual(added)
      await store.addSource({ ...added, addedBy: 'Bo' })
      await store.commit(commitOf({ sources: [status('web-logs'), status('second')] }))
      await store.removeSource(webLogs)
      await store.removeSource(webLogs)
      expect((await store.storedSources()).map((each) => each.id)).toEqual(['second'])
      expect((await store.sources()).map((each) => each.sourceId)).toEqual(['second'])
    })
  })
}

function everythingBut(part: keyof Commit): Commit {
  const { [part]: _, ...rest } = everything()
  return rest as Commit
}
