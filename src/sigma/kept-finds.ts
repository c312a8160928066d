/** What was found in texts seen before: logs repeat themselves. Each text has one place that its bytes give; a newer text
 *  takes the place of an older one. It is given up for a field whose values do not come again. */
import { limits } from '../core/limits.ts'
import type { FoldedText } from '../formats/folded-text.ts'

/** Lookups after which it is judged whether keeping pays. */
const trialLookups = 1_024
const placesFirst = 64

/** A hash of a folded text, four bytes at a time. */
function hashOf({ view, length, isKey }: FoldedText): number {
  let hash = isKey ? ~length : length
  for (let at = 0; at < length; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x85ebca6b) ^ (hash >>> 15)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** Tells keys from texts of the same bytes. */
const sizeOf = ({ length, isKey }: FoldedText): number => (isKey ? ~length : length)
const noSize = 0x7fff_ffff

/** Finds by text. */
export class KeptFinds {
  /** Values come again: keeping pays. */
  pays = true
  /** It was judged to pay. */
  isProven = false
  #places = placesFirst
  #used = 0
  #hashes = new Int32Array(placesFirst)
  #lengths = new Int32Array(placesFirst).fill(noSize)
  #texts = new Int32Array((placesFirst * limits.sigmaKeptValueCharactersMax) / 4)
  #finds: (readonly number[])[] = []
  #hash = 0
  #lookups = 0
  #answered = 0

  /** What was found in the text, or undefined where that is not known. */
  of(text: FoldedText): readonly number[] | undefined {
    if (++this.#lookups > trialLookups) this.#judge()
    const hash = hashOf(text)
    this.#hash = hash
    const place = hash & (this.#places - 1)
    if (this.#hashes[place] !== hash || this.#lengths[place] !== sizeOf(text)) return undefined
    const texts = this.#texts
    const { view, length } = text
    let word = (place * limits.sigmaKeptValueCharactersMax) / 4
    for (let at = 0; at < length; at += 4) if (view.getInt32(at, true) !== texts[word++]) return undefined
    this.#answered++
    return this.#finds[place]
  }

  /** Keeps what was found in the text that was asked for last. */
  keep(text: FoldedText, found: readonly number[]): void {
    if (this.#used * 2 > this.#places && this.#places < limits.sigmaKeptValuesMax) this.#grow()
    const place = this.#hash & (this.#places - 1)
    if (this.#lengths[place] === noSize) this.#used++
    this.#hashes[place] = this.#hash
    this.#lengths[place] = sizeOf(text)
    this.#finds[place] = found
    let word = (place * limits.sigmaKeptValueCharactersMax) / 4
    for (let at = 0; at < text.length; at += 4) this.#texts[word++] = text.view.getInt32(at, true)
  }

  #judge(): void {
    this.pays = this.#answered > trialLookups / 4
    this.isProven = this.pays
    this.#lookups = this.#answered = 0
    if (!this.pays) this.#begin(placesFirst)
  }

  #grow(): void {
    this.#begin(this.#places * 4)
  }

  #begin(places: number): void {
    this.#places = places
    this.#used = 0
    this.#hashes = new Int32Array(places)
    this.#lengths = new Int32Array(places).fill(noSize)
    this.#texts = new Int32Array((places * limits.sigmaKeptValueCharactersMax) / 4)
    this.#finds = []
  }
}
