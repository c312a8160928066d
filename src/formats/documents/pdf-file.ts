/** Finds the objects of a PDF by going through the whole file, not by its table, which attackers break on purpose: every
 *  object of every revision is seen, those packed in object streams too (ISO 32000-2, 7.5). */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { inflatesWhole, isZlib } from './inflate.ts'
import type { Inspection } from './inspection.ts'
import { type Unfiltered, unfilter } from './pdf-filters.ts'
import { decryptTexts, type EncryptedPart, openPdf, type PdfDecrypt } from './pdf-password.ts'
import {
  isDictionary,
  isList,
  nameOf,
  type PdfDictionary,
  PdfParser,
  PdfReference,
  type PdfValue,
} from './pdf-syntax.ts'

/** An object, with its stream where it has one. */
export interface PdfObject {
  readonly number: number
  readonly generation: number
  readonly value: PdfValue
  /** Where the stream's bytes stand in the file. */
  readonly stream?: { readonly start: number; readonly end: number }
}

/** All of a file's objects. */
export class PdfFile {
  readonly #bytes: Uint8Array
  readonly #inspection: Inspection
  readonly #byNumber = new Map<number, PdfObject>()
  /** In the order of the file. */
  objects: PdfObject[] = []
  readonly trailers: PdfDictionary[] = []
  /** Encrypted, and no password at hand opens it: names can be read, texts and streams cannot. */
  readonly isLocked: boolean
  readonly #isEncrypted: boolean
  #decrypt: PdfDecrypt | undefined
  hiddenNames = 0
  isCut = false

  constructor(bytes: Uint8Array, inspection: Inspection) {
    this.#bytes = bytes
    this.#inspection = inspection
    const text = latin1Text(bytes)
    this.#readObjects(text)
    this.#readTrailers(text)
    this.#isEncrypted = this.#encryptions().length > 0
    if (this.#isEncrypted) this.#open()
    this.isLocked = this.#isEncrypted && this.#decrypt === undefined
    this.#readObjectStreams()
  }

  /** The dictionaries that say how it is encrypted; a trailer may name one that is not there, to mislead. */
  #encryptions(): PdfDictionary[] {
    const given = this.trailers.map((trailer) => this.resolve(trailer.get('Encrypt')))
    return given.filter((each): each is PdfDictionary => isDictionary(each) && each.has('Filter'))
  }

  /** Locked for the holders of certain keys, not by a password (7.6.5). */
  get isForRecipients(): boolean {
    return this.#encryptions().some((given) => /PubSec/i.test(nameOf(this.resolve(given.get('Filter')))))
  }

  /** Undoes the encryption of all texts where that needs no secret; that of streams is undone when they are read. */
  #open(): void {
    const resolve = this.resolve.bind(this)
    const decrypt = openPdf(this.trailers, this.#inspection.passwords, resolve)
    if (decrypt === undefined) return
    this.#decrypt = decrypt
    const plain = new Set(this.trailers.map((trailer) => resolve(trailer.get('Encrypt'))))
    const objects = this.objects
    this.objects = []
    for (const object of objects) {
      const isPlain =
        plain.has(object.value) || (isDictionary(object.value) && nameOf(object.value.get('Type')) === 'XRef')
      const { number, generation } = object
      const value = isPlain
        ? object.value
        : decryptTexts(object.value, (text) => decrypt(text, number, generation, 'text') ?? text)
      this.#add({ ...object, value }, false)
    }
  }

