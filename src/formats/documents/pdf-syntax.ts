/** Parses the values of PDF (ISO 32000-2, 7.3): numbers, names, texts, lists, dictionaries, references. Damaged ones give
 *  what stands before the damage, as viewers do. */
import { limits } from '../../core/limits.ts'
import { wideText } from '../utf16.ts'

/** A name without its slash, its `#xx` escapes undone. */
export class PdfName {
  readonly name: string
  /** An escape stood for a letter or digit, which only hides it. */
  readonly isHidden: boolean

  constructor(name: string, isHidden: boolean) {
    this.name = name
    this.isHidden = isHidden
  }
}

/** A text, one character a byte. */
export class PdfText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A reference to another object, by its number. */
export class PdfReference {
  readonly number: number

  constructor(number: number) {
    this.number = number
  }
}

/** An operator of a content stream, or a word that is none of the others. */
export class PdfWord {
  readonly word: string

  constructor(word: string) {
    this.word = word
  }
}

/** Values by their names. */
export type PdfDictionary = ReadonlyMap<string, PdfValue>
/** Any value. */
export type PdfValue =
  | null
  | boolean
  | number
  | PdfName
  | PdfText
  | PdfReference
  | PdfWord
  | readonly PdfValue[]
  | PdfDictionary

/** Tell the two sorts that hold others. */
export const isDictionary = (value: PdfValue | undefined): value is PdfDictionary => value instanceof Map
export const isList = (value: PdfValue | undefined): value is readonly PdfValue[] => Array.isArray(value)

/** The name that a value is; empty where it is none. */
export const nameOf = (value: PdfValue | undefined): string => (value instanceof PdfName ? value.name : '')

const isBlank = (code: number): boolean =>
  code === 32 || code === 10 || code === 13 || code === 9 || code === 12 || code === 0
const delimiters = '()<>[]{}/%'

/** Reads value after value from a text. */
export class PdfParser {
  readonly #text: string
  at: number
  /** Names that were written with escapes that only hide. */
  hiddenNames = 0
  #tokens = 0

  constructor(text: string, at = 0) {
    this.#text = text
    this.at = at
  }

  /** True at the end, or after more tokens than are read. */
  get isDone(): boolean {
    return this.at >= this.#text.length || this.#tokens > limits.markupTokensMax
  }

  skipBlanks(): void {
    for (; this.at < this.#text.length; this.at++) {
      const code = this.#text.charCodeAt(this.at)
      if (code === 0x25) {
        while (this.at < this.#text.length && !/[\r\n]/.test(this.#text[this.at] as string)) this.at++
      } else if (!isBlank(code)) return
    }
  }

  /** The next value; undefined at the end, or at what closes a list. */
  next(depth = 0): PdfValue | undefined {
    this.skipBlanks()
    this.#tokens++
    if (this.isDone || depth > limits.pdfNestingMax) return undefined
    const character = this.#text[this.at] as string
    switch (character) {
      case '/':
        return this.#name()
      case '(':
        return this.#literal()
      case '<':
        return this.#text[this.at + 1] === '<' ? this.#dictionary(depth) : this.#hexadecimal()
      case '[':
        return this.#list(depth)
      case ']':
      case '>':
        return undefined
      case ')':
      case '{':
      case '}':
        this.at++
        return new PdfWord(character)
      default:
        return this.#wordOrNumber()
    }
  }

  #run(): string {
    const from = this.at
    while (this.at < this.#text.length) {
      const character = this.#text[this.at] as string
      if (isBlank(character.charCodeAt(0)) || delimiters.includes(character)) break
      this.at++
    }
    return this.#text.slice(from, this.at)
  }

