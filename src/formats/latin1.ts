/** Bytes as text, one character a byte. A `TextDecoder('latin1')` will not do: by the Encoding standard it is
 *  windows-1252, which gives other characters for 0x80 to 0x9F. */

/** The text of bytes `start` (inclusive) to `end` (exclusive): character code = byte. */
export function latin1Text(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('latin1')
}

/** The bytes of such a text. */
export function latin1Bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}
