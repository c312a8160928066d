/** Signing in, accounts' beginnings and the session, as schemas: what the console sends and gets. Objects of WebAuthn
 *  are passed through as the browser's library made them; the library on this side judges them. */
import { type Static, Type } from 'typebox'
import { RoleSchema } from '../../desk/api/settings.ts'

/** Every refusal: a plain sentence, and a number to find the request in the desk's log. */
export const ProblemSchema = Type.Object({
  message: Type.String(),
  requestId: Type.String(),
  /** When to try again, where it is known. */
  retryAfterSeconds: Type.Optional(Type.Integer()),
})
export type ProblemView = Static<typeof ProblemSchema>

/** Who is signed in. */
export const OwnAccountSchema = Type.Object({
  /** Empty in the demonstration, which has no account. */
  id: Type.String(),
  name: Type.String(),
  role: RoleSchema,
  hasPassword: Type.Boolean(),
  passkeys: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), createdAtMs: Type.Number() })),
})
export type OwnAccountView = Static<typeof OwnAccountSchema>

/** GET /api/session, answered to anybody: the first thing that the console asks. */
export const SessionSchema = Type.Object({
  /** Undefined: nobody is signed in. */
  account: Type.Optional(OwnAccountSchema),
  /** To be sent in the header `x-bellwether-csrf` with every request but GET. */
  csrfToken: Type.Optional(Type.String()),
  /** The session ends at this time, or eight hours after its last request if that is sooner. */
  endsAtMs: Type.Optional(Type.Number()),
  /** No account exists yet: the link that the desk printed makes the first one. */
  isFirstStart: Type.Boolean(),
  isDemonstration: Type.Boolean(),
  /** Passkeys need a name in the address bar: false at `http://127.0.0.1:7316`, true at `http://localhost:7316`. */
  passkeysPossible: Type.Boolean(),
  officeName: Type.String(),
  version: Type.String(),
})
export type SessionView = Static<typeof SessionSchema>

/** The answer to everything that signs in. The cookie comes with it. */
export const SignedInSchema = Type.Object({
  account: OwnAccountSchema,
  csrfToken: Type.String(),
  endsAtMs: Type.Number(),
  /** Only where a password was set: shown this once, each replaces the code of the phone once. */
  recoveryCodes: Type.Optional(Type.Array(Type.String())),
})
export type SignedInView = Static<typeof SignedInSchema>

// ---- a link that works once: `/start#TOKEN`; the token stands in the fragment, so that no log ever holds it ----------

const TokenSchema = Type.String({ minLength: 20, maxLength: 100 })

/** POST /api/sign-in/link: what a link is for. Looking does not use it up. */
export const LinkBodySchema = Type.Object({ token: TokenSchema })
export const LinkSchema = Type.Object({
  /** `demonstration`: POST /api/sign-in/demonstration with the token. Otherwise: POST /api/accounts/begin. */
  purpose: Type.Enum(['demonstration', 'first-account', 'invitation', 'reset'] as const),
  role: RoleSchema,
  /** For `reset`: the account's name, which stays. */
  accountName: Type.Optional(Type.String()),
  expiresAtMs: Type.Number(),
})
export type LinkView = Static<typeof LinkSchema>

/** POST /api/sign-in/demonstration: the link's token; answers `SignedInSchema`. */
export const DemonstrationBodySchema = LinkBodySchema

/** POST /api/accounts/begin: both ways are prepared, the person takes one. `name` is left out for a reset. */
export const BeginAccountBodySchema = Type.Object({
  token: TokenSchema,
  name: Type.Optional(Type.String({ minLength: 2, maxLength: 60 })),
})
export const BegunAccountSchema = Type.Object({
  /** To be sent back when finishing, within 15 minutes. */
  enrolmentId: Type.String(),
  name: Type.String(),
  role: RoleSchema,
  passkeysPossible: Type.Boolean(),
  /** For `startRegistration({ optionsJSON })` of @simplewebauthn/browser; left out where passkeys are not possible. */
  passkeyOptions: Type.Optional(Type.Unknown()),
  /** For an authenticator app: to be shown as a QR code of `uri`, and `secret` to be typed. */
  totp: Type.Object({ uri: Type.String(), secret: Type.String() }),
  passwordCharactersMin: Type.Integer(),
})
export type BegunAccountView = Static<typeof BegunAccountSchema>

/** POST /api/accounts/finish-passkey: answers `SignedInSchema`. */
export const FinishPasskeyBodySchema = Type.Object({
  enrolmentId: TokenSchema,
  /** What to call it: `Front desk laptop`. */
  passkeyName: Type.String({ minLength: 1, maxLength: 60 }),
  /** The answer of `startRegistration`. */
  response: Type.Unknown(),
})
/** POST /api/accounts/finish-password: answers `SignedInSchema` with recovery codes. A password that is refused (409)
 *  may be tried again with the same enrolment. */
export const FinishPasswordBodySchema = Type.Object({
  enrolmentId: TokenSchema,
  password: Type.String({ minLength: 1, maxLength: 1024 }),
  /** Six digits of the authenticator app, to prove that it was set up. */
  code: Type.String({ minLength: 6, maxLength: 12 }),
})

// ---- signing in ------------------------------------------------------------------------------------------------------

/** POST /api/sign-in/password: answers `SignedInSchema`; 401 without saying what was wrong; 429 with a wait. */
export const PasswordBodySchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  password: Type.String({ minLength: 1, maxLength: 1024 }),
  /** Six digits of the authenticator app, or a recovery code. */
  code: Type.String({ minLength: 6, maxLength: 40 }),
})

/** POST /api/sign-in/passkey/begin with `{}`. */
export const PasskeyChallengeSchema = Type.Object({
  challengeId: Type.String(),
  /** For `startAuthentication({ optionsJSON })` of @simplewebauthn/browser. */
  options: Type.Unknown(),
})
export type PasskeyChallengeView = Static<typeof PasskeyChallengeSchema>
/** POST /api/sign-in/passkey/finish: answers `SignedInSchema`. */
export const PasskeyBodySchema = Type.Object({
  challengeId: TokenSchema,
  /** The answer of `startAuthentication`. */
  response: Type.Unknown(),
})

// POST /api/sign-out with `{}` ends this session, POST /api/sign-out/everywhere all of the account's: both answer 204.

// ---- one's own account -----------------------------------------------------------------------------------------------

/** POST /api/account/passkeys/begin with `{}`: 403 with a sentence where the person signed in more than 15 minutes ago
 *  and must sign in again first. */
export const NewPasskeySchema = Type.Object({ enrolmentId: Type.String(), options: Type.Unknown() })
export type NewPasskeyView = Static<typeof NewPasskeySchema>
/** POST /api/account/passkeys/finish takes `FinishPasskeyBodySchema` and answers `OwnAccountSchema`;
 *  DELETE /api/account/passkeys/:id answers `OwnAccountSchema`, or 409 for the last way to sign in. */

// ---- the end of the demonstration ------------------------------------------------------------------------------------

/** POST /api/demonstration/end with `{}`: where to go now, `/start#TOKEN` to make the first account, or `/sign-in`. */
export const DemonstrationEndSchema = Type.Object({ path: Type.String() })
export type DemonstrationEndView = Static<typeof DemonstrationEndSchema>
