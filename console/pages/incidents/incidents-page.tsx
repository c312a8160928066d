/** All incidents: filters, a page of rows, and words where there is none. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { IncidentListView } from '../../../src/desk/api/incidents.ts'
import { incidentsQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { IncidentRow } from '../../parts/incident-row.tsx'
import { Pager } from '../../parts/pager.tsx'
import { Page } from '../../shell/page.tsx'
import { counted } from '../../words/counts.ts'
import { allKinds, kindTitle, type Level, levelOrder, levelWords } from '../../words/terms.ts'
import { type FilterFields, fieldsOf, isUnfiltered, pageRows, questionOf, searchOf, stateChoices } from './filter.ts'

const typingPauseMs = 300

/** The page. */
export function IncidentsPage(): ReactNode {
  const [search, setSearch] = useSearchParams()
  const fields = fieldsOf(search)
  const query = useQuery(incidentsQuery(questionOf(fields)))
  const change = (part: Partial<FilterFields>): void =>
    setSearch(searchOf({ ...fields, offset: 0, ...part }), { replace: part.offset === undefined })
  return (
    <Page title="Incidents" lead={<p>What belongs together is one incident, however many log lines show it.</p>}>
      <div className="stack">
        <Filters fields={fields} onChange={change} counts={query.data?.counts} />
        <Answer query={query} lines={8}>
          {(list) => (
            <>
              <p className="sr-only" aria-live="polite">
                {counted(list.total, 'incident')}
              </p>
              {list.total === 0 ? (
                <Nothing fields={fields} onClear={() => setSearch(new URLSearchParams())} />
              ) : (
                <ul className="plain-list incident-list">
                  {list.rows.map((incident) => (
                    <IncidentRow incident={incident} key={incident.id} />
                  ))}
                </ul>
              )}
              <Pager
                offset={fields.offset}
                limit={pageRows}
                total={list.total}
                things="incidents"
                onOffset={(offset) => {
                  change({ offset })
                  document.getElementById('main')?.focus()
                  scrollTo({ top: 0 })
                }}
              />
            </>
          )}
        </Answer>
      </div>
    </Page>
  )
}

interface FiltersProps {
  readonly fields: FilterFields
  readonly onChange: (part: Partial<FilterFields>) => void
  readonly counts: IncidentListView['counts'] | undefined
}

function Filters({ fields, onChange, counts }: FiltersProps): ReactNode {
  const [text, setText] = useState(fields.text)
  useEffect(() => setText(fields.text), [fields.text])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait.
  useEffect(() => {
    if (text === fields.text) return
    const timer = setTimeout(() => onChange({ text }), typingPauseMs)
    return () => clearTimeout(timer)
  }, [text])
  const countOf = (state: string): string => {
    if (counts === undefined) return ''
    const fits = (each: string): boolean => state === 'any' || each === state || (state === 'open' && each !== 'closed')
    return ` (${counts.reduce((sum, each) => sum + (fits(each.state) ? each.count : 0), 0).toLocaleString('en-US')})`
  }
  return (
    <search className="panel stack no-print" aria-label="Filter the incidents">
      <div className="fields">
        <SelectField
          label="Show"
          value={fields.state}
          choices={stateChoices.map(([state, words]) => [state, words + countOf(state)])}
          onChoose={(state) => onChange({ state })}
        />
        <TextField
          label="Search"
          type="search"
          placeholder="Address, page, words"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <details open={!isUnfiltered({ ...fields, text: '' }) || fields.order !== 'severity'}>
        <summary>More filters, and the order</summary>
        <div className="fields filters__more">
          <SelectField
            label="Order"
            value={fields.order}
            choices={[
              ['severity', 'Most pressing first'],
              ['latest', 'Latest first'],
            ]}
            onChoose={(order) => onChange({ order })}
          />
          <SelectField
            label="How grave"
            value={fields.level}
            choices={levelOrder
              .toReversed()
              .map((level) => [level === 'informational' ? '' : level, levelChoice(level)] as const)}
            onChoose={(level) => onChange({ level })}
          />
          <SelectField
            label="What kind"
            value={fields.kind}
            choices={[['', 'All'], ...allKinds.map((kind) => [kind, kindTitle(kind)] as const)]}
            onChoose={(kind) => onChange({ kind })}
          />
          <TextField
            label="From"
            type="date"
            value={fields.from}
            onChange={(event) => onChange({ from: event.target.value })}
          />
          <TextField
            label="Until"
            type="date"
            value={fields.until}
            onChange={(event) => onChange({ until: event.target.value })}
          />
        </div>
      </details>
    </search>
  )
}

/** The desk answers with what is at least as grave. */
const levelChoice = (level: Level): string => {
  if (level === 'informational') return 'All'
  return level === 'critical' ? 'Critical only' : `${levelWords[level].name} and above`
}

function Nothing({ fields, onClear }: { readonly fields: FilterFields; readonly onClear: () => void }): ReactNode {
  if (isUnfiltered(fields) && fields.state === 'open') {
    return (
      <div className="empty">
        <h2>No open incidents</h2>
        <p>
          Nothing waits for you. When something happens, it stands here and on Today within seconds. Choose “All” above
          to see what was closed.
        </p>
      </div>
    )
  }
  return (
    <div className="empty">
      <h2>No incident fits these filters</h2>
      <p>Widen them, or clear them to see what is open.</p>
      <button type="button" className="usa-button usa-button--outline" onClick={onClear}>
        Clear the filters
      </button>
    </div>
  )
}
