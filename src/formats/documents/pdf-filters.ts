/** Undoes the packing of PDF streams (ISO 32000-2, 7.4): deflate with its predictors, LZW, run lengths and the two ways of
 *  writing bytes as text. Pictures' own formats stay as they are. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { byteAt } from './bytes.ts'
import { inflateZlib } from './inflate.ts'
import type { Inspection } from './inspection.ts'
import { isDictionary, isList, nameOf, type PdfDictionary, type PdfValue } from './pdf-syntax.ts'

/** What is left of a stream: its bytes, and the first filter that is not undone here. */
export interface Unfiltered {
  readonly bytes: Uint8Array
  readonly remaining: string
}

const shortNames: Readonly<Record<string, string>> = {
  Fl: 'FlateDecode',
  AHx: 'ASCIIHexDecode',
  A85: 'ASCII85Decode',
  LZW: 'LZWDecode',
  RL: 'RunLengthDecode',
  DCT: 'DCTDecode',
}

/** Attackers chain filters; honest files have one or two. */
const filterCount = 16

/** Undoes all filters of a stream in turn. */
export function unfilter(
  data: Uint8Array,
  dictionary: PdfDictionary,
  resolve: (value: PdfValue | undefined) => PdfValue | undefined,
  inspection: Inspection,
): Unfiltered {
  const filters = asList(resolve(dictionary.get('Filter') ?? dictionary.get('F')))
  const parameters = asList(resolve(dictionary.get('DecodeParms') ?? dictionary.get('DP')))
  let bytes = data
  for (const [index, value] of filters.slice(0, filterCount).entries()) {
    const short = nameOf(resolve(value))
    const name = shortNames[short] ?? short
    if (inspection.inflatedBytesLeft <= 0) return { bytes: new Uint8Array(0), remaining: '' }
    const given = resolve(parameters[index])
    const undone = undo(name, bytes, isDictionary(given) ? given : undefined, inspection)
    if (undone === undefined) return { bytes, remaining: name }
    // Deflate counts for itself.
    if (name !== 'FlateDecode') inspection.inflatedBytesLeft -= undone.length
    bytes = undone
  }
  return { bytes, remaining: '' }
}

const asList = (value: PdfValue | undefined): readonly PdfValue[] =>
  value === undefined || value === null ? [] : isList(value) ? value : [value]

function undo(
  name: string,
  bytes: Uint8Array,
  parameters: PdfDictionary | undefined,
  inspection: Inspection,
): Uint8Array | undefined {
  switch (name) {
    case 'FlateDecode': {
      const { bytes: inflated } = inflateZlib(bytes, inspection)
      return unpredict(inflated, parameters)
    }
    case 'LZWDecode':
      return unpredict(lzw(bytes, parameters?.get('EarlyChange') !== 0), parameters)
    case 'ASCIIHexDecode':
      return hexadecimal(bytes)
    case 'ASCII85Decode':
      return base85(bytes)
    case 'RunLengthDecode':
      return runLengths(bytes)
    case 'Crypt':
      return bytes
    default:
      return undefined
  }
}

function hexadecimal(bytes: Uint8Array): Uint8Array {
  const digits = (latin1Text(bytes).split('>', 1)[0] ?? '').replace(/[^0-9a-f]/gi, '')
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
}

/** Five letters for four bytes. */
function base85(bytes: Uint8Array): Uint8Array {
  const out: number[] = []
  let group: number[] = []
  const flush = (count: number): void => {
    while (group.length < 5) group.push(84)
    const value = group.reduce((sum, digit) => sum * 85 + digit, 0)
    for (let index = 0; index < count; index++) out.push(Math.floor(value / 256 ** (3 - index)) & 0xff)
    group = []
  }
  for (const byte of bytes) {
    if (byte === 0x7e || out.length > limits.documentPartBytesMax) break
    if (byte === 0x7a && group.length === 0) out.push(0, 0, 0, 0)
    else if (byte >= 33 && byte <= 117) {
      group.push(byte - 33)
      if (group.length === 5) flush(4)
    }
  }
  if (group.length > 1) flush(group.length - 1)
  return Uint8Array.from(out)
}

