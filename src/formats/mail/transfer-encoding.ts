/** Undoes the transfer encodings of MIME (RFC 2045, section 6): base64, quoted-printable, and uuencode of older mail. What
 *  is malformed is read as far as mail programs read it, never refused. */
import { latin1Bytes, latin1Text } from '../latin1.ts'
import { digitsOf, fromSixBits, noDigit } from './six-bits.ts'

const hexOf = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x41 && code <= 0x46) return code - 0x37
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  return -1
}

/** What each base64 digit stands for, those of RFC 4648 section 5 too. */
const digits = digitsOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
digits[0x2d] = 62
digits[0x5f] = 63
const equals = 0x3d

/** Base64 of pieces that were each padded on their own and joined is decoded piece by piece. */
export function decodeBase64(bytes: Uint8Array): Uint8Array {
  const padding = bytes.indexOf(equals)
  const isPlain = padding < 0 || !bytes.subarray(padding, padding + 400).some((byte) => digits[byte] !== noDigit)
  return isPlain ? Buffer.from(latin1Text(bytes), 'base64') : fromSixBits(bytes, digits, equals)
}

const isLineSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09

/** Quoted-printable. With `inWord` as RFC 2047 section 4.2 has it: `_` is a space and lines do not break. */
export function decodeQuotedPrintable(bytes: Uint8Array, inWord = false): Uint8Array {
  const out = new Uint8Array(bytes.length)
  let length = 0
  let i = 0
  while (i < bytes.length) {
    const byte = bytes[i] as number
    if (byte === 0x3d) {
      const high = hexOf(bytes[i + 1] ?? 0)
      const low = hexOf(bytes[i + 2] ?? 0)
      if (high >= 0 && low >= 0) {
        out[length++] = high * 16 + low
        i += 3
        continue
      }
      // A soft line break; spaces before the line's end were added on the way.
      let end = i + 1
      while (isLineSpace(bytes[end])) end++
      if (bytes[end] === 0x0d && bytes[end + 1] === 0x0a) end++
      if (end >= bytes.length || bytes[end] === 0x0a) {
        i = end + 1
        continue
      }
    }
    out[length++] = inWord && byte === 0x5f ? 0x20 : byte
    i++
  }
  return out.subarray(0, length)
}

/** The lines of a uuencoded file, from after its `begin` line; reading ends at `end` or at what is no such line. */
export function decodeUuencode(text: string): Uint8Array {
  const out = new Uint8Array(Math.ceil((text.length * 3) / 4) + 64)
  let length = 0
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    const code = text.charCodeAt(at)
    // A line begins with the count of its bytes, 1 to 45 as characters from `!` to `M`.
    const count = code - 0x20
    if (count < 1 || count > 45 || text.startsWith('end', at)) break
    const value = (index: number): number => {
      const digit = at + 1 + index < end ? text.charCodeAt(at + 1 + index) : 0x20
      return (digit - 0x20) & 0x3f
    }
    for (let byte = 0, index = 0; byte < count; byte += 3, index += 4) {
      const bits = (value(index) << 18) | (value(index + 1) << 12) | (value(index + 2) << 6) | value(index + 3)
      for (let k = 0; k < 3 && byte + k < count && length < out.length; k++)
        out[length++] = (bits >> (16 - 8 * k)) & 0xff
    }
    at = end + 1
  }
  return out.subarray(0, length)
}

/** The bytes behind a transfer encoding; undefined where its name is none. Quotes, comments and what else stands around the
 *  name are passed over, as by programs that look for the word. */
export function decodeTransfer(bytes: Uint8Array, encoding: string): Uint8Array | undefined {
  switch (/[a-z0-9][a-z0-9-]*/.exec(encoding.toLowerCase().replace(/\([^)]{0,200}\)/g, ' '))?.[0] ?? '') {
    case 'base64':
      return decodeBase64(bytes)
    case 'quoted-printable':
      return decodeQuotedPrintable(bytes)
    case 'x-uuencode':
    case 'uuencode':
    case 'x-uue': {
      const text = latin1Text(bytes)
      const begin = text.startsWith('begin ') ? 0 : text.indexOf('\nbegin ') + 1
      const line = text.indexOf('\n', begin)
      return decodeUuencode(line < 0 ? '' : text.slice(line + 1))
    }
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return bytes
    default:
      // Base64 under a name that nobody knows: nothing else looks so.
      return isBase64Alone(bytes) ? decodeBase64(bytes) : undefined
  }
}

/** Whether bytes are lines of base64 and nothing else, and more than a word of it. */
export function isBase64Alone(bytes: Uint8Array): boolean {
  let count = 0
  for (const byte of bytes) {
    if (digits[byte] !== noDigit) count++
    else if (byte !== equals && byte !== 0x0a && byte !== 0x0d) return false
  }
  return count >= base64TellingFrom
}

/** Letters from which on text without a blank is base64. */
const base64TellingFrom = 60

/** Bytes of text that holds one character a byte, decoded as one encoded word's content. */
export const wordBytes = (content: string, isBase64: boolean): Uint8Array =>
  isBase64 ? decodeBase64(latin1Bytes(content)) : decodeQuotedPrintable(latin1Bytes(content), true)
