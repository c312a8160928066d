/** What the list of incidents can be asked for. */
import type { IncidentFilter } from '../../api/queries.ts'

/** Rows of a page. */
export const pageRows = 25

/** Which states are shown; `open` is what a person comes for. */
export const stateChoices = [
  ['open', 'Open'],
  ['new', 'New'],
  ['acknowledged', 'Acknowledged'],
  ['contained', 'Contained'],
  ['closed', 'Closed'],
  ['any', 'All'],
] as const

/** The filter's fields as the person sees them, as they are at first. */
export const firstFields = {
  state: 'open',
  level: '',
  kind: '',
  text: '',
  from: '',
  until: '',
  order: 'severity',
  offset: 0,
}
export type FilterFields = Readonly<typeof firstFields>

const dayMs = 86_400_000
/** The start of a day of a date field, local time. */
const startOf = (day: string): number | undefined => {
  const timeMs = day === '' ? Number.NaN : new Date(`${day}T00:00:00`).getTime()
  return Number.isFinite(timeMs) ? timeMs : undefined
}

/** The question to the desk. */
export function questionOf(fields: FilterFields): IncidentFilter {
  const states: Readonly<Record<string, string>> = { open: 'new,acknowledged,contained', any: '' }
  const fromMs = startOf(fields.from)
  const untilStartMs = startOf(fields.until)
  return {
    state: states[fields.state] ?? fields.state,
    level: fields.level,
    kind: fields.kind,
    text: fields.text.slice(0, 200),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(untilStartMs === undefined ? {} : { untilMs: untilStartMs + dayMs }),
    order: fields.order,
    offset: fields.offset,
    limit: pageRows,
  }
}

/** True where nothing but the state is chosen. */
export const isUnfiltered = ({ level, kind, text, from, until }: FilterFields): boolean =>
  [level, kind, text, from, until].every((value) => value === '')
