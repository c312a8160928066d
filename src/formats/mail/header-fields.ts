/** Cuts the header of a mail or part into its fields (RFC 5322, section 2.2), each with its raw text and its decoded value.
 *  Lines that are no field are counted and left out; it knows nothing of what a field means. */
import { limits } from '../../core/limits.ts'
import { latin1Bytes, latin1Text } from '../latin1.ts'
import { guessText } from './charset.ts'
import { decodeWords } from './encoded-words.ts'
import type { MailHeader } from './message.ts'

/** A header and where the body begins. */
export interface HeaderBlock {
  readonly headers: readonly MailHeader[]
  /** Index of the first byte of the body; `end` where there is none. */
  readonly bodyStart: number
  /** The line `From sender date` of a mailbox, where the mail begins with one; else empty. */
  readonly separator: string
  /** Lines that were no field. */
  readonly strayLines: number
  readonly isCut: boolean
}

const isNameCode = (code: number): boolean => code > 0x20 && code < 0x7f && code !== 0x3a

/** Length of the field's name if a line of `text` begins a field at `at`; 0 if not. Space before the colon is allowed, and
 *  folded space too (RFC 5322, section 4.5). */
function nameLength(text: string, at: number): number {
  let i = at
  while (i < text.length && isNameCode(text.charCodeAt(i))) i++
  const length = i - at
  if (length === 0) return 0
  for (; i < text.length; i++) {
    if (text[i] === ' ' || text[i] === '\t') continue
    const newline = text[i] === '\r' ? i + 1 : i
    if (text[newline] !== '\n' || (text[newline + 1] !== ' ' && text[newline + 1] !== '\t')) break
    i = newline
  }
  return text[i] === ':' ? length : 0
}

const highBytes = /[\u0080-\u00ff]/

/** Folding undone: line ends fall away, the space after them stays (RFC 5322, section 2.2.3). Raw bytes above 0x7F are
 *  read as UTF-8 (RFC 6532) where they are that. */
export function unfold(raw: string): string {
  const flat = raw.replace(/\r?\n/g, '').trim()
  return highBytes.test(flat) ? guessText(latin1Bytes(flat)) : flat
}

function fieldOf(raw: string, length: number): MailHeader {
  const colon = raw.indexOf(':', length)
  const value = unfold(raw.slice(colon + 1, colon + 1 + limits.mailFieldCharactersMax))
  return { name: raw.slice(0, length).toLowerCase(), value: decodeWords(value), raw }
}

/** Fields that no line of a text poses as. */
const telling = new Set(
  'from to cc subject date message-id received mime-version content-type content-transfer-encoding content-disposition content-id return-path sender reply-to authentication-results dkim-signature'.split(
    ' ',
  ),
)

/** Where the last field of such a name stands in a header, from a place on; -1 where there is none before the header's end. */
function lastTellingField(text: string, from: number): number {
  let last = -1
  for (let at = from; at < text.length; ) {
    const newline = text.indexOf('\n', at)
    const next = newline < 0 ? text.length : newline + 1
    if (next - at <= 2 && text.slice(at, next).trim() === '') break
    const length = nameLength(text, at)
    if (length > 0 && telling.has(text.slice(at, at + length).toLowerCase())) last = at
    at = next
  }
  return last
}

/** Reads the header that begins at `start`. */
export function readHeaders(bytes: Uint8Array, start: number, end: number): HeaderBlock {
  const cutAt = Math.min(end, start + limits.mailHeaderBytesMax)
  const text = latin1Text(bytes, start, cutAt)
  const headers: MailHeader[] = []
  let separator = ''
  let strayLines = 0
  let at = 0
  let fieldStart = -1
  let fieldName = 0
  let bodyStart = -1
  let lastField: number | undefined
  const closeField = (until: number): void => {
    if (fieldStart < 0) return
    if (headers.length < limits.mailHeadersMax) {
      const cut = text[until - 1] === '\n' ? (text[until - 2] === '\r' ? until - 2 : until - 1) : until
      headers.push(fieldOf(text.slice(fieldStart, cut), fieldName))
    }
    fieldStart = -1
  }
  while (at < text.length) {
    const newline = text.indexOf('\n', at)
    const next = newline < 0 ? text.length : newline + 1
    const first = text[at]
    if (first === '\n' || (first === '\r' && at + 2 === next)) {
      closeField(at)
      bodyStart = start + next
      break
    }
    if ((first === ' ' || first === '\t') && fieldStart >= 0) {
      at = next
      continue
    }
    closeField(at)
    const length = nameLength(text, at)
    if (length > 0) {
      fieldStart = at
      fieldName = length
    } else if (at === 0 && text.startsWith('From ')) {
      separator = text.slice(0, Math.min(next, limits.mailboxSeparatorBytesMax)).trim()
    } else if (!text.startsWith('>From ', at)) {
      strayLines++
      lastField ??= lastTellingField(text, at)
      if (at > lastField || (text.startsWith('--', at) && headers.length > 0)) {
        // The empty line is missing that ends the header: this is text, or separates parts.
        bodyStart = start + at
        break
      }
    }
    at = next
  }
  closeField(text.length)
  return {
    headers,
    bodyStart: bodyStart < 0 ? cutAt : bodyStart,
    separator,
    strayLines,
    isCut: bodyStart < 0 && cutAt < end,
  }
}

/** The value of the first field of a name; empty where there is none. */
export const firstValue = (headers: readonly MailHeader[], name: string): string =>
  headers.find((header) => header.name === name)?.value ?? ''

/** A field's text before encoded words are decoded, folding undone: for fields whose syntax is parsed first. */
export const undecoded = (header: MailHeader): string => {
  const colon = header.raw.indexOf(':')
  return unfold(header.raw.slice(colon + 1, colon + 1 + limits.mailFieldCharactersMax))
}
