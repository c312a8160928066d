/** Sound mails of kinds that the mail watch was not tuned with: a newsletter with the vendor's logo, an organiser's invitation
 *  with a code, a vendor's mail from a mailing service's own domain, a state's notice, a dealer's quotation. */
import type { Random } from '../recording/random.ts'
import { addressOf, type Draft, plainDraft, sendFrom } from './draft.ts'
import { codePng } from './other-files.ts'
import { carrySound } from './payloads.ts'
import type { Vendor } from './vendors.ts'
import { closings, detailsOf, greetings, personOf, productOf } from './words.ts'

/** Kinds of such mail. */
export const otherNegativeKinds = [
  'newsletter-with-logo',
  'organiser-code',
  'service-own-domain',
  'state-notice',
  'dealer-quotation',
  'warning-in-words',
  'warning-with-quotation',
  'warning-with-forward',
  'service-with-signature',
  'job-offer',
  'press-question',
] as const
export type OtherNegativeKind = (typeof otherNegativeKinds)[number]

/** Such a mail. */
export function otherNegativeDraft(random: Random, kind: OtherNegativeKind, vendor: Vendor, timeMs: number): Draft {
  const draft = plainDraft(random, timeMs)
  const person = personOf(random)
  const [own] = vendor.domains as readonly [string]
  const product = productOf(vendor)
  const site = `${random.letters(6)}${random.pick(['county', 'civics', 'clerks'])}.org`
  draft.fromName = person
  draft.greeting = random.pick(greetings)
  draft.signature = `${random.pick(closings)}\n${person}`
  sendFrom(draft, addressOf(person, site))
  switch (kind) {
    case 'newsletter-with-logo':
      draft.subject = `${vendor.name} opens an office, and other news`
      draft.paragraphs = [
        `${vendor.name} opens an office in the state capital. Its ${product} is used in eleven counties.`,
        'A court set the date of the recount, and the association elects its board in June.',
      ]
      draft.hasHtml = true
      draft.htmlExtra = `<p><img src="https://${site}/img/a.png" alt="${vendor.name} logo"></p><p><a href="https://${site}/${random.letters(5)}">Read on</a> <a href="https://${site}/leave">Leave the list</a></p>`
      return draft
    case 'organiser-code': {
      const target = `https://${site}/${random.letters(6)}`
      draft.subject = `Regional meeting of clerks, with ${vendor.name} and others`
      draft.paragraphs = [
        `The programme of the regional meeting is final. ${vendor.name} shows the ${product} in the lobby at noon.`,
        detailsOf(random, 3),
      ]
      draft.hasHtml = true
      draft.htmlExtra = '<p>Scan this to put your name down:<br><img src="cid:code1" alt=""></p>'
      draft.files.push({ name: 'code.png', type: 'image/png', bytes: codePng(target), contentId: 'code1' })
      return draft
    }
    case 'service-own-domain': {
      const service = random.pick(['sendgrid.net', 'mcsv.net', 'constantcontact.com'])
      sendFrom(draft, `${own.replace('.', '-')}@mail${random.integer(1, 99)}.${service}`)
      draft.fromName = `${vendor.name} News`
      draft.replyTo = `news@${own}`
      draft.subject = `What is new in ${product}`
      draft.paragraphs = [`${vendor.name} writes to all customers once a season.`, detailsOf(random, 4)]
      draft.signature = `${vendor.name}`
      draft.hasHtml = true
      draft.htmlExtra = `<p><a href="https://www.${own}/news/${random.letters(5)}">Read it at ${own}</a></p>`
      return draft
    }
    case 'state-notice': {
      sendFrom(draft, addressOf(person, `elections.${random.pick(['ohio', 'vermont', 'utah', 'maine'])}.gov`))
      draft.subject = `Certification of the ${product} by ${vendor.name}`
      draft.paragraphs = [
        `The board certified the ${product} made by ${vendor.name}. The order is attached.`,
        detailsOf(random, 3),
      ]
      carrySound(random, draft, `Order ${random.integer(100, 999)}`, draft.paragraphs.join(' '), site)
      return draft
    }
    case 'dealer-quotation':
      draft.subject = `Quotation ${random.integer(1_000, 9_999)}: paper rolls for ${product}`
      draft.paragraphs = [
        `You asked for a price for paper rolls and stands that fit the ${product} of ${vendor.name}. It is valid for thirty days.`,
        detailsOf(random, 2),
      ]
      carrySound(random, draft, `Quotation ${random.integer(100, 999)}`, draft.paragraphs.join(' '), site)
      return draft
    case 'warning-in-words':
      draft.subject = `Do not open: fake ${vendor.name} mails`
      draft.paragraphs = [
        `Our county got a mail today that said it was ${vendor.name} support. Their people told us on the phone that it was not theirs.`,
        `It had the subject "New ${product} manuals" and a Word file that asks to enable macros. Delete it.`,
      ]
      return draft
    case 'warning-with-quotation':
      draft.subject = random.pick([`Phishing in the name of ${vendor.name}`, `Fake mail: ${vendor.name}`])
      draft.paragraphs = [`This came in today. It is not from ${vendor.name}; please do not click on anything in it.`]
      draft.hasHtml = true
      draft.htmlExtra = `<blockquote>${phishOf(random, vendor, own)}</blockquote>`
      return draft
    case 'warning-with-forward':
      draft.subject = `FW: ${vendor.name}: action needed`
      draft.paragraphs = [
        random.pick(['Did you get this too?', 'This is a scam.', 'Is this real? They say it is not.']),
      ]
      draft.signature = ''
      draft.hasHtml = true
      draft.htmlExtra = `<hr><p><b>From:</b> ${vendor.name} Support<br><b>Sent:</b> Monday, June 3<br><b>To:</b> ${person}<br><b>Subject:</b> ${vendor.name}: action needed</p>${phishOf(random, vendor, own)}`
      return draft
    case 'service-with-signature': {
      const service = random.pick(['sendgrid.net', 'mcsv.net', 'ccsend.com'])
      sendFrom(draft, `${own.split('.')[0]}@shared${random.integer(1, 9)}.${service}`)
      draft.signedBy = own
      draft.fromName = vendor.name
      draft.subject = `${vendor.name}: the ${product} this season`
      draft.paragraphs = [`The notes on the ${product} are on our page.`, detailsOf(random, 3)]
      draft.signature = `${vendor.name} Support`
      return draft
    }
    case 'job-offer':
      draft.subject = `Application: I worked at ${vendor.name} before`
      draft.paragraphs = [
        `I am applying for the post of warehouse lead. For four years I worked at ${vendor.name} on the ${product}.`,
        'My references are below, and I can start in May.',
      ]
      carrySound(random, draft, `CV ${person}`, draft.paragraphs.join(' '), site)
      return draft
    case 'press-question':
      draft.subject = `Question about your contract with ${vendor.name}`
      draft.paragraphs = [
        `I am a reporter. When does the county's contract with ${vendor.name} end, and what did the ${product} cost?`,
        'A line by Thursday noon would help me very much.',
      ]
      return draft
  }
}

/** What such a warning shows: the phish as it came, with its link. */
const phishOf = (random: Random, { name }: Vendor, own: string): string =>
  `<p>This is the ${name} support team. Your account ends within 24 hours: <a href="https://${random.pick(['bit.ly', 'tinyurl.com', 'is.gd'])}/${random.letters(6)}">https://www.${own}/login</a></p>`
