/** Encoded words of headers (RFC 2047) as text. Words that were cut inside a character are joined before they are decoded,
 *  as mail programs do. */
import { decodeText } from './charset.ts'
import { wordBytes } from './transfer-encoding.ts'

interface Word {
  readonly charset: string
  readonly isBase64: boolean
  readonly content: string
  readonly end: number
}

/** The word that begins at `at`, where `=?` stands. */
function wordAt(text: string, at: number): Word | undefined {
  const charsetEnd = text.indexOf('?', at + 2)
  if (charsetEnd < 0 || charsetEnd - at > 80 || text[charsetEnd + 2] !== '?') return undefined
  const encoding = text[charsetEnd + 1]?.toLowerCase()
  if (encoding !== 'b' && encoding !== 'q') return undefined
  let end = text.indexOf('?=', charsetEnd + 3)
  // `=?UTF-8?Q?=41?=`: the content may begin with an equals sign.
  if (end < 0) return undefined
  if (encoding === 'q' && end === charsetEnd + 2) end = text.indexOf('?=', end + 2)
  if (end < 0) return undefined
  // RFC 2231 section 5: a language may follow the character set.
  const charset = text
    .slice(at + 2, charsetEnd)
    .replace(/\*.*$/s, '')
    .toLowerCase()
  return { charset, isBase64: encoding === 'b', content: text.slice(charsetEnd + 3, end), end: end + 2 }
}

const isSpaceOnly = (text: string, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d && code !== 0x0a) return false
  }
  return true
}

function decodeRun(run: readonly Word[]): string {
  const charset = run[0]?.charset ?? ''
  const pieces = run.map(({ content, isBase64 }) => wordBytes(content, isBase64))
  return decodeText(pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces), charset).text
}

/** The text with every encoded word decoded; space between two of them falls away (RFC 2047, section 6.2). */
export function decodeWords(text: string): string {
  let from = text.indexOf('=?')
  // Without this, each of many beginnings would look for an end through the whole text.
  const lastEnd = text.lastIndexOf('?=')
  if (from < 0 || lastEnd < from) return text
  let out = ''
  let done = 0
  let run: Word[] = []
  const flush = (): void => {
    if (run.length > 0) out += decodeRun(run)
    run = []
  }
  while (from >= 0 && from < lastEnd) {
    const word = wordAt(text, from)
    if (word === undefined) {
      from = text.indexOf('=?', from + 2)
      continue
    }
    const last = run.at(-1)
    const isBetween = last !== undefined && isSpaceOnly(text, done, from)
    const joins = isBetween && last.charset === word.charset && last.isBase64 === word.isBase64
    if (!joins) flush()
    if (!isBetween) out += text.slice(done, from)
    run.push(word)
    done = word.end
    from = text.indexOf('=?', done)
  }
  flush()
  return out + text.slice(done)
}
