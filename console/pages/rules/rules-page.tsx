/** The detection rules: what the desk looks for in events, how often each rule fired, what waits for the office's values, and
 *  what cannot be used. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { RulesPageView } from '../../../src/desk/api/rules.ts'
import { rulesPageQuery, rulesQuery } from '../../api/queries.ts'
import { useAddressFields } from '../../parts/address-fields.ts'
import { Answer } from '../../parts/answer.tsx'
import { NothingFits } from '../../parts/nothing-fits.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Pager } from '../../parts/pager.tsx'
import { Page } from '../../shell/page.tsx'
import { Coverage } from './coverage.tsx'
import { type FilterFields, firstFields, isUnfiltered, pageRows, questionOf } from './filter.ts'
import { Problems } from './problems.tsx'
import { RuleFilters } from './rule-filters.tsx'
import { RuleRow } from './rule-row.tsx'
import { Sets } from './sets.tsx'
import { Waiting } from './waiting.tsx'
import './rules.css'

/** The page. */
export function RulesPage(): ReactNode {
  const page = useQuery(rulesPageQuery)
  return (
    <Page
      title="Detection rules"
      lead={<p>What the desk looks for in the events of your computers, networks, databases and cloud accounts.</p>}
    >
      <div className="stack stack--wide">
        <Answer query={page} lines={8}>
          {(data) => (
            <>
              <Standing page={data} />
              <Rules page={data} />
              <Sets sets={data.sets} configurationPath={data.configurationPath} />
              <Coverage rows={data.coverage} />
              <Problems problems={data.problems} total={data.problemsTotal} />
            </>
          )}
        </Answer>
      </div>
    </Page>
  )
}

function Standing({ page }: { readonly page: RulesPageView }): ReactNode {
  const { counts, isOutdated, placeholders, problemsTotal } = page
  return (
    <div className="stack">
      <p className="rules__standing">
        <strong>{counted(counts.inUse, 'rule is', 'rules are')} in use.</strong>{' '}
        {counts.waiting > 0 && `${counted(counts.waiting, 'rule waits', 'rules wait')} for names of your office. `}
        {counts.off > 0 && `${counted(counts.off, 'rule is', 'rules are')} switched off. `}
        {problemsTotal > 0 && (
          <a href="#problems">{counted(problemsTotal, 'problem keeps', 'problems keep')} rules from being used.</a>
        )}
      </p>
      {isOutdated && (
        <Notice tone="gold">
          <p>Rules were added or taken away since the desk started. They count from the next start of the desk on.</p>
        </Notice>
      )}
      {placeholders.length > 0 && <Waiting placeholders={placeholders} configurationPath={page.configurationPath} />}
    </div>
  )
}

function Rules({ page }: { readonly page: RulesPageView }): ReactNode {
  const { fields, change, clear } = useAddressFields(firstFields)
  const query = useQuery(rulesQuery(questionOf(fields)))
  const days = Math.round((page.readAtMs - page.firedSinceMs) / 86_400_000)
  return (
    <section className="stack" aria-labelledby="rules">
      <h2 id="rules">The rules</h2>
      <RuleFilters fields={fields} page={page} onChange={change} />
      <Answer query={query} lines={8}>
        {(list) => (
          <>
            <p className="sr-only" aria-live="polite">
              {counted(list.total, 'rule')}
            </p>
            {list.total === 0 ? (
              <Nothing fields={fields} onClear={clear} />
            ) : (
              <ul className="plain-list list-box rule-list">
                {list.rows.map((rule) => (
                  <RuleRow rule={rule} key={rule.id} />
                ))}
              </ul>
            )}
            <Pager
              offset={fields.offset}
              limit={pageRows}
              total={list.total}
              things="rules"
              onOffset={(offset) => change({ offset })}
              top="rules"
            />
            <p className="small muted">
              How often a rule fired is counted over the last {inDigits(Math.max(1, days))} days.
            </p>
          </>
        )}
      </Answer>
    </section>
  )
}

function Nothing({ fields, onClear }: { readonly fields: FilterFields; readonly onClear: () => void }): ReactNode {
  if (isUnfiltered(fields)) {
    return (
      <div className="empty">
        <h3>No rules are loaded</h3>
        <p>Bellwether brings rules of its own, so that something went wrong when the desk started. Call IT.</p>
      </div>
    )
  }
  return (
    <NothingFits thing="rule" heading="h3" onClear={onClear}>
      Use fewer words, or clear the filters to see all rules.
    </NothingFits>
  )
}
