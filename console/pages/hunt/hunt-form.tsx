/** The question: every field that is filled in narrows the answer. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { HuntBody } from '../../../src/desk/api/hunt.ts'
import { sourcesQuery } from '../../api/queries.ts'
import { SelectField, TextArea, TextField } from '../../parts/fields.tsx'
import { visible } from '../../parts/strange-text.tsx'

const firstFields = {
  addresses: '',
  path: '',
  pathMatch: 'begins',
  agent: '',
  sourceId: '',
  status: '',
  from: '',
  until: '',
}
type Fields = typeof firstFields

const momentOf = (text: string): number | undefined => {
  const timeMs = text === '' ? Number.NaN : new Date(text).getTime()
  return Number.isFinite(timeMs) ? timeMs : undefined
}

/** The question as the desk takes it; undefined where nothing is asked. */
export function questionOf(fields: Fields): HuntBody | undefined {
  const addresses = fields.addresses.split(/[\s,;]+/).filter((each) => each !== '')
  const status = Number(fields.status)
  const [fromMs, untilMs] = [momentOf(fields.from), momentOf(fields.until)]
  const match = (['is', 'begins', 'contains'] as const).find((each) => each === fields.pathMatch) ?? 'begins'
  const body: HuntBody = {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(fields.path.trim() === '' ? {} : { path: fields.path.trim(), pathMatch: match }),
    ...(fields.agent.trim() === '' ? {} : { agent: fields.agent.trim() }),
    ...(fields.sourceId === '' ? {} : { sourceId: fields.sourceId }),
    ...(fields.status !== '' && Number.isInteger(status) ? { status } : {}),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  }
  return Object.keys(body).length === 0 ? undefined : body
}

interface HuntFormProps {
  readonly isBusy: boolean
  readonly onSearch: (body: HuntBody) => void
}

/** Shows the form. */
export function HuntForm({ isBusy, onSearch }: HuntFormProps): ReactNode {
  const [fields, setFields] = useState<Fields>(firstFields)
  const [isEmpty, setEmpty] = useState(false)
  const sources = useQuery(sourcesQuery).data ?? []
  const change = (part: Partial<Fields>): void => setFields({ ...fields, ...part })
  return (
    <form
      className="panel stack"
      aria-label="Search what was kept"
      onSubmit={(event) => {
        event.preventDefault()
        const body = questionOf(fields)
        setEmpty(body === undefined)
        if (body !== undefined && !isBusy) onSearch(body)
      }}
    >
      <TextArea
        label="Addresses"
        hint="One or many, as they come from a warning: separated by spaces, commas or new lines. Ranges too: 203.0.113.0/24"
        rows={2}
        className="usa-textarea mono"
        spellCheck={false}
        error={isEmpty ? 'Fill in at least one field.' : undefined}
        value={fields.addresses}
        onChange={(event) => change({ addresses: event.target.value })}
      />
      <div className="fields">
        <TextField
          label="Page"
          placeholder="/status"
          maxLength={2000}
          spellCheck={false}
          value={fields.path}
          onChange={(event) => change({ path: event.target.value })}
        />
        <SelectField
          label="The page"
          value={fields.pathMatch}
          choices={[
            ['begins', 'begins with this'],
            ['is', 'is exactly this'],
            ['contains', 'has this in it'],
          ]}
          onChoose={(pathMatch) => change({ pathMatch })}
        />
        <TextField
          label="Program (user agent) has"
          placeholder="sqlmap"
          maxLength={2000}
          spellCheck={false}
          value={fields.agent}
          onChange={(event) => change({ agent: event.target.value })}
        />
      </div>
      <div className="fields">
        <TextField
          label="From"
          type="datetime-local"
          value={fields.from}
          onChange={(event) => change({ from: event.target.value })}
        />
        <TextField
          label="Until"
          type="datetime-local"
          value={fields.until}
          onChange={(event) => change({ until: event.target.value })}
        />
        <SelectField
          label="Source"
          value={fields.sourceId}
          choices={[['', 'All'], ...sources.map(({ id, title }) => [id, visible(title).slice(0, 60)] as const)]}
          onChoose={(sourceId) => change({ sourceId })}
        />
        <TextField
          label="Answer of the site"
          hint="200, 404, 500…"
          inputMode="numeric"
          pattern="[1-9][0-9]{2}"
          title="Three digits, such as 404"
          maxLength={3}
          value={fields.status}
          onChange={(event) => change({ status: event.target.value })}
        />
      </div>
      <div className="actions">
        <button type="submit" className="usa-button" disabled={isBusy}>
          {isBusy ? 'Searching…' : 'Search'}
        </button>
        <button
          type="button"
          className="usa-button usa-button--outline"
          onClick={() => {
            setFields(firstFields)
            setEmpty(false)
          }}
        >
          Clear
        </button>
      </div>
    </form>
  )
}
