/** Unpacks deflate (RFC 1951), zlib (RFC 1950) and gzip (RFC 1952) to a bound: what is too large is cut, what is damaged
 *  gives what stands before the damage. */
import { constants, inflateRawSync } from 'node:zlib'
import { Inflate } from 'fflate'
import { limits } from '../../core/limits.ts'
import { byteAt, uint16At } from './bytes.ts'
import type { Inspection } from './inspection.ts'

/** What came out of it. */
export interface Inflated {
  readonly bytes: Uint8Array
  /** `whole`: all of it. `cut`: it went on beyond the bound. `damaged`: it broke off or is no deflate at all. */
  readonly end: 'whole' | 'cut' | 'damaged'
  /** More came out of few bytes than honest content gives. */
  readonly isBomb: boolean
}

/** Packed bytes that are handed over at a time: each can grow to 1,032 times its size before the bound is looked at. */
const stepBytes = 4_096

/** Packed bytes that hold enough of a file to know it by its first bytes: the longest table of codes has some 300. */
const peekPackedBytes = 1_024
const peekBytes = 4_096

/** Unpacks raw deflate, and counts it against what the examination may unpack. */
export function inflateRaw(
  packed: Uint8Array,
  inspection: Inspection,
  bytesMax: number = limits.documentPartBytesMax,
): Inflated {
  const limit = Math.min(bytesMax, inspection.inflatedBytesLeft)
  const isPeek = bytesMax <= peekBytes
  const whole = inflateSound(
    isPeek ? packed.subarray(0, peekPackedBytes) : packed,
    isPeek ? peekPackedBytes * 1_040 : limit,
  )
  const inflated =
    whole === undefined ? inflateSteps(packed, limit) : { bytes: whole, end: 'whole' as const, read: packed.length }
  const length = inflated.bytes.length
  const bytes = inflated.bytes.subarray(0, Math.max(0, limit))
  inspection.inflatedBytesLeft -= bytes.length
  const { documentRatioMax, documentRatioFreeBytes } = limits
  return {
    bytes,
    end: length > bytes.length ? 'cut' : inflated.end,
    isBomb: length > documentRatioFreeBytes && length > inflated.read * documentRatioMax,
  }
}

/** The runtime's own, which is several times as fast: for what is sound and within the bound, or breaks off. A bomb stops
 *  at the bound; then, and where there is damage, it gives nothing at all. */
function inflateSound(packed: Uint8Array, limit: number): Uint8Array | undefined {
  if (limit <= 0) return undefined
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(peekBytes, limit), finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return undefined
  }
}

/** Step by step, keeping what came before damage, and one byte more than the bound at least where it goes on. */
function inflateSteps(packed: Uint8Array, limit: number): Pick<Inflated, 'bytes' | 'end'> & { readonly read: number } {
  const pieces: Uint8Array[] = []
  let length = 0
  let read = 0
  let end: Inflated['end'] = 'whole'
  const stream = new Inflate((piece) => {
    pieces.push(piece)
    length += piece.length
  })
  try {
    while (read < packed.length && length <= limit) {
      const next = Math.min(packed.length, read + stepBytes)
      // Never as the last piece: then nothing of it would come out where the end is missing.
      stream.push(packed.subarray(read, next))
      read = next
    }
    if (length <= limit) stream.push(new Uint8Array(0), true)
  } catch {
    // fflate throws on what is no deflate; what came before the damage is kept.
    end = 'damaged'
  }
  return { bytes: joinPieces(pieces, length), end, read }
}

function joinPieces(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces
  if (pieces.length === 1 && only) return only.subarray(0, length)
  const joined = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    if (at >= length) break
    joined.set(piece.subarray(0, length - at), at)
    at += piece.length
  }
  return joined
}

/** True for the two head bytes of zlib. */
export const isZlib = (packed: Uint8Array): boolean =>
  (byteAt(packed, 0) & 0x0f) === 8 && ((byteAt(packed, 0) << 8) | byteAt(packed, 1)) % 31 === 0

/** True where what begins as zlib goes on as deflate for as far as a peek reaches. */
export const inflatesWhole = (packed: Uint8Array): boolean =>
  inflateSound(packed.subarray(2, 2 + peekPackedBytes), peekPackedBytes * 1_040) !== undefined

/** Unpacks zlib; a stream whose two head bytes are no zlib head is taken as raw deflate, as PDF readers do. */
export function inflateZlib(packed: Uint8Array, inspection: Inspection, bytesMax?: number): Inflated {
  return inflateRaw(isZlib(packed) ? packed.subarray(2) : packed, inspection, bytesMax)
}

/** Unpacks the first member of gzip, with the name that it gives; undefined where it is none. */
export function inflateGzip(
  packed: Uint8Array,
  inspection: Inspection,
): { readonly name: string; readonly inflated: Inflated } | undefined {
  if (uint16At(packed, 0) !== 0x8b1f || byteAt(packed, 2) !== 8) return undefined
  const flags = byteAt(packed, 3)
  let at = 10
  if (flags & 4) at += 2 + uint16At(packed, at)
  let name = ''
  if (flags & 8) {
    const nul = packed.indexOf(0, at)
    if (nul < 0) return undefined
    name = Buffer.from(packed.subarray(at, Math.min(nul, at + 255))).toString('latin1')
    at = nul + 1
  }
  if (flags & 16) {
    const nul = packed.indexOf(0, at)
    if (nul < 0) return undefined
    at = nul + 1
  }
  if (flags & 2) at += 2
  return { name, inflated: inflateRaw(packed.subarray(at), inspection) }
}
