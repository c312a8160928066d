/** Reads a bundle: first its signed list, which must be by a trusted key, then its files, which must be exactly those of
 *  the list. Nothing is believed before the signature, and nothing is read beyond what the list promises. */
import { createHash } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { fingerprintOf, normaliseKey, type Signature } from '../../software/signing-key.ts'
import type { ByteInput } from '../byte-input.ts'
import { showPath } from '../problem.ts'
import {
  filesTop,
  isManifestSigned,
  type Manifest,
  type ManifestFile,
  manifestPath,
  parseManifest,
  parseSignature,
  signaturePath,
} from './manifest.ts'
import type { TarReader } from './tar.ts'

/** Why a bundle, or a file in a drop folder, is not taken. */
export type RefusalCode =
  | 'not-a-bundle'
  | 'unsigned'
  | 'unknown-key'
  | 'bad-signature'
  | 'bad-list'
  | 'cut-short'
  | 'damaged'
  | 'tampered'
  | 'extra-file'
  | 'not-a-plain-file'
  | 'archive'

/** A refusal, as a sentence or two for a clerk. */
export interface Refusal {
  readonly code: RefusalCode
  readonly reason: string
  /** The key that signed it, where nobody has trusted it yet: to be compared, and then trusted. */
  readonly publicKey?: string
  readonly fingerprint?: string
}

/** A signed list by a trusted key. */
export interface BundleHead {
  readonly manifest: Manifest
  readonly publicKey: string
  /** SHA-256 of the signed list: the same bundle on another stick, or packed anew from the same list, is the same. */
  readonly bundleId: string
}

/** A file of a verified bundle. */
export interface VerifiedFile extends ManifestFile {
  /** The longest earlier file of this machine with which it begins: its bytes, or 0. */
  readonly knownBytes: number
}

/** Sizes and hashes of files that were imported before. */
export type KnownFiles = ReadonlyMap<number, ReadonlySet<string>>

const pieceBytes = 1024 * 1024
const signatureBytesMost = 4096
const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Reads the list and the signature, and checks both. */
export async function readBundleHead(
  tar: TarReader,
  trustedKeys: readonly string[],
): Promise<Result<BundleHead, Refusal>> {
  const manifestBytes = await readMember(tar, manifestPath, limits.bundleManifestBytesMax)
  if (!manifestBytes.ok) return manifestBytes
  const signatureBytes = await readMember(tar, signaturePath, signatureBytesMost)
  if (!signatureBytes.ok) return signatureBytes
  const signature = parseSignature(signatureBytes.value)
  if (signature === undefined || !isManifestSigned(signature, manifestBytes.value)) return refuse('bad-signature')
  const trusted = trustedKeys.map(normaliseKey)
  if (!trusted.includes(signature.publicKey)) return err(unknownKey(signature))
  const manifest = parseManifest(manifestBytes.value)
  if (manifest === undefined) return refuse('bad-list')
  const bundleId = createHash('sha256').update(manifestBytes.value).digest('hex')
  return ok({ manifest, publicKey: signature.publicKey, bundleId })
}

/** Reads all files behind the head and compares each with the list. */
export async function verifyFiles(
  tar: TarReader,
  { files }: Manifest,
  known: KnownFiles,
  signal: AbortSignal,
): Promise<Result<readonly VerifiedFile[], Refusal>> {
  const verified: VerifiedFile[] = []
  for (const file of files) {
    const entry = await tar.next()
    if (!entry.ok) return refuse(entry.error)
    if (entry.value === undefined) return refuse('cut-short')
    if (entry.value.path !== filesTop + file.name) return refuse('extra-file', entry.value.path)
    if (entry.value.bytes !== file.bytes) return refuse('tampered', file.name)
    const hashed = await hashFile(tar, file, known, signal)
    if (hashed === undefined) return refuse('cut-short')
    if (hashed.sha256 !== file.sha256) return refuse('tampered', file.name)
    verified.push({ ...file, knownBytes: hashed.knownBytes })
  }
  const end = await tar.next()
  if (!end.ok) return refuse(end.error)
  return end.value === undefined ? ok(verified) : refuse('extra-file', end.value.path)
}

