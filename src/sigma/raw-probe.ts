/** Says of the bytes of an event that none of some texts can stand in its values, without decoding them: it looks for a
 *  piece of each text that no writer of JSON escapes. What it lets through must be looked at. */
import type { TextProbe } from '../formats/event.ts'
import { placeOf } from './gram-runs.ts'
import type { ScanLiteral } from './scan-literal.ts'
import { fold } from './text.ts'

const gramBytes = 4
const strideMost = 8
/** Grams are hashed to 2^15 places: a table of 4 KiB. */
const placeShift = 17
/** Sets the bit that tells small letters from capitals; other characters are taken for one another, which does no harm. */
const caseBits = 0x20202020
const caseBit = 0x20

/** How seldom a character of a piece stands in addresses, paths and names of programs, roughly. */
function rarity(piece: string, at: number): number {
  const character = piece[at] as string
  return /[a-z0-9]/i.test(character) ? 1 : '/.-_=&? :;'.includes(character) ? 0 : 2
}

/** Longest run of characters that stand in JSON as they are, whoever writes it. */
function plainPiece(literal: string): string {
  const pieces = literal.split(/[^a-z0-9 .:;,_-]/)
  return pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '')
}

/** In none of what stands for a number, a truth value, a time, an identifier or bytes. */
const wordLetter = /[ghjkmopqvw,_]/

const gramOf = (piece: string, at: number): number =>
  piece.charCodeAt(at) |
  (piece.charCodeAt(at + 1) << 8) |
  (piece.charCodeAt(at + 2) << 16) |
  (piece.charCodeAt(at + 3) << 24) |
  caseBits

/** Pieces that are told by one character: those shorter than a gram, and those for whose sake few bytes of a text could be
 *  stepped over though they hold a rare one. */
const isShort = (piece: string): boolean =>
  piece.length < gramBytes || (piece.length < gramBytes * 2 && [...piece].some((_, at) => rarity(piece, at) > 1))

/** The pieces of some texts. */
export class RawProbe implements TextProbe {
  readonly areWords: boolean
  readonly #pieces: readonly string[]
  readonly #stride: number
  readonly #bits = new Int32Array(2 ** (32 - placeShift - 5))
  /** Pieces by the hash of a gram, and how far into them the gram begins. */
  readonly #byGram = new Map<number, { readonly piece: string; readonly at: number }[]>()
  readonly #shortLists: { readonly piece: string; readonly at: number }[][] = []
  /** Short pieces by their rarest character: 0 where there is none, else the place of its list and 1. */
  readonly #shortBy = new Uint8Array(256)
  readonly #hasEmpty: boolean

  /** `shorts` are told by one character, and in bytes only. */
  private constructor(pieces: readonly string[], shorts: readonly string[]) {
    this.#pieces = [...pieces, ...shorts]
    this.#hasEmpty = shorts.includes('')
    for (const piece of shorts) if (piece !== '') this.#addShort(piece)
    this.areWords = this.#pieces.every((piece) => wordLetter.test(piece))
    const shortest = pieces.reduce((least, piece) => Math.min(least, piece.length), gramBytes + strideMost)
    this.#stride = Math.min(strideMost, shortest - gramBytes + 1)
    for (const piece of pieces) {
      for (let at = 0; at < this.#stride; at++) {
        const place = placeOf(gramOf(piece, at), placeShift)
        this.#bits[place >>> 5] = (this.#bits[place >>> 5] as number) | (1 << (place & 31))
        const others = this.#byGram.get(place)
        if (others === undefined) this.#byGram.set(place, [{ piece, at }])
        else others.push({ piece, at })
      }
    }
  }

