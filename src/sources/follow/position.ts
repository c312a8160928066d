/** Where a stream was read to, as plain data that finds the same bytes again after any rotation: pure functions over
 *  bytes and nothing of the file system. */
import { createHash } from 'node:crypto'
import { limits } from '../../core/limits.ts'

/** First bytes of a file as a digest. */
export interface Fingerprint {
  readonly fingerprint: string
  readonly fingerprintBytes: number
}

/** Up to where a stream was read. Plain data, for JSON. */
export interface FollowPosition extends Fingerprint {
  /** Where the file was found when it was opened: the live file, or a rotated one. */
  readonly path: string
  /** Device and inode. */
  readonly identity: string
  /** Offset in the text (of a packed file: unpacked) and number of the line that begins there. */
  readonly offset: number
  readonly line: number
  /** Bytes before `tailOffset`, which is at most `offset`, as a digest: tells a file that grew from one that was written
   *  anew. */
  readonly tail: string
  readonly tailBytes: number
  readonly tailOffset: number
  /** Size and time of the last write when the file was last looked at. */
  readonly size: number
  readonly modifiedMs: number
  /** Counts the files of this stream that were begun. */
  readonly generation: number
  /** Files that were read to their end before this one, the last ones: they are not read again. */
  readonly finished: readonly Fingerprint[]
}

/** A digest of bytes: logs hold voters' data, positions must not. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}

/** The fingerprint of a file's head. */
export function fingerprintOf(head: Uint8Array): Fingerprint {
  const bytes = head.subarray(0, limits.followHeadBytes)
  return { fingerprint: digestOf(bytes), fingerprintBytes: bytes.length }
}

/** True where a file that begins with `head` may be the one that had this fingerprint. An empty file had none. */
export function hasFingerprint(head: Uint8Array, { fingerprint, fingerprintBytes }: Fingerprint): boolean {
  if (fingerprintBytes === 0 || head.length < fingerprintBytes) return false
  return digestOf(head.subarray(0, fingerprintBytes)) === fingerprint
}

/** The position in what a store gave back, or undefined where it is none. */
export function parsePosition(saved: unknown): FollowPosition | undefined {
  if (typeof saved !== 'object' || saved === null) return undefined
  const found = saved as Record<string, unknown>
  const texts = ['path', 'identity', 'fingerprint', 'tail']
  const numbers = ['fingerprintBytes', 'offset', 'line', 'tailBytes', 'tailOffset', 'size', 'modifiedMs', 'generation']
  const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0
  if (!texts.every((name) => typeof found[name] === 'string')) return undefined
  if (!numbers.every((name) => isNumber(found[name]))) return undefined
  return Array.isArray(found.finished) ? (saved as FollowPosition) : undefined
}
