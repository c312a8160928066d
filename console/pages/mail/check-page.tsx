/** A mail that somebody wonders about: chosen as a file or pasted, judged at once, and not remembered. */
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { MailView } from '../../../src/desk/api/mail.ts'
import { request } from '../../api/request.ts'
import { Failure, Skeleton } from '../../parts/answer.tsx'
import { FileField, TextArea } from '../../parts/fields.tsx'
import { Page } from '../../shell/page.tsx'
import { JudgedMail } from './judged-mail.tsx'
import './mail.css'

/** What the desk takes. */
const bytesMost = 8_000_000

/** A file's bytes as JSON can carry them: a saved mail is not always text. */
const inBase64 = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })

/** The page. */
export function MailCheckPage(): ReactNode {
  const answer = useRef<HTMLDivElement>(null)
  const check = useMutation({
    mutationFn: async (source: string | File) =>
      request<MailView>(
        'POST',
        '/api/mail/check',
        typeof source === 'string' ? { text: source } : { base64: await inBase64(source) },
      ),
  })
  const { data } = check
  useEffect(() => {
    if (data !== undefined) answer.current?.focus()
  }, [data])
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
        <Form isPending={check.isPending} onCheck={(source) => check.mutate(source)} onClear={check.reset} />
        <div ref={answer} tabIndex={-1} className="mail-check__answer" aria-busy={check.isPending}>
          {check.isPending && <Skeleton lines={6} />}
          {check.isError && <Failure error={check.error} />}
          {check.data !== undefined && !check.isPending && <JudgedMail mail={check.data} />}
        </div>
      </div>
    </Page>
  )
}

interface FormProps {
  readonly isPending: boolean
  readonly onCheck: (source: string | File) => void
  readonly onClear: () => void
}

function Form({ isPending, onCheck, onClear }: FormProps): ReactNode {
  const [text, setText] = useState('')
  const [file, setFile] = useState<File>()
  // A field for a file is emptied by making it anew.
  const [round, setRound] = useState(0)
  const take = (next: { readonly text?: string; readonly file?: File | undefined }): void => {
    setText(next.text ?? '')
    setFile(next.file)
    if (next.file === undefined) setRound(round + 1)
  }
  const isTooLarge = file !== undefined && file.size > bytesMost
  return (
    <form
      className="panel stack"
      onSubmit={(event) => {
        event.preventDefault()
        onCheck(file ?? text)
      }}
    >
      <FileField
        key={round}
        label="A mail that you saved as a file (.eml, .msg)"
        hint="In Outlook: open it, then File, Save As. In Gmail: the three dots, “Download message”."
        accept=".eml,.msg,.txt,message/rfc822"
        error={isTooLarge && 'This file is larger than 8 MB. Put it in on the page Sources.'}
        onChoose={(chosen) => take({ file: chosen })}
      />
      <TextArea
        label="Or the source of the mail, pasted"
        hint="The whole of it, not what you read: it begins with lines such as “Received:” or “Return-Path:”. In Outlook on the web: the three dots, View, “View message source”. In Gmail: the three dots, “Show original”."
        rows={8}
        spellCheck={false}
        value={text}
        maxLength={bytesMost}
        onChange={(event) => (file === undefined ? setText(event.target.value) : take({ text: event.target.value }))}
      />
      <div className="actions">
        <button
          type="submit"
          className="usa-button"
          disabled={isPending || isTooLarge || (file === undefined && text.trim() === '')}
        >
          Look at it
        </button>
        <button
          type="button"
          className="usa-button usa-button--outline"
          disabled={file === undefined && text === ''}
          onClick={() => {
            take({})
            onClear()
          }}
        >
          Clear
        </button>
      </div>
      <p className="small muted">
        The mail is looked at in the desk, and forgotten. Nothing of it is opened or fetched.
      </p>
    </form>
  )
}
