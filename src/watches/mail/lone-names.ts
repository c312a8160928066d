/** Finds names that are all that a piece of a line says, but for words of a department: `Clear Ballot Support`, `Pat Doe |
 *  Clear Ballot | 555-0100`. There a name is its writer's own even where it is made of common words. */
import { limits } from '../../core/limits.ts'
import { genericTokens } from './domains.ts'
import type { Name } from './name-scanner.ts'
import { fold } from './skeleton.ts'

/** What parts the pieces of a signature or of a display name. */
const pieceEnd = /\s[-–—]\s|[\n\t()[\]|•·,:;"]|\s(?:via|at|from|for)\s/i
const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}&]+/u)
    .filter((word) => word !== '')

/** Letters from which on a row of single letters is a name and no list. */
const spacedFrom = 4

/** Names by their words. */
export class LoneNames {
  readonly #byWords = new Map<string, Name[]>()
  /** Of names that may be written with a blank after every letter. */
  readonly #byLetters = new Map<string, Name[]>()

  constructor(names: readonly Name[]) {
    for (const name of names) {
      const words = wordsOf(name.text)
      this.#add(words, name)
      // `Granite Ballot Works, Inc.` is cut at its comma.
      if (/^(?:inc|llc|ltd|corp|co)$/.test(words.at(-1) ?? '')) this.#add(words.slice(0, -1), name)
    }
  }

  #add(words: readonly string[], name: Name): void {
    const key = words.join(' ')
    const letters = words.join('')
    if (letters.length >= spacedFrom) this.#byLetters.set(letters, [...(this.#byLetters.get(letters) ?? []), name])
    const known = this.#byWords.get(key) ?? []
    if (key !== '' && !known.some(({ identity }) => identity === name.identity))
      this.#byWords.set(key, [...known, name])
  }

  /** The names that stand alone in a piece of the text. A line that lists several is nobody's signature. */
  find(text: string): readonly Name[] {
    return text
      .slice(0, limits.mailFieldSearchedCharactersMax)
      .split('\n')
      .flatMap((line) => {
        const pieces = line.split(pieceEnd).map((piece) => this.#inPiece(wordsOf(piece)))
        const named = pieces.filter((names) => names.length > 0)
        const isOfAll = ({ identity }: Name): boolean =>
          named.every((names) => names.some((name) => name.identity === identity))
        return named.length < 2 || named.flat().some(isOfAll) ? named.flat() : []
      })
  }

  #inPiece(words: string[]): readonly Name[] {
    if (words[0] === 'the') words.shift()
    if (words.length >= spacedFrom && words.every((word) => word.length === 1))
      return this.#byLetters.get(words.join('')) ?? []
    for (;;) {
      const found = this.#byWords.get(words.join(' '))
      if (found !== undefined) return found
      if (!genericTokens.has(words.at(-1) ?? '')) return []
      words.pop()
    }
  }
}
