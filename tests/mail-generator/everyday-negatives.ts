/** Sound mail of every day that names a vendor or has what attacks have too: notices that services send in a vendor's name,
 *  newsletters whose links are counted, mail that could not be delivered, firms that are called alike. */
import type { Random } from '../recording/random.ts'
import { addressOf, type Draft, plainDraft, sendFrom } from './draft.ts'
import type { Vendor } from './vendors.ts'
import { closings, detailsOf, greetings, personOf, productOf } from './words.ts'

/** Kinds of such mail. */
export const everydayKinds = [
  'signing-service',
  'shared-file',
  'calendar-service',
  'delivery-failure',
  'greets-the-office',
  'like-named-firm',
  'counted-newsletter',
  'password-reset',
] as const
export type EverydayKind = (typeof everydayKinds)[number]

/** Firms whose names have a word of a vendor's in them. */
const firms = [
  ['Hart Plumbing & Heating', 'hartplumbing.com'],
  ['Hart Family Dentistry', 'hartfamilydentistry.com'],
  ['Dominion Roofing', 'dominionroofing.com'],
  ['Dominion Title', 'dominiontitle.com'],
] as const

const linkTo = (target: string, said: string): string => `<p><a href="${target}">${said}</a></p>`
const codeOf = (random: Random): string =>
  random.letters(60, 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789')

/** Such a mail. */
export function everydayDraft(random: Random, kind: EverydayKind, vendor: Vendor, timeMs: number): Draft {
  const draft = plainDraft(random, timeMs)
  const person = personOf(random)
  const [own] = vendor.domains as readonly [string]
  draft.greeting = random.pick(greetings)
  draft.signature = `${random.pick(closings)}\n${person}`
  switch (kind) {
    case 'like-named-firm': {
      const [firm, domain] = random.pick(firms)
      sendFrom(draft, `office@${domain}`)
      draft.fromName = firm
      draft.subject = random.pick(['Your appointment', `Bill ${random.integer(100, 999)}`, 'Price for the annex'])
      draft.paragraphs = [
        'Thank you for calling us. We come on Tuesday; please keep the door of the polling place open.',
      ]
      draft.signature = firm
      return draft
    }
    case 'greets-the-office':
      draft.fromName = person
      draft.subject = random.pick(['Tables and chairs', 'Tent for early voting', 'Our offer'])
      draft.greeting = random.pick(['Dear County Elections team,', 'Hello County Elections,', 'To: County Elections'])
      draft.paragraphs = [detailsOf(random, 2)]
      return draft
    case 'password-reset':
      sendFrom(draft, `noreply@${own}`)
      draft.fromName = `${vendor.name} Support`
      draft.subject = random.pick(['Reset your password', 'Your password was changed', 'Confirm your email address'])
      draft.paragraphs = [`Somebody asked for this in the portal of ${productOf(vendor)}. If it was not you, call us.`]
      draft.signature = vendor.name
      draft.hasHtml = true
      draft.htmlExtra = linkTo(`https://portal.${own}/r/${random.letters(9)}`, 'Go on')
      return draft
    case 'counted-newsletter':
      return newsletter(random, draft, vendor)
    case 'delivery-failure':
      sendFrom(draft, `mailer-daemon@${random.pick(['googlemail.com', 'outlook.com'])}`)
      draft.returnPath = ''
      draft.fromName = 'Mail Delivery Subsystem'
      draft.subject = 'Delivery Status Notification (Failure)'
      draft.greeting = ''
      draft.paragraphs = [
        `Your mail to ${addressOf(person, own)} was not delivered: 550 5.1.1 no such user.`,
        `It began: We have a question about ${productOf(vendor)} and ${vendor.name}.`,
      ]
      draft.signature = ''
      return draft
    default:
      return notice(random, draft, kind, vendor, person)
  }
}

/** What a well-known service sends because the vendor's people use it. */
function notice(
  random: Random,
  draft: Draft,
  kind: 'signing-service' | 'shared-file' | 'calendar-service',
  vendor: Vendor,
  person: string,
): Draft {
  const [own] = vendor.domains as readonly [string]
  draft.greeting = ''
  draft.hasHtml = true
  if (random.chance(0.5)) draft.replyTo = addressOf(person, own)
  switch (kind) {
    case 'signing-service':
      sendFrom(draft, `dse_na${random.integer(2, 4)}@docusign.net`)
      draft.fromName = `${random.chance(0.5) ? vendor.name : person} via Docusign`
      draft.subject = `${person} of ${vendor.name} sent you an order to sign`
      draft.paragraphs = [`${person}, ${vendor.name}: here is the order that we talked about.`]
      draft.htmlExtra = linkTo(`https://na3.docusign.net/Signing/EmailStart.aspx?a=${codeOf(random)}`, 'Review')
      return draft
    case 'shared-file':
      sendFrom(draft, 'no-reply@sharepointonline.com')
      draft.fromName = `${person} (${vendor.name})`
      draft.subject = `${person} shared a folder with you`
      draft.paragraphs = [`${person} invited you to see the plan of ${vendor.name} for your county.`]
      draft.htmlExtra = linkTo(`https://${own.split('.')[0]}.sharepoint.com/:f:/s/${random.letters(12)}`, 'Open')
      return draft
    case 'calendar-service':
      sendFrom(draft, 'calendar-notification@google.com')
      draft.fromName = 'Google Calendar'
      draft.subject = `Invitation: ${productOf(vendor)} with ${vendor.name}`
      draft.paragraphs = [`${person} (${vendor.name}) invites you to a call about ${productOf(vendor)}.`]
      draft.htmlExtra = linkTo(`https://calendar.google.com/calendar/event?eid=${codeOf(random)}`, 'See it')
  }
  return draft
}

/** A paper's newsletter through a mailing service that leads every link through its counter. */
function newsletter(random: Random, draft: Draft, vendor: Vendor): Draft {
  const site = `${random.pick(['harbor', 'prairie', 'summit', 'valley'])}${random.pick(['times', 'gazette', 'post'])}.com`
  const [host, counter] = random.pick([
    ['mail9.atl81.rsgsv.net', `https://paper.us7.list-manage.com/track/click?u=${codeOf(random)}`],
    ['in.constantcontact.com', `https://r20.rs6.net/tn.jsp?f=${codeOf(random)}`],
    ['bounce.s50.exacttarget.com', `https://click.s50.exacttarget.com/?qs=${codeOf(random)}`],
  ] as const)
  sendFrom(draft, `news@${site}`)
  draft.returnPath = `bounce-${random.letters(6)}.${random.integer(1_000, 9_999)}@${host}`
  draft.host = host
  draft.fromName = site.replace(/\.com$/, '')
  draft.subject = random.pick([
    `${vendor.name} moves its office`,
    'The week in the county',
    `What is ${productOf(vendor)}?`,
  ])
  draft.greeting = ''
  draft.paragraphs = [`The board looked at ${productOf(vendor)} of ${vendor.name} on Thursday and put off its vote.`]
  draft.signature = 'You asked for this letter.'
  draft.hasHtml = true
  draft.htmlExtra = `<p><img src="https://images.${random.letters(7)}.net/${random.letters(5)}.jpg" width="600"></p>${linkTo(counter, 'Read on')}`
  return draft
}
