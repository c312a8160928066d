/** All incidents: filters, a page of rows, and words where there is none. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { counted } from '../../../src/core/counts.ts'
import { levelWords } from '../../../src/core/vocabulary.ts'
import type { IncidentListView } from '../../../src/desk/api/incidents.ts'
import { incidentsQuery } from '../../api/queries.ts'
import { useAddressFields } from '../../parts/address-fields.ts'
import { Answer } from '../../parts/answer.tsx'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { IncidentRow } from '../../parts/incident-row.tsx'
import { NothingFits } from '../../parts/nothing-fits.tsx'
import { Pager } from '../../parts/pager.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { Page } from '../../shell/page.tsx'
import { allKinds, kindTitle, type Level, levelOrder } from '../../words/terms.ts'
import { type FilterFields, firstFields, isUnfiltered, pageRows, questionOf, stateChoices } from './filter.ts'

/** The page. */
export function IncidentsPage(): ReactNode {
  const { fields, change, clear } = useAddressFields(firstFields)
  const query = useQuery(incidentsQuery(questionOf(fields)))
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
                <Nothing fields={fields} onClear={clear} />
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
                onOffset={(offset) => change({ offset })}
                top="main"
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
        <SearchField placeholder="Address, page, words" value={fields.text} onSearch={(text) => onChange({ text })} />
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
    <NothingFits thing="incident" onClear={onClear}>
      Widen them, or clear them to see what is open.
    </NothingFits>
  )
}
