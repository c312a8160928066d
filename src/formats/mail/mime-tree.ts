/** Walks the parts of a mail (RFC 2045, RFC 2046) and hands each leaf over, decoded from its transfer encoding. Lenient
 *  where mail programs are, bounded in depth, parts and bytes; what was left out is said. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { type HeaderBlock, readHeaders, undecoded } from './header-fields.ts'
import type { MailHeader } from './message.ts'
import { type ParameterField, parseParameters } from './parameters.ts'
import { decodeTransfer, isBase64Alone } from './transfer-encoding.ts'

/** A part without parts of its own. */
export interface Leaf {
  readonly headers: readonly MailHeader[]
  readonly type: ParameterField
  readonly disposition: ParameterField
  /** Decoded from its transfer encoding. */
  readonly bytes: Uint8Array
  /** Multiparts around it. */
  readonly depth: number
}

/** What is counted over a mail and all mails inside it, and the problems met on the way. */
export class Budget {
  parts = 0
  decodedBytes = 0
  readonly problems: string[] = []

  readonly notes: string[] = []

  /** Tells once of something that was not read. */
  tell(problem: string): void {
    add(this.problems, problem)
  }

  /** Notes once what is strange of a mail that was read all the same. */
  note(sentence: string): void {
    add(this.notes, sentence)
  }
}

function add(sentences: string[], sentence: string): void {
  if (sentences.length < limits.mailProblemsMax && !sentences.includes(sentence)) sentences.push(sentence)
}

const fields = (headers: readonly MailHeader[], name: string): string[] =>
  headers.flatMap((each) => (each.name === name ? [undecoded(each)] : []))

/** Content-Type as programs take it: without one, or with a broken one, text (RFC 2045, section 5.2). Of several, which no
 *  mail should have and programs take differently, the one with parts in it. */
function typeOf(headers: readonly MailHeader[], isInDigest: boolean): ParameterField {
  const types = fields(headers, 'content-type').slice(0, limits.mailParametersMax).map(parseParameters)
  // RFC 2046, section 5.1.5.
  if (types.length === 0 && isInDigest) return parseParameters('message/rfc822')
  const type = types.find(({ value }) => value.startsWith('multipart/')) ?? types[0] ?? parseParameters('')
  const value = type.value.replace(/\s+/g, '')
  if (/^[^/]{1,100}\/[^/]{1,150}$/.test(value)) return { ...type, value }
  // What names a separator has parts, whatever it calls itself.
  return { ...type, value: type.parameters.has('boundary') ? 'multipart/mixed' : 'text/plain' }
}

/** Content-Disposition; of several, one that names a file. */
function dispositionOf(headers: readonly MailHeader[]): ParameterField {
  const all = fields(headers, 'content-disposition').slice(0, limits.mailParametersMax).map(parseParameters)
  return all.find(({ parameters }) => parameters.has('filename')) ?? all[0] ?? parseParameters('')
}

/** Content-Transfer-Encoding; of several, base64 where the bytes look so, else the first other one. */
function encodingOf(headers: readonly MailHeader[], raw: Uint8Array): string {
  const all = headers.flatMap(({ name, value }) => (name === 'content-transfer-encoding' ? [value] : []))
  if (all.length < 2) return all[0] ?? ''
  const isBase64 = (value: string): boolean => value.toLowerCase().includes('base64')
  return all.find((value) => isBase64(value) === isBase64Alone(raw)) ?? all[0] ?? ''
}

/** Walks a part whose header is read. */
export function walkParts(
  bytes: Uint8Array,
  block: HeaderBlock,
  end: number,
  depth: number,
  budget: Budget,
  take: (leaf: Leaf) => void,
  isInDigest = false,
): void {
  const type = typeOf(block.headers, isInDigest)
  const isMultipart = type.value.startsWith('multipart/')
  const walk = (source: Uint8Array, start: number, stop: number): boolean =>
    isMultipart && walkPieces(source, start, stop, type, depth, budget, take)
  if (walk(bytes, block.bodyStart, end)) return
  const raw = bytes.subarray(block.bodyStart, Math.max(block.bodyStart, end))
  const decoded = decodeTransfer(raw, encodingOf(block.headers, raw))
  // Parts that are encoded as a whole, which RFC 2045 section 6.4 forbids, and some programs read.
  if (decoded !== undefined && decoded !== raw && walk(decoded, 0, decoded.length)) return
  if (isMultipart && depth < limits.mailNestingMax && raw.some((byte) => byte > 0x20))
    budget.tell('The mail says that it has parts, and none could be found.')
  if (decoded === undefined) budget.tell('A part has a transfer encoding that nobody knows; it was taken as it is.')
  const content = decoded ?? raw
  budget.decodedBytes += content.length
  if (budget.decodedBytes > limits.mailDecodedBytesMax) {
    budget.tell('The parts are larger than can be read; the last were left out.')
    return
  }
  take({
    headers: block.headers,
    type: isMultipart ? { ...type, value: 'text/plain' } : type,
    disposition: dispositionOf(block.headers),
    bytes: content,
    depth,
  })
}

