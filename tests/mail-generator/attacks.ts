/** Mails that pose as a vendor. Each technique is planted alone: where the name stands, how it is disguised, what shows that
 *  the mail is not the vendor's, what it carries; all else is drawn from what goes with it. */
import type { Random } from '../recording/random.ts'
import {
  type DomainDisguise,
  disguiseDomain,
  disguiseName,
  domainDisguises,
  type NameDisguise,
  nameDisguises,
} from './disguises.ts'
import { addressOf, type Draft, plainDraft, sendFrom, threadOf } from './draft.ts'
import {
  otherDisplayName,
  otherFileName,
  otherLinkText,
  otherLocalEnd,
  otherLogo,
  otherOccasionOf,
  otherSentence,
  otherSignature,
  otherSubject,
} from './other-words.ts'
import { carry, type PayloadTechnique, payloadTechniques } from './payloads.ts'
import { ask, type RequestTechnique, requestTechniques } from './requests.ts'
import { type Vendor, vrSystems } from './vendors.ts'
import {
  closings,
  detailsOf,
  greetings,
  neutralProduct,
  occasionOf,
  personOf,
  productOf,
  signatureOf,
} from './words.ts'

/** Where the vendor is named. */
export const claimPlaces = [
  'display-name',
  'local-part',
  'subject',
  'body',
  'signature',
  'attachment-name',
  'link-text',
  'logo',
] as const
export type ClaimPlace = (typeof claimPlaces)[number]

/** What shows that the vendor did not send it. */
export const senderTechniques = [
  'free-mail',
  ...domainDisguises.map((each) => `look-alike-${each}` as const),
  'spf',
  'dkim',
  'dmarc',
  'reply-to',
  'return-path',
  'first-contact',
  'thread',
] as const
export type SenderTechnique = (typeof senderTechniques)[number]

/** Whose words a set is written in: `usual` ones, which the mail watch was tuned with, or `other` ones. */
export const wordings = ['usual', 'other'] as const
export type Wording = (typeof wordings)[number]

/** One attack's parts. */
export interface AttackPlan {
  /** What is varied, for the table: `claim-subject`, `2016-macro-ole2`. */
  readonly technique: string
  readonly vendor: Vendor
  readonly claim: ClaimPlace
  readonly disguise: NameDisguise | 'none'
  readonly sender: SenderTechnique
  readonly payload: PayloadTechnique | RequestTechnique
  readonly wording: Wording
}

/** Services where anybody gets an address. */
export const freeMailDomains = [
  'gmail.com',
  'outlook.com',
  'yahoo.com',
  'protonmail.com',
  'aol.com',
  'mail.com',
  'gmx.com',
]

/** Senders whose domain says nothing of the vendor, for plans in which the claim stands elsewhere. */
const outsideSenders: readonly SenderTechnique[] = ['free-mail', 'first-contact', 'free-mail']
const strongPayloads: readonly PayloadTechnique[] = payloadTechniques

/** Where the name stands of mails that only ask. */
const askingPlaces: readonly ClaimPlace[] = ['local-part', 'subject', 'body', 'signature']

