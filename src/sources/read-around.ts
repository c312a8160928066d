/** The lines around a line of evidence, read from its file as it is now; or a sentence why they cannot be shown. */
import { type FileHandle, open } from 'node:fs/promises'
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'

/** Lines with their numbers. */
export interface Around {
  readonly before: readonly { readonly line: number; readonly bytes: Uint8Array }[]
  readonly after: readonly { readonly line: number; readonly bytes: Uint8Array }[]
  /** Why they cannot be shown. */
  readonly note?: string
}

const lineFeed = 10
const gone = 'The file has been rotated or deleted since; the line itself is kept here.'

/** Up to `count` lines on each side. They are shown only where the file still holds the line's own bytes. */
export async function readAround(place: Place, bytes: Uint8Array, count: number): Promise<Around> {
  let file: FileHandle | undefined
  try {
    file = await open(place.source, 'r')
    if (!(await file.stat()).isFile()) return { before: [], after: [], note: gone }
    const from = Math.max(0, place.offset - limits.contextBytesMax)
    const length = place.offset - from + place.length + limits.contextBytesMax
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
    const window = buffer.subarray(0, bytesRead)
    const start = place.offset - from
    if (!Buffer.from(bytes).equals(window.subarray(start, start + place.length))) {
      return { before: [], after: [], note: gone }
    }
    return {
      before: linesBefore(window.subarray(0, start), place.line, count, from === 0),
      after: linesAfter(window.subarray(start + place.length), place.line, count),
    }
  } catch {
    // The file is gone, or this machine may not read it.
    return { before: [], after: [], note: gone }
  } finally {
    await file?.close()
  }
}

function linesBefore(text: Uint8Array, line: number, count: number, isWhole: boolean): Around['before'] {
  const lines: { line: number; bytes: Uint8Array }[] = []
  let end = text.length - 1
  while (lines.length < count && end > 0) {
    const start = text.lastIndexOf(lineFeed, end - 1) + 1
    // A line whose beginning lies outside the window is not shown.
    if (start === 0 && !isWhole) break
    lines.unshift({ line: line - lines.length - 1, bytes: text.subarray(start, end) })
    end = start - 1
  }
  return lines
}

function linesAfter(text: Uint8Array, line: number, count: number): Around['after'] {
  const lines: { line: number; bytes: Uint8Array }[] = []
  let start = text.indexOf(lineFeed) + 1
  while (start > 0 && lines.length < count) {
    const end = text.indexOf(lineFeed, start)
    if (end < 0) break
    lines.push({ line: line + lines.length + 1, bytes: text.subarray(start, end) })
    start = end + 1
  }
  return lines
}
