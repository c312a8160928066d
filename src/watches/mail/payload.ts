/** What a mail carries, from its files, its links, its HTML and its words, and how heavy each part is. */
import { limits } from '../../core/limits.ts'
import { type Examination, isActive, openedByMail, type PayloadFeature } from '../../formats/documents/examination.ts'
import { filesOf } from '../../formats/mail/mail-files.ts'
import type { MailMessage, MailPart } from '../../formats/mail/message.ts'
import type { LinkFacts } from './links.ts'
import { secretAskedFor } from './requests.ts'
import type { Carried, CarriedFeature, LinkFeature } from './verdict.ts'
import { type Wording, wordsAround } from './wording.ts'

/** Looks into one file; pure (`examine` of formats/documents). What is locked is tried with `passwords`. */
export type Examine = (
  file: { readonly name: string; readonly contentType: string; readonly bytes: Uint8Array },
  options?: { readonly passwords?: readonly string[] },
) => Examination

/** The files of a mail and of the mails inside it. */
export interface FileFacts {
  readonly carried: readonly Carried[]
  readonly texts: readonly string[]
  readonly hashes: readonly string[]
  readonly links: readonly { readonly target: string; readonly isCode: boolean }[]
  readonly problems: readonly string[]
  /** Whether a file of the mail itself can act; one in a mail inside it was somebody else's. */
  readonly ownFileActs: boolean
}

/** The parts of a mail, then of those inside it however deep, within the bound; where there are more, pictures come last. */
export function allParts(message: MailMessage): MailPart[] {
  const parts = filesOf(message).map(({ part }) => part)
  if (parts.length <= limits.mailPartsJudgedMax) return parts
  const isPicture = ({ contentType }: MailPart): boolean => contentType.startsWith('image/')
  const others = parts.filter((part) => !isPicture(part))
  return [...others, ...parts.filter(isPicture)].slice(0, limits.mailPartsJudgedMax)
}

/** A part with what was found in it. */
export interface ExaminedPart {
  readonly part: MailPart
  readonly found: Examination
}

/** Examinations of a mail while it is at hand, and by what they were made. */
const examined = new WeakMap<MailMessage, { readonly examine: Examine; readonly parts: readonly ExaminedPart[] }>()

/** Looks into every part of a mail, once: who reads bar codes asks before the watch does, and both get the same. */
export function examineMail(message: MailMessage, examine: Examine): readonly ExaminedPart[] {
  const known = examined.get(message)
  if (known?.examine === examine) return known.parts
  const options = { passwords: passwordsIn(message.text) }
  const parts = allParts(message).map((part): ExaminedPart => {
    const { fileName, contentType, bytes } = part
    return { part, found: examine({ name: fileName, contentType, bytes }, options) }
  })
  examined.set(message, { examine, parts })
  return parts
}

/** What its files come to. */
export function examineParts(message: MailMessage, examine: Examine): FileFacts {
  const carried: Carried[] = []
  const texts: string[] = []
  const hashes: string[] = []
  const links: { target: string; isCode: boolean }[] = []
  const problems: string[] = []
  let ownFileActs = false
  const own = new Set(message.parts)
  if (filesOf(message).length > limits.mailPartsJudgedMax)
    problems.push('There are more files in the mail than were looked into.')
  for (const { part, found } of examineMail(message, examine)) {
    for (const { feature, path, proof } of found.features) carried.push({ feature, path, proof })
    const isOwn = own.has(part) && found.type !== 'outlook-message' && found.type !== 'mail'
    if (isOwn && found.features.some(({ feature }) => isActive(feature))) ownFileActs = true
    if (found.text !== '') texts.push(found.text.slice(0, limits.mailTextHeadCharactersMax))
    // A logo is in everybody's mail; a file that somebody opens is not.
    if (!part.contentType.startsWith('image/')) hashes.push(...found.hashes.slice(0, 1).map(({ sha256 }) => sha256))
    for (const { target, from } of found.links) links.push({ target, isCode: from === 'qr-code' })
    problems.push(...found.problems)
  }
  return { carried, texts, hashes, links, problems: problems.slice(0, limits.mailProofsMax), ownFileActs }
}

