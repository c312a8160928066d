/** Text for reasons and sentences: one line, without characters that could end it, hide it or turn it around. Text of
 *  attackers (paths, answers of programs) passes through here before a person reads it. */

/** Control characters, line and paragraph separators, and what is invisible or changes the direction of writing. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu

/** The text as one line of at most so many characters, with `…` where it was cut. */
export function oneLine(text: string, charactersMax: number): string {
  const head = text.length > charactersMax * 4 ? text.slice(0, charactersMax * 4) : text
  const line = head.replace(unprintable, ' ').replace(/ {2,}/g, ' ').trim()
  const characters = [...line]
  return characters.length <= charactersMax ? line : `${characters.slice(0, charactersMax - 1).join('')}…`
}
