/** A mail that was judged, in the order in which a person needs it: what it is, what to do, why, and the mail itself. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { MailView } from '../../../src/desk/api/mail.ts'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { campaignSentence, verdictWords } from '../../words/mail.ts'
import { MailItself } from './mail-itself.tsx'
import { MailRow, Recipients, Sender, VerdictLabel } from './mail-row.tsx'
import { Proofs } from './proofs.tsx'

interface JudgedMailProps {
  readonly mail: MailView
  /** What can be done with it, where it is kept. */
  readonly children?: ReactNode
}

/** Shows it. */
export function JudgedMail({ mail, children }: JudgedMailProps): ReactNode {
  return (
    <div className="stack stack--wide">
      <Standing mail={mail} />
      <ToDo mail={mail} />
      <Proofs mail={mail} />
      {children}
      <MailItself mail={mail} />
      <Others mail={mail} />
    </div>
  )
}

function Standing({ mail }: { readonly mail: MailView }): ReactNode {
  return (
    <section className={`panel stack mail-standing tone-${verdictWords[mail.verdict].tone}`} aria-label="What it is">
      <VerdictLabel verdict={mail.verdict} />
      <p className="mail__sentence">
        <StrangeText text={mail.sentence} charactersShown={400} />
      </p>
      <p>{verdictWords[mail.verdict].means}</p>
      <dl className="facts">
        <dt>Says it is from</dt>
        <dd>
          <Sender from={mail.from} />
        </dd>
        <dt>To</dt>
        <dd>
          <Recipients recipients={mail.recipients} />
        </dd>
        <dt>Came</dt>
        <dd>
          <Moment atMs={mail.takenAtMs} form="full" />
          {mail.dateMs !== undefined && Math.abs(mail.dateMs - mail.takenAtMs) > 86_400_000 && (
            <>
              {'; it says of itself '}
              <Moment atMs={mail.dateMs} form="full" />
            </>
          )}
        </dd>
        {mail.campaign && (
          <>
            <dt>Campaign</dt>
            <dd>
              {campaignSentence(mail.campaign)}{' '}
              <Link to={`/mail?${new URLSearchParams({ campaign: mail.campaign.id })}`}>See all of them</Link>
            </dd>
          </>
        )}
        {mail.incidentId !== undefined && (
          <>
            <dt>Incident</dt>
            <dd>
              <Link to={`/incidents/${encodeURIComponent(mail.incidentId)}`}>Open the incident about it</Link>
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}

function ToDo({ mail }: { readonly mail: MailView }): ReactNode {
  if (mail.advice.length === 0 && mail.call === undefined) return null
  return (
    <section className="stack" aria-labelledby="to-do">
      <h2 id="to-do">What to do now</h2>
      {mail.advice.length > 0 && (
        <ol className="mail__advice">
          {mail.advice.map((step) => (
            <li key={step}>
              <StrangeText text={step} charactersShown={400} />
            </li>
          ))}
        </ol>
      )}
      {mail.call && <Call call={mail.call} />}
    </section>
  )
}

function Call({ call }: { readonly call: NonNullable<MailView['call']> }): ReactNode {
  const names = `/mail/registry?${new URLSearchParams({ text: call.name.slice(0, 200) })}`
  if (call.phone === '') {
    return (
      <p>
        <Link to={names}>
          Add the number of <ShortText text={call.name} charactersShown={100} />
        </Link>
      </p>
    )
  }
  return (
    <Notice tone="blue">
      <p>
        <strong>
          Call <ShortText text={call.name} charactersShown={100} />:{' '}
          <span className="mail__phone">
            <ShortText text={call.phone} charactersShown={60} />
          </span>
        </strong>
        , and ask whether they wrote this. This number is from your <Link to={names}>protected names</Link>. Do not call
        a number that stands in the mail.
      </p>
    </Notice>
  )
}

function Others({ mail }: { readonly mail: MailView }): ReactNode {
  if (mail.others.length === 0) return null
  const left = (mail.campaign?.mails ?? 0) - 1 - mail.others.length
  return (
    <section className="stack" aria-labelledby="others">
      <h2 id="others">Who else got it</h2>
      <p className="muted">
        Other mails of the same campaign. Call these people: one of them may have clicked before the desk saw it.
        {left > 0 && ` These are the first ${counted(mail.others.length, 'mail')}; ${inDigits(left)} more came.`}
      </p>
      <ul className="plain-list list-box">
        {mail.others.map((other) => (
          <MailRow mail={other} key={other.id} />
        ))}
      </ul>
    </section>
  )
}
