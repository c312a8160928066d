/** The rotated copies that lie beside a live file, oldest first, and what they begin with, unpacked if need be. It
 *  reads folders and heads, nothing more. */
import { constants, openSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, constants as zlib, zstdDecompressSync } from 'node:zlib'
import { limits } from '../../core/limits.ts'
import { closeQuietly } from '../byte-input.ts'
import { recogniseCompression } from '../compression.ts'
import { type FileLook, lookOf, readHead } from './growing-input.ts'
import { type Aged, type RotatedName, readRotatedName, sortByAge } from './rotated-names.ts'

/** A rotated copy. */
export interface Sibling extends Aged, FileLook {
  readonly path: string
  readonly rotated: RotatedName
}

/** Opening never waits, not even for a pipe that took a log's name. */
export const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Rotated copies of a live file, oldest first; of a copy and its packed twin, which exist side by side while it is
 *  packed, only the plain one. Names that moved while the folder was listed make it be listed again. */
export function listSiblings(livePath: string, liveName: string): Sibling[] {
  for (let attempt = 1; ; attempt += 1) {
    const { siblings, moved } = listOnce(dirname(livePath), liveName)
    if (!moved || attempt === 5) return sortByAge(siblings)
  }
}

function listOnce(folder: string, liveName: string): { siblings: Sibling[]; moved: boolean } {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return { siblings: [], moved: false }
  }
  const rotated = names.map((name) => readRotatedName(name, liveName)).filter((each) => each !== undefined)
  const plain = new Set(rotated.filter(({ isPacked }) => !isPacked).map(({ stem }) => stem))
  const kept = rotated.filter(({ isPacked, stem }) => !isPacked || !plain.has(stem))
  const siblings: Sibling[] = []
  const identities = new Set<string>()
  let moved = false
  for (const each of kept.slice(0, limits.followSiblingsMax)) {
    const path = join(folder, each.name)
    const stat = statOf(path)
    if (stat === undefined) moved = true
    else if (stat !== 'other') {
      moved ||= identities.has(stat.identity)
      identities.add(stat.identity)
      siblings.push({ path, rotated: each, ...stat })
    }
  }
  return { siblings, moved }
}

function statOf(path: string): FileLook | 'other' | undefined {
  try {
    const stat = statSync(path, { bigint: true })
    return stat.isFile() ? lookOf(stat) : 'other'
  } catch {
    return undefined
  }
}

/** The first bytes of the text of a copy, at most `limits.followHeadBytes`; none where it cannot be read. */
export function headOfFile(path: string): Uint8Array {
  let descriptor: number
  try {
    descriptor = openSync(path, openFlags)
  } catch {
    return new Uint8Array(0)
  }
  try {
    return readTextHead(descriptor, readHead(descriptor))
  } finally {
    closeQuietly(descriptor)
  }
}

/** The head of an open file's text; `raw` is what the file begins with, as far as it was read. Of a packed file more
 *  is read until its first block is whole: a block of zstd gives nothing before. */
export function readTextHead(descriptor: number, raw: Uint8Array): Uint8Array {
  const compression = recogniseCompression(raw)
  if (compression === 'none') return raw.subarray(0, limits.followHeadBytes)
  for (const length of limits.followPackedHeadBytes) {
    const head = unpack(readHead(descriptor, length), compression)
    if (head.length > 0) return head.slice(0, limits.followHeadBytes)
  }
  return new Uint8Array(0)
}

/** The beginning of a text out of the beginning of its packed form. */
function unpack(raw: Uint8Array, compression: 'gzip' | 'zstd'): Uint8Array {
  const maxOutputLength = limits.followUnpackedHeadBytesMax
  try {
    if (compression === 'gzip') return gunzipSync(raw, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength })
    return zstdDecompressSync(raw, { finishFlush: zlib.ZSTD_e_flush, maxOutputLength })
  } catch {
    return new Uint8Array(0)
  }
}