/** The hash of the current file, and the longest known file that it begins with. */
async function hashFile(
  tar: TarReader,
  { bytes }: ManifestFile,
  known: KnownFiles,
  signal: AbortSignal,
): Promise<{ sha256: string; knownBytes: number } | undefined> {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(pieceBytes)
  const sizes = [...known.keys()].filter((size) => size > 0 && size < bytes).sort((a, b) => a - b)
  let done = 0
  let knownBytes = 0
  while (done < bytes) {
    const until = sizes[0] ?? bytes
    const count = await tar.read(piece, 0, Math.min(pieceBytes, until - done))
    if (count === 0 || signal.aborted) return undefined
    hash.update(piece.subarray(0, count))
    done += count
    if (done === sizes[0]) {
      if (known.get(done)?.has(hash.copy().digest('hex')) === true) knownBytes = done
      sizes.shift()
    }
    // Hashing goes on for seconds; others have their turn in between.
    await nextTick()
  }
  return { sha256: hash.digest('hex'), knownBytes }
}

async function readMember(tar: TarReader, path: string, bytesMost: number): Promise<Result<Buffer, Refusal>> {
  const entry = await tar.next()
  if (!entry.ok) return refuse(path === manifestPath && entry.error !== 'cut-short' ? 'not-a-bundle' : entry.error)
  if (entry.value?.path !== path) return refuse('not-a-bundle')
  if (entry.value.bytes > bytesMost) return refuse('bad-list')
  const bytes = Buffer.alloc(entry.value.bytes)
  for (let filled = 0; filled < bytes.length; ) {
    const count = await tar.read(bytes, filled, bytes.length - filled)
    if (count === 0) return refuse('cut-short')
    filled += count
  }
  return ok(bytes)
}

/** The current file of an archive as an input of its own, from `skip` bytes on. */
export class EntryInput implements ByteInput {
  readonly problem = undefined
  readonly total: number
  readonly #tar: TarReader
  #skip: number
  #position = 0

  constructor(tar: TarReader, bytes: number, skip: number) {
    this.#tar = tar
    this.#skip = skip
    this.total = bytes - skip
  }

  get position(): number {
    return this.#position
  }

  async read(into: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#skip > 0) {
      const piece = Buffer.allocUnsafe(Math.min(this.#skip, pieceBytes))
      const count = await this.#tar.read(piece, 0, piece.length)
      if (count === 0) return 0
      this.#skip -= count
    }
    const count = await this.#tar.read(into, at, length)
    this.#position += count
    return count
  }

  restart(): undefined {
    return undefined
  }

  close(): void {
    this.#skip = 0
  }
}

const sentences: Readonly<Record<Exclude<RefusalCode, 'unknown-key'>, (name: string) => string>> = {
  'not-a-bundle': () =>
    'This is no bundle of Bellwether. Make one with "bellwether pack" on the machine that the logs come from.',
  unsigned: () =>
    'Nobody signed this file, and this folder takes signed bundles only. Make a bundle with "bellwether pack", or allow unsigned files for this source.',
  'bad-signature': () =>
    'The signature does not fit: the list of files was changed after it was signed, or the copy is damaged. Nothing was imported. Copy it again from its machine; if it is refused again, keep the stick and call your security contact.',
  'bad-list': () =>
    'Its list of files cannot be used: it is not of this version, or names what no bundle may hold. Nothing was imported. Pack it again with the same version of Bellwether as this desk.',
  'cut-short': () =>
    'It is cut short. Nothing was imported. Copy it again, and wait until the stick says that it may be taken out.',
  damaged: () => 'It is damaged. Nothing was imported. Copy it again from its machine.',
  tampered: (name) =>
    `The file ${showPath(name)} in it is not what was signed: it was changed after packing, or the copy is damaged. Nothing was imported. Copy it again from its machine; if it is refused again, keep the stick and call your security contact.`,
  'extra-file': (name) =>
    `It holds something that was not signed${name === '' ? '' : ` (${showPath(name)})`}. Nothing was imported. Copy it again from its machine; if it is refused again, keep the stick and call your security contact.`,
  'not-a-plain-file': () =>
    'It holds a link, a folder or a device, which no bundle does. Nothing was imported. Keep the stick and call your security contact.',
  archive: (name) => `It is ${name}. Unpack it, and put the logs themselves into the folder.`,
}

/** The refusal with its sentence; `detail` is a name or phrase that some sentences show. */
export const refusal = (code: Exclude<RefusalCode, 'unknown-key'>, detail = ''): Refusal => ({
  code,
  reason: sentences[code](detail),
})
const refuse = (code: Exclude<RefusalCode, 'unknown-key'>, detail = ''): Result<never, Refusal> =>
  err(refusal(code, detail))

function unknownKey({ publicKey }: Signature): Refusal {
  const fingerprint = fingerprintOf(publicKey)
  return {
    code: 'unknown-key',
    publicKey,
    fingerprint,
    reason: `It is signed with a key that this desk does not trust, with the fingerprint ${fingerprint}. Nothing was imported. Ask whoever packed it to read out the fingerprint that "bellwether pack" shows; only if it is the same, add the key to this source.`,
  }
}
