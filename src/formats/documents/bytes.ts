/** Numbers and texts out of bytes that anybody may have written: whatever lies behind the end reads as zero, so that a
 *  reader needs no check before each field. */
import { latin1Text } from '../latin1.ts'
import { wideText } from '../utf16.ts'

/** One byte. */
export const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0

/** Two bytes, least significant first. */
export const uint16At = (bytes: Uint8Array, at: number): number => byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8)

/** Four bytes, least significant first. */
export const uint32At = (bytes: Uint8Array, at: number): number =>
  (uint16At(bytes, at) | (uint16At(bytes, at + 2) << 16)) >>> 0

/** Eight bytes, least significant first; inexact from 2^53 on. */
export const uint64At = (bytes: Uint8Array, at: number): number =>
  uint32At(bytes, at) + uint32At(bytes, at + 4) * 4_294_967_296

/** Two and four bytes, most significant first. */
export const bigUint16At = (bytes: Uint8Array, at: number): number => (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)
export const bigUint32At = (bytes: Uint8Array, at: number): number =>
  ((bigUint16At(bytes, at) << 16) | bigUint16At(bytes, at + 2)) >>> 0

/** True where exactly these characters, one a byte, stand at a place. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  if (at < 0 || at + text.length > bytes.length) return false
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false
  return true
}

/** A view of bytes as a Buffer, without a copy. */
export const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Where a text, one character a byte, or bytes first stand in [from, to); -1 where they do not. */
export function indexOfBytes(bytes: Uint8Array, wanted: string | Uint8Array, from = 0, to = bytes.length): number {
  const within = bufferOf(to < bytes.length ? bytes.subarray(0, to) : bytes)
  return typeof wanted === 'string' ? within.indexOf(wanted, from, 'latin1') : within.indexOf(wanted, from)
}

/** Text of UTF-16, least significant byte first, up to `length` bytes, without what follows a NUL. */
export function utf16Text(bytes: Uint8Array, at = 0, length: number = bytes.length - at): string {
  const end = Math.min(bytes.length, at + Math.max(0, length))
  if (at >= end) return ''
  const text = wideText(bytes, at, end)
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}

/** Text of one byte a character up to a NUL, at most `lengthMax` bytes. */
export function zeroEndedText(bytes: Uint8Array, at: number, lengthMax: number): string {
  if (at >= bytes.length) return ''
  const end = Math.min(bytes.length, at + lengthMax)
  const nul = bytes.subarray(at, end).indexOf(0)
  return latin1Text(bytes, at, nul < 0 ? end : at + nul)
}

/** Bytes as text: by its byte-order mark, else UTF-8 where it is valid, else one byte a character. */
export function decodeText(bytes: Uint8Array): string {
  const first = bigUint16At(bytes, 0)
  if (first === 0xfffe) return wideText(bytes, 2)
  if (first === 0xfeff) return wideText(swapped(bytes.subarray(2)))
  // Text without a mark of which every second byte is zero is UTF-16 too; scripts and pages come so.
  if (bytes.length >= 4 && bytes[1] === 0 && bytes[3] === 0 && bytes[0] !== 0) {
    return wideText(bytes)
  }
  if (bytes.length >= 4 && bytes[0] === 0 && bytes[2] === 0 && bytes[1] !== 0) {
    return wideText(swapped(bytes))
  }
  const start = first === 0xefbb && bytes[2] === 0xbf ? 3 : 0
  return latin1OrUtf8(bytes.subarray(start))
}

/** Text that is UTF-8 where it is valid, else one byte a character. */
export function latin1OrUtf8(bytes: Uint8Array): string {
  const text = bufferOf(bytes).toString('utf8')
  return text.includes('\ufffd') ? latin1Text(bytes) : text
}

function swapped(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
  return copy.swap16()
}

/** A class id (MS-DTYP 2.3.4) as it is written down: `0002CE02-0000-0000-C000-000000000046`. */
export function classIdText(bytes: Uint8Array, at = 0): string {
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0')
  const tail = Array.from({ length: 8 }, (_, index) => hex(byteAt(bytes, at + 8 + index), 2)).join('')
  const head = `${hex(uint32At(bytes, at), 8)}-${hex(uint16At(bytes, at + 4), 4)}-${hex(uint16At(bytes, at + 6), 4)}`
  return `${head}-${tail.slice(0, 4)}-${tail.slice(4)}`
}
