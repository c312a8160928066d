/** Folds text so that what reads the same is the same. `fold` undoes compatibility forms, accents, invisible characters
 *  and letters of other scripts (UTS #39, section 4, with Unicode's own table); `foldDeep` also undoes what passes for
 *  something else within ASCII: digits for letters, rn for m, vv for w, cl for d. */
import table from '../../../data/confusables/confusables.json' with { type: 'json' }

const confusables = new Map<string, string>(
  Object.entries(table.byTarget as Readonly<Record<string, string>>).flatMap(([target, sources]) =>
    [...sources].map((source): [string, string] => [source, target]),
  ),
)

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}
const invisible = /\p{Default_Ignorable_Code_Point}|\p{Cf}/gu
const marks = /\p{M}/gu

/** Letters that are shown from right to left by force (UAX #9, section 2.2) stand written backwards: they are turned as a
 *  reader sees them. */
const asShown = (text: string): string =>
  text.includes('\u202e')
    ? text.replace(/\u202e([^\u202c\u202d\u202e\n]{0,400})/g, (_, turned: string) => [...turned].reverse().join(''))
    : text

/** Text in lower case in which look-alike characters are the letters they look like. */
export function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase()
  const bare = asShown(text).normalize('NFKC').replace(invisible, '').normalize('NFD').replace(marks, '')
  let folded = ''
  for (const character of bare) folded += character > '\x7f' ? (confusables.get(character) ?? character) : character
  return folded.toLowerCase()
}

/** Digits and signs that pass for letters. */
const lookalike = new Map<string, string>(
  Object.entries({ '0': 'o', '1': 'l', i: 'l', '|': 'l', '3': 'e', '4': 'a', '5': 's', $: 's', '8': 'b' }),
)
const lookalikes = /[013458i|$]/g

/** `fold`, and then digits for letters and letter pairs for one letter. Two texts that a hurried reader takes for one
 *  another have the same deep fold; the reverse does not hold (`clear` and `dear`), so it asks for a second sign. */
export const foldDeep = (text: string): string => deepen(fold(text))

/** The deep fold of what is folded already. */
export const deepen = (folded: string): string =>
  folded
    .replace(lookalikes, (character) => lookalike.get(character) ?? character)
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd')

/** What was done to a text so that it reads like another: for the proof. */
export function tricksIn(text: string): ('homoglyph' | 'invisible' | 'accent')[] {
  if (isAscii(text)) return []
  const found: ('homoglyph' | 'invisible' | 'accent')[] = []
  const visible = text.normalize('NFKC').replace(invisible, '')
  if (visible.length < text.normalize('NFKC').length) found.push('invisible')
  if (marks.test(visible.normalize('NFD'))) found.push('accent')
  marks.lastIndex = 0
  const letters = [...visible.normalize('NFD').replace(marks, '')]
  if (letters.some((letter) => letter > '\x7f' && confusables.has(letter)) || /[\uff01-\uff5e]|\ud835/.test(text)) {
    found.push('homoglyph')
  }
  return found
}
