/** The text of the archive: what stands in a field of a spool row and of a Parquet file. Printable ASCII and well-formed
 *  UTF-8 stand as they are; every other byte, and the backslash, is `\xHH`, so that any bytes come back equal and none of
 *  them ends a field or a row. A field too long to keep ends in `\+N`: N more bytes are in the source. */

const backslash = 0x5c
const digits = new TextEncoder().encode('0123456789ABCDEF')

/** 1 for the bytes that stand as they are: printable ASCII but the backslash. */
export const isPlain: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== backslash ? 1 : 0,
)

/** Bytes that one byte may become. */
export const growth = 4
/** Bytes that the note of what was left out may take: `\+` and a number of bytes. */
const noteBytes = 18

/** Writes bytes `start` to `end` as archive text into `out` at `at`, which has room for `growth` times as many, or for
 *  `bytesMax` where that is less. Returns where the text ends. */
export function writeText(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
  bytesMax: number,
): number {
  if ((end - start) * growth > bytesMax) return writeCut(bytes, start, end, out, at, bytesMax)
  const shift = at - start
  for (let p = start; p < end; p++) {
    const byte = bytes[p] as number
    if (isPlain[byte] === 0) return writeMixed(bytes, p, end, out, p + shift)
    out[p + shift] = byte
  }
  return end + shift
}

/** As `writeText`, for a field of a log whose writer escaped it: the escapes are undone first. */
export function writeEscapedText(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
  bytesMax: number,
): number {
  let p = start
  // The usual field has no backslash: one pass, and what was written is what it is.
  if ((end - start) * growth <= bytesMax) {
    const shift = at - start
    for (; p < end; p++) {
      const byte = bytes[p] as number
      if (isPlain[byte] === 0) break
      out[p + shift] = byte
    }
    if (p === end) return end + shift
  }
  const undone = unescapeLogBytes(bytes, start, end)
  return writeText(undone, 0, undone.length, out, at, bytesMax)
}

/** Goes on at the first byte that does not stand as it is. */
function writeMixed(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  let p = start
  let o = at
  while (p < end) {
    const byte = bytes[p] as number
    if (isPlain[byte] === 1) {
      out[o++] = byte
      p++
    } else {
      const length = byte < 0xc2 ? 0 : sequenceLength(bytes, p, end)
      if (length > 0) for (let i = 0; i < length; i++) out[o++] = bytes[p + i] as number
      else o = writeEscape(byte, out, o)
      p += length === 0 ? 1 : length
    }
  }
  return o
}

/** As `writeText`, for a text that may not fit. */
function writeCut(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
  bytesMax: number,
): number {
  const room = at + bytesMax - noteBytes - growth
  let p = start
  let o = at
  while (p < end && o <= room) {
    const byte = bytes[p] as number
    const length = isPlain[byte] === 1 ? 1 : byte < 0xc2 ? 0 : sequenceLength(bytes, p, end)
    if (length > 0) for (let i = 0; i < length; i++) out[o++] = bytes[p + i] as number
    else o = writeEscape(byte, out, o)
    p += length === 0 ? 1 : length
  }
  if (p === end) return o
  const note = `\\+${end - p}`
  for (let i = 0; i < note.length; i++) out[o++] = note.charCodeAt(i)
  return o
}

function writeEscape(byte: number, out: Uint8Array, at: number): number {
  out[at] = backslash
  out[at + 1] = 0x78
  out[at + 2] = digits[byte >>> 4] as number
  out[at + 3] = digits[byte & 15] as number
  return at + growth
}

/** Bytes of the well-formed sequence of two to four bytes at `p` (Unicode 16 table 3-7), or 0. */
function sequenceLength(bytes: Uint8Array, p: number, end: number): number {
  const first = bytes[p] as number
  const length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (length === 0 || p + length > end) return 0
  const second = bytes[p + 1] as number
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return 0
  for (let i = 2; i < length; i++) if (((bytes[p + i] as number) & 0xc0) !== 0x80) return 0
  return length
}

/** The archive text of bytes: whole, or at most `bytesMax` bytes of it. */
export function archiveText(bytes: Uint8Array, bytesMax: number = bytes.length * growth): string {
  const out = Buffer.allocUnsafe(Math.min(bytes.length * growth, bytesMax))
  return out.toString('utf8', 0, writeText(bytes, 0, bytes.length, out, 0, bytesMax))
}

/** The bytes that an archive text stands for, and how many more the source has. */
export function archivedBytes(text: string): { readonly bytes: Uint8Array; readonly left: number } {
  const note = /\\\+(\d{1,16})$/.exec(text)
  const kept = note === null ? text : text.slice(0, note.index)
  return { bytes: unescapeHex(kept), left: note === null ? 0 : Number(note[1]) }
}

/** The archive text to look for when a person types `text`: `\xHH`, as answers show it, is that byte. */
export const soughtText = (text: string): string => archiveText(unescapeHex(text))

function unescapeHex(text: string): Uint8Array {
  const parts = text.split(/\\x([0-9A-Fa-f]{2})/)
  const bytes = parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part, 'utf8') : Buffer.from(part, 'hex')))
  return Buffer.concat(bytes)
}

const simple = new Map([...'nrtvbf"\\'].map((name, i) => [name.charCodeAt(0), '\n\r\t\v\b\f"\\'.charCodeAt(i)]))

/** Undoes the log writer's escapes in bytes `start` to `end` exactly as `unescapeLog` does in text. Returns a new array;
 *  what follows a backslash in no known way stays as it is. */
export function unescapeLogBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const out = new Uint8Array(end - start)
  let o = 0
  for (let p = start; p < end; p++) {
    const byte = bytes[p] as number
    if (byte !== backslash || p + 1 >= end) {
      out[o++] = byte
      continue
    }
    const next = bytes[p + 1] as number
    const plain = simple.get(next)
    const high = next === 0x78 && p + 3 < end ? hexValue(bytes[p + 2] as number) : -1
    const low = high < 0 ? -1 : hexValue(bytes[p + 3] as number)
    if (plain !== undefined) {
      out[o++] = plain
      p++
    } else if (low >= 0) {
      out[o++] = high * 16 + low
      p += 3
    } else out[o++] = byte
  }
  return out.subarray(0, o)
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
