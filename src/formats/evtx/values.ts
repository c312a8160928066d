/** The values of binary XML: one function that decodes a value of any type from its bytes, as Windows itself shows it.
 *  Sizes are checked against the bytes; what does not fit its type comes back as null, never as an exception. */
import type { EventField, EventScalar } from '../event.ts'
import { wideText } from '../utf16.ts'

/** Types of values, as [MS-EVEN6] section 2.2.16 numbers them. The high bit makes a list of the type. */
export const valueTypes = {
  null: 0x00,
  text: 0x01,
  ansiText: 0x02,
  binary: 0x0e,
  binXml: 0x21,
  xmlText: 0x23,
  list: 0x80,
} as const

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase())
const two32 = 0x1_0000_0000
/** Milliseconds from 1601 to 1970. */
const epochMs = 11_644_473_600_000

const u16 = (bytes: Buffer, at: number): number => (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
const i32 = (bytes: Buffer, at: number): number => u16(bytes, at) | (u16(bytes, at + 2) << 16)
const u32 = (bytes: Buffer, at: number): number => i32(bytes, at) >>> 0

/** A little-endian number of 2 bytes. */
export const uint16At = u16
/** A little-endian number of 4 bytes. */
export const uint32At = u32

/** A little-endian number of 8 bytes; beyond 2^53 it is rounded. */
export const uint64At = (bytes: Buffer, at: number): number => u32(bytes, at + 4) * two32 + u32(bytes, at)

/** A FILETIME in milliseconds since 1970. */
export function filetimeMs(bytes: Buffer, at: number): number {
  const high = u32(bytes, at + 4)
  // 2^32 is 429,496 times 10,000 and 7,296: so all steps are exact.
  return high * 429_496 + Math.floor((high * 7_296 + u32(bytes, at)) / 10_000) - epochMs
}

/** The last time that Date.toISOString can write. */
const lastDateMs = 8.64e15

function filetimeText(bytes: Buffer, at: number): string | null {
  const ms = filetimeMs(bytes, at)
  if (ms > lastDateMs) return null
  const high = u32(bytes, at + 4)
  const ticks = (high * 7_296 + u32(bytes, at)) % 10_000
  return `${new Date(ms).toISOString().slice(0, -1)}${String(ticks).padStart(4, '0')}Z`
}

function systemTimeText(bytes: Buffer, at: number): string {
  const part = (index: number, width: number): string => String(u16(bytes, at + index * 2)).padStart(width, '0')
  return `${part(0, 4)}-${part(1, 2)}-${part(3, 2)}T${part(4, 2)}:${part(5, 2)}:${part(6, 2)}.${part(7, 3)}Z`
}

function hexOf(bytes: Buffer, at: number, end: number): string {
  let text = ''
  for (let i = at; i < end; i++) text += hexPairs[bytes[i] as number]
  return text
}

function guidText(bytes: Buffer, at: number): string {
  const h = (index: number): string => hexPairs[bytes[at + index] as number] as string
  return `{${h(3)}${h(2)}${h(1)}${h(0)}-${h(5)}${h(4)}-${h(7)}${h(6)}-${h(8)}${h(9)}-${hexOf(bytes, at + 10, at + 16)}}`
}

/** A security identifier, [MS-DTYP] section 2.4.2. */
function sidText(bytes: Buffer, at: number, size: number): string | null {
  if (size < 8) return null
  const count = bytes[at + 1] as number
  if (size < 8 + count * 4) return null
  const authority = bytes.readUIntBE(at + 2, 6)
  let text = `S-${bytes[at]}-${authority}`
  for (let i = 0; i < count; i++) text += `-${u32(bytes, at + 8 + i * 4)}`
  return text
}

function int64(bytes: Buffer, at: number, isSigned: boolean): number | string {
  const high = isSigned ? i32(bytes, at + 4) : u32(bytes, at + 4)
  const value = high * two32 + u32(bytes, at)
  if (Number.isSafeInteger(value)) return value
  return String(isSigned ? bytes.readBigInt64LE(at) : bytes.readBigUInt64LE(at))
}

function hex64(bytes: Buffer, at: number): string {
  const high = u32(bytes, at + 4)
  const low = u32(bytes, at).toString(16)
  return high === 0 ? `0x${low}` : `0x${high.toString(16)}${low.padStart(8, '0')}`
}

/** UTF-16 text, without the zeros that may end it. */
export function textAt(bytes: Buffer, at: number, size: number): string {
  let end = at + (size & ~1)
  while (end > at && bytes[end - 1] === 0 && bytes[end - 2] === 0) end -= 2
  return wideText(bytes, at, end)
}

const ansi = new TextDecoder('windows-1252')
function ansiAt(bytes: Buffer, at: number, size: number): string {
  let end = at + size
  while (end > at && bytes[end - 1] === 0) end--
  return ansi.decode(bytes.subarray(at, end))
}

/** Bytes of one value of a type of fixed size, by type; 0 where the size varies. */
const sizes = new Uint8Array(256)
for (const [size, types] of [
  [1, [0x03, 0x04]],
  [2, [0x05, 0x06]],
  [4, [0x07, 0x08, 0x0b, 0x0d, 0x14]],
  [8, [0x09, 0x0a, 0x0c, 0x11, 0x15]],
  [16, [0x0f, 0x12]],
] as const) {
  for (const type of types) sizes[type] = size
}
/** Bytes of one value of a type; 0 where they vary. */
export const sizeOfType = (type: number): number => sizes[type & 0x7f] as number

/** One value of a type of fixed size. */
function fixed(bytes: Buffer, type: number, at: number): EventScalar {
  switch (type) {
    case 0x03:
      return ((bytes[at] as number) << 24) >> 24
    case 0x04:
      return bytes[at] as number
    case 0x05:
      return (u16(bytes, at) << 16) >> 16
    case 0x06:
      return u16(bytes, at)
    case 0x07:
      return i32(bytes, at)
    case 0x08:
      return u32(bytes, at)
    case 0x09:
      return int64(bytes, at, true)
    case 0x0a:
      return int64(bytes, at, false)
    case 0x0b:
      return Number(bytes.readFloatLE(at).toPrecision(7))
    case 0x0c:
      return bytes.readDoubleLE(at)
    case 0x0d:
      return i32(bytes, at) !== 0
    case 0x0f:
      return guidText(bytes, at)
    case 0x11:
      return filetimeText(bytes, at)
    case 0x12:
      return systemTimeText(bytes, at)
    case 0x14:
      return `0x${u32(bytes, at).toString(16)}`
    case 0x15:
      return hex64(bytes, at)
    default:
      return null
  }
}

function listAt(bytes: Buffer, type: number, at: number, size: number): readonly EventScalar[] {
  if (type === valueTypes.text || type === valueTypes.ansiText) {
    const text = type === valueTypes.text ? wideText(bytes, at, at + size) : ansiAt(bytes, at, size)
    const items = text.split('\0')
    // Each text ends in a zero, the last one too.
    if (items.at(-1) === '') items.pop()
    return items
  }
  const values: EventScalar[] = []
  const each = sizes[type] as number
  if (each > 0) {
    for (let i = at; i + each <= at + size; i += each) values.push(fixed(bytes, type, i))
    return values
  }
  if (type === 0x13) {
    let i = at
    while (i + 8 <= at + size) {
      values.push(sidText(bytes, i, at + size - i))
      i += 8 + 4 * (bytes[i + 1] as number)
    }
    return values
  }
  return size === 0 ? values : [hexOf(bytes, at, at + size)]
}

/** The value of a type in `size` bytes from `at`, which the caller knows to be there. */
export function valueAt(bytes: Buffer, type: number, at: number, size: number): EventField {
  if (type === valueTypes.text) return size === 0 ? '' : textAt(bytes, at, size)
  const each = sizes[type] as number
  if (each > 0 && size === each) return fixed(bytes, type, at)
  if (type >= valueTypes.list) return listAt(bytes, type & 0x7f, at, size)
  switch (type) {
    case valueTypes.null:
      return null
    case valueTypes.ansiText:
      return ansiAt(bytes, at, size)
    case 0x0d: // A truth value in fewer bytes than the type has.
      return size === 0 ? null : bytes[at] !== 0
    case valueTypes.binary:
      return hexOf(bytes, at, at + size)
    case 0x10: // A size or pointer, of the machine's own width.
    case 0x20:
      return size === 8 ? hex64(bytes, at) : size === 4 ? `0x${u32(bytes, at).toString(16)}` : null
    case 0x13:
      return sidText(bytes, at, size)
    case valueTypes.xmlText:
      return textAt(bytes, at, size)
    default:
      return each > 0 || size === 0 ? null : hexOf(bytes, at, at + size)
  }
}
