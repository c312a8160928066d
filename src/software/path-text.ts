/** Names of files as text and back, byte for byte: a byte that is not part of well-formed UTF-8 stands as one lone
 *  surrogate, U+DC00 plus the byte, which no UTF-8 can hold. Nothing is normalised: two names that look alike stay two. */
import { isUtf8 } from 'node:buffer'

const surrogate = 0xdc00

/** A name as text. */
export function pathText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (isUtf8(buffer)) return buffer.toString('utf8')
  let text = ''
  let from = 0
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceLength(buffer, at)
    if (length > 0) at += length
    else {
      if (from < at) text += buffer.toString('utf8', from, at)
      text += String.fromCharCode(surrogate + (buffer[at] as number))
      from = ++at
    }
  }
  return text + buffer.toString('utf8', from)
}

/** How many bytes the character at a place has; 0 where it is not well-formed (Unicode, table 3-7). */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
}

/** The bytes of a name. */
export function pathBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const bytes = Buffer.allocUnsafe(3 * text.length)
  let filled = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0xd800 && code < 0xdc00) {
      const next = text.charCodeAt(at + 1)
      if (next >= 0xdc00 && next < 0xe000) at++
    } else if (code >= surrogate + 0x80 && code <= surrogate + 0xff) {
      if (from < at) filled += bytes.write(text.slice(from, at), filled, 'utf8')
      bytes[filled++] = code - surrogate
      from = at + 1
    }
  }
  return bytes.subarray(0, filled + bytes.write(text.slice(from), filled, 'utf8'))
}

/** A name for people: bytes that are no characters as `<byte E9>`. */
export const shownPath = (text: string): string =>
  text.isWellFormed()
    ? text
    : Array.from(text, (character) => {
        const code = character.codePointAt(0) as number
        const isByte = code >= surrogate + 0x80 && code <= surrogate + 0xff
        return isByte ? `<byte ${(code - surrogate).toString(16).toUpperCase()}>` : character
      }).join('')

/** True for a path below a folder as manifests may hold it: with `/` between parts, none of them empty, `.` or `..`, and
 *  no zero byte. */
export const isPathBelow = (path: string): boolean =>
  path !== '' && !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