/** Every technique of the table with its plan. */
export function attackPlans(random: Random, vendors: readonly Vendor[], wording: Wording = 'usual'): AttackPlan[] {
  const base = (technique: string): AttackPlan => ({
    technique,
    vendor: random.pick(vendors),
    claim: 'display-name',
    disguise: 'none',
    sender: random.pick(outsideSenders),
    payload: random.pick(strongPayloads),
    wording,
  })
  const anniversary = (technique: string): AttackPlan => ({
    technique: `2016-${technique}`,
    vendor: vrSystems,
    claim: 'display-name',
    disguise: 'none',
    sender: 'free-mail',
    payload: 'macro-ole2',
    wording,
  })
  return [
    ...claimPlaces.map((claim) => ({ ...base(`claim-${claim}`), claim })),
    ...nameDisguises.map((disguise) => ({ ...base(`disguise-${disguise}`), disguise })),
    ...senderTechniques.map((sender) => ({ ...base(`sender-${sender}`), sender })),
    ...payloadTechniques.map((payload) => ({ ...base(`payload-${payload}`), payload })),
    ...requestTechniques.map((payload) => ({ ...base(payload), payload })),
    ...askingPlaces.map((claim) => ({
      ...base(`request-by-${claim}`),
      claim,
      sender: 'free-mail' as const,
      payload: random.pick(requestTechniques),
    })),
    anniversary('mail'),
    ...claimPlaces.slice(1).map((claim) => ({ ...anniversary(`claim-${claim}`), claim })),
    ...nameDisguises.map((disguise) => ({ ...anniversary(`disguise-${disguise}`), disguise })),
    ...senderTechniques.slice(1).map((sender) => ({ ...anniversary(`sender-${sender}`), sender })),
    ...payloadTechniques.slice(1).map((payload) => ({ ...anniversary(`payload-${payload}`), payload })),
  ]
}

function disguisedFrom(sender: SenderTechnique): DomainDisguise | undefined {
  return domainDisguises.find((each) => sender === `look-alike-${each}`)
}

/** Sets where the mail comes from and what the office's server found. */
function setSender(random: Random, draft: Draft, plan: AttackPlan, person: string): void {
  const [own] = plan.vendor.domains as readonly [string]
  const disguise = disguisedFrom(plan.sender)
  const local = random.pick(['support', 'helpdesk', 'info', 'documentation', 'updates'])
  if (disguise !== undefined) return sendFrom(draft, `${local}@${disguiseDomain(random, own, disguise)}`)
  const elsewhere = `${random.letters(8)}.${random.pick(['com', 'net', 'org'])}`
  switch (plan.sender) {
    case 'free-mail':
      return sendFrom(
        draft,
        `${addressOf(person, 'x').split('@')[0]}${random.integer(1, 99)}@${random.pick(freeMailDomains)}`,
      )
    case 'first-contact':
    case 'thread':
      sendFrom(draft, addressOf(person, elsewhere))
      if (plan.sender === 'thread') draft.inReplyTo = threadOf(plan.vendor)
      return
    case 'reply-to':
      sendFrom(draft, `${local}@${own}`)
      draft.replyTo = `${addressOf(person, random.pick(freeMailDomains))}`
      draft.host = `mail.${elsewhere}`
      draft.signedBy = ''
      draft.authentication = { spf: 'none', dkim: 'none', dmarc: 'none' }
      return
    case 'return-path':
      sendFrom(draft, `${local}@${own}`)
      draft.returnPath = `bounce@${elsewhere}`
      draft.host = `mail.${elsewhere}`
      draft.signedBy = elsewhere
      draft.authentication = { spf: 'pass', dkim: 'pass', dmarc: 'none' }
      return
    default:
      sendFrom(draft, `${local}@${own}`)
      draft.host = `mail.${elsewhere}`
      draft.signedBy = plan.sender === 'dkim' ? own : ''
      draft.authentication = {
        spf: plan.sender === 'spf' ? 'fail' : 'softfail',
        dkim: plan.sender === 'dkim' ? 'fail' : 'none',
        dmarc: plan.sender === 'dmarc' ? 'fail' : 'none',
      }
  }
}

