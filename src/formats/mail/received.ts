/** Received fields (RFC 5321, section 4.4) in the forms that servers write. The topmost was written by the office's own
 *  server; each one below it was written by who stands above or was invented by the sender. */
import { limits } from '../../core/limits.ts'
import { parseMailDate } from './mail-date.ts'
import type { MailMessage } from './message.ts'

/** One step of a mail's way. Names are in lower case; what the field does not say is empty. */
export interface ReceivedStep {
  /** What the sender called itself. */
  readonly greeting: string
  /** The name that the server found for the sender's address. */
  readonly name: string
  /** The sender's address, IPv4 or IPv6 without brackets. */
  readonly address: string
  readonly by: string
  /** `ESMTPS`, `HTTP`, in upper case. */
  readonly protocol: string
  readonly id: string
  readonly for: string
  /** NaN where it is not readable. */
  readonly timeMs: number
}

interface Words {
  /** Words in their order; a comment is one word that begins with `(`. */
  readonly words: readonly string[]
  readonly date: string
}

/** Cuts the field into words and comments, and the date after the last semicolon outside comments. */
function cutWords(field: string): Words {
  const words: string[] = []
  let dateAt = -1
  let word = ''
  const close = (): void => {
    if (word !== '') words.push(word)
    word = ''
  }
  for (let i = 0; i < field.length; i++) {
    const character = field[i] as string
    if (character === '(') {
      close()
      let depth = 0
      const start = i
      for (; i < field.length; i++) {
        if (field[i] === '\\') i++
        else if (field[i] === '(') depth++
        else if (field[i] === ')' && --depth === 0) break
      }
      words.push(field.slice(start, i + 1))
    } else if (character === ';') {
      close()
      dateAt = i + 1
    } else if (character === ' ' || character === '\t') {
      close()
    } else {
      word += character
    }
  }
  close()
  return { words, date: dateAt < 0 ? '' : field.slice(dateAt) }
}

const clauses = new Set(['from', 'by', 'with', 'id', 'for', 'via'])
const addressPattern =
  /\[?(?:ipv6:)?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3})\]?/i
const hostPattern = /^[a-z0-9_](?:[a-z0-9._-]{0,250}[a-z0-9])?\.?$/i

const hostOf = (text: string): string => (hostPattern.test(text) ? text.toLowerCase().replace(/\.$/, '') : '')

/** `(name [address])`, `(HELO name)`, `(name. [address] (may be forged))`, `(address)`. */
function senderOf(comments: readonly string[]): { name: string; address: string; greeting: string } {
  const text = comments.join(' ').slice(0, 1_000)
  const address = addressPattern.exec(text)?.[1]?.toLowerCase() ?? ''
  const greeting = /\b(?:helo|ehlo)[= ]\[?([\w.:-]{1,255})/i.exec(text)?.[1]?.toLowerCase() ?? ''
  const inner = text.replace(/^\(/, '').trim()
  const first = /^[^\s()[\],;=]{1,255}/.exec(inner)?.[0]?.replace(/^.*@/s, '') ?? ''
  const isName = first.includes('.') && !addressPattern.test(first) && !/^(?:helo|ehlo)/i.test(first)
  return { name: isName ? hostOf(first) : '', address, greeting }
}

/** Reads one field's value. */
export function parseReceived(value: string): ReceivedStep {
  const { words, date } = cutWords(value.slice(0, limits.mailFieldCharactersMax).replace(/\s/g, ' '))
  const said = new Map<string, string>()
  const comments = new Map<string, string[]>()
  let clause = ''
  for (const word of words) {
    const lower = word.toLowerCase()
    if (word.startsWith('(')) {
      const list = comments.get(clause) ?? []
      list.push(word)
      comments.set(clause, list)
    } else if (clauses.has(lower) && !said.has(lower)) {
      clause = lower
      said.set(lower, '')
    } else if (clause !== '' && said.get(clause) === '') {
      said.set(clause, word)
    }
  }
  const from = said.get('from') ?? ''
  const sender = senderOf(comments.get('from') ?? [])
  const literal = addressPattern.exec(from)
  const isLiteral =
    literal !== null &&
    from
      .replace(/^\[|\]$/g, '')
      .toLowerCase()
      .endsWith(literal[1]?.toLowerCase() ?? '')
  return {
    greeting: sender.greeting !== '' ? sender.greeting : isLiteral ? '' : hostOf(from),
    name: sender.name !== '' ? sender.name : sender.greeting !== '' && !isLiteral ? hostOf(from) : '',
    address: sender.address !== '' ? sender.address : isLiteral ? (literal[1]?.toLowerCase() ?? '') : '',
    by: hostOf(said.get('by') ?? ''),
    protocol: (said.get('with') ?? '').toUpperCase(),
    id: said.get('id') ?? '',
    for: (said.get('for') ?? '').replace(/[<>;]/g, '').toLowerCase(),
    timeMs: parseMailDate(date.trim()),
  }
}

/** The way of a mail, the last step first, as the fields stand. */
export function receivedSteps(message: Pick<MailMessage, 'headers'>): ReceivedStep[] {
  return message.headers
    .filter(({ name }) => name === 'received')
    .slice(0, limits.mailReceivedMax)
    .map(({ value }) => parseReceived(value))
}
