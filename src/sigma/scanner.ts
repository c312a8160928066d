/** Finds which of many literals stand in a field: at its start, at its end, as the whole of it, or anywhere. Logs repeat
 *  themselves, so what was found in a value is kept for as long as that pays. */
import { limits } from '../core/limits.ts'
import { GramTable } from './grams.ts'
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import { type Anchoring, detached } from './text.ts'
import { Trie } from './trie.ts'

/** Lookups after which it is judged whether keeping pays. */
const trialLookups = 2_048

/** All literals of one field. */
export class Scanner implements ScanSink {
  readonly #grams: GramTable | undefined
  readonly #fromStart: Trie | undefined
  readonly #fromEnd: Trie | undefined
  readonly #ofEmpty: readonly number[]
  /** What was found in values seen before. */
  readonly #kept = new Map<string, readonly number[]>()
  #found: number[] = []
  #lookups = 0
  #answered = 0
  #keeps: boolean

  /** `repeats`: values come again, so that it may pay to keep what was found in them. */
  constructor(literals: readonly ScanLiteral[], repeats: boolean) {
    this.#keeps = repeats
    const of = (...anchorings: readonly Anchoring[]): ScanLiteral[] =>
      literals.filter(({ literal, anchoring }) => literal !== '' && anchorings.includes(anchoring))
    const [inside, start, end] = [of('contains'), of('equals', 'startswith'), of('endswith')]
    if (inside.length > 0) this.#grams = new GramTable(inside)
    if (start.length > 0) this.#fromStart = new Trie(start, false)
    if (end.length > 0) this.#fromEnd = new Trie(end, true)
    this.#ofEmpty = literals.filter((each) => each.literal === '').map((each) => each.output)
  }

  /** Reports every literal that stands in the text as it should. */
  scan(text: string, sink: ScanSink): void {
    if (!this.#keeps || text.length > limits.sigmaKeptValueCharactersMax) return this.#scan(text, sink)
    let found = this.#kept.get(text)
    this.#lookups++
    if (found === undefined) {
      this.#found = []
      this.#scan(text, this)
      found = this.#found
      if (this.#kept.size >= limits.sigmaKeptValuesMax) this.#kept.clear()
      this.#kept.set(detached(text), found)
    } else this.#answered++
    for (const output of found) sink.hit(output)
    if (this.#lookups === trialLookups) {
      this.#keeps = this.#answered > trialLookups / 4
      this.#lookups = this.#answered = 0
      if (!this.#keeps) this.#kept.clear()
    }
  }

  /** Takes what was found in a value that is to be kept. */
  hit(output: number): void {
    if (!this.#found.includes(output)) this.#found.push(output)
  }

  #scan(text: string, sink: ScanSink): void {
    if (text === '') {
      for (const output of this.#ofEmpty) sink.hit(output)
      return
    }
    this.#fromStart?.scan(text, sink)
    this.#fromEnd?.scan(text, sink)
    this.#grams?.scan(text, sink)
  }
}
