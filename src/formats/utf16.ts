/** Bytes as text of UTF-16, least significant byte first: the one place that decodes it, because `Buffer.toString` writes a byte
 *  beyond its memory where a slice of odd length begins at an odd address (nodejs/node#64697). A hostile document can ask for
 *  that; here only whole characters are asked for. */

/** The text of bytes `start` (inclusive) to `end` (exclusive), within what there is; half a character at the end is left out. */
export function wideText(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  const from = Math.min(Math.max(0, start), bytes.length)
  const length = Math.max(0, Math.min(end, bytes.length) - from)
  const view = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.toString('utf16le', from, from + length - (length % 2))
}
