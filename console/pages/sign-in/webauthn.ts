/** Passkeys: what the browser's library does, and its failures as sentences. */
import { startAuthentication, startRegistration, WebAuthnError } from '@simplewebauthn/browser'
import type { PasskeyChallengeView, SignedInView } from '../../../src/server/api/session.ts'
import { Problem } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import { signIn } from '../../api/session.ts'

const refused = 'The passkey was not used: it was cancelled, or it took too long. Try again.'

/** The sentence for a passkey that was not made or used. */
export function passkeyProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const code = error instanceof WebAuthnError ? error.code : undefined
  if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') {
    return new Problem('refused', 'This device has a passkey for this account already. Use it to sign in.', error)
  }
  if (code === 'ERROR_INVALID_DOMAIN' || code === 'ERROR_INVALID_RP_ID') {
    return new Problem('refused', 'Passkeys do not work at this address. Open the desk by its name instead.', error)
  }
  return new Problem('refused', refused, error)
}

/** Signs in with a passkey. */
export async function signInWithPasskey(): Promise<SignedInView> {
  const challenge = await request<PasskeyChallengeView>('POST', '/api/sign-in/passkey/begin', {})
  const options = challenge.options as Parameters<typeof startAuthentication>[0]['optionsJSON']
  const response = await startAuthentication({ optionsJSON: options }).catch((error: unknown) => {
    throw passkeyProblem(error)
  })
  return signIn('/api/sign-in/passkey/finish', { challengeId: challenge.challengeId, response })
}

/** Makes a passkey on this device; gives what the desk must be sent. */
export function makePasskey(passkeyOptions: unknown): Promise<unknown> {
  const options = passkeyOptions as Parameters<typeof startRegistration>[0]['optionsJSON']
  return startRegistration({ optionsJSON: options }).catch((error: unknown) => {
    throw passkeyProblem(error)
  })
}

/** Whether this browser has passkeys at all. */
export const hasPasskeys = (): boolean => 'PublicKeyCredential' in window
