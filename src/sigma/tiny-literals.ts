/** Finds which literals of one or two characters of ASCII a text contains. They are too short for tables of grams. */
import type { FoldedText } from '../formats/folded-text.ts'
import { outputsByText } from './gram-runs.ts'
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import { foldUnit, hasRareUnit } from './text.ts'

/** Literals up to this length are tiny. */
const tinyLength = 2

/** Whether a literal is for this table. */
export const isTiny = ({ literal }: ScanLiteral): boolean => literal.length <= tinyLength && !hasRareUnit(literal)

interface Tiny {
  /** The second character; -1 where there is none. */
  readonly second: number
  readonly outputs: readonly number[]
}

/** All tiny literals of a field. */
export class TinyLiterals {
  /** By first character: 0 where there is no literal, else the place of its list and 1. */
  readonly #begins = new Uint8Array(128)
  readonly #lists: Tiny[][] = []

  /** Literals must be tiny and not empty. */
  constructor(literals: readonly ScanLiteral[]) {
    for (const [text, outputs] of outputsByText(literals)) {
      const first = text.charCodeAt(0)
      if (this.#begins[first] === 0) this.#begins[first] = this.#lists.push([])
      const second = text.length === 1 ? -1 : text.charCodeAt(1)
      this.#lists[(this.#begins[first] as number) - 1]?.push({ second, outputs })
    }
  }

  /** Reports every literal that a folded text of ASCII contains. */
  scanFolded({ bytes, length }: FoldedText, sink: ScanSink): void {
    const begins = this.#begins
    for (let i = 0; i < length; i++) {
      const list = begins[bytes[i] as number] as number
      if (list !== 0) this.#report(list, i + 1 < length ? (bytes[i + 1] as number) : -1, sink)
    }
  }

  /** As `scanFolded`, for any text. */
  scan(text: string, sink: ScanSink): void {
    const begins = this.#begins
    for (let i = 0; i < text.length; i++) {
      const unit = foldUnit(text.charCodeAt(i))
      const list = unit < 128 ? (begins[unit] as number) : 0
      if (list !== 0) this.#report(list, i + 1 < text.length ? foldUnit(text.charCodeAt(i + 1)) : -1, sink)
    }
  }

  #report(list: number, next: number, sink: ScanSink): void {
    for (const { second, outputs } of this.#lists[list - 1] as readonly Tiny[]) {
      if (second < 0 || second === next) for (const output of outputs) sink.hit(output)
    }
  }
}
