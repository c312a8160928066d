/** The evidence file: which lines of which sources belong to which findings, kept in little memory while a scan runs,
 *  and each line as one line of NDJSON. Bringing the bytes back from the sources is not done here. */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { inDigits } from '../core/counts.ts'
import { type FindingKind, findingKinds } from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import { safeJson } from './printable.ts'

/** A line of a source, with all that is held against it. */
export interface IndexedLine extends Place {
  readonly kinds: readonly FindingKind[]
  /** Numbers of findings as given to `add`, ascending. */
  readonly findings: readonly number[]
}

/** Entries of one segment: growing by segments never copies what is there, so that memory has no peaks. */
const segmentBits = 16
const segmentEntries = 1 << segmentBits
const segmentMask = segmentEntries - 1

/** Columns of a run of entries: 30 bytes an entry. */
class Segment {
  readonly source = new Uint16Array(segmentEntries)
  /** A bit for each of `findingKinds`. */
  readonly kinds = new Uint32Array(segmentEntries)
  readonly finding = new Uint32Array(segmentEntries)
  readonly length = new Uint32Array(segmentEntries)
  readonly line = new Float64Array(segmentEntries)
  readonly offset = new Float64Array(segmentEntries)
}

/** Sources that can be told apart; a scan of more than 65,535 files that all hold findings is stated as overflow. */
const sourcesMax = 65_535

/** Gathers the lines that belong to findings: one entry for each line and finding, sorted and merged when read. */
export class EvidenceIndex {
  readonly #entriesMax: number
  readonly #segments: Segment[] = []
  readonly #sources: string[] = []
  readonly #sourceIndexes = new Map<string, number>()
  #count = 0
  #left = 0

  constructor(entriesMax: number = limits.evidenceLinesMax) {
    this.#entriesMax = entriesMax
  }

  /** Entries held: one for each line and finding. */
  get size(): number {
    return this.#count
  }

