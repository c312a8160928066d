/** Reads the bytes of a line again from the file that a stream follows, for evidence that was decided in hindsight. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import type { FollowPosition } from '../../sources/follow/follower.ts'

/** The bytes, or none where the file is another one by now: the place is told all the same. */
export function readBack(place: Place, position: FollowPosition | undefined): Uint8Array {
  const none = new Uint8Array(0)
  if (position === undefined || place.length > limits.lineBytesMax) return none
  let descriptor: number | undefined
  try {
    descriptor = openSync(position.path, 'r')
    const stat = fstatSync(descriptor)
    if (`${stat.dev}:${stat.ino}` !== position.identity || place.offset + place.length > stat.size) return none
    const bytes = new Uint8Array(place.length)
    return readSync(descriptor, bytes, 0, place.length, place.offset) === place.length ? bytes : none
  } catch {
    // Evidence of a file that is gone has its place, and no bytes.
    return none
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
