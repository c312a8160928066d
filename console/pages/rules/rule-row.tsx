/** A rule in the list: its title is the link, and how often it fired is what a person looks for. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted } from '../../../src/core/counts.ts'
import type { RuleSummaryView } from '../../../src/desk/api/rules.ts'
import { Label, LevelLabel } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText } from '../../parts/strange-text.tsx'
import { ruleKindWords, ruleStateWords } from '../../words/rules.ts'

/** How grave, or that its author does not say. */
export const RuleLevel = ({ level }: Pick<RuleSummaryView, 'level'>): ReactNode =>
  level === undefined ? (
    <Label tone="gray" form="outline">
      No level
    </Label>
  ) : (
    <LevelLabel level={level} />
  )

/** Shows it. */
export function RuleRow({ rule }: { readonly rule: RuleSummaryView }): ReactNode {
  const state = ruleStateWords[rule.state]
  return (
    <li className="rule-row">
      <div className="rule-row__labels">
        <RuleLevel {...(rule.level === undefined ? {} : { level: rule.level })} />
        {rule.state !== 'in-use' && (
          <Label tone={state.tone} form="outline">
            {state.name}
          </Label>
        )}
      </div>
      <Link className="rule-row__title" to={`/rules/${rule.id}`}>
        <ShortText text={rule.title} charactersShown={160} />
      </Link>
      <p className="rule-row__facts small muted">
        {rule.fired !== undefined && (
          <strong>
            fired {rule.fired.hits === 1 ? 'once' : counted(rule.fired.hits, 'time')}, last{' '}
            <Moment atMs={rule.fired.lastMs} />
          </strong>
        )}
        <span>
          {rule.logsource === '' ? (
            ruleKindWords[rule.kind].toLowerCase()
          ) : (
            <ShortText text={rule.logsource} charactersShown={80} />
          )}
        </span>
        <span>
          <ShortText text={rule.set} charactersShown={60} />
        </span>
      </p>
    </li>
  )
}
