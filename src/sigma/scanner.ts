/** Finds which of many literals stand in a field: at its start, at its end, as the whole of it, or anywhere. Logs repeat
 *  themselves, so what was found in a value is kept for as long as that pays. Texts of ASCII, nearly all, are scanned
 *  folded; the others as they are. */
import { limits } from '../core/limits.ts'
import type { FoldedText } from '../formats/folded-text.ts'
import { FoldedGrams } from './folded-grams.ts'
import { GramTable } from './grams.ts'
import { KeptFinds } from './kept-finds.ts'
import type { ScanLiteral, ScanSink } from './scan-literal.ts'
import type { Anchoring } from './text.ts'
import { isTiny, TinyLiterals } from './tiny-literals.ts'
import { Trie } from './trie.ts'

/** All literals of one field. */
export class Scanner implements ScanSink {
  readonly #inside: readonly ScanLiteral[]
  readonly #folded: FoldedGrams | undefined
  /** For texts that are not of ASCII: made when the first comes. */
  #grams: GramTable | undefined
  readonly #tiny: TinyLiterals | undefined
  readonly #fromStart: Trie | undefined
  readonly #fromEnd: Trie | undefined
  readonly #ofEmpty: readonly number[]
  readonly #kept = new KeptFinds()
  #found: number[] = []

  constructor(literals: readonly ScanLiteral[]) {
    const of = (...anchorings: readonly Anchoring[]): ScanLiteral[] =>
      literals.filter(({ literal, anchoring }) => literal !== '' && anchorings.includes(anchoring))
    const [inside, start, end] = [of('contains'), of('equals', 'startswith'), of('endswith')]
    const tiny = inside.filter(isTiny)
    this.#inside = inside.filter((literal) => !isTiny(literal))
    if (this.#inside.length > 0) this.#folded = new FoldedGrams(this.#inside)
    if (tiny.length > 0) this.#tiny = new TinyLiterals(tiny)
    if (start.length > 0) this.#fromStart = new Trie(start, false)
    if (end.length > 0) this.#fromEnd = new Trie(end, true)
    this.#ofEmpty = literals.filter((each) => each.literal === '').map((each) => each.output)
  }

  /** It is known that values come again, so that most scans cost next to nothing. */
  get isCheap(): boolean {
    return this.#kept.isProven
  }

  /** Reports every literal that stands in a folded text as it should. Where there is only its key, `text` gives it. */
  scanFolded(folded: FoldedText, sink: ScanSink, text: () => string): void {
    if (folded.length === 0) {
      for (const output of this.#ofEmpty) sink.hit(output)
      return
    }
    if (!this.#kept.pays || folded.length > limits.sigmaKeptValueCharactersMax) {
      if (folded.isKey) this.scan(text(), sink)
      else this.#scanFolded(folded, sink)
      return
    }
    let found = this.#kept.of(folded)
    if (found === undefined) {
      this.#found = []
      if (folded.isKey) this.scan(text(), this)
      else this.#scanFolded(folded, this)
      found = this.#found
      if (this.#kept.pays) this.#kept.keep(folded, found)
    }
    for (const output of found) sink.hit(output)
  }

  /** Takes what was found in a value that is to be kept. */
  hit(output: number): void {
    if (!this.#found.includes(output)) this.#found.push(output)
  }

  #scanFolded(text: FoldedText, sink: ScanSink): void {
    this.#fromStart?.scanFolded(text, sink)
    this.#fromEnd?.scanFolded(text, sink)
    this.#tiny?.scanFolded(text, sink)
    this.#folded?.scan(text, sink)
  }

  /** Reports every literal that stands in any text as it should. */
  scan(text: string, sink: ScanSink): void {
    if (text === '') {
      for (const output of this.#ofEmpty) sink.hit(output)
      return
    }
    this.#fromStart?.scan(text, sink)
    this.#fromEnd?.scan(text, sink)
    this.#tiny?.scan(text, sink)
    if (this.#inside.length > 0) {
      this.#grams ??= new GramTable(this.#inside)
      this.#grams.scan(text, sink)
    }
  }
}
