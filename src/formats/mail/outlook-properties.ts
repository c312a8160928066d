/** Reads the properties of an Outlook item (MS-OXMSG 2.4): of the message, a recipient, an attachment. Each storage has one
 *  stream that lists them; long values have streams of their own. It knows no property's meaning. */
import { limits } from '../../core/limits.ts'
import { uint16At, uint32At, utf16Text } from '../documents/bytes.ts'
import type { CompoundEntry, CompoundFile } from '../documents/compound-file.ts'
import { decodeText } from './charset.ts'
import { charsetOfCodePage, type MapiValues, msOfFileTime, propertyTypes as types } from './mapi-values.ts'

const propertyStream = '__properties_version1.0'

/** A compound file by its storages. */
export class OutlookItem {
  readonly #file: CompoundFile
  readonly #inside = new Map<string, Map<string, CompoundEntry>>()

  constructor(file: CompoundFile) {
    this.#file = file
    for (const entry of file.entries) {
      const path = entry.path.toLowerCase()
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
      const name = path.slice(path.lastIndexOf('/') + 1)
      const inside = this.#inside.get(parent) ?? new Map<string, CompoundEntry>()
      this.#inside.set(parent, inside)
      if (!inside.has(name)) inside.set(name, entry)
    }
  }

  /** Paths of the storages in a storage whose names begin so, in the order of their numbers. */
  storages(path: string, prefix: string): string[] {
    const found = [...(this.#inside.get(path) ?? [])].flatMap(([name, { type }]) =>
      type === 'storage' && name.startsWith(prefix) ? [name] : [],
    )
    return found.sort().map((name) => (path === '' ? name : `${path}/${name}`))
  }

  /** Whether a storage has a list of properties. */
  isItem = (path: string): boolean => this.#inside.get(path)?.has(propertyStream) === true

  /** The properties of a storage. `headBytes` stand before the first: 32 in the item itself, 24 in an item inside it, 8 in
   *  recipients and attachments (2.4.1). */
  properties(path: string, headBytes: number, charset = ''): Properties {
    return new Properties(this.#file, this.#inside.get(path) ?? new Map(), path, headBytes, charset)
  }
}

/** The properties of one storage, by the number of each (MS-OXPROPS). */
export class Properties implements MapiValues {
  readonly path: string
  readonly #file: CompoundFile
  readonly #streams: ReadonlyMap<string, CompoundEntry>
  readonly #fixed = new Map<number, Uint8Array>()
  readonly #charset: string

  constructor(
    file: CompoundFile,
    streams: ReadonlyMap<string, CompoundEntry>,
    path: string,
    headBytes: number,
    charset: string,
  ) {
    this.path = path
    this.#file = file
    this.#streams = streams
    const list = streams.get(propertyStream)
    const bytes = list === undefined ? new Uint8Array(0) : file.read(list, limits.outlookPropertiesMax * 16 + headBytes)
    for (let at = headBytes; at + 16 <= bytes.length; at += 16) {
      const tag = uint32At(bytes, at)
      if (!this.#fixed.has(tag)) this.#fixed.set(tag, bytes.subarray(at + 8, at + 16))
    }
    this.#charset = charset !== '' ? charset : charsetOfCodePage(this.number(0x3ffd) || this.number(0x3fde))
  }

  /** The character set of texts of one byte a character. */
  get charset(): string {
    return this.#charset
  }

  #stream(id: number, type: number): CompoundEntry | undefined {
    const tag = ((id << 16) | type) >>> 0
    return this.#streams.get(`__substg1.0_${tag.toString(16).padStart(8, '0')}`)
  }

  /** A number; 0 where there is none. */
  number(id: number): number {
    const value = this.#fixed.get(((id << 16) | types.int32) >>> 0)
    return value === undefined ? 0 : uint32At(value, 0)
  }

  flag(id: number): boolean {
    const value = this.#fixed.get(((id << 16) | types.bool) >>> 0)
    return value !== undefined && uint16At(value, 0) !== 0
  }

  timeMs(id: number): number {
    const value = this.#fixed.get(((id << 16) | types.time) >>> 0)
    return value === undefined ? Number.NaN : msOfFileTime(uint32At(value, 0), uint32At(value, 4))
  }

  /** A text in either form; empty where there is none. */
  text(id: number, charactersMax: number = limits.mailFieldCharactersMax): string {
    const wide = this.#stream(id, types.text16)
    if (wide !== undefined) return utf16Text(this.#file.read(wide, charactersMax * 2))
    const narrow = this.#stream(id, types.text8)
    if (narrow === undefined) return ''
    const bytes = this.#file.read(narrow, charactersMax)
    const nul = bytes.indexOf(0)
    return decodeText(nul < 0 ? bytes : bytes.subarray(0, nul), this.#charset).text
  }

  /** Bytes; empty where there are none. */
  bytes(id: number, bytesMax: number = limits.documentBytesMax): Uint8Array {
    const entry = this.#stream(id, types.binary)
    return entry === undefined ? new Uint8Array(0) : this.#file.read(entry, bytesMax)
  }

  /** The path of the storage that holds an object; it may not exist. */
  objectPath = (id: number): string =>
    `${this.path === '' ? '' : `${this.path}/`}__substg1.0_${(((id << 16) | types.object) >>> 0).toString(16).padStart(8, '0')}`
}
