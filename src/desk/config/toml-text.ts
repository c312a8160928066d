/** TOML as a person wrote it: parsed, with the lines on which keys stand, so that a mistake is told with its line. What
 *  the keys mean is not known here. */
import { parse, TomlError } from 'smol-toml'
import { limits } from '../../core/limits.ts'

/** Takes one mistake: its line from 1 (0: the file as a whole), and a sentence with the mend. */
export type Say = (line: number, message: string) => void

/** True for a TOML table. */
export const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** Parses the text of a file that is `what`; what is wrong with it is said, with an example of how it should look. */
export function parseToml(text: string, what: string, example: string, say: Say): Record<string, unknown> | undefined {
  if (text.length > limits.officeFileCharactersMax) {
    say(0, `this is too large for ${what}; is it another file?`)
    return undefined
  }
  try {
    return parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = /^Invalid TOML document: ([^\n]*)/.exec(error.message)?.[1] ?? 'the line cannot be understood'
    say(error.line, `this is not TOML (${reason}). Write lines such as: ${example}`)
    return undefined
  }
}

/** Where keys and entries stand, found by a plain search, because the parser does not keep places. Good enough to
 *  point a person to the line; never used for meaning. */
export class KeyLines {
  readonly #lines: readonly string[]

  constructor(text: string) {
    this.#lines = text.split(/\r?\n/)
  }

  /** The first line that sets this key or opens this section; 0 where none is found. */
  of(key: string): number {
    return this.#lines.findIndex((line) => startsWithKey(line, key)) + 1
  }

  /** As `of`, in the part of the file that begins with a section's head: `[block.nginx]`, or the `index`th
   *  `[[source]]`. */
  below(section: string, index: number, key: string): number {
    let left = index
    const head = this.#lines.findIndex((line) => isHead(line, section) && left-- === 0)
    if (head < 0) return this.of(key)
    const from = head + 1
    const end = this.#lines.findIndex((line, i) => i >= from && line.trimStart().startsWith('['))
    const at = this.#lines.findIndex((line, i) => i >= from && (end < 0 || i < end) && startsWithKey(line, key))
    return (at < 0 ? head : at) + 1
  }

  /** The first line, from its key's on, that holds the entry. */
  ofEntry(key: string, entry: string): number {
    const from = this.of(key)
    const at = this.#lines.findIndex((line, i) => i >= from - 1 && line.includes(entry))
    return entry === '' || at === -1 ? from : at + 1
  }
}

/** `key =`, `"key" =`, `[key]`, `office.key =`. */
function startsWithKey(line: string, key: string): boolean {
  const head = line
    .trimStart()
    .replace(/^\[+/, '')
    .replace(/^office\s{0,9}\.\s{0,9}/, '')
    .replace(/^["']/, '')
  return head.startsWith(key) && /^["']?\s{0,99}[=\].]/.test(head.slice(key.length))
}

/** `[section]` or `[[section]]`. */
function isHead(line: string, section: string): boolean {
  const trimmed = line.trim()
  return trimmed.startsWith(`[${section}]`) || trimmed.startsWith(`[[${section}]]`)
}
