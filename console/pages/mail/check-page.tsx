/** A mail that somebody wonders about: pasted or chosen as a file, judged at once, and not remembered. */
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { MailView } from '../../../src/desk/api/mail.ts'
import { request } from '../../api/request.ts'
import { Failure, Skeleton } from '../../parts/answer.tsx'
import { TextArea } from '../../parts/fields.tsx'
import { Page } from '../../shell/page.tsx'
import { JudgedMail } from './judged-mail.tsx'
import './mail.css'

/** What the desk takes. */
const charactersMost = 8_000_000

/** The page. */
export function MailCheckPage(): ReactNode {
  const [text, setText] = useState('')
  const answer = useRef<HTMLDivElement>(null)
  const check = useMutation({
    mutationFn: (source: string) => request<MailView>('POST', '/api/mail/check', { text: source }),
  })
  const { data } = check
  useEffect(() => {
    if (data !== undefined) answer.current?.focus()
  }, [data])
  const takeFile = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) setText((await file.text()).slice(0, charactersMost))
  }
  return (
    <Page
      title="Have a mail looked at"
      lead={
        <p className="no-print">
          <Link to="/mail">All flagged mail</Link>
        </p>
      }
    >
      <div className="stack stack--wide">
        <form
          className="panel stack"
          onSubmit={(event) => {
            event.preventDefault()
            check.mutate(text)
          }}
        >
          <p>
            The desk needs the whole source of the mail, not its text alone. In Outlook: open it, File, Properties,
            “Internet headers”, or save it and choose the file. In Gmail: the three dots, “Show original”. In Outlook on
            the web: the three dots, View, “View message source”.
          </p>
          <TextArea
            label="Source of the mail"
            hint="It begins with lines such as “Received:” or “Return-Path:”."
            rows={8}
            spellCheck={false}
            value={text}
            maxLength={charactersMost}
            onChange={(event) => setText(event.target.value)}
          />
          <label className="usa-label mail-check__choose">
            Or choose a saved mail (.eml)
            <input
              className="mail-check__file"
              type="file"
              accept=".eml,.txt,message/rfc822"
              onChange={(event) => void takeFile(event.target.files?.[0])}
            />
          </label>
          <div className="actions">
            <button type="submit" className="usa-button" disabled={check.isPending || text.trim() === ''}>
              Look at it
            </button>
            <button
              type="button"
              className="usa-button usa-button--outline"
              disabled={text === ''}
              onClick={() => {
                setText('')
                check.reset()
              }}
            >
              Clear
            </button>
          </div>
          <p className="small muted">
            The mail is looked at in the desk, and forgotten. Nothing of it is opened or fetched.
          </p>
        </form>
        <div ref={answer} tabIndex={-1} className="mail-check__answer" aria-busy={check.isPending}>
          {check.isPending && <Skeleton lines={6} />}
          {check.isError && <Failure error={check.error} />}
          {check.data !== undefined && !check.isPending && <JudgedMail mail={check.data} />}
        </div>
      </div>
    </Page>
  )
}
