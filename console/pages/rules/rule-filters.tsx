/** The filters of the list of rules. */
import type { ReactNode } from 'react'
import { inDigits } from '../../../src/core/counts.ts'
import { levelWords } from '../../../src/core/vocabulary.ts'
import type { RulesPageView } from '../../../src/desk/api/rules.ts'
import { SelectField } from '../../parts/fields.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { visible } from '../../parts/strange-text.tsx'
import { allRuleStates, ruleStateWords } from '../../words/rules.ts'
import { levelOrder } from '../../words/terms.ts'
import type { FilterFields } from './filter.ts'

interface RuleFiltersProps {
  readonly fields: FilterFields
  readonly page: RulesPageView
  readonly onChange: (part: Partial<FilterFields>) => void
}

/** Shows them. */
export function RuleFilters({ fields, page, onChange }: RuleFiltersProps): ReactNode {
  const { counts } = page
  const countOf = { 'in-use': counts.inUse, off: counts.off, waiting: counts.waiting, unusable: counts.unusable }
  const more = [fields.level, fields.logsource, fields.tactic, fields.set].some((value) => value !== '')
  return (
    <search className="panel stack no-print" aria-label="Filter the rules">
      <div className="fields">
        <SearchField
          placeholder="Words of a rule, T1490, a file"
          value={fields.text}
          onSearch={(text) => onChange({ text })}
        />
        <SelectField
          label="Show"
          value={fields.state}
          choices={[
            ['', `All (${inDigits(counts.all)})`],
            ...allRuleStates.map(
              (state) => [state, `${ruleStateWords[state].name} (${inDigits(countOf[state])})`] as const,
            ),
          ]}
          onChoose={(state) => onChange({ state })}
        />
        <SelectField
          label="Order"
          value={fields.order}
          choices={[
            ['fired', 'Fired last, first'],
            ['level', 'Gravest first'],
            ['title', 'By title'],
          ]}
          onChoose={(order) => onChange({ order })}
        />
      </div>
      <details open={more}>
        <summary>More filters</summary>
        <div className="fields filters__more">
          <SelectField
            label="How grave"
            value={fields.level}
            choices={[['', 'All'], ...levelOrder.map((level) => [level, levelWords[level].name] as const)]}
            onChoose={(level) => onChange({ level })}
          />
          <SelectField
            label="Kind of log"
            value={fields.logsource}
            choices={[
              ['', 'All'],
              ...page.logsources.map(({ name, rules }) => [name, `${visible(name)} (${inDigits(rules)})`] as const),
            ]}
            onChoose={(logsource) => onChange({ logsource })}
          />
          <SelectField
            label="What the attacker wants (ATT&CK tactic)"
            value={fields.tactic}
            choices={[['', 'All'], ...page.coverage.map(({ tactic }) => [tactic, tactic] as const)]}
            onChoose={(tactic) => onChange({ tactic })}
          />
          <SelectField
            label="Set"
            value={fields.set}
            choices={[['', 'All'], ...page.sets.map(({ name }) => [name, visible(name).slice(0, 80)] as const)]}
            onChoose={(set) => onChange({ set })}
          />
        </div>
      </details>
    </search>
  )
}
