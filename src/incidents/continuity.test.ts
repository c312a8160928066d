import { describe, expect, test } from 'vitest'
import type { FindingId, IncidentId } from '../core/ids.ts'
import { Continuity } from './continuity.ts'
import type { Incident } from './incident.ts'

const finding = (name: string): FindingId => `finding-${name.padStart(32, '0')}` as FindingId
const incidentName = (name: string): IncidentId => `incident-${name.padStart(32, '0')}` as IncidentId
/** An incident as it is built: its id is that of its first finding. */
const built = (...names: string[]): Incident =>
  ({
    id: incidentName(names[0] as string),
    findings: names.map((name) => ({ id: finding(name) })),
  }) as unknown as Incident
const ids = (of: { readonly incidents: readonly Incident[] }) => of.incidents.map(({ id }) => id)

describe('an incident’s id', () => {
  test('stays when an older finding joins', () => {
    const continuity = new Continuity()
    expect(ids(continuity.keep([built('2')]))).toEqual([incidentName('2')])
    const later = continuity.keep([built('1', '2')])
    expect(ids(later)).toEqual([incidentName('2')])
    expect(later.merged).toEqual([])
  })

  test('of two incidents that turn out to be one is that of the older', () => {
    const continuity = new Continuity()
    continuity.keep([built('2')])
    continuity.keep([built('2'), built('5')])
    const later = continuity.keep([built('1', '2', '5')])
    expect(ids(later)).toEqual([incidentName('2')])
    expect(later.merged).toEqual([{ id: incidentName('5'), into: incidentName('2') }])
  })

  test('stays over a restart from what was stored', () => {
    const continuity = new Continuity([{ findingId: finding('7'), incidentId: incidentName('3') }])
    expect(ids(continuity.keep([built('1', '7')]))).toEqual([incidentName('3')])
  })

  test('goes with the part that came first when an incident is told apart again', () => {
    const continuity = new Continuity()
    continuity.keep([built('1', '2')])
    const apart = continuity.keep([built('1'), built('2')])
    expect(new Set(ids(apart)).size).toBe(2)
    expect(ids(apart)).toContain(incidentName('1'))
    expect(apart.merged).toEqual([])
  })

  test('is never given to a second incident', () => {
    const continuity = new Continuity([{ findingId: finding('9'), incidentId: incidentName('1') }])
    const both = continuity.keep([built('9'), built('1')])
    expect(new Set(ids(both)).size).toBe(2)
  })

  test('is forgotten with its findings', () => {
    const continuity = new Continuity()
    continuity.keep([built('2')])
    continuity.forget(() => true)
    expect(ids(continuity.keep([built('1', '2')]))).toEqual([incidentName('1')])
  })
})
