/** What the mails say. Attacks and their hard negatives take their words from the same lists, so that words alone do not
 *  tell the two apart. */
import type { Random } from '../recording/random.ts'
import type { Vendor } from './vendors.ts'

export const firstNames =
  'Jane Robert Maria David Linda James Susan Karen Thomas Nancy Daniel Sarah Kevin Laura Brian Emily'.split(' ')
export const lastNames =
  'Miller Garcia Johnson Walker Reyes Turner Collins Bennett Foster Hughes Sanders Ortiz Price Barnes'.split(' ')

/** A person's name. */
export const personOf = (random: Random): string => `${random.pick(firstNames)} ${random.pick(lastNames)}`

/** The occasion of a mail: its subject, its text and the name of a file with it. */
export interface Occasion {
  readonly subject: string
  readonly text: string
  readonly fileName: string
}

/** `product` is said where the mail may name what the vendor makes. */
export function occasionOf(random: Random, product: string): Occasion {
  const month = random.pick(['March', 'August', 'September', 'October', 'November'])
  const number = random.integer(1_000, 9_999)
  return random.pick<Occasion>([
    {
      subject: `New ${product} User Guides`,
      text: `Please take a look at the new ${product} user guides. They replace the ones your poll workers have today.`,
      fileName: `New ${product} User Guides`,
    },
    {
      subject: `${product} release notes, ${month}`,
      text: `The ${month} release of ${product} is ready for your county. The notes say what changed, and what to check before early voting begins.`,
      fileName: `${product} Release Notes ${month}`,
    },
    {
      subject: `Invoice ${number}`,
      text: `The invoice for the ${product} maintenance period is ready. Payment is due within thirty days; write to us if the purchase order is missing.`,
      fileName: `Invoice ${number}`,
    },
    {
      subject: `Action needed: ${product} certificate ends on ${month} ${random.integer(1, 28)}`,
      text: `The certificate of your ${product} installation ends soon. Please follow the steps before the date, so that the devices can still report.`,
      fileName: `${product} Certificate Steps`,
    },
    {
      subject: `${product} training on ${month} ${random.integer(1, 28)}`,
      text: `Your staff is registered for the ${product} training. The agenda and the sign-in for the day are ready for you to read.`,
      fileName: `Training Agenda ${month}`,
    },
    {
      subject: `Logic and accuracy test: ${product} checklist`,
      text: `Before the logic and accuracy test, please fill in the checklist for every device and return it by ${month} ${random.integer(1, 28)}.`,
      fileName: `LA Test Checklist ${number}`,
    },
  ])
}

/** What the office says when it is not told of a vendor. */
export const neutralProduct = (random: Random): string =>
  random.pick(['electronic pollbook', 'tabulator', 'ballot printer', 'registration', 'scanner'])

/** A signature block. `company` is left out where the mail must not claim one there. */
export const signatureOf = (random: Random, person: string, company: string): string =>
  [
    person,
    ...(company === ''
      ? []
      : [`${company} ${random.pick(['Customer Support', 'Client Services', 'Election Services'])}`]),
    `Tel. 555-01${random.integer(10, 99)}`,
  ].join('\n')

/** The first product, or the vendor's name where it has none. */
export const productOf = (vendor: Vendor): string => vendor.products[0] ?? vendor.name

export const greetings = ['Hello,', 'Good morning,', 'Dear election official,', 'Hi all,', 'Dear colleagues,']
export const closings = ['Thank you,', 'Best regards,', 'Kind regards,', 'Sincerely,']

const openers = [
  'Before the next election',
  'As agreed on the phone',
  'After the last audit',
  'Since the update',
  'For the coming season',
  'Following your question',
  'Ahead of early voting',
  'Because of the new rule',
]
const actors = [
  'each precinct',
  'your warehouse',
  'the canvass team',
  'every site leader',
  'the county board',
  'our field crew',
  'the help desk',
  'your poll managers',
]
const deeds = [
  'needs the revised steps',
  'gets a second kit',
  'confirms the seal numbers',
  'checks the power packs',
  'returns the signed form',
  'keeps one spare unit',
  'prints the new labels',
  'reads the safety page',
]
const ends = [
  'by noon on Friday',
  'before doors open',
  'within five days',
  'at the loading dock',
  'in the presence of two people',
  'without changing the date',
  'and calls with the count',
  'and files the receipt',
]

/** Sentences that one campaign has and others hardly have: senders of different campaigns write different texts. */
export const detailsOf = (random: Random, count: number): string =>
  Array.from(
    { length: count },
    () =>
      `${random.pick(openers)}, ${random.pick(actors)} ${random.pick(deeds)} ${random.pick(ends)} (item ${random.integer(100, 999)}).`,
  ).join(' ')
