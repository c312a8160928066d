/** Flagged mail: filters, a page of rows, and words where there is none. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { MailListView } from '../../../src/desk/api/mail.ts'
import { mailsQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Pager } from '../../parts/pager.tsx'
import { Page } from '../../shell/page.tsx'
import { counted, inDigits } from '../../words/counts.ts'
import { flaggedVerdicts, verdictWords } from '../../words/mail.ts'
import { MailRow } from './mail-row.tsx'
import './mail.css'

const pageRows = 25
const typingPauseMs = 300

interface FilterFields {
  readonly verdict: string
  readonly text: string
  readonly campaign: string
  readonly offset: number
}

function fieldsOf(search: URLSearchParams): FilterFields {
  const offset = Number(search.get('offset') ?? 0)
  return {
    verdict: search.get('verdict') ?? '',
    text: search.get('text') ?? '',
    campaign: search.get('campaign') ?? '',
    offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
  }
}

/** The page. */
export function MailsPage(): ReactNode {
  const [search, setSearch] = useSearchParams()
  const fields = fieldsOf(search)
  const query = useQuery(mailsQuery({ ...fields, text: fields.text.slice(0, 200), limit: pageRows }))
  const change = (part: Partial<FilterFields>): void => {
    const next = Object.entries({ ...fields, offset: 0, ...part }).filter(([, value]) => value !== '' && value !== 0)
    setSearch(new URLSearchParams(next.map(([name, value]) => [name, String(value)])), {
      replace: part.offset === undefined,
    })
  }
  return (
    <Page
      title="Mail"
      lead={<p>Mail to your office in somebody else’s name, or out for passwords and money.</p>}
      tools={
        <div className="actions no-print">
          <Link className="usa-button usa-button--outline" to="/mail/check">
            Have a mail looked at
          </Link>
          <Link className="usa-button usa-button--outline" to="/mail/registry">
            Protected names
          </Link>
        </div>
      }
    >
      <div className="stack">
        <Filters fields={fields} onChange={change} />
        <Answer query={query} lines={8}>
          {(list) => (
            <>
              <p className="sr-only" aria-live="polite">
                {counted(list.total, 'mail')}
              </p>
              {!list.hasSource && list.read > 0 && <NoSource />}
              {list.total === 0 ? (
                <Nothing list={list} fields={fields} onClear={() => setSearch(new URLSearchParams())} />
              ) : (
                <ul className="plain-list list-box">
                  {list.rows.map((mail) => (
                    <MailRow mail={mail} key={mail.id} />
                  ))}
                </ul>
              )}
              <Pager
                offset={fields.offset}
                limit={pageRows}
                total={list.total}
                things="mails"
                onOffset={(offset) => {
                  change({ offset })
                  document.getElementById('main')?.focus()
                  scrollTo({ top: 0 })
                }}
              />
              {list.read > 0 && (
                <p className="small muted">
                  {counted(list.read, 'mail was', 'mails were')} looked at so far. Mail in which nothing was found is
                  not listed.
                </p>
              )}
            </>
          )}
        </Answer>
      </div>
    </Page>
  )
}

function Filters({
  fields,
  onChange,
}: {
  readonly fields: FilterFields
  readonly onChange: (part: Partial<FilterFields>) => void
}): ReactNode {
  const [text, setText] = useState(fields.text)
  useEffect(() => setText(fields.text), [fields.text])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait.
  useEffect(() => {
    if (text === fields.text) return
    const timer = setTimeout(() => onChange({ text }), typingPauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <search className="panel stack no-print" aria-label="Filter the mails">
      <div className="fields">
        <SelectField
          label="Show"
          value={fields.verdict}
          choices={[
            ['', 'All that was flagged'],
            ...flaggedVerdicts.map((each) => [each, verdictWords[each].name] as const),
          ]}
          onChoose={(verdict) => onChange({ verdict })}
        />
        <TextField
          label="Search"
          type="search"
          placeholder="Sender, recipient, subject"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {fields.campaign !== '' && (
        <p className="row">
          <span>Only one campaign is shown.</span>
          <button type="button" className="usa-button usa-button--unstyled" onClick={() => onChange({ campaign: '' })}>
            Show all
          </button>
        </p>
      )}
    </search>
  )
}

const NoSource = (): ReactNode => (
  <Notice tone="gold">
    <p>
      No mail comes to the desk by itself at the moment: only what was put in by hand was looked at. Ask IT to connect
      your mail; the guide “Let the desk see the office’s mail” (docs/how-to/mail.md) says how.
    </p>
  </Notice>
)

interface NothingProps {
  readonly list: MailListView
  readonly fields: FilterFields
  readonly onClear: () => void
}

function Nothing({ list, fields, onClear }: NothingProps): ReactNode {
  if (fields.verdict !== '' || fields.text !== '' || fields.campaign !== '') {
    return (
      <div className="empty">
        <h2>No mail fits these filters</h2>
        <p>Use fewer words, or clear the filters.</p>
        <button type="button" className="usa-button usa-button--outline" onClick={onClear}>
          Clear the filters
        </button>
      </div>
    )
  }
  if (!list.hasSource && list.read === 0) {
    return (
      <div className="empty">
        <h2>The desk sees no mail yet</h2>
        <p>
          Ask IT to connect it: to your mail server (which then shows each mail to the desk before it is delivered), to
          a mailbox into which copies go (IMAP), to Microsoft 365 or to Google Workspace. The guide is
          docs/how-to/mail.md. The desk watches; it holds nothing back unless you tell it to.
        </p>
        <p>
          A mail that you wonder about can be looked at right now: <Link to="/mail/check">paste it here</Link>.
        </p>
      </div>
    )
  }
  return (
    <div className="empty">
      <h2>No mail was flagged</h2>
      <p>
        {list.read === 0
          ? 'No mail has come since the desk was set up. '
          : `${inDigits(list.read)} were looked at, and none of them was flagged. `}
        When one is, it stands here and on Today.
      </p>
    </div>
  )
}
