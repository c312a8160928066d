/** What the verdict's parts are called, in plain words for a person. */
import { isActing } from './payload.ts'
import type { CarriedFeature, Claim, ClaimSurface, FailureKind, MailVerdict, TextTrick } from './verdict.ts'

/** Where a name stood. */
export const surfaceWords: Readonly<Record<ClaimSurface, string>> = {
  'display-name': 'in the sender’s name',
  'sender-address': 'in the sender’s address',
  'local-part': 'in front of the @ of the sender’s address',
  'look-alike-domain': 'as a domain that looks like theirs',
  signature: 'in the signature',
  'self-presentation': 'where the writer says who they are',
  subject: 'in the subject',
  'attachment-name': 'in the name of a file',
  'link-text': 'in the words of a link',
  'image-text': 'in the text of a picture',
  'document-text': 'inside a file',
  body: 'in the text',
}

/** How a name was disguised. */
export const trickWords: Readonly<Record<TextTrick, string>> = {
  spacing: 'letters set apart',
  homoglyph: 'letters of another alphabet that look the same',
  invisible: 'invisible characters between the letters',
  accent: 'letters with accents',
  'letter-pair': 'pairs of letters that look like one',
}

/** What shows that the mail is not from whom it names. */
export const failureWords: Readonly<Record<FailureKind, string>> = {
  'free-mail': 'It comes from a service where anybody gets an address',
  'look-alike-domain': 'Its domain only looks like theirs',
  'subdomain-trick': 'Their name stands in front of another’s domain',
  'punycode-domain': 'Its domain has letters of another alphabet',
  'other-domain': 'Its domain is not theirs',
  'authentication-failed': 'The check of the sender failed',
  'not-authenticated': 'No server vouches for the sender',
  'reply-to-elsewhere': 'Answers would go to somebody else',
  'return-path-elsewhere': 'The envelope names another sender',
  'return-path-account': 'The envelope names an account elsewhere, no mailing service',
  'first-contact': 'This sender never wrote to the office before',
  'thread-hijacked': 'It poses as an answer in a conversation of yours',
  'never-uses': 'They never write in this way',
  'display-name-address': 'The sender’s name shows another address than the real one',
}

/** Whom to call, and by which number: never one of the mail. Where the list has none it says where to look. */
export function callAdvice({ name, kind, phone }: NonNullable<MailVerdict['posesAs']>): string {
  if (phone !== '') return `Call ${name} at ${phone}. Do not use a number in the mail.`
  const add = 'Add it to your list of protected names, so that it stands here next time.'
  switch (kind) {
    case 'vendor':
      return `Call ${name}. Take the number from your contract, not from the mail: no number of theirs is on the list. ${add}`
    case 'person':
    case 'office':
      return `Ask ${name} in person, or call by a number that you have used before. Do not use a number in the mail.`
    case 'federal':
    case 'state':
    case 'association':
    case 'brand':
      return `Call ${name} by a number from your own directory, not from the mail: no number of theirs is on the list. ${add}`
  }
}

/** The claims that a person is told of. Where the mail poses as somebody, names of others that only stand in its text or inside
 *  its files say nothing of that. */
export function toldClaims({ claims, posesAs }: Pick<MailVerdict, 'claims' | 'posesAs'>): readonly Claim[] {
  if (posesAs === undefined) return claims
  const isAside = ({ surface }: Claim): boolean => surface === 'body' || surface === 'document-text'
  return claims.filter((claim) => claim.identity === posesAs.id || !isAside(claim))
}

/** What to do about a mail, in order. */
export function adviceOf({
  verdict,
  posesAs,
  campaign,
}: Pick<MailVerdict, 'verdict' | 'posesAs' | 'campaign'>): string[] {
  if (verdict === 'clean') return []
  const advice = ['Do not open its files or links, and do not answer it. Keep it; do not forward it.']
  if (posesAs !== undefined) advice.push(callAdvice(posesAs))
  if (campaign !== undefined) advice.push('Others got it too: warn everybody in the office.')
  return advice
}

