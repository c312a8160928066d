/** Whether the evidence of a verdict names the parts that were planted: the identity, where it was claimed, what showed that
 *  it was not the sender, and what the mail carried. */

import type { MailVerdict } from '../../src/watches/mail/verdict.ts'
import type { MailTruth } from '../mail-generator/mail-set.ts'

/** Each part, whether it was named. */
export interface EvidenceParts {
  readonly identity: boolean
  readonly claim: boolean
  readonly failure: boolean
  readonly payload: boolean
}

/** Surfaces by which a planted claim may rightly be named. */
const surfaces: Readonly<Record<string, readonly string[]>> = {
  'display-name': ['display-name'],
  'local-part': ['local-part', 'sender-address'],
  subject: ['subject'],
  body: ['body', 'self-presentation'],
  signature: ['signature'],
  'attachment-name': ['attachment-name'],
  'link-text': ['link-text', 'body'],
  logo: ['image-text'],
}

const kinds: Readonly<Record<string, readonly string[]>> = {
  'free-mail': ['free-mail'],
  'look-alike-subdomain': ['subdomain-trick', 'look-alike-domain'],
  'look-alike-punycode': ['punycode-domain', 'look-alike-domain'],
  spf: ['authentication-failed'],
  dkim: ['authentication-failed'],
  dmarc: ['authentication-failed'],
  'reply-to': ['reply-to-elsewhere'],
  'return-path': ['return-path-elsewhere', 'return-path-account'],
  'first-contact': ['first-contact', 'other-domain'],
  thread: ['thread-hijacked'],
}
const lookAlike = ['look-alike-domain']

/** Compares a verdict with the truth of an attack. */
export function evidenceOf(truth: MailTruth, verdict: MailVerdict): EvidenceParts {
  const wantedKinds = kinds[truth.sender] ?? (truth.sender.startsWith('look-alike') ? lookAlike : [])
  const wantedSurfaces = surfaces[truth.claim] ?? []
  return {
    identity: verdict.posesAs?.id === truth.identity,
    claim: verdict.claims.some(
      ({ identity, surface }) => identity === truth.identity && wantedSurfaces.includes(surface),
    ),
    failure: verdict.failures.some(({ kind }) => wantedKinds.includes(kind)),
    // A mail that only asks carries nothing to be named.
    payload: truth.features.length === 0 || verdict.payload.some(({ feature }) => truth.features.includes(feature)),
  }
}
