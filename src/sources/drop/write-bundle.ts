/** Writes a bundle: hashes the files, signs the list, then packs the files behind it, in bounded memory and through a
 *  file that gets its name only when it is whole. A file that changes in between is noticed. */
import { createHash } from 'node:crypto'
import { createWriteStream, type ReadStream } from 'node:fs'
import { type FileHandle, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { err, ok, type Result } from '../../core/result.ts'
import { errorCode, problemOfError, showPath } from '../problem.ts'
import { openUnseen } from '../unseen.ts'
import {
  filesTop,
  type Manifest,
  type ManifestFile,
  manifestPath,
  manifestText,
  signaturePath,
  signManifest,
} from './manifest.ts'
import { tarEnd, tarHeader, tarPadding } from './tar.ts'

/** A file to pack, and its name in the bundle. */
export interface PackedFile {
  readonly path: string
  readonly name: string
  /** A manifest of software; left out for a log. */
  readonly kind?: 'software'
}

/** What to pack. */
export interface BundleRequest {
  readonly files: readonly PackedFile[]
  readonly outPath: string
  readonly machine: string
  /** Ed25519, PKCS8 PEM. */
  readonly privateKeyPem: string
  readonly nowMs: number
}

/** What was packed. */
export interface WrittenBundle {
  readonly manifest: Manifest
  /** Bytes of the files, before packing. */
  readonly bytes: number
}

const pieceBytes = 1024 * 1024
/** Logs shrink to much the same size at every level; this one is quick. */
const gzipLevel = 4

/** Writes the bundle. A failure is one sentence, and leaves no file. */
export async function writeBundle(request: BundleRequest): Promise<Result<WrittenBundle, string>> {
  const files: ManifestFile[] = []
  for (const file of request.files) {
    const hashed = await hashWhole(file)
    if (!hashed.ok) return hashed
    files.push(hashed.value)
  }
  const packedAt = new Date(request.nowMs).toISOString()
  const manifest: Manifest = { version: 1, machine: request.machine, packedAt, files }
  const partial = `${request.outPath}.partial`
  try {
    await rm(partial, { force: true })
    const out = createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true })
    await pipeline(
      Readable.from(members(request, manifest), { objectMode: false }),
      createGzip({ level: gzipLevel }),
      out,
    )
    await rename(partial, request.outPath)
    return ok({ manifest, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) })
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined)
    if (error instanceof ChangedFile) return err(error.message)
    const reason = errorCode(error) === 'ENOSPC' ? 'there is no room left' : `the system says ${errorCode(error)}`
    return err(
      `The bundle ${showPath(request.outPath)} could not be written (${reason}). Choose another place with --out.`,
    )
  }
}

class ChangedFile extends Error {}

async function* members(request: BundleRequest, manifest: Manifest): AsyncGenerator<Buffer> {
  const list = manifestText(manifest)
  const signature = signManifest(list, request.privateKeyPem)
  for (const [path, content] of [
    [manifestPath, list],
    [signaturePath, signature],
  ] as const) {
    yield tarHeader({ path, bytes: content.length }, request.nowMs)
    yield content
    yield tarPadding(content.length)
  }
  for (const [index, { path, name }] of request.files.entries()) {
    const { bytes, sha256 } = manifest.files[index] as ManifestFile
    yield tarHeader({ path: filesTop + name, bytes }, request.nowMs)
    const hash = createHash('sha256')
    for await (const piece of readUpTo(path, bytes)) {
      hash.update(piece)
      yield piece
    }
    if (hash.digest('hex') !== sha256) {
      throw new ChangedFile(
        `${showPath(path)} changed while it was packed (logs may have been rotated). Run the command again.`,
      )
    }
    yield tarPadding(bytes)
  }
  yield tarEnd()
}

/** Size and hash of a file as it is now; what is written to it from here on is for the next bundle. */
async function hashWhole({ path, name, kind }: PackedFile): Promise<Result<ManifestFile, string>> {
  try {
    const file = await openUnseen(path)
    const bytes = await file
      .stat()
      .then(({ size }) => size)
      .finally(() => file.close())
    const hash = createHash('sha256')
    let read = 0
    for await (const piece of readUpTo(path, bytes)) {
      hash.update(piece)
      read += piece.length
    }
    return ok({ name, bytes: read, sha256: hash.digest('hex'), ...(kind === undefined ? {} : { kind }) })
  } catch (error) {
    return err(problemOfError(error, path).message)
  }
}

async function* readUpTo(path: string, bytes: number): AsyncGenerator<Buffer> {
  if (bytes === 0) return
  const file: FileHandle = await openUnseen(path)
  const stream: ReadStream = file.createReadStream({ start: 0, end: bytes - 1, highWaterMark: pieceBytes })
  yield* stream as AsyncIterable<Buffer>
}