  /** Not even objects that tell something are taken any more. */
  get #isFull(): boolean {
    return this.objects.length >= limits.pdfObjectsMax + limits.pdfTellingObjectsMax
  }

  #add(object: PdfObject, isNew = true): void {
    if (this.objects.length >= limits.pdfObjectsMax) this.isCut = true
    if (this.#isFull) return
    this.objects.push(object)
    this.#byNumber.set(object.number, object)
    if (isNew && isDictionary(object.value) && nameOf(object.value.get('Type')) === 'XRef')
      this.trailers.push(object.value)
  }

  #readObjects(text: string): void {
    let at = text.indexOf('obj')
    while (at >= 0 && !this.#isFull) {
      const numbers = numbersBefore(text, at)
      let next = at + 3
      if (numbers !== undefined) next = Math.max(next, this.#readObject(text, at + 3, ...numbers))
      at = this.isCut ? tellingObject(text, next) : text.indexOf('obj', next)
    }
  }

  /** Reads one object; gives the place behind it, or behind its stream. */
  #readObject(text: string, from: number, number: number, generation: number): number {
    const parser = new PdfParser(text, from)
    const value = parser.next() ?? null
    this.hiddenNames += parser.hiddenNames
    parser.skipBlanks()
    if (!isDictionary(value) || !text.startsWith('stream', parser.at)) {
      this.#add({ number, generation, value })
      return parser.at
    }
    let start = parser.at + 6
    if (text[start] === '\r') start++
    if (text[start] === '\n') start++
    const length = value.get('Length')
    const stated = typeof length === 'number' && length >= 0 ? start + length : -1
    const isRight = stated >= start && /^\s{0,4}endstream/.test(text.slice(stated, stated + 16))
    const found = isRight ? stated : text.indexOf('endstream', start)
    const end = found < 0 ? text.length : found
    this.#add({ number, generation, value, stream: { start, end } })
    return end
  }

  #readTrailers(text: string): void {
    let at = text.indexOf('trailer')
    for (let count = 0; at >= 0 && count < limits.documentEntriesMax; count++) {
      const value = new PdfParser(text, at + 7).next()
      if (isDictionary(value)) this.trailers.push(value)
      at = text.indexOf('trailer', at + 7)
    }
  }

  /** Numbers and places of the objects inside, then the objects (7.5.7). */
  #readObjectStreams(): void {
    for (const object of [...this.objects]) {
      if (!object.stream || !isDictionary(object.value) || nameOf(object.value.get('Type')) !== 'ObjStm') continue
      const text = latin1Text(this.read(object).bytes)
      const first = this.resolve(object.value.get('First'))
      const count = this.resolve(object.value.get('N'))
      if (typeof first !== 'number' || typeof count !== 'number') continue
      const head = new PdfParser(text.slice(0, Math.max(0, first)))
      for (let index = 0; index < Math.min(count, limits.pdfObjectsMax); index++) {
        const number = head.next()
        const offset = head.next()
        if (typeof number !== 'number' || typeof offset !== 'number') break
        if (this.isCut && !telling.test(text.slice(first + offset, first + offset + tellingCharacters))) continue
        const parser = new PdfParser(text, first + offset)
        const value = parser.next()
        this.hiddenNames += parser.hiddenNames
        if (value !== undefined) this.#add({ number, generation: 0, value })
      }
    }
  }

  /** The value that a reference leads to; a value that is none is itself. */
  resolve(value: PdfValue | undefined): PdfValue | undefined {
    let found = value
    for (let turn = 0; found instanceof PdfReference && turn < 8; turn++)
      found = this.#byNumber.get(found.number)?.value
    return found instanceof PdfReference ? undefined : found
  }

  /** The object that a reference leads to. */
  objectOf(value: PdfValue | undefined): PdfObject | undefined {
    return value instanceof PdfReference ? this.#byNumber.get(value.number) : undefined
  }

  /** A stream whose own filter says that it is not encrypted (7.4.10). */
  #isSetApart(dictionary: PdfDictionary): boolean {
    const first = (value: PdfValue | undefined): PdfValue | undefined => {
      const resolved = this.resolve(value)
      return isList(resolved) ? this.resolve(resolved[0]) : resolved
    }
    if (nameOf(first(dictionary.get('Filter'))) !== 'Crypt') return false
    const given = first(dictionary.get('DecodeParms'))
    const name = isDictionary(given) ? nameOf(this.resolve(given.get('Name'))) : ''
    return name === '' || name === 'Identity'
  }

  /** A stream that is packed soundly as it stands is not encrypted, whatever a trailer says that no viewer goes by. By
   *  chance one encrypted stream in 496 begins like that; what comes of it then is nothing. */
  #isPacked(raw: Uint8Array, dictionary: PdfDictionary): boolean {
    const filters = this.resolve(dictionary.get('Filter'))
    const first = nameOf(isList(filters) ? this.resolve(filters[0]) : filters)
    return (first === 'FlateDecode' || first === 'Fl') && isZlib(raw) && inflatesWhole(raw)
  }

  /** A stream's bytes with its filters undone. */
  read(object: PdfObject, part: EncryptedPart = 'stream'): Unfiltered {
    if (!object.stream || !isDictionary(object.value)) return { bytes: new Uint8Array(0), remaining: '' }
    const { number, generation, stream } = object
    const raw = this.#bytes.subarray(stream.start, stream.end)
    const isPlain = !this.#isEncrypted || nameOf(object.value.get('Type')) === 'XRef' || this.#isSetApart(object.value)
    const data = isPlain || this.#isPacked(raw, object.value) ? raw : this.#decrypt?.(raw, number, generation, part)
    if (data === undefined) return { bytes: new Uint8Array(0), remaining: lockedFilter }
    return unfilter(data, object.value, (value) => this.resolve(value), this.#inspection)
  }
}

/** Names of what acts, of what holds such, and escapes that hide names: beyond the bound, objects with one are read. */
const telling =
  /\/(?:JS|JavaScript|Launch|EF|ObjStm|OpenAction|XFA|RichMedia|GoToR|GoToE|SubmitForm|ImportData|URI)(?![A-Za-z0-9])|\/[A-Za-z]{0,20}#[4-7][0-9a-f]/i
const tellingSearch = new RegExp(telling, 'gi')
const tellingCharacters = 4_096

/** The next object with such a name: the place of its `obj`; -1 where there is none. Both are looked for forward alone. */
function tellingObject(text: string, from: number): number {
  tellingSearch.lastIndex = from
  let at = text.indexOf('obj', from)
  for (let found = tellingSearch.exec(text); found !== null && at >= 0; found = tellingSearch.exec(text)) {
    if (at > found.index) continue
    for (let next = text.indexOf('obj', at + 3); next >= 0 && next < found.index; next = text.indexOf('obj', at + 3))
      at = next
    return at
  }
  return -1
}

/** Said for a filter where a stream's own encryption is not undone. */
export const lockedFilter = 'Crypt'

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0
const digitsMost = 10

/** The two numbers in `12 0 ` right before a place; undefined where there are none. Read from behind, character by
 *  character: the three letters behind them can stand anywhere, millions of times. */
function numbersBefore(text: string, at: number): [number: number, generation: number] | undefined {
  let end = at
  const back = (isWanted: (code: number) => boolean, most: number): string => {
    let from = end
    while (from > 0 && end - from < most && isWanted(text.charCodeAt(from - 1))) from--
    const found = text.slice(from, end)
    end = from
    return found
  }
  back(isBlank, 20)
  const generation = back(isDigit, 5)
  if (generation === '' || back(isBlank, 20) === '') return undefined
  const number = back(isDigit, digitsMost)
  return number === '' || isDigit(text.charCodeAt(end - 1)) ? undefined : [Number(number), Number(generation)]
}
