/** The mail itself, made safe: as text, as a view in a frame that may do nothing, its files by name, its header. */
import { type ReactNode, useState } from 'react'
import { inBytes } from '../../../src/core/counts.ts'
import type { MailView } from '../../../src/desk/api/mail.ts'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { frameDocument } from './frame-document.ts'

const textShown = 4_000

/** Shows it. */
export function MailItself({ mail }: { readonly mail: MailView }): ReactNode {
  if (!mail.isKept) {
    return (
      <section className="stack" aria-labelledby="mail">
        <h2 id="mail">The mail itself</h2>
        <p className="muted">The mail is kept no more. What was found in it still stands above.</p>
      </section>
    )
  }
  return (
    <section className="stack" aria-labelledby="mail">
      <h2 id="mail">The mail itself</h2>
      <p className="muted">
        Nothing here can do harm: pictures are not loaded, links lead nowhere, forms send nothing, files stay closed.
      </p>
      <Content mail={mail} />
      <Files files={mail.files} />
      <Header headers={mail.headers} />
    </section>
  )
}

function Content({ mail }: { readonly mail: MailView }): ReactNode {
  const hasView = mail.view !== ''
  const [shows, setShows] = useState<'text' | 'view'>('text')
  const hasText = mail.text.trim() !== ''
  const isView = hasView && (shows === 'view' || !hasText)
  return (
    <div className="panel stack">
      {hasView && hasText && (
        <fieldset className="mail-ways">
          <legend className="sr-only">How to show the mail</legend>
          {(
            [
              ['text', 'As text'],
              ['view', 'As it looks, without pictures'],
            ] as const
          ).map(([way, words]) => (
            <button
              type="button"
              className="usa-button usa-button--outline usa-button--small"
              aria-pressed={shows === way}
              onClick={() => setShows(way)}
              key={way}
            >
              {words}
            </button>
          ))}
        </fieldset>
      )}
      {isView ? (
        // No word of `sandbox` is given: no script, no form, no window, no navigation, an origin of its own.
        <iframe
          className="mail-frame"
          title="The mail, without pictures and links"
          sandbox=""
          referrerPolicy="no-referrer"
          srcDoc={frameDocument(mail.view)}
        />
      ) : hasText ? (
        <div className="mail-text">
          <StrangeText text={mail.text} charactersShown={textShown} />
        </div>
      ) : (
        <p className="muted">It holds no text.</p>
      )}
    </div>
  )
}

function Files({ files }: { readonly files: MailView['files'] }): ReactNode {
  if (files.length === 0) return null
  return (
    <details className="panel">
      <summary>
        {files.length} {files.length === 1 ? 'part' : 'parts'} and files in it
      </summary>
      <ul className="plain-list mail-files">
        {files.map(({ name, contentType, bytes, sha256 }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may be the same.
          <li key={index}>
            <p>
              <strong>
                <ShortText text={name === '' ? 'without a name' : name} charactersShown={160} />
              </strong>
              , {inBytes(bytes)}, <ShortText text={contentType} charactersShown={100} />
            </p>
            <p className="mono small muted">SHA-256 {sha256}</p>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Header({ headers }: { readonly headers: MailView['headers'] }): ReactNode {
  if (headers.length === 0) return null
  return (
    <details className="panel">
      <summary>Its header, for IT</summary>
      <ul className="plain-list mail-header">
        {headers.map(({ name, value }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a field may stand there twice.
          <li key={index}>
            <strong>
              <ShortText text={name} charactersShown={100} />:
            </strong>{' '}
            <StrangeText text={value} charactersShown={400} />
          </li>
        ))}
      </ul>
    </details>
  )
}
