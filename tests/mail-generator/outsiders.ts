/** Sound mail of people and firms outside who write about a vendor or are paid by one: whoever asks for records, writes for a
 *  paper, runs another county, sells the vendor's wares, carries its parcels, or lists who may bid. */
import type { Random } from '../recording/random.ts'
import { type Draft, plainDraft, sendFrom } from './draft.ts'
import { type Vendor, vrSystems } from './vendors.ts'
import { detailsOf, personOf, productOf } from './words.ts'

/** Kinds of such mail. */
export const outsiderKinds = [
  'records-request',
  'reporter',
  'other-county',
  'reseller',
  'list-of-bidders',
  'carrier',
  'government-bulletin',
  'webinar-service',
  'locked-out-worker',
] as const
export type OutsiderKind = (typeof outsiderKinds)[number]

/** What it says, from where. */
interface Outsider {
  readonly from: string
  readonly name?: string
  readonly subject: string
  readonly paragraphs: readonly string[]
  readonly signature?: string
  readonly link?: string
}

/** Such a mail. */
export function outsiderDraft(random: Random, kind: OutsiderKind, vendor: Vendor, timeMs: number): Draft {
  const draft = plainDraft(random, timeMs)
  const person = personOf(random)
  const { from, name = person, subject, paragraphs, signature = person, link } = outsider(random, kind, vendor, person)
  sendFrom(draft, from)
  draft.fromName = name
  draft.subject = subject
  draft.greeting = ''
  draft.paragraphs = [...paragraphs]
  draft.signature = signature
  if (link !== undefined) {
    draft.hasHtml = true
    draft.htmlExtra = `<p><a href="${link}">${random.pick(['See more', 'Open', 'Details'])}</a></p>`
  }
  return draft
}

function outsider(random: Random, kind: OutsiderKind, vendor: Vendor, person: string): Outsider {
  const product = productOf(vendor)
  const number = random.integer(1_000, 99_999)
  const mailbox = `${person.toLowerCase().replace(/[^a-z]+/g, '.')}@`
  const free = mailbox + random.pick(['gmail.com', 'yahoo.com', 'aol.com', 'proton.me'])
  const town = random.pick(['Pine', 'Lake', 'Mill', 'Stone'])
  switch (kind) {
    case 'records-request':
      return {
        from: free,
        subject: random.pick([`Records request - ${vendor.name}`, `Copies of contracts: ${product}`]),
        paragraphs: [`I ask for all bills of ${vendor.name} and the log of ${product} of last year. What is the fee?`],
      }
    case 'reporter':
      return {
        from: `${mailbox}${town.toLowerCase()}courier.com`,
        subject: random.pick([`Media inquiry: ${vendor.name}`, `Story on ${product}, to be printed on Friday`]),
        paragraphs: [`I’m writing about the purchase of ${product} from ${vendor.name}. What did it cost your county?`],
      }
    case 'other-county':
      return {
        from: `${mailbox}${town.toLowerCase()}county.us`,
        subject: `How do you like ${product}?`,
        paragraphs: [`Our board is thinking about ${product} from ${vendor.name}. Would you buy it again?`],
        signature: `${person}\nDeputy Clerk, ${town} County`,
      }
    case 'reseller':
      return {
        from: `${mailbox}${town.toLowerCase()}supply.com`,
        subject: `Offer ${number}`,
        paragraphs: [`As an authorized dealer of ${vendor.name} we have cases for ${product} in stock.`],
        signature: `${person}\n${town} Supply`,
      }
    case 'list-of-bidders':
      return {
        from: 'notices@bidcenter.com',
        name: 'Bid Center',
        subject: `A document was added to ${number}`,
        paragraphs: [`Plan holders: ${vendor.name}, ${vendor === vrSystems ? 'Hart InterCivic' : vrSystems.name}`],
        signature: '',
        link: `https://www.bidcenter.com/p/${number}`,
      }
    case 'carrier':
      return {
        from: 'noreply@townfreight.com',
        name: 'Town Freight',
        subject: `Your shipment ${number}`,
        paragraphs: [`Shipper: ${vendor.name}`, `Pieces: ${random.integer(2, 90)}`],
        signature: '',
      }
    case 'government-bulletin':
      return {
        from: 'cisa@public.govdelivery.com',
        name: 'CISA',
        subject: 'Summary of the week',
        paragraphs: [detailsOf(random, 2)],
        signature: 'You asked for these bulletins.',
        link: `https://links-2.govdelivery.com/CL0/${random.letters(40)}`,
      }
    case 'webinar-service':
      return {
        from: 'messenger@webex.com',
        name: vendor.name,
        subject: `You are registered: ${product}`,
        paragraphs: ['Put it into your calendar.'],
        signature: '',
        link: `https://meet.webex.com/j.php?MTID=${random.letters(20)}`,
      }
    case 'locked-out-worker':
      return {
        from: free,
        subject: random.pick(['training', 'two questions']),
        paragraphs: [`The ${vendor.name} training page does not take my password any more. Can you reset it for me?`],
      }
  }
}
