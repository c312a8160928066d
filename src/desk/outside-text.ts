/** Bytes from outside as text that can be shown: what is no UTF-8, or would not print, is written as `\xHH`. What an
 *  attacker wrote stays readable, and does nothing. */

const notPrinting = /[\u0000-\u001f\u007f-\u009f]/g
const hex = (code: number): string => `\\x${code.toString(16).padStart(2, '0')}`
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of some bytes. */
export function shownBytes(bytes: Uint8Array): string {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    // No UTF-8: every byte above ASCII is named.
    text = Buffer.from(bytes).toString('latin1')
    return text.replace(/[\u0000-\u001f\u007f-\u00ff]/g, (character) => hex(character.charCodeAt(0)))
  }
  return text.replace(notPrinting, (character) => hex(character.charCodeAt(0)))
}