  #addShort(piece: string): void {
    let at = 0
    for (let i = 1; i < piece.length; i++) if (rarity(piece, i) > rarity(piece, at)) at = i
    const byte = piece.charCodeAt(at)
    const list = (this.#shortBy[byte] as number) || this.#shortLists.push([])
    this.#shortLists[list - 1]?.push({ piece, at })
    // In either case, where it has one.
    this.#shortBy[byte] = list
    if (byte >= 97 && byte <= 122) this.#shortBy[byte - 32] = list
  }

  /** A probe for these texts; undefined where one of them cannot be told so. */
  static of(literals: readonly ScanLiteral[]): RawProbe | undefined {
    const pieces = [...new Set(literals.map(({ literal }) => plainPiece(literal)))]
    if (pieces.length === 0 || pieces.some((piece) => piece.length < gramBytes)) return undefined
    return new RawProbe(pieces, [])
  }

  /** A probe for bytes in which nothing is escaped. Texts hold ASCII; of others, the longest run that is. */
  static ofPlain(texts: readonly string[]): RawProbe {
    const pieces = new Set(
      texts.map((text) =>
        text.split(/[^\0-\x7f]/).reduce((best, piece) => (piece.length > best.length ? piece : best), ''),
      ),
    )
    const [longs, shorts]: [string[], string[]] = [[], []]
    for (const piece of pieces) (isShort(piece) ? shorts : longs).push(piece)
    return new RawProbe(longs, shorts)
  }

  inText(text: string): boolean {
    const folded = fold(text)
    return this.#pieces.some((piece) => folded.includes(piece))
  }

  inUnits(bytes: Uint8Array, view: DataView, from: number, end: number): boolean {
    const bits = this.#bits
    const step = this.#stride * 2
    for (let at = from + step - 2; at + gramBytes * 2 <= end; at += step) {
      const [low, high] = [view.getInt32(at, true), view.getInt32(at + 4, true)]
      const gram = (low & 0xff) | ((low >>> 8) & 0xff00) | ((high & 0xff) << 16) | ((high & 0xff0000) << 8)
      const place = placeOf(gram | caseBits, placeShift)
      if (((bits[place >>> 5] as number) & (1 << (place & 31))) !== 0 && this.#stands(bytes, at, end, place, 2))
        return true
    }
    return false
  }

  inBytes(bytes: Uint8Array, view: DataView, from: number, end: number): boolean {
    const bits = this.#bits
    const stride = this.#stride
    for (let at = from + stride - 1; at + gramBytes <= end; at += stride) {
      const place = placeOf(view.getInt32(at, true) | caseBits, placeShift)
      if (((bits[place >>> 5] as number) & (1 << (place & 31))) !== 0 && this.#stands(bytes, at, end, place, 1))
        return true
    }
    return this.#hasEmpty || (this.#shortLists.length > 0 && this.#shortStands(bytes, from, end))
  }

  #shortStands(bytes: Uint8Array, from: number, end: number): boolean {
    const by = this.#shortBy
    for (let i = from; i < end; i++) {
      const list = by[bytes[i] as number] as number
      if (list === 0) continue
      for (const { piece, at } of this.#shortLists[list - 1] ?? []) {
        const begin = i - at
        if (begin >= from && begin + piece.length <= end && isAt(bytes, begin, piece, 1)) return true
      }
    }
    return false
  }

  /** `width` is how many bytes a character has. */
  #stands(bytes: Uint8Array, gramAt: number, end: number, place: number, width: number): boolean {
    for (const { piece, at } of this.#byGram.get(place) ?? []) {
      const begin = gramAt - at * width
      if (begin < 0 || begin + piece.length * width > end) continue
      if (isAt(bytes, begin, piece, width)) return true
    }
    return false
  }
}

/** Whether a piece stands in the bytes, whatever its case; `width` is how many bytes a character has. */
function isAt(bytes: Uint8Array, begin: number, piece: string, width: number): boolean {
  for (let i = 0; i < piece.length; i++) {
    if (((bytes[begin + i * width] as number) | caseBit) !== (piece.charCodeAt(i) | caseBit)) return false
  }
  return true
}
