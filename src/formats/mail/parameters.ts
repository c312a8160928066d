/** Fields with parameters, such as Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2231), read as mail
 *  programs read them: quotes that are missing, names in encoded words, pieces out of order. */
import { limits } from '../../core/limits.ts'
import { latin1Bytes } from '../latin1.ts'
import { decodeText } from './charset.ts'
import { decodeWords } from './encoded-words.ts'

/** A field's main value, in lower case, and its parameters by name. */
export interface ParameterField {
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
  /** What is said otherwise of the parameters `name` and `filename`, should they stand there in several forms. */
  readonly otherNames: readonly string[]
}

/** Raw `name=value` pairs after the first semicolon: quotes and comments undone. */
function rawPairs(text: string, start: number): [string, string][] {
  const pairs: [string, string][] = []
  let at = start
  while (at < text.length && pairs.length < limits.mailParametersMax) {
    while (at < text.length && (text[at] === ';' || text[at] === ' ' || text[at] === '\t')) at++
    const nameStart = at
    while (at < text.length && text[at] !== '=' && text[at] !== ';') at++
    const name = text.slice(nameStart, at).trim().toLowerCase()
    if (text[at] !== '=') continue
    at++
    while (text[at] === ' ' || text[at] === '\t') at++
    let value = ''
    if (text[at] === '"') {
      at++
      const pieces: string[] = []
      let from = at
      while (at < text.length && text[at] !== '"') {
        if (text[at] === '\\' && at + 1 < text.length) {
          pieces.push(text.slice(from, at))
          from = at + 1
          at++
        }
        at++
      }
      value = pieces.join('') + text.slice(from, at)
      while (at < text.length && text[at] !== ';') at++
    } else {
      const from = at
      while (at < text.length && text[at] !== ';') at++
      value = text.slice(from, at).trim()
    }
    pairs.push([name, value])
  }
  return pairs
}

/** `utf-8'en'%e2%82%ac` (RFC 2231, section 4) as text. */
function decodeExtended(value: string, hasCharset: boolean): string {
  const first = hasCharset ? value.indexOf("'") : -1
  const second = first < 0 ? -1 : value.indexOf("'", first + 1)
  const charset = second < 0 ? '' : value.slice(0, first)
  const text = second < 0 ? value : value.slice(second + 1)
  const bytes = latin1Bytes(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  )
  return decodeText(bytes, charset).text
}

/** Joins the pieces `name*0*`, `name*1` of one parameter, in their order. */
function joinPieces(
  pieces: readonly { readonly index: number; readonly isExtended: boolean; readonly text: string }[],
) {
  const ordered = [...pieces].sort((a, b) => a.index - b.index)
  if (!ordered.some(({ isExtended }) => isExtended)) return decodeWords(ordered.map(({ text }) => text).join(''))
  const whole = ordered
    .map(({ isExtended, text }) => (isExtended ? text : text.replace(/[%']/g, (c) => (c === '%' ? '%25' : '%27'))))
    .join('')
  return decodeExtended(whole, true)
}

const isName = (parameter: string): boolean => parameter === 'name' || parameter === 'filename'

/** Reads a field whose encoded words are not yet decoded. */
export function parseParameters(field: string): ParameterField {
  const text = field.slice(0, limits.mailFieldCharactersMax)
  const semicolon = text.indexOf(';')
  const value = (semicolon < 0 ? text : text.slice(0, semicolon)).replace(/\(.*$/s, '').trim().toLowerCase()
  const parameters = new Map<string, string>()
  const otherNames: string[] = []
  const split = new Map<string, { index: number; isExtended: boolean; text: string }[]>()
  for (const [name, raw] of semicolon < 0 ? [] : rawPairs(text, semicolon)) {
    const piece = /^([^*]+)\*(\d{1,3})(\*?)$/.exec(name)
    if (piece !== null) {
      const key = piece[1] as string
      const list = split.get(key) ?? []
      list.push({ index: Number(piece[2]), isExtended: piece[3] === '*', text: raw })
      split.set(key, list)
    } else if (name.endsWith('*')) {
      const key = name.slice(0, -1)
      if (isName(key)) otherNames.push(...[parameters.get(key)].filter((other) => other !== undefined))
      parameters.set(key, decodeExtended(raw, true))
    } else if (!parameters.has(name)) {
      parameters.set(name, decodeWords(raw))
    } else if (isName(name)) otherNames.push(decodeWords(raw))
  }
  for (const [name, pieces] of split) {
    if (!parameters.has(name)) parameters.set(name, joinPieces(pieces))
    else if (isName(name)) otherNames.push(joinPieces(pieces))
  }
  return { value, parameters, otherNames }
}
