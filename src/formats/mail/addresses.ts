/** Addresses of headers (RFC 5322, section 3.4) read as mail programs read them: comments, groups, routes, quotes that
 *  never close. The display name is decoded after the syntax, so that a comma in an encoded name does not cut it. */
import { limits } from '../../core/limits.ts'
import { decodeWords } from './encoded-words.ts'
import type { MailAddress } from './message.ts'

/** What stands between two commas: words outside angle brackets, the text inside them, comments. */
class Mailbox {
  phrase = ''
  angle: string | undefined
  comment = ''
  hasAt = false
}

/** Index after the quoted string that begins at `at`. */
function quotedEnd(text: string, at: number): number {
  let i = at + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return Math.min(text.length, i + 1)
}

/** Index after the comment that begins at `at`; comments nest. */
function commentEnd(text: string, at: number): number {
  let depth = 0
  let i = at
  for (; i < text.length; i++) {
    const character = text[i]
    if (character === '\\') i++
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return i + 1
  }
  return text.length
}

const unquote = (text: string): string => text.replace(/\\(.)/gs, '$1')

/** Cuts a list into mailboxes. A quote or bracket that never closes takes the rest of the list. */
function cutMailboxes(text: string): Mailbox[] {
  const found: Mailbox[] = []
  let current = new Mailbox()
  // `Name, Office <address>` without quotes: a comma that no address stands before is part of the name.
  const comma = (): void => {
    if (current.angle === undefined && !current.hasAt && current.phrase.trim() !== '') current.phrase += ','
    else close()
  }
  const close = (): void => {
    if (current.phrase.trim() !== '' || current.angle !== undefined) found.push(current)
    current = new Mailbox()
  }
  for (let at = 0; at < text.length && found.length < limits.mailAddressesMax; ) {
    const character = text[at]
    if (character === '"') {
      const end = quotedEnd(text, at)
      const isLocalPart = text[end] === '@'
      current.phrase += isLocalPart ? text.slice(at, end) : unquote(text.slice(at + 1, end - 1))
      at = end
    } else if (character === '(') {
      const end = commentEnd(text, at)
      current.comment ||= unquote(text.slice(at + 1, end - 1))
      at = end
    } else if (character === '<') {
      const close = text.indexOf('>', at)
      const end = close < 0 ? text.length : close
      // Of several the last is the address: programs show the earlier ones as part of the name.
      if (current.angle !== undefined) current.phrase += ` <${current.angle}>`
      current.angle = text.slice(at + 1, end)
      at = end + 1
    } else if (character === ',') {
      comma()
      at++
    } else if (character === ';') {
      close()
      at++
    } else if (character === ':' && current.angle === undefined && !current.hasAt) {
      // The name of a group (RFC 5322, section 3.4) belongs to no mailbox.
      current = new Mailbox()
      at++
    } else {
      current.phrase += character
      current.hasAt ||= character === '@'
      at++
    }
  }
  close()
  return found
}

/** `local@domain` in lower case, without route, comments and space; empty where it is none. */
export function cleanAddress(text: string): string {
  let address = text.trim().replace(/^mailto:/i, '')
  if (address.startsWith('@') && address.includes(':')) address = address.slice(address.indexOf(':') + 1)
  address = address.replace(/[\s<>]+/g, '').toLowerCase()
  const at = address.lastIndexOf('@')
  return at > 0 && at < address.length - 1 ? address.replace(/\.$/, '') : ''
}

/** White space of headers alone: to JavaScript U+FEFF is white space too, and it is what names are disguised with. */
const spaces = (text: string): string => text.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')

function addressOf(box: Mailbox): MailAddress | undefined {
  if (box.angle !== undefined) {
    return { name: spaces(decodeWords(box.phrase)), address: cleanAddress(decodeWords(box.angle)) }
  }
  const address = cleanAddress(box.phrase)
  const isBare = address !== '' && !/\s/.test(box.phrase.trim())
  if (isBare) return { name: spaces(decodeWords(box.comment)), address }
  // `Name address@domain` without brackets: what programs take for the address is its last word.
  const words = box.phrase.trim().split(/\s+/)
  const last = cleanAddress(words.at(-1) ?? '')
  if (last !== '') return { name: spaces(decodeWords(words.slice(0, -1).join(' '))), address: last }
  const name = spaces(decodeWords(box.phrase))
  return name === '' ? undefined : { name, address: '' }
}

/** Reads a list of addresses from a field whose encoded words are not yet decoded. */
export function parseAddresses(field: string): MailAddress[] {
  const text = field.slice(0, limits.mailFieldCharactersMax)
  const found = cutMailboxes(text).flatMap((box) => addressOf(box) ?? [])
  // The whole list as one encoded word, which RFC 2047 section 5 forbids and programs read.
  if (found.every(({ address }) => address === '') && text.includes('=?')) {
    const decoded = cutMailboxes(decodeWords(text)).flatMap((box) => addressOf(box) ?? [])
    if (decoded.some(({ address }) => address !== '')) return decoded
  }
  return found
}
