/** Which file comes after which: finds the file of a saved position among the live log and its rotated copies, and the
 *  oldest file that is younger than one that was read. It opens files only to look at their heads and tails. */
import { openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { limits } from '../../core/limits.ts'
import { closeQuietly } from '../byte-input.ts'
import { type FileLook, lookAt, readHead } from './growing-input.ts'
import { digestOf, type FollowPosition, hasFingerprint } from './position.ts'
import { headOfFile, listSiblings, openFlags, type Sibling } from './siblings.ts'

/** A file that holds what a position stands in. */
export interface Found {
  readonly path: string
  readonly isLive: boolean
  /** Where its text ends; Infinity for a packed file, of which that is not known. */
  readonly endOffset: number
}

/** Clocks of packed files' times count whole seconds, some drives' two. */
const timeSlackMs = 2_000

/** Finds the file again in which a position stands; undefined where neither the live file nor a copy is it. */
export function findSaved(livePath: string, saved: FollowPosition, searchesLive: boolean): Found | undefined {
  const live = searchesLive ? matchLive(livePath, saved) : undefined
  if (live?.isIdentical) return live.found
  const siblings = listSiblings(livePath, basename(livePath))
  const identical = siblings.find((each) => each.identity === saved.identity && isMatch(each, saved))
  if (identical !== undefined) return foundIn(identical)
  if (live !== undefined) return live.found
  const copy = findCopy(siblings, saved)
  return copy === undefined ? undefined : foundIn(copy)
}

/** The file to read after `left`: the next younger copy, or else the live file. */
export function findSuccessor(livePath: string, left: FollowPosition): Sibling | undefined {
  const siblings = listSiblings(livePath, basename(livePath))
  const at = locate(siblings, left)
  const younger = at === undefined ? siblings.filter((each) => isYounger(each, left)) : siblings.slice(at + 1)
  return younger.find((each) => each.size > 0 && !isLeft(each, left) && !isFinished(each, left))
}

/** True where a copy of the file lies beside the live one. */
export function isAmongCopies(livePath: string, left: FollowPosition): boolean {
  return locate(listSiblings(livePath, basename(livePath)), left) !== undefined
}

/** Bytes of copies that are younger than a file. */
export function countYoungerBytes(livePath: string, left: FollowPosition): number {
  const siblings = listSiblings(livePath, basename(livePath))
  const at = siblings.findIndex(({ identity }) => identity === left.identity)
  return at < 0 ? 0 : siblings.slice(at + 1).reduce((sum, { size }) => sum + size, 0)
}

/** True for the very file that was left, of which nothing is known but its inode. */
function isLeft(each: Sibling, left: FollowPosition): boolean {
  return each.identity === left.identity && left.fingerprintBytes === 0
}

function locate(siblings: readonly Sibling[], left: FollowPosition): number | undefined {
  const copy =
    siblings.find((each) => each.identity === left.identity && isMatch(each, left)) ?? findCopy(siblings, left)
  return copy === undefined ? undefined : siblings.indexOf(copy)
}

/** The copy that has a position's fingerprint: of several, which share a constant head, the oldest that was not written
 *  last before the position was taken and that was not finished before. */
function findCopy(siblings: readonly Sibling[], saved: FollowPosition): Sibling | undefined {
  if (saved.fingerprintBytes === 0) return undefined
  const matches = siblings.filter((each) => isMatch(each, saved))
  const open = matches.length > 1 ? matches.filter((each) => !isFinished(each, saved)) : matches
  return open.find((each) => isYounger(each, saved)) ?? open.at(-1)
}

/** True for a copy that may have been written after the file that was left: times of packed files are rounded. */
function isYounger({ rotated, modifiedMs }: Sibling, left: FollowPosition): boolean {
  return modifiedMs >= left.modifiedMs - (rotated.isPacked ? timeSlackMs : 0)
}

/** True for a copy that was read to its end before the file of the position. */
function isFinished(each: Sibling, at: FollowPosition): boolean {
  const marks = at.finished.filter(
    ({ fingerprint, fingerprintBytes }) => fingerprintBytes > 0 && fingerprint !== at.fingerprint,
  )
  if (marks.length === 0) return false
  const head = headOfFile(each.path)
  // A mark over fewer bytes may be a constant first line of all files.
  return marks.some((mark) => mark.fingerprintBytes === head.length && hasFingerprint(head, mark))
}

function foundIn(sibling: Sibling): Found {
  const endOffset = sibling.rotated.isPacked ? Number.POSITIVE_INFINITY : sibling.size
  return { path: sibling.path, isLive: false, endOffset }
}

/** A rotated copy may have ended before what was read of the live file. */
function isMatch(sibling: Sibling, saved: FollowPosition): boolean {
  if (saved.fingerprintBytes === 0) return sibling.identity === saved.identity
  if (!hasFingerprint(headOfFile(sibling.path), saved)) return false
  if (sibling.rotated.isPacked || sibling.size < saved.offset) return true
  return withFile(sibling.path, (descriptor) => hasTail(descriptor, saved)) ?? false
}

function matchLive(livePath: string, saved: FollowPosition): { found: Found; isIdentical: boolean } | undefined {
  return withFile(livePath, (descriptor) => {
    const look = lookAt(descriptor)
    if (look === undefined || !isGrown(descriptor, look, saved)) return undefined
    const found = { path: livePath, isLive: true, endOffset: look.size }
    return { found, isIdentical: look.identity === saved.identity }
  })
}

/** True where an open file is what a position stands in, grown or not. */
export function isGrown(descriptor: number, look: FileLook, saved: FollowPosition): boolean {
  if (saved.fingerprintBytes === 0) return look.identity === saved.identity
  if (look.size < saved.offset) return false
  return hasFingerprint(readHead(descriptor), saved) && hasTail(descriptor, saved)
}

function hasTail(descriptor: number, { tail, tailBytes, tailOffset }: FollowPosition): boolean {
  const bytes = new Uint8Array(Math.min(tailBytes, tailOffset, limits.followTailBytes))
  try {
    const count = readSync(descriptor, bytes, 0, bytes.length, tailOffset - bytes.length)
    return count === bytes.length && (bytes.length === 0 || digestOf(bytes) === tail)
  } catch {
    return false
  }
}

function withFile<T>(path: string, look: (descriptor: number) => T): T | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, openFlags)
  } catch {
    return undefined
  }
  try {
    return look(descriptor)
  } finally {
    closeQuietly(descriptor)
  }
}
