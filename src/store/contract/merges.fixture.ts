/** The contract's part about incidents that turn out to be one. */
import { describe, expect, test } from 'vitest'
import { incidentId } from '../../core/ids.ts'
import type { Incident } from '../../incidents/incident.ts'
import type { Commit } from '../store.ts'
import { block, bytesOf, commitOf, finding, hour, incident, line, type Subject, startMs } from './samples.fixture.ts'

const older = incidentId('test', 'older')
const younger = incidentId('test', 'younger')
const youngest = incidentId('test', 'youngest')
const list = { order: 'latest', offset: 0, limit: 10 } as const
const by = { by: 'Ada', atMs: startMs }

/** The younger's findings become the older's, as the analysis writes it. */
const mergeCommit = (change: Partial<Incident> = {}): Commit =>
  commitOf({
    incidents: [incident('older', { findings: [finding('older'), finding('younger')], ...change })],
    merged: [{ id: younger, into: older }],
  })

export function describeMerges(subject: () => Subject): void {
  const store = () => subject().store
  const both = (): Promise<void> =>
    store().commit(
      commitOf({
        incidents: [incident('older'), incident('younger')],
        evidence: [line('older', 0), line('younger', 0, { bytes: Uint8Array.of(9) })],
      }),
    )

  describe('an incident that turned out to be part of an older one', () => {
    test('leaves lists and counts, and says where it went', async () => {
      await both()
      await store().commit(mergeCommit())
      const { rows, total } = await store().incidents(list)
      expect([total, rows.map((row) => row.incident.id)]).toEqual([1, [older]])
      expect(await store().incidentCounts()).toEqual([{ state: 'new', level: 'high', count: 1 }])
      expect(await store().incident(younger)).toMatchObject({ mergedInto: older })
      const row = await store().incident(older)
      expect(row?.mergedFrom).toEqual([younger])
      expect(row && 'mergedInto' in row).toBe(false)
    })

    test('leaves its decisions, steps, notes, evidence and blocks to the older one', async () => {
      await both()
      await store().decide(younger, { state: 'acknowledged', ...by })
      await store().decide(older, { state: 'contained', by: 'Bo', atMs: startMs + 1 })
      await store().markStep(younger, { step: 'Block it.', ...by })
      await store().addNote(younger, { text: 'Seen it.', ...by })
      await store().saveBlock(block('one', { incidentId: younger }))
      await store().saveBlock(block('two', { incidentId: older, state: 'lifted', decidedAtMs: startMs + 1 }))
      await store().saveBlock(block('three'))
      await store().commit(mergeCommit())
      const row = await store().incident(older)
      expect(row?.history.map((each) => each.state)).toEqual(['acknowledged', 'contained'])
      expect(row?.state).toBe('contained')
      expect(row?.steps).toEqual([{ step: 'Block it.', ...by }])
      expect(row?.notes).toEqual([{ text: 'Seen it.', ...by }])
      const { rows, total } = await store().evidence(older, { offset: 0, limit: 10 })
      expect([total, rows.map((each) => bytesOf(each.bytes)?.length)]).toEqual([2, [expect.any(Number), 1]])
      expect((await store().blocks(undefined, older)).map((each) => each.id)).toEqual([
        block('two').id,
        block('one').id,
      ])
      expect((await store().blocks('active', older)).map((each) => each.id)).toEqual([block('one').id])
      await store().unmarkStep(older, 'Block it.')
      expect((await store().incident(older))?.steps).toEqual([])
    })

    test('leaves its evidence even where the older one was not written with its findings', async () => {
      await both()
      await store().commit(commitOf({ merged: [{ id: younger, into: older }] }))
      expect((await store().evidence(older, { offset: 0, limit: 10 })).total).toBe(2)
      expect((await store().assignments(0)).map((each) => each.incidentId)).toEqual([older, older])
      expect((await store().incident(younger))?.incident).toEqual(incident('younger'))
    })

    test('opens an older one that was closed, if it was itself still open', async () => {
      await both()
      await store().decide(older, { state: 'closed', ...by })
      await store().commit(mergeCommit())
      expect(await store().incident(older)).toMatchObject({ state: 'new', seenAgain: true })
      await store().commit(mergeCommit())
      expect(await store().incident(older)).toMatchObject({ state: 'new', seenAgain: true })
      await store().decide(older, { state: 'closed', ...by })
      await store().commit(mergeCommit())
      expect(await store().incident(older)).toMatchObject({ state: 'closed', seenAgain: false })
    })

    test('leaves an older one closed if it was closed too', async () => {
      await both()
      await store().decide(older, { state: 'closed', ...by })
      await store().decide(younger, { state: 'closed', ...by })
      await store().commit(mergeCommit())
      expect(await store().incident(older)).toMatchObject({ state: 'closed' })
      await store().commit(mergeCommit({ lastSeenMs: startMs + 2 * hour }))
      expect(await store().incident(older)).toMatchObject({ state: 'new', seenAgain: true })
    })

    test('stays merged when a replay writes it again', async () => {
      await both()
      await store().commit(mergeCommit())
      await both()
      expect((await store().incidents(list)).total).toBe(1)
      await store().commit(mergeCommit())
      expect((await store().incident(older))?.mergedFrom).toEqual([younger])
    })

    test('is followed by those that were merged into it', async () => {
      await both()
      await store().commit(commitOf({ incidents: [incident('youngest')] }))
      await store().addNote(youngest, { text: 'third', ...by })
      await store().commit(commitOf({ merged: [{ id: youngest, into: younger }] }))
      await store().commit(mergeCommit())
      expect(await store().incident(youngest)).toMatchObject({ mergedInto: older })
      expect((await store().incident(older))?.notes).toEqual([{ text: 'third', ...by }])
      await store().commit(commitOf({ merged: [{ id: youngest, into: younger }] }))
      expect(await store().incident(youngest)).toMatchObject({ mergedInto: older })
    })

    test('is never lost: a merge with itself, in a circle or into nothing is not made', async () => {
      await both()
      const nobody = incidentId('nobody')
      await store().commit(commitOf({ merged: [{ id: older, into: older }] }))
      await store().commit(
        commitOf({
          merged: [
            { id: older, into: nobody },
            { id: nobody, into: older },
          ],
        }),
      )
      expect((await store().incidents(list)).total).toBe(2)
      await store().commit(
        commitOf({
          merged: [
            { id: younger, into: older },
            { id: older, into: younger },
          ],
        }),
      )
      expect((await store().incidents(list)).rows.map((row) => row.incident.id)).toEqual([older])
    })
  })
}