/** What a mail or its files carry. */
export const carriedWords: Readonly<Record<CarriedFeature, string>> = {
  macro: 'A file with a program in it (macro)',
  'macro-autorun': 'A program in a file that runs when the file is opened',
  'macro-suspicious': 'A program in a file that reaches outside: it starts, fetches or hides something',
  'excel4-macro': 'An old-style program in a sheet',
  dde: 'A document that starts another program',
  'external-template': 'A document that fetches its template from elsewhere when it is opened',
  'external-relationship': 'A document that fetches a part of itself from elsewhere',
  'embedded-object': 'An object inside a document',
  'embedded-package': 'A file inside a document that opens on a double click',
  activex: 'A control inside a document',
  'html-smuggling': 'A page that builds a file on the reader’s computer',
  'html-form': 'A page that asks for a password',
  'script-file': 'A script as a file',
  shortcut: 'A shortcut that starts a program',
  'disk-image': 'An image of a disc, which hides where its files came from',
  'onenote-attachment': 'A notebook with a file behind its pictures',
  'pdf-script': 'A PDF with a script',
  'pdf-launch': 'A PDF that starts a program',
  executable: 'A program',
  'double-extension': 'A file whose name ends twice',
  'hidden-extension': 'A file whose name hides what it is',
  'embedded-document': 'A document inside a document',
  'form-control': 'A form with boxes and buttons',
  'linked-file': 'A part that lies elsewhere',
  'encrypted-document': 'A locked document, which nobody could look into',
  'encrypted-archive': 'A locked archive, which nobody could look into',
  'html-script': 'A page with a script',
  'html-redirect': 'A page that leads on to another',
  'pdf-embedded-file': 'A file inside a PDF',
  'pdf-form-script': 'A form with a script',
  'pdf-action': 'A PDF that does something when it is opened',
  'type-mismatch': 'A file that is something else than its name says',
  'nested-too-deep': 'Files inside files, deeper than was looked',
  'decompression-bomb': 'An archive that would fill the disk',
  unreadable: 'A file that could not be looked into',
  'link-text-differs': 'A link that shows one address and leads to another',
  'link-shortener': 'A link that hides where it leads',
  'link-address': 'A link to a bare number instead of a name',
  'link-punycode': 'A link with letters of another alphabet',
  'link-user-info': 'A link with a false name in front of the real one',
  'link-look-alike': 'A link to a domain that only looks like theirs',
  'link-free-hosting': 'A link to a place where anybody can put a page',
  'link-brand-in-path': 'A link with a known name behind another’s domain',
  'link-open-redirect': 'A link that is passed on by somebody else’s page',
  'link-recipient': 'A link that carries the reader’s address',
  'qr-code-link': 'A picture with a code that leads to a page',
  'form-in-mail': 'A form in the mail itself',
  'script-in-mail': 'A script in the mail itself',
  'hidden-text': 'Text that the reader does not see',
  'image-only': 'Hardly more than a picture to click',
  'asks-for-password': 'It asks for a password or a sign-in',
  'asks-for-access': 'It asks for a way in: a password, a code, a key, or what proves who somebody is',
  'asks-for-money': 'It asks for money',
  urgency: 'It presses for time',
  'threat-of-loss': 'It threatens with a loss',
  'archive-password': 'A locked file, with its password in the text',
}

/** What a part of a finding about mail says that the mail carries; a part of another kind as it is. */
export const partWords = (part: string): string =>
  Object.hasOwn(carriedWords, part) ? carriedWords[part as CarriedFeature] : part

/** The worst of a mail in one sentence. */
export function sentenceOf({
  verdict,
  posesAs,
  payload,
}: Pick<MailVerdict, 'verdict' | 'posesAs' | 'payload'>): string {
  if (verdict === 'clean') return 'Nothing was found.'
  const sure = verdict === 'attack'
  const who =
    posesAs === undefined
      ? `This mail ${sure ? 'is phishing' : 'may be phishing'}.`
      : `This mail poses as ${posesAs.name}; they ${sure ? 'did not' : 'probably did not'} send it.`
  const worst = payload.find(({ feature }) => isActing(feature)) ?? payload[0]
  if (worst === undefined) return who
  const words = carriedWords[worst.feature]
  return words.startsWith('It ') ? `${who} ${words}.` : `${who} It carries: ${lowerFirst(words)}.`
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
