/** Finds where the last whole line of a file ends, for logs of which only what comes from now on is wanted. A file of
 *  ordinary size is counted through, so that its lines keep their numbers; in a larger one they count from here. */
import { openSync, readSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import { closeQuietly } from '../byte-input.ts'
import { countLines, type LinePosition } from '../lines.ts'
import { lookAt } from './growing-input.ts'
import { openFlags } from './siblings.ts'

const stepBytes = 64 * 1024
const lineFeed = 10

/** The position behind the last line feed; the file's start where it cannot be read. */
export function endOfLines(path: string): LinePosition {
  let descriptor: number
  try {
    descriptor = openSync(path, openFlags)
  } catch {
    return { offset: 0, line: 1 }
  }
  try {
    const offset = lastLineEnd(descriptor, lookAt(descriptor)?.size ?? 0)
    return { offset, line: offset <= limits.followCountedBytesMax ? countUpTo(descriptor, offset) + 1 : 1 }
  } catch {
    return { offset: 0, line: 1 }
  } finally {
    closeQuietly(descriptor)
  }
}

function lastLineEnd(descriptor: number, size: number): number {
  const bytes = new Uint8Array(stepBytes)
  for (let end = size; end > 0 && size - end <= limits.lineBytesMax; ) {
    const start = Math.max(0, end - stepBytes)
    const count = readSync(descriptor, bytes, 0, end - start, start)
    const feed = bytes.subarray(0, count).lastIndexOf(lineFeed)
    if (feed >= 0) return start + feed + 1
    if (count === 0 || start === 0) return 0
    end = start
  }
  return size
}

function countUpTo(descriptor: number, end: number): number {
  const bytes = new Uint8Array(limits.chunkBytes)
  let lines = 0
  for (let at = 0; at < end; ) {
    const count = readSync(descriptor, bytes, 0, Math.min(bytes.length, end - at), at)
    if (count === 0) break
    lines += countLines(bytes, 0, count) - (bytes[count - 1] === lineFeed ? 0 : 1)
    at += count
  }
  return lines
}
