/** A mail in a list: who it says it is from, to whom it went, and the worst of it in a sentence. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted } from '../../../src/core/counts.ts'
import type { MailSummaryView } from '../../../src/desk/api/mail.ts'
import { Label } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText } from '../../parts/strange-text.tsx'
import { verdictWords } from '../../words/mail.ts'

/** What the desk thinks of it. */
export const VerdictLabel = ({ verdict }: Pick<MailSummaryView, 'verdict'>): ReactNode => (
  <Label tone={verdictWords[verdict].tone} form={verdict === 'attack' ? 'full' : 'soft'}>
    {verdictWords[verdict].name}
  </Label>
)

/** A sender as the mail writes it: the name is only claimed, the address is what counts. */
export function Sender({ from }: Pick<MailSummaryView, 'from'>): ReactNode {
  return (
    <>
      {from.name !== '' && (
        <>
          “<ShortText text={from.name} charactersShown={80} />”{' '}
        </>
      )}
      <span className="mono">
        <ShortText text={from.address === '' ? 'no address' : from.address} charactersShown={100} />
      </span>
    </>
  )
}

const recipientsShown = 3

/** The first of the recipients, and how many more. */
export function Recipients({ recipients }: Pick<MailSummaryView, 'recipients'>): ReactNode {
  const left = recipients.length - recipientsShown
  if (recipients.length === 0) return 'nobody who is named'
  return (
    <>
      {recipients.slice(0, recipientsShown).map((address, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an address may stand there twice.
        <span key={index}>
          {index > 0 && ', '}
          <ShortText text={address} charactersShown={80} />
        </span>
      ))}
      {left > 0 && ` and ${counted(left, 'other')}`}
    </>
  )
}

/** Shows it. */
export function MailRow({ mail }: { readonly mail: MailSummaryView }): ReactNode {
  return (
    <li className={`mail-row tone-${verdictWords[mail.verdict].tone}`}>
      <div className="mail-row__labels">
        <VerdictLabel verdict={mail.verdict} />
      </div>
      <Link className="mail-row__title" to={`/mail/${mail.id}`}>
        <ShortText text={mail.subject === '' ? 'Without a subject' : mail.subject} charactersShown={160} />
      </Link>
      <p className="mail-row__sentence">
        <ShortText text={mail.sentence} charactersShown={300} />
      </p>
      <p className="mail-row__facts small muted">
        <span>
          <Moment atMs={mail.takenAtMs} />
        </span>
        <span>
          from <Sender from={mail.from} />
        </span>
        <span>
          to <Recipients recipients={mail.recipients} />
        </span>
        {mail.campaign && mail.campaign.mails > 1 && (
          <strong>{counted(mail.campaign.mails, 'mail')} of one campaign</strong>
        )}
      </p>
    </li>
  )
}
