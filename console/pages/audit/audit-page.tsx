/** The audit trail: who decided what and when, and whether the chain of it is whole. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useSearchParams } from 'react-router'
import { inDigits } from '../../../src/core/counts.ts'
import type { AuditListView } from '../../../src/desk/api/settings.ts'
import { auditQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { TextField } from '../../parts/fields.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import './audit.css'

const rowsShown = 50

/** The page. */
export function AuditPage(): ReactNode {
  const [search, setSearch] = useSearchParams()
  const who = search.get('who') ?? ''
  const before = Number(search.get('before') ?? '') || undefined
  const query = useQuery(
    auditQuery({ who: who.slice(0, 100), limit: rowsShown, ...(before === undefined ? {} : { before }) }),
  )
  const go = (next: { who?: string; before?: number | undefined }): void => {
    const to = { who, before, ...next }
    setSearch({ ...(to.who === '' ? {} : { who: to.who }), ...(to.before ? { before: String(to.before) } : {}) })
  }
  return (
    <Page
      title="Audit trail"
      lead={<p>Every decision that a person took, in order. It can only be added to.</p>}
      tools={
        <button type="button" className="usa-button usa-button--outline no-print" onClick={() => print()}>
          Print
        </button>
      }
    >
      <div className="stack">
        <Filter key={who} who={who} onWho={(next) => go({ who: next, before: undefined })} />
        <Answer query={query} lines={8}>
          {(list) => (
            <>
              <Chain list={list} />
              <Rows list={list} isFiltered={who !== '' || before !== undefined} />
              <div className="actions no-print">
                {before !== undefined && (
                  <button
                    type="button"
                    className="usa-button usa-button--outline usa-button--small"
                    onClick={() => go({ before: undefined })}
                  >
                    Newest
                  </button>
                )}
                {list.rows.length === rowsShown && (
                  <button
                    type="button"
                    className="usa-button usa-button--outline usa-button--small"
                    onClick={() => {
                      go({ before: list.rows.at(-1)?.sequence })
                      document.getElementById('main')?.focus()
                      scrollTo({ top: 0 })
                    }}
                  >
                    Older
                  </button>
                )}
              </div>
            </>
          )}
        </Answer>
      </div>
    </Page>
  )
}

function Filter({ who, onWho }: { readonly who: string; readonly onWho: (who: string) => void }): ReactNode {
  const [text, setText] = useState(who)
  return (
    <search className="no-print" aria-label="Filter the audit trail">
      <form
        className="row audit__filter"
        onSubmit={(event) => {
          event.preventDefault()
          onWho(text.trim())
        }}
      >
        <TextField
          label="Only what this person did"
          placeholder="A name"
          maxLength={100}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="usa-button usa-button--outline">
          Show
        </button>
        {who !== '' && (
          <button type="button" className="usa-button usa-button--unstyled" onClick={() => onWho('')}>
            Show everybody
          </button>
        )}
      </form>
    </search>
  )
}

function Chain({ list }: { readonly list: AuditListView }): ReactNode {
  if (list.whole) {
    return (
      <Notice tone="green">
        <p>
          <strong>The trail is whole.</strong> Each row is sealed by the one after it; all seals were checked just now.
        </p>
      </Notice>
    )
  }
  return (
    <Notice tone="red" isSpoken>
      <p>
        <strong>The trail was changed</strong>
        {list.brokenAt === undefined ? '.' : `, from row ${inDigits(list.brokenAt)} on.`} Somebody altered or removed a
        row in the desk’s store. Call IT, and compare with the last backup.
      </p>
    </Notice>
  )
}

function Rows({ list, isFiltered }: { readonly list: AuditListView; readonly isFiltered: boolean }): ReactNode {
  if (list.rows.length === 0) {
    return (
      <div className="empty">
        <h2>{isFiltered ? 'Nothing fits' : 'Nothing yet'}</h2>
        <p>
          {isFiltered
            ? 'This person decided nothing, or is written differently.'
            : 'The first decision will stand here.'}
        </p>
      </div>
    )
  }
  return (
    <ol className="plain-list list-box">
      {list.rows.map((row) => (
        <li className="audit-row" key={row.sequence}>
          <span className="audit-row__number muted small">{inDigits(row.sequence)}</span>
          <div className="audit-row__what">
            <p>
              <StrangeText text={row.sentence} charactersShown={300} />
            </p>
            <p className="small muted">
              <ShortText text={row.who} charactersShown={60} />, <Moment atMs={row.atMs} form="full" />
            </p>
          </div>
          <span className="mono small muted" title={row.hash}>
            <span className="sr-only">Seal: </span>
            {row.hash.slice(0, 12)}
          </span>
        </li>
      ))}
    </ol>
  )
}
