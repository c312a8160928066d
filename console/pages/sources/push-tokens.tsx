/** Tokens of the machines that send to a source: made here, shown once with lines ready to be pasted, removed here. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { pushTokensQuery } from '../../api/queries.ts'
import { useSend } from '../../api/send.ts'
import { Answer, Failure } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { TextField } from '../../parts/fields.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Secret } from '../../parts/secret.tsx'
import { ShortText, visible } from '../../parts/strange-text.tsx'
import type { NewPushTokenView } from './snippets.ts'
import { snippetsOf } from './snippets.ts'

/** Shows the tokens of a source. */
export function PushTokens({ sourceId }: { readonly sourceId: string }): ReactNode {
  const query = useQuery(pushTokensQuery)
  const [name, setName] = useState('')
  const make = useSend<{ name: string }, NewPushTokenView>({
    method: 'POST',
    path: `/api/sources/${encodeURIComponent(sourceId)}/push-tokens`,
    concerns: ['push-tokens'],
  })
  const remove = useSend<{ id: string }>({
    method: 'DELETE',
    path: ({ id }) => `/api/push-tokens/${encodeURIComponent(id)}`,
    concerns: ['push-tokens'],
  })
  return (
    <section className="stack" aria-labelledby="tokens">
      <h2 id="tokens">Who may send</h2>
      <Answer query={query} lines={2}>
        {(all) => {
          const tokens = all.filter((token) => token.sourceId === sourceId)
          if (tokens.length === 0) {
            return (
              <p className="muted">
                Nobody yet. Make a token for each machine that sends, so that one can be ended alone.
              </p>
            )
          }
          return (
            <ul className="plain-list list-box">
              {tokens.map((token) => (
                <li className="row row--spread" key={token.id}>
                  <div className="suggestion">
                    <strong>
                      <ShortText text={token.name} charactersShown={80} />
                    </strong>
                    <p className="small muted">
                      Made by <ShortText text={token.createdBy} charactersShown={60} />,{' '}
                      <Moment atMs={token.createdAtMs} />.{' '}
                      {token.lastUsedMs === undefined ? (
                        'Never used.'
                      ) : (
                        <>
                          Last used <Moment atMs={token.lastUsedMs} />.
                        </>
                      )}
                    </p>
                  </div>
                  <Confirm
                    button="End it"
                    buttonLabel={`End it: the token ${visible(token.name).slice(0, 80)}`}
                    question="End this token?"
                    doIt="End it"
                    said="The token is ended."
                    mutation={remove}
                    values={{ id: token.id }}
                  >
                    <p>What this machine sends from then on is refused.</p>
                  </Confirm>
                </li>
              ))}
            </ul>
          )
        }}
      </Answer>
      <form
        className="panel stack"
        aria-label="Make a token"
        onSubmit={(event) => {
          event.preventDefault()
          if (!make.isPending) make.mutate({ name: name.trim() }, { onSuccess: () => setName('') })
        }}
      >
        <TextField
          label="Which machine is it for?"
          placeholder="Web server at the hosting company"
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {make.isError && <Failure error={make.error} />}
        <div className="actions">
          <button type="submit" className="usa-button usa-button--outline" disabled={make.isPending}>
            Make a token
          </button>
        </div>
      </form>
      {make.data !== undefined && <NewToken made={make.data} />}
    </section>
  )
}

function NewToken({ made }: { readonly made: NewPushTokenView }): ReactNode {
  return (
    <div className="panel stack">
      <Notice tone="gold" isSpoken>
        <p>
          <strong>This token is shown this once.</strong> Hand it over now. Whoever has it can send to this source, and
          nothing else.
        </p>
      </Notice>
      <Secret label="Token" text={made.token} />
      {snippetsOf(made, location.origin).map(({ label, text }) => (
        <Secret label={label} text={text} key={label} />
      ))}
    </div>
  )
}