  /** Notes that a line belongs to a finding. Returns false where the index is full; `statement` then says so. */
  add(place: Place, kind: FindingKind, finding: number): boolean {
    const source = this.#sourceIndex(place.source)
    const bit = 1 << findingKinds.indexOf(kind)
    if (this.#mergeWithLast(source, place.offset, finding, bit)) return true
    if (source < 0 || this.#count >= this.#entriesMax) {
      this.#left++
      return false
    }
    const at = this.#count & segmentMask
    if (at === 0) this.#segments.push(new Segment())
    const segment = this.#segments.at(-1) as Segment
    segment.source[at] = source
    segment.kinds[at] = bit
    segment.finding[at] = finding
    segment.length[at] = place.length
    segment.line[at] = place.line
    segment.offset[at] = place.offset
    this.#count++
    return true
  }

  /** Says what was left out, or nothing. */
  statement(): string | undefined {
    if (this.#left === 0) return undefined
    return (
      `The evidence file holds the first ${inDigits(this.#count)} lines that belong to findings; ` +
      `${inDigits(this.#left)} more were found and are left out. Scan fewer files at a time to get them all.`
    )
  }

  /** The sources that have lines, sorted by path, with their lines in order, each line once. The order is worked out
   *  on the first call to `next`; lines added later are not seen. */
  *lines(): Generator<IndexedLine, void, undefined> {
    const order = this.#sorted()
    for (let from = 0; from < order.length; ) {
      const first = order[from] as number
      let to = from + 1
      while (to < order.length && this.#isSameLine(first, order[to] as number)) to++
      yield this.#merged(order.subarray(from, to))
      from = to
    }
  }

  #sourceIndex(path: string): number {
    const known = this.#sourceIndexes.get(path)
    if (known !== undefined) return known
    if (this.#sources.length >= sourcesMax) return -1
    this.#sources.push(path)
    this.#sourceIndexes.set(path, this.#sources.length - 1)
    return this.#sources.length - 1
  }

  /** Several hits of one finding on one line, one after another, are one entry. */
  #mergeWithLast(source: number, offset: number, finding: number, bit: number): boolean {
    if (this.#count === 0) return false
    const at = (this.#count - 1) & segmentMask
    const last = this.#segments.at(-1) as Segment
    if (last.source[at] !== source || last.offset[at] !== offset || last.finding[at] !== finding) return false
    last.kinds[at] = (last.kinds[at] as number) | bit
    return true
  }

  #segment(entry: number): Segment {
    return this.#segments[entry >>> segmentBits] as Segment
  }

  #isSameLine(a: number, b: number): boolean {
    const left = this.#segment(a)
    const right = this.#segment(b)
    const i = a & segmentMask
    const j = b & segmentMask
    return left.source[i] === right.source[j] && left.offset[i] === right.offset[j]
  }

  #merged(entries: Uint32Array): IndexedLine {
    const first = entries[0] as number
    const segment = this.#segment(first)
    const at = first & segmentMask
    let bits = 0
    const findings: number[] = []
    for (const entry of entries) {
      const of = this.#segment(entry)
      bits |= of.kinds[entry & segmentMask] as number
      const finding = of.finding[entry & segmentMask] as number
      if (findings.at(-1) !== finding) findings.push(finding)
    }
    return {
      source: this.#sources[segment.source[at] as number] as string,
      line: segment.line[at] as number,
      offset: segment.offset[at] as number,
      length: segment.length[at] as number,
      kinds: findingKinds.filter((_, i) => (bits & (1 << i)) !== 0),
      findings,
    }
  }

  /** Entries by source path, offset and finding. A bottom-up merge sort over two arrays of 4 bytes an entry:
   *  `TypedArray.prototype.sort` with a comparator would box every entry. */
  #sorted(): Uint32Array {
    const rank = this.#ranks()
    let order = Uint32Array.from({ length: this.#count }, (_, i) => i)
    let spare = new Uint32Array(this.#count)
    for (let width = 1; width < this.#count; width *= 2) {
      for (let low = 0; low < this.#count; low += width * 2) {
        this.#merge(order, spare, low, Math.min(low + width, this.#count), Math.min(low + width * 2, this.#count), rank)
      }
      ;[order, spare] = [spare, order]
    }
    return order
  }

  #merge(from: Uint32Array, to: Uint32Array, low: number, middle: number, high: number, rank: Uint32Array): void {
    // Runs that are in order already, as almost all are, are copied whole.
    if (middle >= high || this.#compare(from[middle - 1] as number, from[middle] as number, rank) <= 0) {
      to.set(from.subarray(low, high), low)
      return
    }
    let [i, j] = [low, middle]
    for (let k = low; k < high; k++) {
      const isLeft = i < middle && (j >= high || this.#compare(from[i] as number, from[j] as number, rank) <= 0)
      to[k] = (isLeft ? from[i++] : from[j++]) as number
    }
  }

  #compare(a: number, b: number, rank: Uint32Array): number {
    const left = this.#segment(a)
    const right = this.#segment(b)
    const i = a & segmentMask
    const j = b & segmentMask
    return (
      (rank[left.source[i] as number] as number) - (rank[right.source[j] as number] as number) ||
      (left.offset[i] as number) - (right.offset[j] as number) ||
      (left.finding[i] as number) - (right.finding[j] as number)
    )
  }

  /** The place of each source in the order of paths. */
  #ranks(): Uint32Array {
    const rank = new Uint32Array(this.#sources.length)
    const byPath = this.#sources.map((path, i) => ({ path, i })).sort((a, b) => (a.path < b.path ? -1 : 1))
    for (const [place, { i }] of byPath.entries()) rank[i] = place
    return rank
  }
}

/** What one line of the evidence file says. */
export interface EvidenceRecord {
  /** The source's path as the user gave it. */
  readonly file: string
  readonly line: number
  /** Byte offset of the line in the source's (decompressed) text. */
  readonly offset: number
  /** The line's bytes, without its terminator. */
  readonly bytes: Uint8Array
  readonly kinds: readonly FindingKind[]
  /** Ids of the findings that the line belongs to. */
  readonly findings: readonly string[]
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
/** One line of NDJSON, its line feed included. `raw` is the line as text; where the bytes are not UTF-8, `raw` shows
 *  replacement characters and `rawBase64` has the bytes. `sha256` is that of the bytes. */
export function renderEvidenceLine(record: EvidenceRecord): string {
  const { file, line, offset, bytes, kinds, findings } = record
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const raw = utf8.decode(bytes)
  const exact = isUtf8(bytes)
    ? {}
    : { rawBase64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') }
  return `${safeJson({ file, line, offset, sha256, raw, ...exact, kinds, findings })}\n`
}
