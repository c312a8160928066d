/** What the list of rules shows, as it stands in the address bar: so that it can be kept, shared and gone back to. */
import type { RuleQuery } from '../../../src/desk/api/rules.ts'

/** Rows of a page. */
export const pageRows = 25

/** The filter's fields as the person sees them. */
export interface FilterFields {
  readonly text: string
  readonly state: string
  readonly level: string
  readonly logsource: string
  readonly tactic: string
  readonly set: string
  readonly order: string
  readonly offset: number
}

/** Reads the fields from the address. */
export function fieldsOf(search: URLSearchParams): FilterFields {
  const read = (name: string): string => search.get(name) ?? ''
  const offset = Number(read('offset'))
  return {
    text: read('text'),
    state: read('state'),
    level: read('level'),
    logsource: read('logsource'),
    tactic: read('tactic'),
    set: read('set'),
    order: read('order') || 'fired',
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

/** The question to the desk: what is left open is left out. */
export const questionOf = ({ text, offset, ...choices }: FilterFields): RuleQuery => ({
  ...(Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== '')) as Partial<RuleQuery>),
  ...(text === '' ? {} : { text: text.slice(0, 200) }),
  offset,
  limit: pageRows,
})

/** True where nothing is chosen. */
export const isUnfiltered = ({ text, state, level, logsource, tactic, set }: FilterFields): boolean =>
  [text, state, level, logsource, tactic, set].every((value) => value === '')