function runLengths(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  let length = 0
  for (let at = 0; at < bytes.length && length < limits.documentPartBytesMax; ) {
    const count = byteAt(bytes, at)
    if (count === 128) break
    const piece =
      count < 128 ? bytes.subarray(at + 1, at + 2 + count) : new Uint8Array(257 - count).fill(byteAt(bytes, at + 1))
    pieces.push(piece)
    length += piece.length
    at += count < 128 ? 2 + count : 2
  }
  return Buffer.concat(pieces)
}

/** Codes of 9 to 12 bits for runs that came before (7.4.4). */
function lzw(bytes: Uint8Array, isEarly: boolean): Uint8Array {
  let table: Uint8Array[] = []
  const reset = (): void => {
    table = Array.from({ length: 258 }, (_, index) => Uint8Array.of(index & 0xff))
  }
  reset()
  const pieces: Uint8Array[] = []
  let length = 0
  let width = 9
  let previous: Uint8Array | undefined
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffffff
    bits += 8
    if (bits < width) continue
    bits -= width
    const code = (held >>> bits) & ((1 << width) - 1)
    if (code === 257 || length > limits.documentPartBytesMax) break
    if (code === 256) {
      reset()
      width = 9
      previous = undefined
      continue
    }
    const known = table[code]
    if (known === undefined && (previous === undefined || code > table.length)) break
    const entry = known ?? Buffer.concat([previous as Uint8Array, (previous as Uint8Array).subarray(0, 1)])
    pieces.push(entry)
    length += entry.length
    if (previous !== undefined && table.length < 4_096) table.push(Buffer.concat([previous, entry.subarray(0, 1)]))
    previous = entry
    const size = table.length + (isEarly ? 1 : 0)
    width = size >= 2_048 ? 12 : size >= 1_024 ? 11 : size >= 512 ? 10 : 9
  }
  return Buffer.concat(pieces)
}

/** Rows that say how they differ from the one above or from their own left (7.4.4.4). */
function unpredict(bytes: Uint8Array, parameters: PdfDictionary | undefined): Uint8Array {
  const number = (key: string, otherwise: number): number => {
    const value = parameters?.get(key)
    return typeof value === 'number' && value > 0 && value < 1_000_000 ? Math.floor(value) : otherwise
  }
  const predictor = number('Predictor', 1)
  if (predictor < 10) return bytes
  const pixelBytes = Math.max(1, Math.ceil((number('Colors', 1) * number('BitsPerComponent', 8)) / 8))
  const rowBytes = Math.ceil((number('Columns', 1) * number('Colors', 1) * number('BitsPerComponent', 8)) / 8)
  const rows = Math.floor(bytes.length / (rowBytes + 1))
  const out = new Uint8Array(rows * rowBytes)
  for (let row = 0; row < rows; row++) {
    const type = byteAt(bytes, row * (rowBytes + 1))
    const from = row * (rowBytes + 1) + 1
    const to = row * rowBytes
    for (let index = 0; index < rowBytes; index++) {
      const left = index >= pixelBytes ? (out[to + index - pixelBytes] as number) : 0
      const up = row > 0 ? (out[to + index - rowBytes] as number) : 0
      const corner = row > 0 && index >= pixelBytes ? (out[to + index - rowBytes - pixelBytes] as number) : 0
      out[to + index] = ((bytes[from + index] as number) + predict(type, left, up, corner)) & 0xff
    }
  }
  return out
}

function predict(type: number, left: number, up: number, corner: number): number {
  if (type === 1) return left
  if (type === 2) return up
  if (type === 3) return (left + up) >> 1
  if (type !== 4) return 0
  const toLeft = Math.abs(up - corner)
  const toUp = Math.abs(left - corner)
  const toCorner = Math.abs(left + up - 2 * corner)
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
}
