/** Reads and writes the part of the tar format that bundles use (POSIX.1-2017, pax, "ustar Interchange Format"): plain
 *  files, with pax records for long names and large sizes. Links, folders, devices and global headers are refused, and
 *  nothing is ever written to a path that an archive names. */
import { err, ok, type Result } from '../../core/result.ts'
import type { ByteInput } from '../byte-input.ts'

const blockBytes = 512
const nameField = 100
/** Sizes from here on do not fit the header's eleven octal digits. */
const octalSizeEnd = 8 ** 11
const paxBytesMost = 64 * 1024
/** Zeros behind the end that are skipped: tools pad to 10 KiB. */
const paddingBytesMost = 1024 * 1024

/** A file in an archive. */
export interface TarEntry {
  readonly path: string
  readonly bytes: number
}

/** Why an archive cannot be read on. */
export type TarFault = 'cut-short' | 'damaged' | 'not-a-plain-file' | 'extra-file'

/** The header of a plain file, with a pax header before it where it needs one. */
export function tarHeader({ path, bytes }: TarEntry, modifiedMs: number): Buffer {
  const isPlain = /^[\x21-\x7e]*$/.test(path) && path.length <= nameField && bytes < octalSizeEnd
  if (isPlain) return headerBlock(path, bytes, '0', modifiedMs)
  const records = Buffer.concat([paxRecord('path', path), paxRecord('size', String(bytes))])
  const shortName = path.replace(/[^\x21-\x7e]/g, '_').slice(-nameField)
  return Buffer.concat([
    headerBlock('pax', records.length, 'x', modifiedMs),
    records,
    tarPadding(records.length),
    headerBlock(shortName, Math.min(bytes, octalSizeEnd - 1), '0', modifiedMs),
  ])
}

/** Zeros up to the next whole block. */
export const tarPadding = (bytes: number): Buffer => Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes)

/** Two blocks of zeros. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * blockBytes)

function headerBlock(name: string, bytes: number, type: '0' | 'x', modifiedMs: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, at: number, digits: number): number =>
    block.write(Math.floor(value).toString(8).padStart(digits, '0'), at, 'latin1')
  block.write(name, 0, 'latin1')
  octal(0o600, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(bytes, 124, 11)
  octal(Math.max(0, modifiedMs) / 1000, 136, 11)
  block.write(type, 156, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  octal(checksumOf(block), 148, 6)
  block[155] = 32
  return block
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`)
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

/** The sum of the block's bytes, its own field taken as spaces. */
function checksumOf(block: Uint8Array): number {
  let sum = 8 * 32
  for (let at = 0; at < blockBytes; at++) if (at < 148 || at >= 156) sum += block[at] as number
  return sum
}

/** The files of an archive, one after the other. */
export class TarReader {
  readonly #input: ByteInput
  /** Bytes of the entry that were not read, and the padding behind them. */
  #left = 0
  #padding = 0

  constructor(input: ByteInput) {
    this.#input = input
  }

  /** Steps to the next file; undefined at the end, which must be the end of the input too. */
  async next(): Promise<Result<TarEntry | undefined, TarFault>> {
    if (!(await this.#skip(this.#left + this.#padding))) return err('cut-short')
    this.#left = 0
    this.#padding = 0
    let pax: { path?: string; bytes?: number } = {}
    for (;;) {
      const block = await this.#take(blockBytes)
      if (block === undefined) return err('cut-short')
      if (block.every((byte) => byte === 0)) return this.#readEnd()
      const header = parseHeader(block)
      if (header === undefined) return err('damaged')
      if (header.type === 'x') {
        const records = header.bytes > paxBytesMost ? undefined : await this.#take(header.bytes)
        const isPadded = records !== undefined && (await this.#skip(tarPadding(header.bytes).length))
        const parsed = records === undefined ? undefined : parsePax(records)
        if (!isPadded) return err(header.bytes > paxBytesMost ? 'damaged' : 'cut-short')
        if (parsed === undefined) return err('damaged')
        pax = parsed
        continue
      }
      if (header.type !== '0' && header.type !== '\0') return err('not-a-plain-file')
      const bytes = pax.bytes ?? header.bytes
      this.#left = bytes
      this.#padding = tarPadding(bytes).length
      return ok({ path: pax.path ?? header.path, bytes })
    }
  }

  /** Reads on in the current file; 0 at its end, or where the archive is cut short (`isCutShort`). */
  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    const wanted = Math.min(length, this.#left)
    if (wanted === 0) return 0
    const count = await this.#input.read(into, at, wanted)
    this.#left -= count
    return count
  }

  /** Bytes of the current file that were not read. */
  get left(): number {
    return this.#left
  }

  async #take(length: number): Promise<Buffer | undefined> {
    const bytes = Buffer.alloc(length)
    for (let filled = 0; filled < length; ) {
      const count = await this.#input.read(bytes, filled, length - filled)
      if (count === 0) return undefined
      filled += count
    }
    return bytes
  }

  async #skip(length: number): Promise<boolean> {
    const piece = Buffer.allocUnsafe(Math.min(length, 256 * 1024))
    for (let left = length; left > 0; ) {
      const count = await this.#input.read(piece, 0, Math.min(left, piece.length))
      if (count === 0) return false
      left -= count
    }
    return true
  }

  /** Behind the end nothing but zeros may follow: what a reader does not see, another one might. */
  async #readEnd(): Promise<Result<undefined, TarFault>> {
    const piece = Buffer.allocUnsafe(64 * 1024)
    for (let seen = 0; seen <= paddingBytesMost; ) {
      const count = await this.#input.read(piece, 0, piece.length)
      if (count === 0) return this.#input.problem === undefined ? ok(undefined) : err('damaged')
      if (piece.subarray(0, count).some((byte) => byte !== 0)) return err('extra-file')
      seen += count
    }
    return err('extra-file')
  }
}

function parseHeader(block: Buffer): { path: string; bytes: number; type: string } | undefined {
  if (block.toString('latin1', 257, 262) !== 'ustar') return undefined
  if (parseOctal(block, 148, 8) !== checksumOf(block)) return undefined
  const bytes = parseOctal(block, 124, 12)
  if (bytes === undefined) return undefined
  const prefix = textAt(block, 345, 155)
  const name = textAt(block, 0, nameField)
  return { path: prefix === '' ? name : `${prefix}/${name}`, bytes, type: block.toString('latin1', 156, 157) }
}

function textAt(block: Buffer, at: number, length: number): string {
  const text = block.toString('utf8', at, at + length)
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

function parseOctal(block: Buffer, at: number, length: number): number | undefined {
  const text = /^ *([0-7]+)[ \0]*$/.exec(block.toString('latin1', at, at + length))?.[1]
  return text === undefined ? undefined : Number.parseInt(text, 8)
}

/** The records that matter; undefined where the text is not made of records. */
function parsePax(records: Buffer): { path?: string; bytes?: number } | undefined {
  const found: { path?: string; bytes?: number } = {}
  for (let at = 0; at < records.length; ) {
    const space = records.indexOf(32, at)
    const digits = space < 0 || space - at > 6 ? '' : records.toString('latin1', at, space)
    const end = at + Number(digits)
    if (!/^[1-9]\d*$/.test(digits) || end > records.length || records[end - 1] !== 10 || end <= space + 1)
      return undefined
    const record = records.toString('utf8', space + 1, end - 1)
    if (record.startsWith('path=')) found.path = record.slice(5)
    if (record.startsWith('size=')) {
      if (!/^\d{1,15}$/.test(record.slice(5))) return undefined
      found.bytes = Number(record.slice(5))
    }
    at = end
  }
  return found
}
