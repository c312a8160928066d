/** What the list shows, as it stands in the address bar: so that it can be kept, shared and gone back to. */
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

/** The filter's fields as the person sees them. */
export interface FilterFields {
  readonly state: string
  readonly level: string
  readonly kind: string
  readonly text: string
  readonly from: string
  readonly until: string
  readonly order: string
  readonly offset: number
}

/** Reads the fields from the address. */
export function fieldsOf(search: URLSearchParams): FilterFields {
  const read = (name: string): string => search.get(name) ?? ''
  const offset = Number(read('offset'))
  return {
    state: read('state') || 'open',
    level: read('level'),
    kind: read('kind'),
    text: read('text'),
    from: read('from'),
    until: read('until'),
    order: read('order') || 'severity',
    offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
  }
}

/** Writes them, leaving out what is as at first. */
export function searchOf(fields: FilterFields): URLSearchParams {
  const search = new URLSearchParams()
  const first = fieldsOf(new URLSearchParams())
  for (const name of Object.keys(first) as (keyof FilterFields)[]) {
    if (fields[name] !== first[name]) search.set(name, String(fields[name]))
  }
  return search
}

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
