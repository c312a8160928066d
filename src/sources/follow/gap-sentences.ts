/** What is said of lines that are missing for good, for a clerk to read: how many bytes are known to be missing is a lower
 *  bound. */
import { showPath } from '../problem.ts'
import type { FollowPosition } from './position.ts'

/** A file that cannot be found again. */
export function lostSentence(path: string, saved: FollowPosition): string {
  const known = Math.max(0, saved.size - saved.offset)
  const amount =
    known === 0
      ? 'how much was written to it in the meantime is not known'
      : `at least ${known.toLocaleString('en-US')} bytes are missing`
  return `The file that was last read as ${showPath(path)} is neither there nor among its rotated copies: ${amount}.`
}

/** A log that was emptied and not copied. */
export function emptiedSentence(path: string, bytes: number): string {
  return (
    `${showPath(path)} was emptied before it was read to its end, and no copy of it lies beside it: at least ` +
    `${bytes.toLocaleString('en-US')} bytes are missing.`
  )
}

/** A file that was written to long after it was rotated. */
export function lateSentence(path: string, bytes: number): string {
  return (
    `${showPath(path)} was rotated, but its writer went on with the old file after the new one had begun: at least ` +
    `${bytes.toLocaleString('en-US')} bytes were not read. Have the writer reopen its log when it is rotated.`
  )
}

/** A rotated file of which the drive did not give the rest. */
export function unreadSentence(path: string, bytes: number, problem: string | undefined): string {
  const why = problem === undefined ? '' : ` ${problem}`
  return `A rotated copy of ${showPath(path)} was not read to its end: ${bytes.toLocaleString('en-US')} bytes are missing.${why}`
}
