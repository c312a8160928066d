/** One mail: what it is and what to do first, then why, then the mail itself, made safe. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { mailQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { StrangeText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { HandOn } from './hand-on.tsx'
import { JudgedMail } from './judged-mail.tsx'
import './mail.css'

/** The page. */
export function MailPage(): ReactNode {
  const { id = '' } = useParams()
  const query = useQuery(mailQuery(id))
  const mail = query.data
  return (
    <Page
      title={mail === undefined ? 'Mail' : `Mail: ${mail.subject || 'without a subject'}`}
      heading={mail && <StrangeText text={mail.subject || 'Mail without a subject'} charactersShown={200} />}
      lead={
        <p className="no-print">
          <Link to="/mail">All flagged mail</Link>
        </p>
      }
    >
      <Answer query={query} lines={10}>
        {(data) => <JudgedMail mail={data}>{data.isKept ? <HandOn mail={data} /> : null}</JudgedMail>}
      </Answer>
    </Page>
  )
}
