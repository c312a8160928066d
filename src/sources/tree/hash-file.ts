/** Hashes one file, with everything that a manifest says of it. A file that is written to meanwhile is read once more, and
 *  then told as changing. Everything is synchronous: it runs in threads of its own. */
import { createHash, hash as hashOnce } from 'node:crypto'
import { closeSync, constants, fstatSync, readSync, type Stats } from 'node:fs'
import { limits } from '../../core/limits.ts'
import { readSignature, signerOf } from '../../software/authenticode.ts'
import type { Signer, SoftwareEntry, SoftwareFile } from '../../software/entry.ts'
import { hashedParts, locateSignature, programKind, type SignedPe } from '../../software/pe.ts'
import { openUnseenSync } from '../unseen.ts'
import { systemPath, whyUnread } from './walk.ts'

/** Hashes that lists of others use beside SHA-256. */
export type OtherHash = 'md5' | 'sha1' | 'sha384' | 'sha512'

/** A file with the hashes that were asked for. */
export interface HashedFile extends SoftwareFile {
  readonly hashes?: Readonly<Partial<Record<OtherHash, string>>>
}

/** How files are hashed. */
export interface HashOptions {
  readonly hasModes: boolean
  readonly others: readonly OtherHash[]
}

/** A link that takes the place of a file is not followed, and a pipe that does is not waited for. */
const asPlain = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const pieceBytes = 512 * 1024
const attempts = 2

/** Hashes files, one after the other, through one buffer. */
export class FileHasher {
  readonly #options: HashOptions
  readonly #piece = Buffer.allocUnsafeSlow(pieceBytes)

  constructor(options: HashOptions) {
    this.#options = options
  }

  /** The entry of a plain file below a folder. */
  hash(root: string, path: string): HashedFile | SoftwareEntry {
    let descriptor: number
    try {
      descriptor = openUnseenSync(systemPath(root, path), asPlain)
    } catch (error) {
      return { type: 'unread', path, why: whyUnread(error) }
    }
    try {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const before = fstatSync(descriptor)
        if (!before.isFile()) break
        const found = this.#read(descriptor, path, before)
        const after = fstatSync(descriptor)
        const isSame =
          after.mtimeMs === before.mtimeMs && after.ctimeMs === before.ctimeMs && after.size === found.bytes
        if (isSame) return found
      }
      return { type: 'unread', path, why: 'changing' }
    } catch (error) {
      return { type: 'unread', path, why: whyUnread(error) }
    } finally {
      closeSync(descriptor)
    }
  }

  #read(descriptor: number, path: string, { size, mode }: Stats): HashedFile {
    const { others, hasModes } = this.#options
    const piece = this.#piece
    let filled = this.#fill(descriptor, 0, size)
    const program = programKind(piece.subarray(0, Math.min(filled, 4)))
    // The buffer is filled again by what follows.
    const head = program === 'pe' ? Buffer.from(piece.subarray(0, Math.min(filled, limits.peHeadBytesMax))) : undefined
    let bytes = filled
    let sha256: string
    const found: Partial<Record<OtherHash, string>> = {}
    if (filled < pieceBytes) {
      const whole = piece.subarray(0, filled)
      sha256 = hashOnce('sha256', whole, 'hex')
      for (const name of others) found[name] = hashOnce(name, whole, 'hex')
    } else {
      const main = createHash('sha256')
      const more = others.map((name) => [name, createHash(name)] as const)
      while (filled > 0) {
        main.update(piece.subarray(0, filled))
        for (const [, each] of more) each.update(piece.subarray(0, filled))
        filled = readSync(descriptor, piece, 0, pieceBytes, bytes)
        bytes += filled
      }
      sha256 = main.digest('hex')
      for (const [name, each] of more) found[name] = each.digest('hex')
    }
    const place = head === undefined ? undefined : locateSignature(head, bytes)
    const signer = place === undefined ? undefined : this.#signer(descriptor, place, bytes)
    return {
      type: 'file',
      path,
      bytes,
      sha256,
      ...(hasModes ? { mode: mode & 0o7777 } : {}),
      ...(program === undefined ? {} : { program }),
      ...(signer === undefined ? {} : { signer }),
      ...(others.length === 0 ? {} : { hashes: found }),
    }
  }

  /** Fills the buffer from a place; less where the file ends. A file whose size was told is not asked for more. */
  #fill(descriptor: number, at: number, size: number): number {
    let filled = 0
    while (filled < pieceBytes) {
      const count = readSync(descriptor, this.#piece, filled, pieceBytes - filled, at + filled)
      if (count === 0) break
      filled += count
      if (filled === size) break
    }
    return filled
  }

  #signer(descriptor: number, place: SignedPe, bytes: number): Signer {
    if (place.tableBytes === 0 || place.tableBytes > limits.certificateTableBytesMax)
      return signerOf(undefined, undefined)
    const table = Buffer.allocUnsafe(place.tableBytes)
    if (readSync(descriptor, table, 0, table.length, place.tableAt) < table.length)
      return signerOf(undefined, undefined)
    const signature = readSignature(table)
    if (signature === undefined) return signerOf(undefined, undefined)
    const hash = createHash(signature.algorithm)
    for (const [from, until] of hashedParts(place, bytes)) {
      for (let at = from; at < until; ) {
        const count = readSync(descriptor, this.#piece, 0, Math.min(pieceBytes, until - at), at)
        if (count === 0) return signerOf(undefined, undefined)
        hash.update(this.#piece.subarray(0, count))
        at += count
      }
    }
    return signerOf(signature, hash.digest())
  }
}
