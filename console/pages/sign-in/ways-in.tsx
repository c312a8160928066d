/** The two ways to sign in later: a passkey on this device, or a password together with codes of an app on the phone. */
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { BegunAccountView } from '../../../src/server/api/session.ts'
import { signIn } from '../../api/session.ts'
import { Failure } from '../../parts/answer.tsx'
import { TextField } from '../../parts/fields.tsx'
import { Notice } from '../../parts/notice.tsx'
import { PasskeyHint } from './passkey-hint.tsx'
import { QrCode } from './qr-code.tsx'
import { hasPasskeys, makePasskey } from './webauthn.ts'

interface WaysInProps {
  readonly begun: BegunAccountView
  readonly onSignedIn: (recoveryCodes: readonly string[] | undefined) => Promise<void>
}

/** Shows both. */
export function WaysIn({ begun, onSignedIn }: WaysInProps): ReactNode {
  const isPossible = begun.passkeysPossible && begun.passkeyOptions !== undefined && hasPasskeys()
  const [way, setWay] = useState<'passkey' | 'password'>(isPossible ? 'passkey' : 'password')
  if (way === 'passkey') {
    return (
      <>
        <PasskeyForm begun={begun} onSignedIn={onSignedIn} />
        <button type="button" className="usa-button usa-button--unstyled" onClick={() => setWay('password')}>
          Use a password and a phone instead
        </button>
      </>
    )
  }
  return (
    <>
      {!isPossible && <PasskeyHint />}
      <PasswordForm begun={begun} onSignedIn={onSignedIn} />
      {isPossible && (
        <button type="button" className="usa-button usa-button--unstyled" onClick={() => setWay('passkey')}>
          Use a passkey instead
        </button>
      )}
    </>
  )
}

function PasskeyForm({ begun, onSignedIn }: WaysInProps): ReactNode {
  const [passkeyName, setPasskeyName] = useState('This computer')
  const make = useMutation({
    mutationFn: async () => {
      const response = await makePasskey(begun.passkeyOptions)
      return signIn('/api/accounts/finish-passkey', {
        enrolmentId: begun.enrolmentId,
        passkeyName: passkeyName.trim() || 'This computer',
        response,
      })
    },
    onSuccess: ({ recoveryCodes }) => onSignedIn(recoveryCodes),
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (!make.isPending) make.mutate()
      }}
    >
      <p>
        <strong>A passkey</strong> is safest and quickest: your fingerprint, your face, a PIN of this computer, or a
        security key. There is nothing to remember, and nothing that could be phished.
      </p>
      <TextField
        label="What to call it"
        hint="So that you know which one it is when you have several."
        required
        maxLength={60}
        value={passkeyName}
        onChange={(event) => setPasskeyName(event.target.value)}
      />
      {make.isError && <Failure error={make.error} />}
      <button type="submit" className="usa-button" disabled={make.isPending}>
        {make.isPending ? 'Waiting for your passkey…' : 'Make a passkey'}
      </button>
    </form>
  )
}

function PasswordForm({ begun, onSignedIn }: WaysInProps): ReactNode {
  const [password, setPassword] = useState('')
  const [isShown, setShown] = useState(false)
  const [code, setCode] = useState('')
  const finish = useMutation({
    mutationFn: () =>
      signIn('/api/accounts/finish-password', {
        enrolmentId: begun.enrolmentId,
        password,
        code: code.replace(/\s/g, ''),
      }),
    onSuccess: ({ recoveryCodes }) => onSignedIn(recoveryCodes),
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (!finish.isPending) finish.mutate()
      }}
    >
      <input type="text" name="name" autoComplete="username" value={begun.name} readOnly hidden />
      <TextField
        label="Password"
        hint={`At least ${begun.passwordCharactersMin} characters. Four words that do not belong together are easy to keep.`}
        type={isShown ? 'text' : 'password'}
        autoComplete="new-password"
        required
        minLength={begun.passwordCharactersMin}
        maxLength={1024}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <button
        type="button"
        className="usa-button usa-button--unstyled"
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
      >
        {isShown ? 'Hide the password' : 'Show the password'}
      </button>
      <div className="stack stack--tight">
        <h2>Your phone</h2>
        <p>
          Open an authenticator app on your phone (Google Authenticator, Microsoft Authenticator, 1Password or another)
          and scan this picture.
        </p>
        <QrCode text={begun.totp.uri} title="QR code for the authenticator app" />
        <details>
          <summary>You cannot scan it?</summary>
          <p>
            Type this into the app: <span className="mono strange">{begun.totp.secret.replace(/(.{4})/g, '$1 ')}</span>
          </p>
        </details>
      </div>
      <TextField
        label="Code that the app shows now"
        hint="Six digits."
        autoComplete="one-time-code"
        inputMode="numeric"
        required
        minLength={6}
        maxLength={12}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      {finish.isError && <Failure error={finish.error} />}
      <button type="submit" className="usa-button" disabled={finish.isPending}>
        {finish.isPending ? 'Making the account…' : 'Make the account'}
      </button>
    </form>
  )
}

interface RecoveryCodesProps {
  readonly codes: readonly string[]
  readonly onKept: () => Promise<void>
}

/** The codes that replace the phone, shown this once. */
export function RecoveryCodes({ codes, onKept }: RecoveryCodesProps): ReactNode {
  const [isKept, setKept] = useState(false)
  return (
    <>
      <Notice tone="gold">
        <p>They are shown this once. Each replaces the code of your phone one time, should the phone be lost.</p>
      </Notice>
      <ul className="plain-list codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <button type="button" className="usa-button usa-button--outline" onClick={() => print()}>
        Print them
      </button>
      <div className="usa-checkbox">
        <input
          className="usa-checkbox__input"
          type="checkbox"
          id="kept"
          checked={isKept}
          onChange={(event) => setKept(event.target.checked)}
        />
        <label className="usa-checkbox__label" htmlFor="kept">
          I have printed them or written them down.
        </label>
      </div>
      <button type="button" className="usa-button" disabled={!isKept} onClick={() => void onKept()}>
        Go to the desk
      </button>
    </>
  )
}
