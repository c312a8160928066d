/** The states, kinds and origins of detection rules in words. Tables are total: a new one without words does not compile. */
import type { RuleSetView, RuleSummaryView } from '../../src/desk/api/rules.ts'
import type { Tone } from './terms.ts'

export type RuleState = RuleSummaryView['state']

/** What the state of a rule means. */
export const ruleStateWords: Readonly<
  Record<RuleState, { readonly name: string; readonly tone: Tone; readonly means: string }>
> = {
  'in-use': { name: 'In use', tone: 'green', means: 'The desk looks for this in every event of its kind of log.' },
  off: { name: 'Switched off', tone: 'gold', means: 'Your office has switched this rule off: it makes no incidents.' },
  waiting: {
    name: 'Waits for your office',
    tone: 'blue',
    means: 'Nothing is wrong with this rule. It needs names of your office before it can work.',
  },
  unusable: { name: 'Cannot be used', tone: 'orange', means: 'Something is wrong with this rule, wholly or in part.' },
}

export const allRuleStates = Object.keys(ruleStateWords) as RuleState[]

/** What kind of rule it is. */
export const ruleKindWords: Readonly<Record<RuleSummaryView['kind'], string>> = {
  detection: 'Looks at single events',
  correlation: 'Counts matches of other rules',
  filter: 'Leaves out what is right in your office',
}

/** Where a set comes from. */
export const setKindWords: Readonly<Record<RuleSetView['kind'], string>> = {
  shipped: 'comes with Bellwether',
  kept: 'added with “bellwether rules add”',
  configured: 'named in the configuration file',
}

/** What authors say of how far a rule is tried. */
export const ruleStatusWords: Readonly<Record<string, string>> = {
  stable: 'Stable: proven, few false alarms',
  test: 'Test: works, may still be tuned',
  experimental: 'Experimental: may give false alarms',
  deprecated: 'Deprecated: its author has replaced it',
  unsupported: 'Unsupported: does not work everywhere',
}
