/** The contract's part about what people do with an incident. */
import { describe, expect, test } from 'vitest'
import { incidentId } from '../../core/ids.ts'
import type { IncidentState } from '../../incidents/incident.ts'
import type { IncidentRow } from '../store.ts'
import { clock, commitOf, hostileTexts, hour, incident, type Subject, startMs } from './samples.fixture.ts'

const id = incidentId('test', 'a')
const by = { by: 'Ada', atMs: startMs + 10 }

export function describeIncidents(subject: () => Subject): void {
  const decide = (state: IncidentState, atMs = startMs + 10): Promise<IncidentRow | undefined> =>
    subject().store.decide(id, { state, by: 'Ada', atMs })
  const see = (lastSeenMs: number): Promise<void> =>
    subject().store.commit(commitOf({ incidents: [incident('a', { lastSeenMs })] }))

  describe('an incident', () => {
    test('is new at first, with nothing done about it', async () => {
      const { store } = subject()
      await see(startMs)
      expect(await store.incident(id)).toMatchObject({
        state: 'new',
        seenAgain: false,
        createdAtMs: startMs,
        updatedAtMs: startMs,
        history: [],
        steps: [],
        notes: [],
      })
      expect(await store.incident(incidentId('nobody'))).toBeUndefined()
    })

    test('keeps what people decided when the analysis writes it again', async () => {
      const { store } = subject()
      await see(startMs)
      const row = await decide('acknowledged')
      expect(row).toMatchObject({ state: 'acknowledged', seenAgain: false })
      expect(row?.history).toEqual([{ state: 'acknowledged', ...by, lastSeenMs: startMs }])
      await see(startMs + hour)
      expect(await store.incident(id)).toMatchObject({ state: 'acknowledged', seenAgain: false })
    })

    test('that was closed and is seen again is new, and says so', async () => {
      const { store, reopen } = subject()
      await see(startMs)
      await decide('closed')
      await see(startMs)
      expect(await store.incident(id)).toMatchObject({ state: 'closed', seenAgain: false })
      await see(startMs + 1)
      expect(await store.incident(id)).toMatchObject({ state: 'new', seenAgain: true })
      const later = await reopen()
      expect(await later.incident(id)).toMatchObject({ state: 'new', seenAgain: true })
      const listed = await later.incidents({ states: ['new'], order: 'latest', offset: 0, limit: 5 })
      expect(listed.rows[0]).toMatchObject({ state: 'new', seenAgain: true })
    })

    test('that came back counts as seen once somebody decides anew', async () => {
      await see(startMs)
      await decide('closed')
      await see(startMs + hour)
      expect(await decide('acknowledged')).toMatchObject({ state: 'acknowledged', seenAgain: false })
      expect(await decide('closed')).toMatchObject({ state: 'closed', seenAgain: false })
      await see(startMs + hour)
      expect(await subject().store.incident(id)).toMatchObject({ state: 'closed' })
    })

    test('remembers every decision in its order, with its comment, also when the clock goes back', async () => {
      const { store } = subject()
      await see(startMs)
      await store.decide(id, { state: 'acknowledged', by: 'Ada', atMs: startMs + hour, comment: 'I look into it.' })
      await store.decide(id, { state: 'contained', by: 'Bo', atMs: startMs })
      await store.decide(id, { state: 'closed', by: 'Ada', atMs: startMs + 1 })
      const history = (await store.incident(id))?.history ?? []
      expect(history.map((each) => each.state)).toEqual(['acknowledged', 'contained', 'closed'])
      expect(history[0]?.comment).toBe('I look into it.')
      expect('comment' in (history[1] ?? {})).toBe(false)
    })

    test('that nobody stored cannot be decided on, and takes neither steps nor notes', async () => {
      const { store } = subject()
      expect(await decide('closed')).toBeUndefined()
      await store.markStep(id, { step: 'Call', ...by })
      await store.unmarkStep(id, 'Call')
      await store.addNote(id, { text: 'Hello', ...by })
      await see(startMs)
      expect(await store.incident(id)).toMatchObject({ history: [], steps: [], notes: [] })
    })

    test('has its steps ticked once, by the first who did it', async () => {
      const { store } = subject()
      await see(startMs)
      await store.markStep(id, { step: 'Block the address.', ...by })
      await store.markStep(id, { step: 'Call the state.', by: 'Bo', atMs: startMs })
      await store.markStep(id, { step: 'Block the address.', by: 'Cy', atMs: startMs + 99 })
      expect((await store.incident(id))?.steps).toEqual([
        { step: 'Block the address.', ...by },
        { step: 'Call the state.', by: 'Bo', atMs: startMs },
      ])
      await store.unmarkStep(id, 'Block the address.')
      await store.unmarkStep(id, 'Block the address.')
      expect((await store.incident(id))?.steps.map((each) => each.step)).toEqual(['Call the state.'])
    })

    test('takes steps and notes of any text as they are', async () => {
      const { store, reopen } = subject()
      await see(startMs)
      for (const text of hostileTexts) {
        await store.markStep(id, { step: text, ...by })
        await store.addNote(id, { text, by: text, atMs: startMs })
      }
      const row = await (await reopen()).incident(id)
      expect(row?.steps.map((each) => each.step)).toEqual([...hostileTexts])
      expect(row?.notes).toEqual(hostileTexts.map((text) => ({ text, by: text, atMs: startMs })))
    })

    test('is not changed by the desk’s clock or by decisions as far as its analysis goes', async () => {
      const { store } = subject()
      await see(startMs)
      clock.nowMs += hour
      await decide('closed')
      expect(await store.incident(id)).toMatchObject({ createdAtMs: startMs, updatedAtMs: startMs })
    })

    test('takes many decisions at the same moment, and loses none', async () => {
      const { store } = subject()
      await see(startMs)
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.addNote(id, { text: `note ${index}`, by: 'Ada', atMs: index })),
      )
      await Promise.all(Array.from({ length: 20 }, (_, index) => decide('acknowledged', index)))
      const row = await store.incident(id)
      expect([row?.notes.length, row?.history.length]).toEqual([20, 20])
    })
  })
}
