/** Sound mails that look like attacks: a vendor's new mailing service, its staff at a private address that the office knows,
 *  warnings that quote a phish, newsletters about vendors, and genuine mail with files and bills. */
import type { Random } from '../recording/random.ts'
import { addressOf, type Draft, officeAddresses, officeDomain, plainDraft, sendFrom, threadOf } from './draft.ts'
import { carrySound } from './payloads.ts'
import type { Vendor } from './vendors.ts'
import { closings, detailsOf, greetings, occasionOf, personOf, productOf, signatureOf } from './words.ts'

/** Kinds of such mail. */
export const negativeKinds = [
  'mailing-service',
  'known-private-address',
  'forwarded-warning',
  'newsletter',
  'genuine-files',
  'genuine-invoice',
  'reply-in-thread',
  'colleague-about-vendor',
] as const
export type NegativeKind = (typeof negativeKinds)[number]

/** A private address of a vendor's staff that the office knows: always the same for one vendor. */
export const privateAddressOf = (vendor: Vendor): string =>
  `${vendor.id.replace(/[^a-z]+/g, '').slice(0, 12)}.field@gmail.com`

const mailers = ['sendgrid.net', 'mcsv.net', 'constantcontact.com', 'amazonses.com', 'hubspotemail.net']

/** Such a mail. */
export function negativeDraft(random: Random, kind: NegativeKind, vendor: Vendor, timeMs: number): Draft {
  const draft = plainDraft(random, timeMs)
  const person = personOf(random)
  const [own] = vendor.domains as readonly [string]
  const occasion = occasionOf(random, productOf(vendor))
  draft.subject = occasion.subject
  draft.greeting = random.pick(greetings)
  draft.paragraphs = [occasion.text, detailsOf(random, random.integer(3, 6))]
  draft.signature = `${random.pick(closings)}\n${signatureOf(random, person, vendor.name)}`
  draft.fromName = random.chance(0.5) ? person : `${vendor.name} ${random.pick(['Support', 'Documentation', 'Team'])}`
  switch (kind) {
    case 'mailing-service': {
      sendFrom(draft, `news@${random.chance(0.5) ? own : `mail.${own}`}`)
      const mailer = random.pick(mailers)
      draft.returnPath = `bounce-${random.letters(8)}@${mailer}`
      draft.host = `o${random.integer(1, 99)}.${mailer}`
      draft.signedBy = own
      draft.replyTo = `support@${own}`
      draft.fromName = vendor.name
      draft.hasHtml = true
      carrySound(random, draft, occasion.fileName, draft.paragraphs.join(' '), own)
      return draft
    }
    case 'known-private-address':
      sendFrom(draft, privateAddressOf(vendor))
      draft.fromName = person
      carrySound(random, draft, occasion.fileName, draft.paragraphs.join(' '), own)
      return draft
    case 'forwarded-warning':
      return warn(random, draft, vendor, person)
    case 'newsletter':
      return newsletter(random, draft, vendor)
    case 'genuine-invoice':
      sendFrom(draft, `billing@${own}`)
      draft.subject = `Invoice ${random.integer(1_000, 9_999)} from ${vendor.name}`
      carrySound(random, draft, draft.subject, `${draft.subject} for maintenance.`, own)
      return draft
    case 'reply-in-thread':
      sendFrom(draft, addressOf(person, own))
      draft.subject = `Re: ${occasion.subject}`
      draft.inReplyTo = threadOf(vendor)
      return draft
    case 'colleague-about-vendor':
      sendFrom(draft, random.pick(officeAddresses))
      draft.fromName = person
      draft.subject = `Fwd: ${occasion.subject}`
      draft.signature = `${person}\nElections, County`
      draft.paragraphs = [`${vendor.name} sent us this. Can you look at it before Friday?`, `> ${occasion.text}`]
      return draft
    case 'genuine-files':
      sendFrom(draft, `support@${own}`)
      carrySound(random, draft, occasion.fileName, draft.paragraphs.join(' '), own)
      return draft
  }
}

/** A warning of the state or of a colleague that quotes a phish, link and all. */
function warn(random: Random, draft: Draft, vendor: Vendor, person: string): Draft {
  const bad = `support@${random.letters(8)}-${random.pick(['update', 'support'])}.com`
  sendFrom(
    draft,
    random.chance(0.5)
      ? addressOf(person, officeDomain)
      : addressOf(person, `sos.${random.pick(['state', 'capitol'])}.example`),
  )
  draft.fromName = person
  draft.subject = `Warning: mail that poses as ${vendor.name}`
  draft.paragraphs = [
    `Several counties got a mail that claims to come from ${vendor.name}. It does not. Do not open the file; report it to us.`,
    `> From: ${vendor.name} Support <${bad}>\n> Subject: New ${productOf(vendor)} User Guides\n>\n> Please take a look at the new user guides. Sign in at hxxps://${random.letters(9)}[.]com/login`,
  ]
  draft.signature = `${person}\nElection security`
  return draft
}

/** A newsletter of people who write about vendors. */
function newsletter(random: Random, draft: Draft, vendor: Vendor): Draft {
  const site = `${random.pick(['election', 'civic', 'county'])}${random.pick(['weekly', 'report', 'digest', 'journal'])}.org`
  sendFrom(draft, `editor@${site}`)
  draft.fromName = `${random.pick(['Election', 'Civic', 'County'])} ${random.pick(['Weekly', 'Report', 'Digest'])}`
  draft.subject = random.pick([
    `${vendor.name} wins contract in three states`,
    `What ${vendor.name} said at the hearing`,
    'This week in election technology',
  ])
  draft.greeting = ''
  draft.paragraphs = [
    `${vendor.name} presented ${productOf(vendor)} to the commission on Tuesday. Officials asked about accessibility and about the price.`,
    'Other news: two counties moved their early voting sites, and the legislature takes up the bill on poll worker pay.',
  ]
  draft.signature = `You get this because you signed up at ${site}.`
  draft.hasHtml = true
  draft.htmlExtra = `<p><a href="https://www.${site}/${random.letters(6)}">Read more</a> <a href="https://www.${site}/unsubscribe">Unsubscribe</a></p>`
  return draft
}
