/** Copies a file from a stick to our own disk, without holding up others while a slow stick answers, and opens copies as
 *  archives. What is checked and imported is the copy: a stick may show other bytes at a second reading. */
import { createHash, randomBytes } from 'node:crypto'
import { constants, openSync, statSync } from 'node:fs'
import { open, rm, statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { type ByteInput, FileInput } from '../byte-input.ts'
import { openText } from '../compression.ts'
import { showPath } from '../problem.ts'
import type { SettledFile } from './settled-files.ts'
import { TarReader } from './tar.ts'

/** A copy on our disk. */
export interface Copy {
  readonly path: string
  readonly sha256: string
}

/** Our disk has no room, or the journal has none. Passes; the message says what to do. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'
}

const pieceBytes = 1024 * 1024
/** A stick's file is opened itself, never what a link leads to. */
const readPlain = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)

/** The first bytes of a file. */
export async function readHead(path: string, length: number): Promise<Buffer> {
  const file = await open(path, readPlain)
  try {
    const head = Buffer.alloc(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(head, filled, length - filled, filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return head.subarray(0, filled)
  } finally {
    await file.close()
  }
}

/** Copies; undefined where the file changed meanwhile, or `signal` broke it off. Rejects where a disk fails. */
export async function copyFile(file: SettledFile, folder: string, signal: AbortSignal): Promise<Copy | undefined> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize - 2 * file.bytes < limits.journalFreeBytesMin) {
    throw new NoRoom(`The disk of the desk has no room for ${showPath(file.name)}. Make room; it is read then.`)
  }
  const path = join(folder, `incoming-${randomBytes(12).toString('hex')}`)
  const hash = createHash('sha256')
  let isWhole = false
  const from = await open(file.path, readPlain)
  try {
    const to = await open(path, 'wx', 0o600)
    try {
      const piece = Buffer.allocUnsafe(pieceBytes)
      let copied = 0
      for (;;) {
        const { bytesRead } = await from.read(piece, 0, piece.length, copied)
        if (bytesRead === 0 || signal.aborted || copied > file.bytes) break
        const bytes = piece.subarray(0, bytesRead)
        hash.update(bytes)
        await to.writeFile(bytes)
        copied += bytesRead
      }
      const { size, mtimeMs } = await from.stat()
      isWhole = copied === file.bytes && size === file.bytes && mtimeMs === file.modifiedMs && !signal.aborted
      if (isWhole) await to.datasync()
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
    if (!isWhole) await rm(path, { force: true })
  }
  return isWhole ? { path, sha256: hash.digest('hex') } : undefined
}

/** A copy as an input. */
export function openCopy(path: string): ByteInput {
  return new FileInput(basename(path), openSync(path, 'r'), statSync(path).size)
}

/** An input, unpacked, as an archive. */
export async function openTar(raw: ByteInput): Promise<TarReader> {
  return new TarReader((await openText('bundle', raw)).input)
}