/** Walks the parts of one that has some; false where there are none. */
function walkPieces(
  bytes: Uint8Array,
  start: number,
  end: number,
  type: ParameterField,
  depth: number,
  budget: Budget,
  take: (leaf: Leaf) => void,
): boolean {
  if (depth >= limits.mailNestingMax) {
    budget.tell('Parts are nested too deeply; the innermost were not read.')
    return false
  }
  const pieces = piecesOf(bytes, start, end, type.parameters.get('boundary') ?? '', budget)
  for (const { start: from, stop } of pieces) {
    if (budget.parts >= limits.mailPartsMax) break
    budget.parts++
    walkParts(bytes, readHeaders(bytes, from, stop), stop, depth + 1, budget, take, type.value === 'multipart/digest')
  }
  return pieces.length > 0
}

/** The parts between delimiters: those that the mail names, else such as stand there. */
function piecesOf(bytes: Uint8Array, start: number, end: number, boundary: string, budget: Budget): Piece[] {
  const pieces = boundary === '' ? [] : cutAtBoundary(bytes, start, end, boundary, budget)
  if (pieces.length > 0) return pieces
  const other = boundaryIn(latin1Text(bytes, start, Math.min(end, start + limits.mailHeaderBytesMax)))
  if (other !== '') {
    budget.note('The mail says wrongly what separates its parts; they were found all the same.')
    return cutAtBoundary(bytes, start, end, other, budget)
  }
  return []
}

/** What stands behind two hyphens on a line before a part's header; empty where there is none. */
function boundaryIn(text: string): string {
  const found = /^--([^\r\n]{1,2000})\r?\n(?=content-(?:type|transfer-encoding|disposition):)/im.exec(text)
  return found?.[1]?.trimEnd() ?? ''
}

interface Piece {
  readonly start: number
  readonly stop: number
}

const newline = 0x0a
const carriageReturn = 0x0d

/** What follows a boundary on its line: nothing (a delimiter), `--` (the last one), or other characters (neither).
 *  White space at the end is padding (RFC 2046, section 5.1.1). */
function delimiterEnd(bytes: Uint8Array, at: number, end: number): { isLast: boolean; next: number } | undefined {
  let i = at
  const isLast = bytes[i] === 0x2d && bytes[i + 1] === 0x2d
  if (isLast) i += 2
  while (i < end && (bytes[i] === 0x20 || bytes[i] === 0x09 || bytes[i] === carriageReturn)) i++
  if (i >= end) return { isLast, next: end }
  return bytes[i] === newline ? { isLast, next: i + 1 } : isLast ? { isLast, next: i } : undefined
}

/** The parts between delimiter lines. A last part that is not closed runs to the end; what follows the closing one is no
 *  part. */
function cutAtBoundary(bytes: Uint8Array, start: number, end: number, boundary: string, budget: Budget): Piece[] {
  if (boundary.length > limits.mailBoundaryCharactersMax) budget.tell('What separates the parts is too long.')
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, end)
  const marker = Buffer.from(`--${boundary.slice(0, limits.mailBoundaryCharactersMax)}`, 'latin1')
  const pieces: Piece[] = []
  let open = -1
  for (let at = body.indexOf(marker, start); at >= 0; at = body.indexOf(marker, at + marker.length)) {
    const isAtLineStart = at === start || bytes[at - 1] === newline
    const found = isAtLineStart ? delimiterEnd(bytes, at + marker.length, end) : undefined
    if (found === undefined) continue
    if (open >= 0) {
      // The line end before a delimiter belongs to it.
      let stop = at
      if (stop > open && bytes[stop - 1] === newline) stop--
      if (stop > open && bytes[stop - 1] === carriageReturn) stop--
      pieces.push({ start: open, stop: Math.max(open, stop) })
    }
    open = found.isLast ? -1 : found.next
    if (found.isLast) break
    if (pieces.length >= limits.mailPartsMax) {
      budget.tell('There are more parts than can be read; the last were left out.')
      return pieces
    }
  }
  if (open >= 0) {
    budget.tell('The last part is not closed; the mail may have been cut.')
    pieces.push({ start: open, stop: end })
  }
  return pieces
}
