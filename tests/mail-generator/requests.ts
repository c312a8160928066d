/** Mails that carry nothing: they ask. Each request on its own, with the subject and the text that go with it. */
import type { Random } from '../recording/random.ts'
import type { Draft } from './draft.ts'
import { detailsOf } from './words.ts'

/** What is asked for: money, a change of the account that money goes to, a call to a number of theirs, data of voters, a way
 *  into rooms and machines. */
export const requestTechniques = [
  'request-payment',
  'request-account',
  'request-call',
  'request-voters',
  'request-way-in',
] as const
export type RequestTechnique = (typeof requestTechniques)[number]

type Asked = readonly [subject: string, text: string]

function askedOf(random: Random, technique: RequestTechnique): readonly Asked[] {
  const number = random.integer(1_000, 99_999)
  const sum = `$${random.integer(2, 60)},${random.integer(100, 999)}`
  const day = random.pick(['Monday', 'Wednesday', 'Friday', 'the 14th', 'the end of the week'])
  const phone = `555-01${random.integer(10, 99)}`
  switch (technique) {
    case 'request-payment':
      return [
        [
          `Balance ${number}`,
          `According to our ledger ${sum} is owed since last quarter. Have it transferred by ${day} and tell me the reference.`,
        ],
        ['Settlement', `The board wants all open items closed by ${day}. Yours is ${sum}. Who can release it?`],
        [`Licence fee ${number}`, `Service ends on ${day} for lack of payment. ${sum} by wire keeps it going.`],
      ]
    case 'request-account':
      return [
        [
          'Our new bank',
          'Money sent to the account in your books comes back. I have the new numbers for you, just answer.',
        ],
        [
          `Remittance ${number}`,
          `Starting ${day} our customers pay to another account. Please have your treasurer write to me for the form.`,
        ],
      ]
    case 'request-call':
      return [
        [
          'Please telephone',
          `Dial ${phone} before ${day}. It is about your configuration, and I would rather not write it down.`,
        ],
        [
          `Case ${number}`,
          `A colleague of mine waits at ${phone} and will ask you for the site code. Nobody answers at the usual number today.`,
        ],
      ]
    case 'request-way-in':
      return [
        [
          'Remote help',
          `Your server reports errors. Turn on remote access and give me its address and a password until ${day}.`,
        ],
        [
          'Early delivery',
          `We come at five on ${day}. What is the code of the gate, and who has the keys of the store?`,
        ],
        ['Badges', 'For the badges I need the dates of birth and a picture of the licence of everybody with a key.'],
      ]
    case 'request-voters':
      return [
        [
          'The list',
          `The upload broke off. Can you mail me the whole list of voters by ${day}, with addresses and dates of birth?`,
        ],
        [
          'Accounts of your office',
          'For the yearly review I have to know who in your office has which login. Send me the names, please.',
        ],
      ]
  }
}

/** Makes the draft such a mail. */
export function ask(random: Random, draft: Draft, technique: RequestTechnique): void {
  const [subject, text] = random.pick(askedOf(random, technique))
  draft.subject = subject
  draft.paragraphs = random.chance(0.5) ? [text, detailsOf(random, random.integer(1, 3))] : [text]
}
