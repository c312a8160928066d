/** Flagged mail: filters, a page of rows, and words where there is none. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { MailListView } from '../../../src/desk/api/mail.ts'
import { mailsQuery } from '../../api/queries.ts'
import { useAddressFields } from '../../parts/address-fields.ts'
import { Answer } from '../../parts/answer.tsx'
import { SelectField } from '../../parts/fields.tsx'
import { NothingFits } from '../../parts/nothing-fits.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Pager } from '../../parts/pager.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { Page } from '../../shell/page.tsx'
import { flaggedVerdicts, verdictWords } from '../../words/mail.ts'
import { MailRow } from './mail-row.tsx'
import './mail.css'

const pageRows = 25

const firstFields = { verdict: '', text: '', campaign: '', offset: 0 }
type FilterFields = Readonly<typeof firstFields>

/** The page. */
export function MailsPage(): ReactNode {
  const { fields, change, clear } = useAddressFields(firstFields)
  const query = useQuery(mailsQuery({ ...fields, text: fields.text.slice(0, 200), limit: pageRows }))
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
                <Nothing list={list} fields={fields} onClear={clear} />
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
                onOffset={(offset) => change({ offset })}
                top="main"
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
        <SearchField
          placeholder="Sender, recipient, subject"
          value={fields.text}
          onSearch={(text) => onChange({ text })}
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
      <NothingFits thing="mail" onClear={onClear}>
        Use fewer words, or clear the filters.
      </NothingFits>
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