/** What the mail itself carries besides files: its words and its HTML. `own` is what the sender says, folded. */
export function carriedByText(
  message: MailMessage,
  own: string,
  links: LinkFacts,
  words: Wording,
  files: FileFacts,
): Carried[] {
  const carried: Carried[] = []
  const add = (feature: LinkFeature, proof: string): void => {
    carried.push({ feature, path: [], proof: proof.slice(0, limits.mailExcerptCharactersMax) })
  }
  const text = message.text.slice(0, limits.mailTextHeadCharactersMax).replace(/\s+/g, ' ')
  const said = (feature: LinkFeature, kind: Parameters<Wording['get']>[0]): void => {
    const phrases = words.get(kind)
    if (phrases?.[0] !== undefined) add(feature, `“${wordsAround(text, phrases[0])}”`)
  }
  said('asks-for-password', 'credentials')
  const secret = secretAskedFor(own)
  if (secret !== undefined) add('asks-for-access', `“${wordsAround(text, secret)}”`)
  said('asks-for-money', 'money')
  said('urgency', 'urgency')
  said('threat-of-loss', 'loss')
  const hidden = (message.hiddenText ?? '').trim()
  if (hidden.length >= hiddenFrom) add('hidden-text', `${hidden.length} characters that nobody sees`)
  if (/<script[\s>]/i.test(message.html.slice(0, limits.mailHtmlSearchedCharactersMax)))
    add('script-in-mail', 'a script in the HTML')
  const shown = message.text.trim().length
  if (links.clickable > 0 && shown < sayingNothingBelow && message.links.some(({ isPicture }) => isPicture))
    add('image-only', `a picture to click, and ${shown === 0 ? 'no text' : `${shown} characters of text`}`)
  const isLocked = files.carried.some(({ feature }) => isLockedFeature(feature))
  const isOpened = files.carried.some(({ feature, proof }) => isLockedFeature(feature) && proof.includes(openedByMail))
  const phrase = isLocked
    ? (passwordPhrase.exec(message.text.slice(0, limits.mailTextHeadCharactersMax))?.[0] ?? '')
    : ''
  if (phrase !== '')
    add('archive-password', `the text gives a password for a locked file: ${phrase.replace(/\s+/g, ' ')}`)
  else if (isOpened) add('archive-password', 'a word of the text opens a locked file')
  return carried
}

/** Preheaders of newsletters are hidden and short. */
const hiddenFrom = 200
/** Characters below which a mail says next to nothing: its picture or its link must do it. */
export const sayingNothingBelow = 160

const isLockedFeature = (feature: CarriedFeature): boolean =>
  feature === 'encrypted-archive' || feature === 'encrypted-document'

