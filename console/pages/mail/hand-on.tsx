/** Handing a mail on: a ready report to whom it concerns, and what whoever runs the mail must enter to stop more of it. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { MailView } from '../../../src/desk/api/mail.ts'
import { mailInstructionsQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { Secret } from '../../parts/secret.tsx'
import { ShortText, visible } from '../../parts/strange-text.tsx'

/** Shows both. */
export function HandOn({ mail }: { readonly mail: MailView }): ReactNode {
  const isReadable = mail.verdict !== 'unreadable'
  return (
    <section className="stack" aria-labelledby="hand-on">
      <h2 id="hand-on">Report it, and stop the next one</h2>
      <div className="hand-on">
        <section className="panel stack" aria-label="Report it">
          <h3>Report it</h3>
          <p>
            A report holds the mail itself, so that whoever gets it need not ask. Attach it to a mail to{' '}
            {mail.posesAs === undefined ? (
              'whoever it poses as'
            ) : (
              <ShortText text={mail.posesAs} charactersShown={100} />
            )}
            , to your state’s election office, and to the FBI (ic3.gov, or your field office).
          </p>
          <div className="actions">
            {isReadable && (
              <a className="usa-button" href={`/api/mail/${mail.id}/download/arf`} download>
                Download the report
              </a>
            )}
            <a className="usa-button usa-button--outline" href={`/api/mail/${mail.id}/download/eml`} download>
              Download the mail itself
            </a>
          </div>
          {isReadable && (
            <p className="small muted">
              The report is a mail to attach (ARF, RFC 5965). Programs may want{' '}
              <a href={`/api/mail/${mail.id}/download/xarf`} download>
                the same as XARF
              </a>
              . Do not open the mail itself on a computer that you work with.
            </p>
          )}
        </section>
        <Instructions id={mail.id} />
      </div>
    </section>
  )
}

function Instructions({ id }: { readonly id: string }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const query = useQuery({ ...mailInstructionsQuery(id), enabled: isOpen })
  return (
    <section className="panel stack" aria-label="Stop the next one">
      <h3>Stop the next one</h3>
      <p>
        Whoever runs your mail can hold more of this before it is delivered. Send them the text for the system that you
        have.
      </p>
      {!isOpen && (
        <div>
          <button type="button" className="usa-button usa-button--outline" onClick={() => setOpen(true)}>
            Show the instructions
          </button>
        </div>
      )}
      {isOpen && (
        <Answer query={query} lines={4}>
          {({ instructions }) => (
            <>
              {instructions.map(({ system, how, text }) => (
                <details key={system}>
                  <summary>{visible(system)}</summary>
                  <div className="stack instruction">
                    <p>{visible(how)}</p>
                    <Secret label={`For ${visible(system)}`} text={visible(text)} />
                  </div>
                </details>
              ))}
            </>
          )}
        </Answer>
      )}
    </section>
  )
}
