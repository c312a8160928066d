/** Reads compound files (MS-CFB 2): storages and streams in sectors. The library that writes them follows chains that
 *  lead in a circle for ever, so hostile ones are read here, where each chain is bounded by the file's own size. */
import { limits } from '../../core/limits.ts'
import { wideText } from '../utf16.ts'
import { bufferOf, byteAt, classIdText, hasText, uint16At, uint32At } from './bytes.ts'

/** One storage or stream. */
export interface CompoundEntry {
  readonly name: string
  /** Names from the root down, apart by slashes, without the root: `Macros/VBA/dir`. */
  readonly path: string
  readonly type: 'storage' | 'stream' | 'root'
  /** Class id of a storage, in capitals; zeros where it has none. */
  readonly classId: string
  readonly size: number
  readonly start: number
}

/** An opened compound file. */
export interface CompoundFile {
  readonly entries: readonly CompoundEntry[]
  /** The root's class id. */
  readonly classId: string
  /** The bytes of a stream, as far as they are there and at most so many. */
  read(entry: CompoundEntry, bytesMax?: number): Uint8Array
  /** The first entry with this path, in any case. */
  find(path: string): CompoundEntry | undefined
}

const maxRegularSector = 0xfffffffa
const noStream = 0xffffffff
const headBytes = 512

