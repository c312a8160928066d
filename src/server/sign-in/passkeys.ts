/** Passkeys (WebAuthn Level 3): challenges for making one and for signing in, and judging the answers. The challenge for
 *  signing in is signed, not stored, so that strangers who ask for many cost nothing. */
import { createHmac, randomBytes } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { AccountId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Passkey, Store } from '../../store/store.ts'
import type { Origin } from '../hosts.ts'
import { isSameSecret } from './tokens.ts'

/** Loaded when a passkey is first used: it brings parsers of all kinds of attestations, and most desks sign in rarely. */
const webAuthn = () => import('@simplewebauthn/server')

/** ES256, which every device speaks, EdDSA and RS256 (COSE). */
const supportedAlgorithmIDs = [-7, -8, -257]

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** What a passkey is made for. */
export interface PasskeyOwner {
  readonly accountId: AccountId
  readonly name: string
  readonly officeName: string
}

/** Options for the browser to make a passkey; its `challenge` is to be kept for `verifyNew`. */
export async function newPasskeyOptions(
  owner: PasskeyOwner,
  known: readonly Passkey[],
  origin: Origin,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await webAuthn()
  return generateRegistrationOptions({
    rpName: `Bellwether ${owner.officeName}`.trim(),
    rpID: origin.hostname,
    userName: owner.name,
    userDisplayName: owner.name,
    userID: new Uint8Array(Buffer.from(owner.accountId)),
    attestationType: 'none',
    excludeCredentials: known.map(({ id }) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    timeout: limits.challengeMsMax,
    supportedAlgorithmIDs,
  })
}

/** The passkey that a browser made; undefined where its answer does not fit. */
export async function verifyNew(
  response: unknown,
  challenge: string,
  origin: Origin,
): Promise<Pick<Passkey, 'id' | 'publicKey' | 'counter' | 'transports'> | undefined> {
  if (!isObject(response)) return undefined
  try {
    const { verifyRegistrationResponse } = await webAuthn()
    const verdict = await verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin.origin,
      expectedRPID: origin.hostname,
      requireUserVerification: true,
      supportedAlgorithmIDs,
    })
    if (!verdict.verified) return undefined
    const { id, publicKey, counter, transports = [] } = verdict.registrationInfo.credential
    return { id, publicKey, counter, transports: transports.filter((each) => /^[a-z-]{1,20}$/.test(each)).slice(0, 8) }
  } catch {
    return undefined
  }
}

/** Signing in with a passkey: a challenge for anybody, and who answered it. Each challenge works once. */
export class PasskeySignIn {
  readonly #store: Store
  readonly #clock: () => number
  readonly #key = randomBytes(32)
  readonly #used = new Map<string, number>()

  constructor(store: Store, clock: () => number) {
    this.#store = store
    this.#clock = clock
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url').slice(0, 32)
  }

  /** A challenge and the options that carry it; it names no account, so that it tells of none. */
  async begin(origin: Origin): Promise<{ readonly challengeId: string; readonly options: unknown }> {
    const body = `${(this.#clock() + limits.challengeMsMax).toString(36)}-${randomBytes(16).toString('hex')}`
    const challengeId = `${body}-${this.#sign(body)}`
    const { generateAuthenticationOptions } = await webAuthn()
    const options = await generateAuthenticationOptions({
      rpID: origin.hostname,
      challenge: new Uint8Array(Buffer.from(challengeId)),
      userVerification: 'required',
      timeout: limits.challengeMsMax,
    })
    return { challengeId, options }
  }

  /** Takes a challenge for good: false where it is not ours, too old or taken. */
  #take(challengeId: string): boolean {
    const cut = challengeId.lastIndexOf('-', challengeId.length - 33)
    const body = challengeId.slice(0, Math.max(0, challengeId.length - 33))
    const nowMs = this.#clock()
    const endsAtMs = Number.parseInt(body.split('-')[0] ?? '', 36)
    if (cut < 0 || !isSameSecret(challengeId.slice(-32), this.#sign(body)) || !(endsAtMs > nowMs)) return false
    for (const [each, until] of this.#used) if (until <= nowMs) this.#used.delete(each)
    if (this.#used.has(challengeId) || this.#used.size >= limits.challengesUsedMax) return false
    this.#used.set(challengeId, endsAtMs)
    return true
  }

  /** Whose passkey answered; undefined where the answer does not fit. */
  async finish(challengeId: string, response: unknown, origin: Origin): Promise<AccountId | undefined> {
    if (!isObject(response) || typeof response.id !== 'string' || response.id.length > 1400) return undefined
    const passkey = await this.#store.passkey(response.id)
    if (passkey === undefined || !this.#take(challengeId)) return undefined
    try {
      const { verifyAuthenticationResponse } = await webAuthn()
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        expectedChallenge: Buffer.from(challengeId).toString('base64url'),
        expectedOrigin: origin.origin,
        expectedRPID: origin.hostname,
        credential: { id: passkey.id, publicKey: new Uint8Array(passkey.publicKey), counter: passkey.counter },
        requireUserVerification: true,
      })
      if (!verified) return undefined
      await this.#store.savePasskey({ ...passkey, counter: authenticationInfo.newCounter })
      return passkey.accountId
    } catch {
      return undefined
    }
  }
}
