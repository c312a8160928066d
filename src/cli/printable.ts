/** Text made safe and fit for a terminal: what an attacker wrote into a log is shown as characters, never obeyed as
 *  commands to the terminal, and nothing is wider than asked. It knows nothing of incidents or reports. */

/** Characters shown as they are. Printable ASCII; Latin letters with accents, precomposed; the dashes and quotes of
 *  our own sentences. Everything else is named: control and escape characters, bidirectional controls (Trojan Source,
 *  CVE-2021-42574), zero-width and combining characters, and right-to-left letters, which reorder their neighbours.
 *  Each character kept is one cell wide, so that counting characters is counting columns. */
const hidden = /[^\u0020-\u007e\u00a1-\u00ac\u00ae-\u024f\u1e00-\u1eff\u2013\u2014\u2018\u2019\u201c\u201d\u2026]/gu

const nameOf = (character: string): string => {
  const code = character.codePointAt(0) as number
  return code === 0x09 ? ' ' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/** The text with every character that a terminal might obey, or that an eye cannot see, written as `<U+202E>`. */
export const printable = (text: string): string => text.replace(hidden, nameOf)

/** At most `charactersMax` of the text, made printable, with a note of how much was left out. The work is bounded by
 *  `charactersMax`, whatever the text's length. */
export function excerpt(text: string, charactersMax: number): string {
  const shown = printable(text.slice(0, charactersMax))
  const cut = shown.length > charactersMax ? cutName(shown.slice(0, charactersMax)) : shown
  if (cut === shown && text.length <= charactersMax) return shown
  const left = Math.max(1, text.length - cut.length)
  return `${cut} ... (${left.toLocaleString('en-US')} more characters)`
}

/** Drops a `<U+...>` that the cut went through. */
const cutName = (text: string): string => text.replace(/<(?:U(?:\+[0-9A-F]{0,6})?)?$/, '')

/** Breaks text into lines of at most `columns`, at spaces where it can; a longer word is broken hard. The text must
 *  be printable already. An empty text is no line. */
export function wrap(text: string, columns: number): string[] {
  const width = Math.max(10, columns)
  const lines: string[] = []
  let line = ''
  for (let word of text.split(' ')) {
    if (word === '') continue
    if (line !== '' && line.length + 1 + word.length <= width) {
      line += ` ${word}`
      continue
    }
    if (line !== '') lines.push(line)
    while (word.length > width) {
      lines.push(word.slice(0, width))
      word = word.slice(width)
    }
    line = word
  }
  if (line !== '') lines.push(line)
  return lines
}

/** Breaks raw text every `columns` characters, spaces kept: evidence is not prose. */
export function chop(text: string, columns: number): string[] {
  const width = Math.max(10, columns)
  const lines: string[] = []
  for (let at = 0; at < text.length; at += width) lines.push(text.slice(at, at + width))
  return lines
}

/** Characters that are legal inside JSON, and that a terminal which shows the file would obey. */
const unsafeInJson = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** JSON whose every invisible or terminal-moving character is escaped; the same value for any JSON parser. */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    unsafeInJson,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
