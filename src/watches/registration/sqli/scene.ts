/** The scene that signs are looked for in: a text's tokens as a sentence, and how the text breaks into the
 *  application's own statement. */
import { Sentence } from './grammar.ts'
import type { Token, Tokens } from './tokens.ts'
import type { Technique } from './words.ts'

/** One thing in a text that speaks for an injection, by itself. */
export interface Sign {
  readonly technique: Technique
  readonly confidence: number
}

/** Everything that a sign may look at. `closed`: the text closed a string or a bracket of the application's. */
export interface Scene {
  readonly sentence: Sentence
  readonly quoted: boolean
  /** The first token after the literal and the brackets that the text closes. */
  readonly start: number
  readonly endsInComment: boolean
  /** The closed literal or the open string at the end is several words long, as prose with apostrophes is. */
  readonly wordy: boolean
  readonly obfuscated: boolean
}

/** `quote`: the quote of the string that the text was read inside of, or none. */
export function sceneOf(tokens: Tokens, quote: string): Scene {
  const sentence = new Sentence(tokens.list)
  let start = quote !== '' || sentence.operandEndsBefore(1) ? 1 : 0
  while (sentence.type(start) === ')') start++
  // A string with a word or a number right after it: prose with an apostrophe, no literal that closes.
  const dead = quote !== '' && ['W', 'N', 'V', 'T', 'G'].includes(sentence.type(start))
  return {
    sentence,
    quoted: quote !== '' && !dead,
    start: dead ? 0 : start,
    wordy: !dead && quote !== '' && isWordy(tokens.list),
    endsInComment: sentence.type(sentence.length - 1) === '#',
    obfuscated: tokens.versionComments > 0 || tokens.inlineComments > 1,
  }
}

/** Whether the literal that the text closes, or the string that it leaves open, is a phrase. */
function isWordy(list: readonly Token[]): boolean {
  const first = list[0] as Token
  const last = list.at(-1) as Token
  if (/[^\s'"+]{2}[\s+]+[^\s'"+]{2}|^\s*[[{]\s*"/.test(first.value)) return true
  return last.type === 'S' && last.open && /[^\s+][\s+]+[^\s+]+[\s+]+[^\s+]/.test(last.value)
}