  #name(): PdfName {
    this.at++
    const raw = this.#run().slice(0, 1_024)
    if (!raw.includes('#')) return new PdfName(raw, false)
    let isHidden = false
    const name = raw.replace(/#([0-9a-f]{2})/gi, (_, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16))
      isHidden ||= /[A-Za-z0-9]/.test(character)
      return character
    })
    if (isHidden) this.hiddenNames++
    return new PdfName(name, isHidden)
  }

  #wordOrNumber(): PdfValue {
    const from = this.at
    const word = this.#run()
    if (word === '') {
      this.at++
      return new PdfWord('')
    }
    if (/^[+-]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})$/.test(word)) {
      return /^\d{1,10}$/.test(word) ? (this.#reference(from, Number(word)) ?? Number(word)) : Number(word)
    }
    if (word === 'true') return true
    if (word === 'false') return false
    return word === 'null' ? null : new PdfWord(word)
  }

  /** `12 0 R`. */
  #reference(from: number, number: number): PdfReference | undefined {
    const found = /^\d{1,10}[\s\0]{1,20}\d{1,5}[\s\0]{1,20}R(?![A-Za-z0-9])/.exec(this.#text.slice(from, from + 64))
    if (found === null) return undefined
    this.at = from + found[0].length
    return new PdfReference(number)
  }

  /** Within round brackets, which may nest (7.3.4.2). */
  #literal(): PdfText {
    const pieces: string[] = []
    let depth = 0
    let from = this.at + 1
    let at = this.at
    for (; at < this.#text.length; at++) {
      const character = this.#text[at]
      if (character === '\\') {
        pieces.push(this.#text.slice(from, at))
        const [text, length] = escaped(this.#text, at + 1)
        pieces.push(text)
        at += length
        from = at + 1
      } else if (character === '(') depth++
      else if (character === ')' && --depth === 0) break
    }
    pieces.push(this.#text.slice(from, at))
    this.at = at + 1
    return new PdfText(pieces.join(''))
  }

  #hexadecimal(): PdfText {
    const found = this.#text.indexOf('>', this.at)
    const end = found < 0 ? this.#text.length : found
    const digits = this.#text.slice(this.at + 1, end).replace(/[^0-9a-f]/gi, '')
    this.at = end + 1
    return new PdfText(Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex').toString('latin1'))
  }

  #list(depth: number): readonly PdfValue[] {
    this.at++
    const values: PdfValue[] = []
    for (let value = this.next(depth + 1); value !== undefined; value = this.next(depth + 1)) values.push(value)
    this.skipBlanks()
    if (this.#text[this.at] === ']') this.at++
    return values
  }

  #dictionary(depth: number): PdfDictionary {
    this.at += 2
    const entries = new Map<string, PdfValue>()
    for (let key = this.next(depth + 1); key !== undefined; key = this.next(depth + 1)) {
      if (!(key instanceof PdfName)) {
        // `endobj` within a dictionary: its end is missing.
        if (key instanceof PdfWord && /^end/.test(key.word)) break
        continue
      }
      const value = this.next(depth + 1)
      if (value === undefined) break
      entries.set(key.name, value)
    }
    this.skipBlanks()
    if (this.#text.startsWith('>>', this.at)) this.at += 2
    else if (this.#text[this.at] === '>' || this.#text[this.at] === ']') this.at++
    return entries
  }
}

const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** What stands behind a backslash, and how many characters of the file it takes. */
function escaped(text: string, at: number): [text: string, length: number] {
  const octal = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0]
  if (octal !== undefined) return [String.fromCharCode(Number.parseInt(octal, 8) & 0xff), octal.length]
  const character = text[at] ?? ''
  if (character === '\r') return ['', text[at + 1] === '\n' ? 2 : 1]
  if (character === '\n') return ['', 1]
  return [letters[character] ?? character, character.length]
}

/** Text for people (7.9.2.2): UTF-16 or UTF-8 by its mark, else one byte a character. */
export function shownText(value: PdfValue | undefined): string {
  if (!(value instanceof PdfText)) return ''
  const bytes = Buffer.from(value.text.slice(0, limits.markupValueCharactersMax), 'latin1')
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    const even = bytes.subarray(2, bytes.length - (bytes.length % 2))
    return wideText(Buffer.from(even).swap16())
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    ? bytes.toString('utf8', 3)
    : value.text.slice(0, limits.markupValueCharactersMax)
}
