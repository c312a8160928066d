/** Bytes out of text of which each character carries six bits, whatever its alphabet: base64, BinHex. */

/** Stands for a character that is no digit. */
export const noDigit = 64

/** What each character stands for, `noDigit` for what is none; `alphabet` has the 64 digits in their order. */
export function digitsOf(alphabet: string): Uint8Array {
  const digits = new Uint8Array(256).fill(noDigit)
  for (const [value, digit] of [...alphabet].entries()) digits[digit.charCodeAt(0)] = value
  return digits
}

/** The bytes; other characters are passed over. `padding` is a character that ends a piece: bits that make no byte are
 *  dropped there. */
export function fromSixBits(text: Uint8Array, digits: Uint8Array, padding = -1): Uint8Array {
  const out = new Uint8Array(Math.ceil((text.length * 3) / 4))
  let length = 0
  let held = 0
  let bits = 0
  for (const code of text) {
    if (code === padding) bits = 0
    const value = digits[code] as number
    if (value === noDigit) continue
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    out[length++] = (held >> bits) & 0xff
  }
  return out.subarray(0, length)
}
