import { describe, expect, test } from 'vitest'
import type { IncidentSummaryView } from './api/incidents.ts'
import type { SourceView } from './api/today.ts'
import { type TodayFacts, todayView } from './today.ts'

const nowMs = Date.UTC(2026, 10, 22, 12)
const hourMs = 3_600_000

const source = (state: SourceView['state']): SourceView => ({ id: 'web', title: 'Web', state }) as SourceView
const incident = (level: IncidentSummaryView['level'], state: IncidentSummaryView['state']): IncidentSummaryView =>
  ({ id: 'i', title: 'Somebody is collecting voter records', level, state }) as IncidentSummaryView

const facts = (some: Partial<TodayFacts>): TodayFacts => ({
  open: [],
  openCount: some.open?.length ?? 0,
  sources: [source('live')],
  problems: [],
  lastTroubleMs: undefined,
  watchingSinceMs: nowMs - 48 * hourMs,
  nowMs,
  demonstration: undefined,
  ...some,
})

describe('today', () => {
  test('is quiet since the desk began to watch, where nothing was ever seen', () => {
    const today = todayView(facts({}))
    expect(today).toMatchObject({ mood: 'quiet', todo: [], quietSinceMs: nowMs - 48 * hourMs })
    expect(today.sentence).toMatch(/^Quiet since November 20, 2026/)
  })

  test('is quiet since the last trouble, where that came later', () => {
    expect(todayView(facts({ lastTroubleMs: nowMs - hourMs })).quietSinceMs).toBe(nowMs - hourMs)
  })

  test('says what is happening where something grave is open, and what to do', () => {
    const today = todayView(facts({ open: [incident('critical', 'new'), incident('high', 'new')] }))
    expect(today.mood).toBe('attack')
    expect(today.sentence).toBe('Somebody is collecting voter records. And 1 more incident is as grave.')
    expect(today.todo[0]).toMatch(/first step now/)
    expect(today.quietSinceMs).toBeUndefined()
  })

  test('tells the first step itself where it is known, so that a clerk who reads no further does the right thing', () => {
    const open = [incident('high', 'new')]
    const firstStep = 'Do not click, open or answer anything in this mail.'
    expect(todayView(facts({ open, firstStep })).todo).toEqual([
      firstStep,
      'Then open the incident and go on with its steps.',
    ])
    expect(todayView(facts({ open: [incident('high', 'acknowledged')], firstStep })).todo).toEqual([
      'Go on with the steps of the incident.',
    ])
  })

  test('is no alarm any more once the grave incident is contained', () => {
    expect(todayView(facts({ open: [incident('critical', 'contained')] })).mood).toBe('watch')
  })

  test('stays quiet with routine scanning open', () => {
    expect(todayView(facts({ open: [incident('low', 'new')] })).mood).toBe('quiet')
  })

  test('never says quiet where the desk sees nothing', () => {
    expect(todayView(facts({ sources: [] })).sentence).toMatch(/cannot see anything yet/)
    const blind = todayView(facts({ sources: [source('failed'), source('failed')] }))
    expect(blind).toMatchObject({ mood: 'blind' })
    expect(blind.todo).toEqual(['Look at 2 sources that cannot be read.'])
  })

  test('says an attack before a blind spot', () => {
    expect(todayView(facts({ sources: [], open: [incident('high', 'new')] })).mood).toBe('attack')
  })
})
