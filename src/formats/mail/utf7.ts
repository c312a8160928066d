/** Text of UTF-7 (RFC 2152), which old mail programs still show, so that words and links in it are no secret. */
import { latin1Text } from '../latin1.ts'
import { wideText } from '../utf16.ts'

const isBase64 = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x2b ||
  code === 0x2f

/** The text. What is no UTF-7 stays as it is. */
export function decodeUtf7(bytes: Uint8Array): string {
  const text = latin1Text(bytes)
  const pieces: string[] = []
  let done = 0
  for (let plus = text.indexOf('+'); plus >= 0; plus = text.indexOf('+', done)) {
    let end = plus + 1
    while (end < text.length && isBase64(text.charCodeAt(end))) end++
    const wide = shiftedText(text.slice(plus + 1, end))
    // `+-` is a plus; what is too short for a character is none of this.
    const isShifted = wide !== '' || (end === plus + 1 && text[end] === '-')
    pieces.push(text.slice(done, plus), isShifted ? wide || '+' : text.slice(plus, end))
    // A hyphen ends the shifted part and is no text.
    done = isShifted && text[end] === '-' ? end + 1 : end
  }
  pieces.push(text.slice(done))
  return pieces.join('')
}

/** Base64 of UTF-16, most significant byte first. */
function shiftedText(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  return wideText(bytes.subarray(0, bytes.length & ~1).swap16())
}
