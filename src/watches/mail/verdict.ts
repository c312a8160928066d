/** What the mail watch says of one mail: whom it claims to be, what shows that it is not, what it carries, and what came
 *  of the sum. Each part has its proof; texts from the mail are cut and never trusted. */
import type { PayloadFeature } from '../../formats/documents/examination.ts'
import type { IdentityKind } from './identity.ts'
import type { MailSketch } from './sketch.ts'

/** From these scores on a mail is called so: README.md has what they mean on the corpora. */
export const suspiciousFrom = 0.5
export const attackFrom = 0.8
/** From this likelihood of an impersonation on a mail makes its sender known to nobody, though it is not called so. */
export const doubtfulFrom = 0.1

/** Where a name stood. */
export const claimSurfaces = [
  'display-name',
  'sender-address',
  'local-part',
  'look-alike-domain',
  'signature',
  'self-presentation',
  'subject',
  'attachment-name',
  'link-text',
  'image-text',
  'document-text',
  'body',
] as const
export type ClaimSurface = (typeof claimSurfaces)[number]

/** How a name was disguised. */
export const textTricks = ['spacing', 'homoglyph', 'invisible', 'accent', 'letter-pair'] as const
export type TextTrick = (typeof textTricks)[number]

/** A name of a protected identity that the mail uses. */
export interface Claim {
  readonly identity: string
  /** The identity's own name. */
  readonly name: string
  readonly kind: IdentityKind
  readonly surface: ClaimSurface
  /** As it stands in the mail. */
  readonly excerpt: string
  readonly tricks: readonly TextTrick[]
}

export const failureKinds = [
  'free-mail',
  'look-alike-domain',
  'subdomain-trick',
  'punycode-domain',
  'other-domain',
  'authentication-failed',
  'not-authenticated',
  'reply-to-elsewhere',
  'return-path-elsewhere',
  'return-path-account',
  'first-contact',
  'thread-hijacked',
  'never-uses',
  'display-name-address',
] as const
/** What shows that the mail is not from whom it names. */
export type FailureKind = (typeof failureKinds)[number]

/** One doubt about the sender. */
export interface Failure {
  readonly kind: FailureKind
  /** The identity that it speaks about; empty where about none. */
  readonly identity: string
  /** What shows it: `vrsystems.example is not vrsystems.com (one letter differs)`. */
  readonly proof: string
}

export const linkFeatures = [
  'link-text-differs',
  'link-shortener',
  'link-address',
  'link-punycode',
  'link-user-info',
  'link-look-alike',
  'link-free-hosting',
  'link-brand-in-path',
  'link-open-redirect',
  'link-recipient',
  'qr-code-link',
  'form-in-mail',
  'script-in-mail',
  'hidden-text',
  'image-only',
  'asks-for-password',
  'asks-for-access',
  'asks-for-money',
  'urgency',
  'threat-of-loss',
  'archive-password',
] as const
/** What a mail's own text and links carry. */
export type LinkFeature = (typeof linkFeatures)[number]
/** Anything that a mail carries. */
export type CarriedFeature = PayloadFeature | LinkFeature

/** Something that the mail carries. */
export interface Carried {
  readonly feature: CarriedFeature
  /** From the outside in, of a file; empty where it is the mail's own text. */
  readonly path: readonly string[]
  readonly proof: string
}

/** One part of the sum: what was seen, and how much it counts (log-odds, natural logarithm). */
export interface Sign {
  readonly sign: string
  readonly weight: number
}

/** The campaign that a mail belongs to, once a second recipient got one like it. */
export interface CampaignMembership {
  /** Derived from content: the same in every office that sees the same mails in the same order. */
  readonly id: string
  readonly mails: number
  readonly recipients: number
  readonly firstSeenMs: number
  /** How this mail is tied to it: `text`, `file`, `link`, `infrastructure`. */
  readonly ties: readonly string[]
}

export const mailVerdicts = ['clean', 'suspicious', 'attack'] as const

/** The verdict on one mail. */
export interface MailVerdict {
  readonly verdict: (typeof mailVerdicts)[number]
  /** 0 to 1, the greater of the two below. */
  readonly score: number
  /** That it poses as a protected identity. */
  readonly impersonation: number
  /** That it is phishing, whomever it names. */
  readonly phishing: number
  /** The identity that it poses as; undefined where it poses as none. */
  readonly posesAs?: { readonly id: string; readonly name: string; readonly kind: IdentityKind; readonly phone: string }
  readonly claims: readonly Claim[]
  readonly failures: readonly Failure[]
  readonly payload: readonly Carried[]
  /** All that counted, the heaviest first. */
  readonly signs: readonly Sign[]
  /** The signs of phishing that it shows, whether they weigh or not. */
  readonly phishingSigns: readonly string[]
  readonly campaign?: CampaignMembership
  /** Names the mails that are alike to it, bad or not; left out of a mail that was only looked at. */
  readonly cluster?: string
  readonly sketch: MailSketch
  /** What was not looked at, each a sentence. */
  readonly problems: readonly string[]
}
