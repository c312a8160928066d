/** A mail before it is written out: who sends it from where, what it says and carries. Attacks, hard negatives and plain
 *  mail are all drafts and are written out by the same code. */
import type { Random } from '../recording/random.ts'
import { personOf } from './words.ts'

/** A file of a draft. */
export interface DraftFile {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
  /** Shown inside the HTML by this id; an attachment where it is left out. */
  readonly contentId?: string
}

/** What the office's own server found. */
export interface DraftAuthentication {
  readonly spf: 'pass' | 'fail' | 'softfail' | 'none'
  readonly dkim: 'pass' | 'fail' | 'none'
  readonly dmarc: 'pass' | 'fail' | 'none'
}

/** Fields are changed step by step while a mail is planned. */
export interface Draft {
  fromName: string
  fromAddress: string
  replyTo: string
  returnPath: string
  /** The server that handed the mail in. */
  host: string
  authentication: DraftAuthentication
  /** The domain that signed; empty where none did. */
  signedBy: string
  recipient: string
  timeMs: number
  subject: string
  greeting: string
  /** Paragraphs of text; each is also a paragraph of the HTML. */
  paragraphs: string[]
  signature: string
  /** HTML that stands after the paragraphs; with `textOnlyNever` the mail has HTML. */
  htmlExtra: string
  hasHtml: boolean
  files: DraftFile[]
  inReplyTo: string
  /** With angle brackets; empty for one of its own. */
  messageId: string
}

export const officeDomain = 'elections.county.example'
export const officeServer = 'mx.elections.county.example'

/** People of the office who get mail. */
export const officePeople = [
  'Clerk Office',
  'Pat Whitfield',
  'Dana Morales',
  'Chris Landry',
  'Robin Keller',
  'Alex Brandt',
  'Sam Ostrow',
  'Terry Nakamura',
] as const
export const officeAddresses = [
  'clerk',
  'pwhitfield',
  'dmorales',
  'clandry',
  'rkeller',
  'abrandt',
  'sostrow',
  'tnakamura',
].map((local) => `${local}@${officeDomain}`)

/** The message with which the office's conversation with a vendor began. */
export const threadOf = (vendor: { readonly id: string; readonly domains: readonly string[] }): string =>
  `<${vendor.id}.thread@${vendor.domains[0]}>`

/** An address made of a person's name. */
export const addressOf = (person: string, domain: string): string =>
  `${person
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')
    .replace(/^\.|\.$/g, '')}@${domain}`

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** Servers of the sender's domain, sound in every respect, to somebody of the office. */
export function plainDraft(random: Random, timeMs: number): Draft {
  const person = personOf(random)
  const domain = `${random.letters(8)}.${random.pick(['com', 'org', 'net'])}`
  const draft: Draft = {
    fromName: person,
    fromAddress: addressOf(person, domain),
    replyTo: '',
    returnPath: '',
    host: '',
    authentication: { spf: 'pass', dkim: 'pass', dmarc: 'pass' },
    signedBy: '',
    recipient: random.pick(officeAddresses),
    timeMs,
    subject: '',
    greeting: '',
    paragraphs: [],
    signature: '',
    htmlExtra: '',
    hasHtml: random.chance(0.6),
    files: [],
    inReplyTo: '',
    messageId: '',
  }
  sendFrom(draft, draft.fromAddress)
  return draft
}

/** Makes the whole way of the mail that of `address`: a provider's where it has one, else its own. */
export function sendFrom(draft: Draft, address: string): void {
  const domain = domainOf(address)
  draft.fromAddress = address
  draft.returnPath = address
  draft.signedBy = domain
  draft.host = `mail-${(domain.length * 7) % 10}.${domain}`
}