/** Puts the vendor's name where the plan wants it, and nowhere else. */
function setClaim(random: Random, draft: Draft, plan: AttackPlan, person: string): void {
  const { vendor } = plan
  const name = plan.disguise === 'none' ? vendor.name : disguiseName(random, vendor.name, plan.disguise)
  const brand = vendor.name.toLowerCase().replace(/[^a-z]+/g, '')
  const isOther = plan.wording === 'other'
  const [first] = draft.files
  switch (plan.claim) {
    case 'display-name':
      if (isOther) draft.fromName = otherDisplayName(random, person, name)
      else draft.fromName = random.chance(0.5) ? name : `${name} ${random.pick(['Support', 'Documentation', 'Team'])}`
      return
    case 'local-part': {
      const end = isOther ? otherLocalEnd(random) : random.pick(['', '.support', '-docs', '.helpdesk'])
      draft.fromAddress = `${brand}${end}@${draft.fromAddress.split('@')[1]}`
      draft.returnPath = draft.fromAddress
      return
    }
    case 'subject':
      if (isOther) draft.subject = otherSubject(random, draft.subject, name)
      else draft.subject = random.chance(0.5) ? `${name}: ${draft.subject}` : `${draft.subject} from ${name}`
      return
    case 'body': {
      const usual = [`I am writing to you from ${name}.`, `This is the documentation team of ${name}.`]
      draft.paragraphs.unshift(isOther ? otherSentence(random, person, name) : random.pick(usual))
      return
    }
    case 'signature':
      draft.signature = isOther ? otherSignature(random, person, name) : signatureOf(random, person, name)
      return
    case 'attachment-name': {
      if (first === undefined) return
      const called = isOther ? otherFileName(random, first.name, name) : `${name} ${first.name}`
      draft.files = [{ ...first, name: called }, ...draft.files.slice(1)]
      return
    }
    case 'link-text': {
      const said = isOther ? otherLinkText(random, name) : `${name} customer portal`
      draft.hasHtml = true
      draft.htmlExtra += `<p><a href="https://${random.letters(9)}.com/${random.letters(5)}">${said}</a></p>`
      return
    }
    case 'logo': {
      const said = isOther ? otherLogo(random, name) : `${name} logo`
      draft.hasHtml = true
      draft.htmlExtra += `<p><img src="https://${random.letters(9)}.com/logo.png" alt="${said}"></p>`
    }
  }
}

const isRequest = (payload: AttackPlan['payload']): payload is RequestTechnique =>
  requestTechniques.some((technique) => technique === payload)

/** The attack as a draft. */
export function attackDraft(random: Random, plan: AttackPlan, timeMs: number): Draft {
  const draft = plainDraft(random, timeMs)
  const person = personOf(random)
  const is2016 = plan.technique.startsWith('2016')
  const [own] = plan.vendor.domains as readonly [string]
  // What a mail is about may name a product where the display name or the domain already claims the vendor.
  const product = is2016 ? 'EViD' : plan.claim === 'display-name' ? productOf(plan.vendor) : neutralProduct(random)
  const occasion = is2016
    ? {
        subject: 'New EViD User Guides',
        text: 'Please take a look at the new EViD user guides.',
        fileName: 'New EViD User Guides',
      }
    : plan.wording === 'other'
      ? otherOccasionOf(random, product)
      : occasionOf(random, product)
  draft.fromName = person
  draft.subject = occasion.subject
  draft.greeting = random.pick(greetings)
  // The mail of 2016 had one line; its variants stay as short.
  draft.paragraphs = is2016 ? [occasion.text] : [occasion.text, detailsOf(random, random.integer(3, 6))]
  draft.signature = `${random.pick(closings)}\n${signatureOf(random, person, '')}`
  setSender(random, draft, plan, person)
  const { payload } = plan
  if (isRequest(payload)) ask(random, draft, payload)
  else carry(random, draft, payload, { base: occasion.fileName, text: draft.paragraphs.join(' '), shownHost: own })
  if (plan.claim === 'attachment-name' && draft.files.length === 0)
    carry(random, draft, 'macro-ooxml', { base: occasion.fileName, text: draft.paragraphs.join(' '), shownHost: own })
  setClaim(random, draft, plan, person)
  if (plan.sender === 'thread') {
    // Who takes a conversation over writes under the name that it was with.
    if (plan.claim === 'display-name' && plan.disguise === 'none') draft.fromName = plan.vendor.name
    draft.subject = `Re: ${draft.subject}`
  }
  return draft
}
