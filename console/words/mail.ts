/** The verdicts on mails, and the registry of protected names, in words. Tables are total: a new one without words does not
 *  compile. */

import { counted } from '../../src/core/counts.ts'
import type { IdentityBody, IdentityView, MailSummaryView, MailView } from '../../src/desk/api/mail.ts'
import type { Tone } from './terms.ts'

export type MailVerdict = MailSummaryView['verdict']

/** What the desk thinks of a mail. */
export const verdictWords: Readonly<
  Record<MailVerdict, { readonly name: string; readonly tone: Tone; readonly means: string }>
> = {
  attack: {
    name: 'Attack',
    tone: 'red',
    means: 'This mail is made to deceive. Do not open, click or answer anything in it.',
  },
  suspicious: {
    name: 'Suspicious',
    tone: 'gold',
    means: 'Something is wrong with this mail. Ask before you trust it.',
  },
  clean: {
    name: 'Nothing found',
    tone: 'green',
    means: 'The desk found nothing wrong. That is no proof that it is honest.',
  },
  unreadable: {
    name: 'Could not be read',
    tone: 'gray',
    means: 'The desk could not read this mail, so nobody knows what it is.',
  },
}

/** The choices of the list: clean mail is not kept. */
export const flaggedVerdicts = ['attack', 'suspicious', 'unreadable'] as const

/** Who it is in whose name nobody else may write. */
export const identityKindWords: Readonly<Record<IdentityBody['kind'], string>> = {
  vendor: 'Vendor',
  federal: 'Federal body',
  state: 'State or local body',
  association: 'Association',
  brand: 'Company that many pose as',
}

/** Where an entry comes from. */
export const identityFromWords: Readonly<Record<IdentityView['from'], { readonly name: string; readonly tone: Tone }>> =
  {
    own: { name: 'Your office’s', tone: 'blue' },
    changed: { name: 'Changed by your office', tone: 'gold' },
    file: { name: 'From a list of the configuration', tone: 'gray' },
    shipped: { name: 'Comes with Bellwether', tone: 'gray' },
  }

/** What it never does. */
export const neverUsesWords: Readonly<Record<IdentityBody['neverUses'][number], string>> = {
  'free-mail': 'writes from free mail (Gmail, Outlook.com, Yahoo)',
  attachments: 'sends files',
  links: 'sends links',
  macros: 'sends documents with macros',
  archives: 'sends packed files (zip)',
}

/** Who got the campaign, in one sentence. */
export function campaignSentence({ mails, recipients }: NonNullable<MailView['campaign']>): string {
  const many = mails === 1 ? 'One mail' : counted(mails, 'mail')
  return `${many} of this campaign came to ${counted(recipients, 'address', 'addresses')} of your office.`
}
