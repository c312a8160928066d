/** Manifests on disk: written through a file that gets its name only when it is whole, and read in pieces. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { err, ok, type Result } from '../../core/result.ts'
import { type ManifestHead, ManifestWriter } from '../../software/manifest.ts'
import { type CheckedManifest, checkManifest, type ManifestFault } from '../../software/read-manifest.ts'
import { type Problem, problemOfError, showPath } from '../problem.ts'
import type { TreeEntry } from './hash-tree.ts'

const pieceBytes = 256 * 1024
const gatheredBytes = 256 * 1024

/** A file in pieces, each good until the next is asked for. Throws where the file cannot be read. */
export function* piecesOf(path: string): Generator<Uint8Array> {
  const descriptor = openSync(path, 'r')
  try {
    if (!fstatSync(descriptor).isFile()) throw Object.assign(new Error('not a file'), { code: 'EISDIR' })
    const piece = Buffer.allocUnsafe(pieceBytes)
    for (let at = 0; ; ) {
      const count = readSync(descriptor, piece, 0, pieceBytes, at)
      if (count === 0) return
      yield piece.subarray(0, count)
      at += count
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Reads a manifest's file whole and checks it. The failure is what is wrong with the manifest, or with the file. */
export function checkManifestFile(path: string): Result<CheckedManifest, ManifestFault | Problem> {
  try {
    return checkManifest(piecesOf(path))
  } catch (error) {
    return err(problemOfError(error, path))
  }
}

/** What a manifest that was written holds. */
export interface WrittenManifest {
  readonly files: number
  readonly bytes: number
  readonly programs: number
  readonly signed: number
  /** Paths of what could not be read. */
  readonly unread: readonly string[]
}

/** Where a manifest goes, and what it says of itself. */
export interface ManifestRequest {
  readonly path: string
  readonly head: ManifestHead
  /** PKCS8 PEM. */
  readonly privateKeyPem: string
  /** A folder without a file is refused. */
  readonly mustHoldFiles: boolean
  /** Told now and then. */
  readonly onProgress?: (counts: WrittenManifest) => void
}

class NothingThere extends Error {}

/** Writes a manifest of what comes in. The failure is one sentence, and leaves no file. */
export async function writeManifestFile(
  entries: AsyncIterable<readonly TreeEntry[]>,
  request: ManifestRequest,
): Promise<Result<WrittenManifest, string>> {
  const partial = `${request.path}.partial`
  const counts = { files: 0, bytes: 0, programs: 0, signed: 0, unread: [] as string[] }
  let file: FileHandle | undefined
  try {
    await rm(partial, { force: true })
    file = await open(partial, 'wx', 0o644)
    const writer = new ManifestWriter()
    let text = writer.begin(request.head)
    for await (const batch of entries) {
      for (const entry of batch) {
        text += writer.write(entry)
        if (entry.type === 'file') {
          counts.files++
          counts.bytes += entry.bytes
          if (entry.program !== undefined) counts.programs++
          if (entry.signer !== undefined) counts.signed++
        } else if (entry.type === 'unread') counts.unread.push(entry.path)
      }
      if (text.length >= gatheredBytes) {
        await file.writeFile(text)
        text = ''
      }
      request.onProgress?.(counts)
    }
    if (request.mustHoldFiles && counts.files + counts.unread.length === 0) {
      throw new NothingThere(
        `${showPath(request.head.folder)} holds no file. Name the folder in which the software is.`,
      )
    }
    await file.writeFile(text + writer.end(request.privateKeyPem))
    await file.sync()
    await file.close()
    file = undefined
    await rename(partial, request.path)
    return ok(counts)
  } catch (error) {
    await file?.close().catch(() => undefined)
    await rm(partial, { force: true }).catch(() => undefined)
    if (error instanceof NothingThere) return err(error.message)
    const { message } = problemOfError(error, request.path)
    return err(`${showPath(request.path)} could not be written. ${message}`)
  }
}
