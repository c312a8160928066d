/** Parts a mail's text into what its sender says and what is quoted or forwarded, and finds the signature. What is
 *  quoted claims nothing in the sender's name: a warning that quotes a phish is no phish. */
import { limits } from '../../core/limits.ts'
import type { MailLink } from '../../formats/mail/message.ts'

export interface OwnText {
  /** What the sender says, signature included. */
  readonly own: string
  /** What is quoted or forwarded below it. */
  readonly quoted: string
  /** Of its last lines, where one signs, those that are no sentences: names, titles, numbers. */
  readonly signed: string
  /** Whether the sender warns of what is quoted, or asks whether it is genuine. */
  readonly isWarning: boolean
}

const signatureLines = 10

/** Lines after which everything is somebody else's mail. */
const forwardMark =
  /^[\s>*_-]{0,12}(?:begin forwarded message|forwarded message|original message|weitergeleitete nachricht|ursprüngliche nachricht|mensaje reenviado|mensaje original|message transféré|message d'origine|mensagem encaminhada|mensagem original)\b/i
/** `On Tue, 3 May, Jane wrote:` and the heads that mail programs put above a quotation. */
const quotationHead =
  /^(?:on|am|le|el|em|il|op) .{6,200}(?:wrote|schrieb|écrit|escribió|escreveu|scritto|schreef)\s*:?\s*$/i
const headField =
  /^[\s*>]{0,4}(?:from|von|de|sent|date|gesendet|envoyé|enviado|to|an|subject|betreff|objet|asunto|assunto)\s{0,2}\*?:\s*\S/i

/** What somebody says who passes a mail on because it is a phish, or may be one. */
const warns =
  /\b(?:phish\w*|scam\w*|spoof\w*|fake\w*|hoax|bogus|impersonat\w*|pretend\w*|poses? as|posing as|claims? to (?:be|come)|claiming to|suspicious (?:mail|e-?mail|message)|do(?: not|n't|n’t) (?:click|open)|not (?:really|actually) (?:from|sent)|not sent by|is (?:this|it) (?:real|legit\w*|genuine)|did you (?:also )?(?:get|receive)|beware of|heads[- ]up|look what|off by (?:one|a) letter|fraud\w*|watch out|don(?:'|’)?t think so|(?:this|it) (?:is|was) not (?:from )?(?:them|him|her|us)|i (?:deleted|reported|called)|reported it|forwarded (?:it|this) to)\b/i

/** Parts a mail's text. Quotations of HTML have no mark in the text: they are told apart only where the rest warns of
 *  them, since a mail may be laid out with such elements as well. */
export function ownText({ text, quotedText = '', subject }: OwnTextSource): OwnText {
  const plain = partText(text, new Set())
  const outside = quotedText === '' ? plain : partText(text, linesOf(bounded(quotedText)))
  const isWarning = outside.quoted.trim() !== '' && warns.test(`${subject}\n${outside.own}`)
  return isWarning ? { ...outside, isWarning } : { ...plain, isWarning }
}

/** Of a mail, what is parted. */
export interface OwnTextSource {
  readonly text: string
  readonly quotedText?: string
  readonly subject: string
}

/** The links that are the sender's own: of a mail that warns, those that stand in what is quoted are not. */
export function ownLinks(links: readonly MailLink[], { own, quoted, isWarning }: OwnText): readonly MailLink[] {
  if (!isWarning) return links
  const flat = (text: string): string => text.replace(/\s+/g, ' ')
  const [mine, others] = [flat(own), flat(quoted)]
  return links.filter(({ text, target }) => {
    const said = flat(text === '' ? target : text)
    return mine.includes(said) || !others.includes(said)
  })
}

const linesOf = (text: string): Set<string> =>
  new Set(text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()])))

/** Parts a text; looks at its start and end within the bounds. */
function partText(text: string, quotations: ReadonlySet<string>): Omit<OwnText, 'isWarning'> {
  const searched = bounded(text)
  const lines = searched.split('\n')
  const own: string[] = []
  const quoted: string[] = []
  let isBelow = false
  for (const [i, line] of lines.entries()) {
    const short = line.length <= 300
    if (!isBelow && short && (forwardMark.test(line) || quotationHead.test(line.trim()) || isHeadBlock(lines, i)))
      isBelow = true
    if (isBelow || /^\s{0,3}[>|]/.test(line) || quotations.has(line.trim())) quoted.push(line)
    else own.push(line)
  }
  const filled = own.filter((line) => line.trim() !== '')
  const last = filled.slice(-signatureLines).join('\n').slice(-limits.mailSignatureCharactersMax).split('\n')
  const sentenceAt = last.findIndex((line) => !isSigned(line))
  const signed = last
    .filter(
      (line, at) =>
        isSigned(line) &&
        !greets.test(line) &&
        !isLabelled(line) &&
        !isQuoted(line) &&
        !(at < sentenceAt && isParted(line)),
    )
    .join('\n')
  return { own: own.join('\n'), quoted: quoted.join('\n'), signed }
}

/** The line that names whom the mail is to. */
export const greets =
  /^[\s*]{0,6}(?:dear|hello|hi|hey|greetings|good (?:morning|afternoon|evening|day)|attention|attn|to|hola|estimad[oa]s?|guten tag|sehr geehrte[rs]?|liebe[rs]?|bonjour)\b/i

/** `Shipper: VR Systems`: a line of a form, about somebody. */
const isLabelled = (line: string): boolean =>
  /^\s{0,6}(?:shipper|shipped from|vendor|supplier|manufacturer|customer|buyer|seller|client|product|re|regarding|subject|item|bidders?|plan ?holders?|payee|reference|sponsors?|speakers?|attendees?|participants?|employer|machine|equipment|model)\s{0,2}:/i.test(
    line,
  )
/** `“VR Systems”`: what somebody looks for. */
const isQuoted = (line: string): boolean => /^\s*["“'‘].*["”'’]\s*$/.test(line)
/** Above the first sentence a name alone is a letterhead; with more beside it, it is a headline. */
const isParted = (line: string): boolean => /\s[-–—|•]\s|,/.test(line)

const smallWord = /^(?:of|and|the|for|at|to|in|by|via|on|de|la|und|y|a|an)$/
/** Words in lower case from which on a line is a sentence. */
const sentenceFrom = 3

/** Whether a line is one of those with which one signs: a sentence is told by its words in lower case. */
const isSigned = (line: string): boolean =>
  line.split(/[^\p{L}\p{M}'’@.-]+/u).filter((word) => /^\p{Ll}[^@.]+$/u.test(word) && !smallWord.test(word)).length <
  sentenceFrom

/** Three fields of a mail's head within four lines, not at the very start. */
function isHeadBlock(lines: readonly string[], at: number): boolean {
  if (!headField.test((lines[at] as string).slice(0, 300))) return false
  let count = 0
  for (let i = at; i < Math.min(lines.length, at + 5); i++)
    if (headField.test((lines[i] as string).slice(0, 300))) count++
  return count >= 3
}

const bounded = (text: string): string => {
  const { mailTextHeadCharactersMax: head, mailTextTailCharactersMax: tail } = limits
  return text.length <= head + tail ? text : `${text.slice(0, head)}\n${text.slice(-tail)}`
}
