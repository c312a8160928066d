/** Reads the bytes of a line again from the file that a stream follows, for evidence that was decided in hindsight. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import type { StreamFollower } from './live-stream.ts'

/** Where a line lies now; `identity` is that of a file whose name another one may have by now. */
interface Lying {
  readonly path: string
  readonly offset: number
  readonly identity: string | undefined
}

const lineFeed = 10
const isLineEnd = (byte: number | undefined): boolean => byte === lineFeed || byte === 13

/** The bytes, or none where the file is gone or another one by now: the place is told all the same. */
export function readBack(place: Place, follower: StreamFollower | undefined): Uint8Array {
  const none = new Uint8Array(0)
  const lying = follower === undefined || place.length > limits.lineBytesMax ? undefined : find(place, follower)
  if (lying === undefined) return none
  const { path, offset, identity } = lying
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const stat = fstatSync(descriptor)
    const isOther = identity !== undefined && `${stat.dev}:${stat.ino}` !== identity
    if (isOther || offset + place.length > stat.size) return none
    // A log that was emptied and written anew keeps its identity: there the place lies within other lines.
    const from = Math.max(0, offset - 1)
    const around = new Uint8Array(offset - from + place.length + 1)
    const read = readSync(descriptor, around, 0, around.length, from)
    const end = offset - from + place.length
    const isLine = (offset === 0 || around[0] === lineFeed) && (read === end || isLineEnd(around[end]))
    return read >= end && isLine ? around.slice(offset - from, end) : none
  } catch {
    // Evidence of a file that is gone has its place, and no bytes.
    return none
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** A journal's line lies in the segment that its offset points into; segments are only ever added to. */
function find(place: Place, follower: StreamFollower): Lying | undefined {
  if (follower.segmentAt !== undefined) {
    const segment = follower.segmentAt(place.offset)
    return segment === undefined ? undefined : { path: segment.path, offset: segment.offset, identity: undefined }
  }
  const { path, identity } = follower.position
  return { path, offset: place.offset, identity }
}
