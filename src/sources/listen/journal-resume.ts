/** Reads what an earlier run left of a stream: how much was deleted, and how long a segment is once its torn last line is
 *  cut. Nobody was told that such a line was kept, because an answer follows the whole append; and half a line can read as
 *  another one than was sent, so it is cut rather than ended. */
import { open, readFile, truncate } from 'node:fs/promises'

const lineFeed = 10
const pieceBytes = 64 * 1024

/** The last deleted segment, and the bytes of all deleted ones. */
export async function readTrimmed(path: string): Promise<{ number: number; bytes: number }> {
  try {
    const match = /^(\d{1,15}) (\d{1,15})\n$/.exec(await readFile(path, 'utf8'))
    return { number: Number(match?.[1] ?? 0), bytes: Number(match?.[2] ?? 0) }
  } catch {
    return { number: 0, bytes: 0 }
  }
}

/** A segment's length. Where `isCut` says so, a last line without its end is cut off first. */
export async function measureSegment(path: string, isCut: boolean): Promise<{ bytes: number; cut: number }> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    if (!isCut) return { bytes: size, cut: 0 }
    const piece = Buffer.alloc(pieceBytes)
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - piece.length)
      const { bytesRead } = await file.read(piece, 0, end - start, start)
      const at = piece.subarray(0, bytesRead).lastIndexOf(lineFeed)
      if (at >= 0) return await cutTo(path, size, start + at + 1)
      end = start
    }
    return await cutTo(path, size, 0)
  } finally {
    await file.close()
  }
}

async function cutTo(path: string, size: number, bytes: number): Promise<{ bytes: number; cut: number }> {
  if (bytes < size) await truncate(path, bytes)
  return { bytes, cut: size - bytes }
}
