/** What the list of rules can be asked for. */
import type { RuleQuery } from '../../../src/desk/api/rules.ts'

/** Rows of a page. */
export const pageRows = 25

/** The filter's fields as the person sees them, as they are at first. */
export const firstFields = {
  text: '',
  state: '',
  level: '',
  logsource: '',
  tactic: '',
  set: '',
  order: 'fired',
  offset: 0,
}
export type FilterFields = Readonly<typeof firstFields>

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