/** “password: 1234”. */
const passwordPhrase =
  /(?:password|passcode|pass|pwd|kennwort|passwort|contrasena|contraseña|senha|mot de passe)\s{0,3}(?:is|:|=|-)?\s{0,3}["“']?([^\s"”']{3,32})/i
/** Sentences that speak of what is locked, and those that may. */
const speaksOfLocks =
  /\b(?:pass\w*|pw|pwd|pin|codes?|keys?|unlock\w*|locked|encrypt\w*|protect\w*|zip\w*|archives?|kennwort|passwort|contrase\S*|senha)\b/i
const speaksOfOpening = /\b(?:open\w*|secur\w*|confidential\w*|privacy)\b/i

/** Words of a text that may open a locked file: what follows “password”, and in sentences that speak of locks the last word
 *  and those with a digit. Each is only tried, so that one too many does no harm. */
function passwordsIn(text: string): string[] {
  const head = text.slice(0, limits.mailTextHeadCharactersMax)
  const found = new Set<string>()
  const take = (word: string): void => {
    const bare = word.replace(/^[("'“‘[]+|[)"'”’\].,;:!?]+$/g, '')
    if (bare.length >= 3 && bare.length <= 32) found.add(bare)
  }
  const said = passwordPhrase.exec(head)?.[1]
  if (said !== undefined) {
    found.add(said)
    take(said)
  }
  const sentences = head.split(/\n|(?<=[.!?])\s/).filter((sentence) => sentence.length <= 300)
  for (const speaks of [speaksOfLocks, speaksOfOpening]) {
    for (const [at, sentence] of sentences.entries()) {
      if (found.size >= limits.passwordsMax || !speaks.test(sentence)) continue
      // `We locked it. Your word: kestrel`
      for (const near of [sentence, sentences[at + 1] ?? '']) {
        const words = near.trim().split(/\s+/)
        for (const [i, word] of words.entries()) if (/\d/.test(word) || i === words.length - 1) take(word)
      }
    }
  }
  return [...found].slice(0, limits.passwordsMax)
}

const grave = 2.5
const fair = 1.5
const slight = 0.5
const linkWeights: Readonly<Record<LinkFeature, number>> = {
  'link-text-differs': fair,
  'link-shortener': fair,
  'link-address': grave,
  'link-punycode': fair,
  'link-user-info': grave,
  'link-look-alike': 3,
  'link-free-hosting': fair,
  'link-brand-in-path': fair,
  'link-open-redirect': fair,
  'link-recipient': slight,
  'qr-code-link': fair,
  'form-in-mail': grave,
  'script-in-mail': fair,
  'hidden-text': slight,
  'image-only': slight,
  'asks-for-password': fair,
  'asks-for-access': fair,
  'asks-for-money': slight,
  urgency: slight,
  'threat-of-loss': slight,
  'archive-password': grave,
}
/** Locked files weigh more than other notable ones: what is in them cannot be looked at. */
const locked: ReadonlySet<CarriedFeature> = new Set(['encrypted-document', 'encrypted-archive'])

const isLinkFeature = (feature: CarriedFeature): feature is LinkFeature => feature in linkWeights

/** Whether a feature can act by itself or on one click. */
export const isActing = (feature: CarriedFeature): boolean => !isLinkFeature(feature) && isActive(feature)

/** Ways in which a mail gets its reader to a place that it does not show. */
const devices: ReadonlySet<CarriedFeature> = new Set(
  (Object.keys(linkWeights) as LinkFeature[]).filter(
    (feature) => linkWeights[feature] >= fair && (feature.startsWith('link-') || feature === 'qr-code-link'),
  ),
).add('form-in-mail')

/** What a stranger's mail wants done with it: `acts`, open a file that can act, or that is locked with a password beside
 *  it; `asks`, hand over a way in; `leads-away`, go by a code, a form or a hidden link to a place that is not the
 *  sender's. */
export type Lure = 'acts' | 'asks' | 'leads-away' | 'none'

/** What the mail wants. `senderDomain` is registrable; `misnames` where a link is called as one of somebody else's. */
export function lureOf(
  payload: readonly Carried[],
  files: FileFacts,
  links: LinkFacts,
  senderDomain: string,
  misnames: boolean,
): Lure {
  if (files.ownFileActs || payload.some(({ feature }) => feature === 'archive-password')) return 'acts'
  if (payload.some(({ feature }) => feature === 'asks-for-access')) return 'asks'
  const leads =
    (misnames || payload.some(({ feature }) => devices.has(feature))) && !links.domains.includes(senderDomain)
  return leads ? 'leads-away' : 'none'
}

/** How heavy what is carried is beside a claimed name, as log-odds. */
export function carriedWeight(feature: CarriedFeature): number {
  if (isLinkFeature(feature)) return linkWeights[feature]
  if (isActive(feature)) return 3
  return locked.has(feature) ? 2 : 1
}

/** Features of files, for a sketch. */
export const fileFeatures = (carried: readonly Carried[]): PayloadFeature[] =>
  carried.flatMap(({ feature }) => (isLinkFeature(feature) ? [] : [feature]))