/** Opens a compound file; undefined where its head or directory can't be read. */
export function openCompoundFile(bytes: Uint8Array): CompoundFile | undefined {
  if (!hasText(bytes, 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return undefined
  const shift = uint16At(bytes, 30)
  const sectorSize = shift === 12 ? 4_096 : 512
  const sectors = new Sectors(bytes, sectorSize)
  const directory = sectors.readChain(uint32At(bytes, 48), limits.compoundEntriesMax * 128)
  if (directory.length < 128) return undefined
  const raw = readDirectory(directory)
  const [root] = raw
  if (root === undefined) return undefined
  const mini = new MiniStream(sectors, uint32At(bytes, 60), root.start, uint32At(bytes, 56) || 4_096)
  const entries = walkTree(raw)
  // Hostile directories have thousands of entries, each of which is looked up.
  const byPath = new Map(entries.map((entry) => [entry.path.toLowerCase(), entry] as const).toReversed())
  let left = bytes.length * limits.compoundReadsMax
  return {
    entries,
    classId: root.classId,
    read: (entry, bytesMax = limits.documentPartBytesMax) => {
      const size = Math.min(entry.size, bytesMax, left)
      const content = entry.size < mini.cutoff ? mini.read(entry.start, size) : sectors.readChain(entry.start, size)
      left -= content.length
      return content
    },
    find: (path) => byPath.get(path.toLowerCase()),
  }
}

/** Sectors and the table that chains them. */
class Sectors {
  readonly #bytes: Uint8Array
  readonly #size: number
  readonly #tableSectors: readonly number[]
  readonly #count: number

  constructor(bytes: Uint8Array, size: number) {
    this.#bytes = bytes
    this.#size = size
    this.#count = Math.min(limits.compoundSectorsMax, Math.ceil(Math.max(0, bytes.length - headBytes) / size))
    this.#tableSectors = this.#listTableSectors()
  }

  /** 109 in the head, the others in a chain of lists (2.5). */
  #listTableSectors(): number[] {
    const found: number[] = []
    for (let index = 0; index < 109; index++) {
      const sector = uint32At(this.#bytes, 76 + index * 4)
      if (sector < maxRegularSector) found.push(sector)
    }
    let list = uint32At(this.#bytes, 68)
    const perList = this.#size / 4 - 1
    for (let turn = 0; list < maxRegularSector && turn * perList < this.#count; turn++) {
      const at = this.#at(list)
      if (at >= this.#bytes.length) break
      for (let index = 0; index < perList; index++) {
        const sector = uint32At(this.#bytes, at + index * 4)
        if (sector < maxRegularSector) found.push(sector)
      }
      list = uint32At(this.#bytes, at + perList * 4)
    }
    return found
  }

  #at(sector: number): number {
    return (sector + 1) * this.#size
  }

  next(sector: number): number {
    const perSector = this.#size / 4
    const table = this.#tableSectors[Math.floor(sector / perSector)]
    if (table === undefined) return noStream
    const at = this.#at(table) + (sector % perSector) * 4
    return at + 4 <= this.#bytes.length ? uint32At(this.#bytes, at) : noStream
  }

  /** The bytes of a chain. A chain has no more sectors than the file: one that goes on leads in a circle. */
  readChain(start: number, bytesMax: number): Uint8Array {
    const pieces: Uint8Array[] = []
    let length = 0
    let sector = start
    for (let turn = 0; turn < this.#count && sector < maxRegularSector && length < bytesMax; turn++) {
      const at = this.#at(sector)
      if (at >= this.#bytes.length) break
      const piece = this.#bytes.subarray(at, at + this.#size)
      pieces.push(piece)
      length += piece.length
      sector = this.next(sector)
    }
    return bufferOf(Buffer.concat(pieces, Math.min(length, bytesMax)))
  }
}

/** Small streams, in sectors of 64 bytes within one large stream (2.4). */
class MiniStream {
  readonly #table: Uint8Array
  readonly #content: Uint8Array
  readonly cutoff: number

  constructor(sectors: Sectors, tableStart: number, contentStart: number, cutoff: number) {
    this.#table = sectors.readChain(tableStart, limits.documentPartBytesMax)
    this.#content = sectors.readChain(contentStart, limits.documentBytesMax)
    // The head must say 4096; readers of Office take no other.
    this.cutoff = cutoff === 4_096 ? cutoff : 4_096
  }

  read(start: number, size: number): Uint8Array {
    const pieces: Uint8Array[] = []
    let sector = start
    for (let left = size; left > 0 && sector < maxRegularSector; left -= 64) {
      const at = sector * 64
      if (at >= this.#content.length) break
      pieces.push(this.#content.subarray(at, at + Math.min(64, left)))
      sector = sector * 4 + 4 <= this.#table.length ? uint32At(this.#table, sector * 4) : noStream
    }
    return bufferOf(Buffer.concat(pieces))
  }
}

interface RawEntry extends CompoundEntry {
  readonly left: number
  readonly right: number
  readonly child: number
}

const types: Readonly<Record<number, CompoundEntry['type']>> = { 1: 'storage', 2: 'stream', 5: 'root' }

function readDirectory(directory: Uint8Array): (RawEntry | undefined)[] {
  const found: (RawEntry | undefined)[] = []
  for (let at = 0; at + 128 <= directory.length; at += 128) {
    // The first entry is the root, whatever its type is said to be.
    const type = at === 0 ? 'root' : types[byteAt(directory, at + 66)]
    const nameLength = Math.min(64, Math.max(0, uint16At(directory, at + 64) - 2))
    const name = wideText(directory, at, at + nameLength)
    found.push(
      type === undefined
        ? undefined
        : {
            name,
            path: name,
            type,
            classId: classIdText(directory, at + 80),
            left: uint32At(directory, at + 68),
            right: uint32At(directory, at + 72),
            child: uint32At(directory, at + 76),
            start: uint32At(directory, at + 116),
            size: uint32At(directory, at + 120),
          },
    )
  }
  return found
}

/** Gives each entry its path. Entries that no storage leads to are listed too: a reader that is content with less finds
 *  them, and so do attackers. */
function walkTree(raw: readonly (RawEntry | undefined)[]): CompoundEntry[] {
  const found: CompoundEntry[] = []
  const seen = new Set<number>([0])
  const waiting: { readonly id: number; readonly parent: string }[] = [{ id: raw[0]?.child ?? noStream, parent: '' }]
  const walk = (): void => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { id, parent } = next
      const entry = raw[id]
      if (entry === undefined || seen.has(id)) continue
      seen.add(id)
      const path = (parent === '' ? entry.name : `${parent}/${entry.name}`).slice(
        0,
        limits.documentNameCharactersMax * 4,
      )
      found.push({ ...entry, path })
      waiting.push({ id: entry.left, parent }, { id: entry.right, parent })
      if (entry.type === 'storage') waiting.push({ id: entry.child, parent: path })
    }
  }
  walk()
  for (const [id, entry] of raw.entries()) {
    if (entry === undefined || seen.has(id) || entry.type === 'root') continue
    waiting.push({ id, parent: '' })
    walk()
  }
  return found
}
