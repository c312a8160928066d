/** Tells an ordinary equation of the editor that Office had until 2018 from data that abuse its faults (MTEF 2 and 3): one is
 *  sound when every record of it can be read to the end and none is larger than what the editor keeps it in. */
import { byteAt, hasText, uint16At, uint32At } from './bytes.ts'

const headBytes = 28
/** Font names are kept in 32 bytes with their end, partitions of matrices and stops of rulers in small lists; longer ones
 *  are how the editor is made to run something. */
const fontNameMost = 31
const matrixSideMost = 15
const stopsMost = 16
/** Behind the last record stand a few zeros. */
const restMost = 16

const records = { end: 0, line: 1, character: 2, template: 3, pile: 4, matrix: 5, mark: 6, ruler: 7, font: 8, size: 9 }
/** 10 to 14 set a size and have no data; what is above is of no version that the editor reads. */
const lastRecord = 14
const options = { isEmpty: 0x10, ruler: 0x20, marks: 0x20, spacing: 0x40, moved: 0x80 } as const

/** True for native data of an equation that holds nothing out of the ordinary. */
export function isSoundEquation(native: Uint8Array): boolean {
  if (uint16At(native, 0) !== headBytes) return false
  const size = uint32At(native, 8)
  if (size > native.length - headBytes) return false
  return isSoundMtef(native.subarray(headBytes, headBytes + size))
}

/** The same for data without the head that the stream `Equation Native` has. */
export function isSoundMtef(bytes: Uint8Array): boolean {
  const version = byteAt(bytes, 0)
  // MathType writes version 5 with its own key, and is another program.
  if (version === 5) return hasText(bytes, 5, 'DSMT')
  if (longestRun(bytes) > runMost) return false
  const isKnown = (version === 2 || version === 3) && byteAt(bytes, 1) <= 1 && byteAt(bytes, 2) <= 1
  return isKnown && new EquationReader(bytes, version === 2 ? 1 : 2).isSound()
}

/** Whatever the records are taken for, what is to overflow needs so many bytes without a zero. */
const runMost = 40

function longestRun(bytes: Uint8Array): number {
  let longest = 0
  let from = 0
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, from)) {
    longest = Math.max(longest, at - from)
    from = at + 1
  }
  return Math.max(longest, bytes.length - from)
}

class EquationReader {
  readonly #bytes: Uint8Array
  readonly #characterBytes: number
  #at = 5
  /** Lists that are open. */
  #depth = 0

  constructor(bytes: Uint8Array, characterBytes: number) {
    this.#bytes = bytes
    this.#characterBytes = characterBytes
  }

  isSound(): boolean {
    while (this.#at < this.#bytes.length) {
      const tag = byteAt(this.#bytes, this.#at++)
      if ((tag & 0x0f) === records.end) {
        if (this.#depth === 0) return this.#bytes.length - this.#at <= restMost
        this.#depth--
      } else if (!this.#record(tag & 0x0f, tag & 0xf0)) return false
    }
    return false
  }

  /** Passes over one record's own data; false where it can't be sound. */
  #record(type: number, flags: number): boolean {
    if (type <= records.mark && (flags & options.moved) !== 0) {
      // Both at their highest: wider ones follow.
      const isWide = byteAt(this.#bytes, this.#at) === 128 && byteAt(this.#bytes, this.#at + 1) === 128
      this.#at += isWide ? 6 : 2
    }
    switch (type) {
      case records.line:
        if ((flags & options.spacing) !== 0) this.#at += 2
        if ((flags & options.isEmpty) === 0) this.#depth++
        return (flags & options.ruler) === 0 || this.#ruler(true)
      case records.character:
        this.#at += 1 + this.#characterBytes
        if ((flags & options.marks) !== 0) this.#depth++
        return true
      case records.template:
        return this.#open(3)
      case records.pile:
        return this.#open(2) && ((flags & options.ruler) === 0 || this.#ruler(true))
      case records.matrix:
        return this.#matrix()
      case records.mark:
        this.#at += 1
        return true
      case records.ruler:
        return this.#ruler(false)
      case records.font:
        return this.#font()
      case records.size: {
        const first = byteAt(this.#bytes, this.#at)
        this.#at += first === 101 ? 3 : first === 100 ? 4 : 2
        return true
      }
      default:
        return type <= lastRecord
    }
  }

  #open(bytes: number): boolean {
    this.#at += bytes
    this.#depth++
    return true
  }

  #ruler(hasTag: boolean): boolean {
    if (hasTag) this.#at++
    const stops = byteAt(this.#bytes, this.#at++)
    this.#at += stops * 3
    return stops <= stopsMost
  }

  #matrix(): boolean {
    const rows = byteAt(this.#bytes, this.#at + 3)
    const columns = byteAt(this.#bytes, this.#at + 4)
    const bytesOf = (count: number): number => Math.ceil(((count + 1) * 2) / 8)
    return rows <= matrixSideMost && columns <= matrixSideMost && this.#open(5 + bytesOf(rows) + bytesOf(columns))
  }

  #font(): boolean {
    const from = this.#at + 2
    const end = this.#bytes.indexOf(0, from)
    if (end < 0 || end - from > fontNameMost) return false
    this.#at = end + 1
    return this.#bytes.subarray(from, end).every((byte) => byte >= 0x20)
  }
}
