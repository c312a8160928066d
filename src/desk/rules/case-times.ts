/** When an event of a case happened, by the field in which its log keeps the time. */
import { type CaseFields, isCaseMap } from './case-file.ts'

/** Where logs keep the time of an event. */
const timeFields = [
  'timestamp',
  '@timestamp',
  'TimeStamp',
  'ts',
  'CreationTime',
  'createdDateTime',
  'activityDateTime',
  'eventTime',
  'log_time',
  'time',
]

/** When an event happened, in milliseconds since 1970; NaN where it does not say. */
export function timeOf(event: CaseFields): number {
  const system = event.System
  const created = isCaseMap(system) && isCaseMap(system.TimeCreated) ? system.TimeCreated.SystemTime : undefined
  const value = created ?? timeFields.map((name) => event[name]).find((each) => each !== undefined)
  if (typeof value === 'number') return value < 1e11 ? value * 1_000 : value
  return typeof value === 'string'
    ? Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value.replace(' ', 'T')}Z`)
    : Number.NaN
}
