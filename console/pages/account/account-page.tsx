/** One's own account: the passkeys, and the way to end every session. */
import { startRegistration } from '@simplewebauthn/browser'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useNavigate } from 'react-router'
import type { NewPasskeyView, OwnAccountView } from '../../../src/server/api/session.ts'
import { sessionQuery } from '../../api/queries.ts'
import { request } from '../../api/request.ts'
import { useSend } from '../../api/send.ts'
import { Answer, Failure } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { TextField } from '../../parts/fields.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, visible } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { ThemeSwitch } from '../../shell/theme-switch.tsx'
import { roleWords } from '../../words/terms.ts'
import { PasskeyHint } from '../sign-in/passkey-hint.tsx'
import { hasPasskeys, passkeyProblem } from '../sign-in/webauthn.ts'

/** The page. */
export function AccountPage(): ReactNode {
  const query = useQuery(sessionQuery)
  return (
    <Page title="Your account">
      <Answer query={query}>
        {({ account, passkeysPossible }) =>
          account === undefined || account.id === '' ? (
            <p>The demonstration has no account of its own.</p>
          ) : (
            <div className="stack stack--wide">
              <dl className="facts panel">
                <dt>Name</dt>
                <dd>
                  <ShortText text={account.name} charactersShown={80} />
                </dd>
                <dt>Role</dt>
                <dd>
                  {roleWords[account.role].name}. {roleWords[account.role].may}
                </dd>
                <dt>Password</dt>
                <dd>{account.hasPassword ? 'Set, with codes of a phone.' : 'None; you sign in with a passkey.'}</dd>
              </dl>
              <Passkeys account={account} isPossible={passkeysPossible && hasPasskeys()} />
              <section className="panel" aria-label="Display">
                <ThemeSwitch />
              </section>
              <EverySession />
            </div>
          )
        }
      </Answer>
    </Page>
  )
}

function Passkeys({
  account,
  isPossible,
}: {
  readonly account: OwnAccountView
  readonly isPossible: boolean
}): ReactNode {
  const remove = useSend<{ id: string }>({
    method: 'DELETE',
    path: ({ id }) => `/api/account/passkeys/${encodeURIComponent(id)}`,
    concerns: ['session'],
  })
  return (
    <section className="stack" aria-labelledby="passkeys">
      <h2 id="passkeys">Passkeys</h2>
      {account.passkeys.length === 0 ? (
        <p className="muted">None yet. A passkey is quicker and safer than a password.</p>
      ) : (
        <ul className="plain-list list-box">
          {account.passkeys.map((passkey) => (
            <li className="row row--spread" key={passkey.id}>
              <div>
                <strong>
                  <ShortText text={passkey.name} charactersShown={80} />
                </strong>
                <p className="small muted">
                  Since <Moment atMs={passkey.createdAtMs} />
                </p>
              </div>
              <Confirm
                button="Remove"
                buttonLabel={`Remove the passkey ${visible(passkey.name).slice(0, 80)}`}
                question="Remove this passkey?"
                doIt="Remove it"
                said="The passkey is removed."
                mutation={remove}
                values={{ id: passkey.id }}
              >
                <p>It no longer signs you in. Make sure that you have another way.</p>
              </Confirm>
            </li>
          ))}
        </ul>
      )}
      {isPossible ? <AddPasskey /> : <PasskeyHint />}
    </section>
  )
}

function AddPasskey(): ReactNode {
  const [passkeyName, setPasskeyName] = useState('')
  const queries = useQueryClient()
  const add = useMutation({
    mutationFn: async () => {
      const begun = await request<NewPasskeyView>('POST', '/api/account/passkeys/begin', {})
      const optionsJSON = begun.options as Parameters<typeof startRegistration>[0]['optionsJSON']
      const response = await startRegistration({ optionsJSON }).catch((error: unknown) => {
        throw passkeyProblem(error)
      })
      const { enrolmentId } = begun
      return request('POST', '/api/account/passkeys/finish', { enrolmentId, passkeyName: passkeyName.trim(), response })
    },
    onSuccess: () => {
      setPasskeyName('')
      return queries.invalidateQueries({ queryKey: ['session'] })
    },
  })
  return (
    <form
      className="panel stack"
      aria-label="Add a passkey"
      onSubmit={(event) => {
        event.preventDefault()
        if (!add.isPending) add.mutate()
      }}
    >
      <TextField
        label="Add one: what to call it"
        placeholder="Front desk laptop"
        required
        maxLength={60}
        value={passkeyName}
        onChange={(event) => setPasskeyName(event.target.value)}
      />
      {add.isError && <Failure error={add.error} />}
      <div className="actions">
        <button type="submit" className="usa-button usa-button--outline" disabled={add.isPending}>
          {add.isPending ? 'Waiting for your passkey…' : 'Make a passkey'}
        </button>
      </div>
    </form>
  )
}

function EverySession(): ReactNode {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const end = useSend({ method: 'POST', path: '/api/sign-out/everywhere', body: () => ({}), concerns: [] })
  return (
    <section className="stack" aria-labelledby="sessions">
      <h2 id="sessions">Signed in elsewhere?</h2>
      <div className="actions">
        <Confirm
          button="Sign out everywhere"
          look="usa-button--outline"
          question="Sign out everywhere?"
          doIt="Sign out everywhere"
          said="Signed out."
          mutation={end}
          values={undefined}
          onDone={() => {
            queries.clear()
            void navigate('/sign-in')
          }}
        >
          <p>Every browser in which you are signed in is signed out, this one too.</p>
        </Confirm>
      </div>
    </section>
  )
}
