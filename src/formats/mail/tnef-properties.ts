/** Lists of properties in one of Outlook's packages (MS-OXTNEF 2.1.3.4 and 2.1.3.5), read as far as they are sound. */
import { limits } from '../../core/limits.ts'
import { hasText, uint16At, uint32At, utf16Text } from '../documents/bytes.ts'
import { decodeText } from './charset.ts'
import { type MapiValues, msOfFileTime, propertyTypes as types } from './mapi-values.ts'

/** Bytes that a value of a fixed length takes, padding included. */
const fixedBytes: Readonly<Record<number, number>> = {
  [types.int16]: 4,
  [types.int32]: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  10: 4,
  [types.bool]: 4,
  [types.int64]: 8,
  [types.time]: 8,
  [types.classId]: 16,
}
const longTypes: ReadonlySet<number> = new Set([types.text8, types.text16, types.binary, types.object])

/** The interface of a message, as a class id (IID_IMessage). */
const messageInterface = '\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46'
const interfaceBytes = 16

/** What a package says of its texts: a page that stands in it once, before or behind them. */
export interface TnefCodePage {
  charset: string
}

/** The properties of a message, a recipient or an attachment of a package. */
export class TnefProperties implements MapiValues {
  readonly #codePage: TnefCodePage
  readonly #values = new Map<number, Uint8Array>()
  /** What the older attributes say, for what no property says. */
  readonly #older = new Map<number, Uint8Array>()

  constructor(codePage: TnefCodePage) {
    this.#codePage = codePage
  }

  get charset(): string {
    return this.#codePage.charset
  }

  /** Adds a property; the first of a number and type counts. */
  add(id: number, type: number, value: Uint8Array): void {
    const tag = ((id << 16) | type) >>> 0
    if (!this.#values.has(tag) && this.#values.size < limits.outlookPropertiesMax) this.#values.set(tag, value)
  }

  /** Adds what an attribute says; false where another one said it before. */
  addOlder(id: number, type: number, value: Uint8Array): boolean {
    const tag = ((id << 16) | type) >>> 0
    if (this.#older.has(tag)) return false
    this.#older.set(tag, value)
    return true
  }

  #find(id: number, ...kinds: readonly number[]): { readonly kind: number; readonly value: Uint8Array } | undefined {
    for (const values of [this.#values, this.#older]) {
      for (const kind of kinds) {
        const value = values.get(((id << 16) | kind) >>> 0)
        if (value !== undefined) return { kind, value }
      }
    }
    return undefined
  }

  number(id: number): number {
    const found = this.#find(id, types.int32, types.int16)
    if (found === undefined) return 0
    return found.kind === types.int16 ? uint16At(found.value, 0) : uint32At(found.value, 0)
  }

  flag(id: number): boolean {
    const found = this.#find(id, types.bool)
    return found !== undefined && uint16At(found.value, 0) !== 0
  }

  timeMs(id: number): number {
    const found = this.#find(id, types.time)
    return found === undefined ? Number.NaN : msOfFileTime(uint32At(found.value, 0), uint32At(found.value, 4))
  }

  text(id: number, charactersMax: number = limits.mailFieldCharactersMax): string {
    const found = this.#find(id, types.text16, types.text8)
    if (found === undefined) return ''
    if (found.kind === types.text16) return utf16Text(found.value, 0, charactersMax * 2)
    const bytes = found.value.subarray(0, charactersMax)
    const nul = bytes.indexOf(0)
    return decodeText(nul < 0 ? bytes : bytes.subarray(0, nul), this.charset).text
  }

  bytes(id: number, bytesMax: number = limits.documentBytesMax): Uint8Array {
    return this.#find(id, types.binary)?.value.subarray(0, bytesMax) ?? new Uint8Array(0)
  }

  /** What older attributes hold as bytes, where a property holds others. */
  olderBytes(id: number): Uint8Array {
    return this.#older.get(((id << 16) | types.binary) >>> 0) ?? new Uint8Array(0)
  }

  /** An object: a message's package, or something else's bytes; undefined where there is none. */
  object(id: number): { readonly isMessage: boolean; readonly bytes: Uint8Array } | undefined {
    const value = this.#find(id, types.object)?.value
    if (value === undefined || value.length < interfaceBytes) return undefined
    return { isMessage: hasText(value, 0, messageInterface), bytes: value.subarray(interfaceBytes) }
  }
}

const padded = (length: number): number => length + ((4 - (length % 4)) % 4)

/** Reads a list of properties that begins with its count. Gives where it ends; -1 where it is damaged, with what stands
 *  before the damage read. */
export function readPropertyList(bytes: Uint8Array, from: number, into: TnefProperties): number {
  const count = uint32At(bytes, from)
  let at = from + 4
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) return -1
    const type = uint16At(bytes, at)
    const id = uint16At(bytes, at + 2)
    at = id >= 0x8000 ? namedEnd(bytes, at + 4) : at + 4
    at = readValue(bytes, at, type, (value) => into.add(id, type & 0x0fff, value))
    if (at < 0 || at > bytes.length) return -1
  }
  return at
}

/** Where the name of a property ends: a class id, then a number or a text. */
function namedEnd(bytes: Uint8Array, at: number): number {
  return uint32At(bytes, at + 16) === 1 ? at + 24 + padded(uint32At(bytes, at + 20)) : at + 24
}

/** Reads one property's value, of several the first. Gives where it ends; -1 where its type is none. */
function readValue(bytes: Uint8Array, from: number, type: number, take: (value: Uint8Array) => void): number {
  const isMany = (type & 0x1000) !== 0
  const base = type & 0x0fff
  const fixed = fixedBytes[base]
  if (fixed !== undefined) {
    const start = isMany ? from + 4 : from
    const count = isMany ? uint32At(bytes, from) : 1
    if (count > 0 && start + fixed <= bytes.length) take(bytes.subarray(start, start + fixed))
    return start + count * fixed
  }
  if (!longTypes.has(base)) return -1
  const count = uint32At(bytes, from)
  let at = from + 4
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) return -1
    const length = uint32At(bytes, at)
    if (i === 0) take(bytes.subarray(at + 4, Math.min(bytes.length, at + 4 + length)))
    at += 4 + padded(length)
    // The padding of the last value may be left out.
    if (at > bytes.length + 3) return -1
  }
  return Math.min(at, bytes.length)
}
