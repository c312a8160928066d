/** Signing in: a passkey, or name, password and the code of the phone. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Navigate } from 'react-router'
import { sessionQuery } from '../../api/queries.ts'
import { signIn } from '../../api/session.ts'
import { Failure } from '../../parts/answer.tsx'
import { TextField } from '../../parts/fields.tsx'
import { Notice } from '../../parts/notice.tsx'
import { useArrive, useDestination } from './arrive.ts'
import { Frame } from './frame.tsx'
import { PasskeyHint } from './passkey-hint.tsx'
import { hasPasskeys, signInWithPasskey } from './webauthn.ts'

/** The page. */
export function SignInPage(): ReactNode {
  const session = useQuery(sessionQuery).data
  const arrive = useArrive()
  const to = useDestination()
  const passkey = useMutation({ mutationFn: signInWithPasskey, onSuccess: arrive })
  if (session?.account !== undefined) return <Navigate to={to} replace />
  if (session?.isDemonstration || session?.isFirstStart) {
    return (
      <Frame title={session.isDemonstration ? 'The demonstration needs its link' : 'The first account needs its link'}>
        <p>
          When the desk started, it printed a link that works once. Open it in this browser. If you no longer have it,
          start the desk again: it prints a new one.
        </p>
      </Frame>
    )
  }
  const isPossible = session?.passkeysPossible === true && hasPasskeys()
  return (
    <Frame title="Sign in">
      {isPossible ? (
        <>
          <button type="button" className="usa-button" disabled={passkey.isPending} onClick={() => passkey.mutate()}>
            {passkey.isPending ? 'Waiting for your passkey…' : 'Sign in with a passkey'}
          </button>
          {passkey.isError && <Failure error={passkey.error} />}
          <p className="door__or">or</p>
        </>
      ) : (
        <PasskeyHint />
      )}
      <PasswordForm onSignedIn={arrive} isMain={!isPossible} />
    </Frame>
  )
}

interface PasswordFormProps {
  readonly onSignedIn: () => Promise<void>
  readonly isMain: boolean
}

function PasswordForm({ onSignedIn, isMain }: PasswordFormProps): ReactNode {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const enter = useMutation({
    mutationFn: () => signIn('/api/sign-in/password', { name: name.trim(), password, code: code.replace(/\s/g, '') }),
    onSuccess: onSignedIn,
    onError: () => setCode(''),
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (!enter.isPending) enter.mutate()
      }}
    >
      {enter.isError && <Failure error={enter.error} />}
      <TextField
        label="Name"
        name="name"
        autoComplete="username"
        required
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Password"
        type="password"
        name="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <TextField
        label="Code"
        hint="Six digits from the app on your phone, or one of your recovery codes."
        name="code"
        autoComplete="one-time-code"
        required
        minLength={6}
        maxLength={40}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <button type="submit" className={`usa-button${isMain ? '' : ' usa-button--outline'}`} disabled={enter.isPending}>
        {enter.isPending ? 'Signing in…' : 'Sign in with a password'}
      </button>
      <details>
        <summary>You cannot sign in?</summary>
        <Notice tone="gray">
          <p>
            Another official can give you a link under Settings. If there is none, IT can run the desk’s own command on
            its machine.
          </p>
        </Notice>
      </details>
    </form>
  )
}
