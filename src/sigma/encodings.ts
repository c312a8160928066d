/** The encodings of the modifiers `base64`, `base64offset`, `utf16le`, `utf16be`, `utf16` and `wide`. Bytes are held as
 *  strings of units below 256, which is also how they are matched where no Base64 follows. */

/** The UTF-8 bytes of a text. */
export function utf8Bytes(text: string): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return bytes
}

/** The UTF-16 bytes of a text, least significant first where `isLittle`. */
export function utf16Bytes(text: string, isLittle: boolean): string {
  let bytes = ''
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const [low, high] = [String.fromCharCode(unit & 255), String.fromCharCode(unit >> 8)]
    bytes += isLittle ? low + high : high + low
  }
  return bytes
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 of bytes, without the padding at its end: in a longer text it would not stand there. */
function base64Characters(bytes: string): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const group =
      (bytes.charCodeAt(i) << 16) |
      ((left > 1 ? bytes.charCodeAt(i + 1) : 0) << 8) |
      (left > 2 ? bytes.charCodeAt(i + 2) : 0)
    for (let digit = 0; digit < Math.min(4, left + 1); digit++) text += alphabet[(group >> (18 - 6 * digit)) & 63]
  }
  return text
}

/** Base64 of bytes, padded. */
export function base64(bytes: string): string {
  const text = base64Characters(bytes)
  return text + '='.repeat((4 - (text.length % 4)) % 4)
}

/** The parts of the Base64 of a longer text that do not depend on what stands around the bytes: one for each of the
 *  three places at which they can begin. */
export function base64Offsets(bytes: string): readonly string[] {
  const skipped = [0, 2, 3]
  return skipped.map((skip, offset) => {
    const text = base64Characters('\0'.repeat(offset) + bytes)
    // The last character holds bits of the byte that follows, unless the bytes end with a group.
    const isWhole = (bytes.length + offset) % 3 === 0
    return text.slice(skip, isWhole ? undefined : -1)
  })
}
