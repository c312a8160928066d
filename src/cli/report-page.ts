/** The page that a report is set on: lines of a given width with a label column, and emphasis that never carries
 *  meaning by itself. It decides how things look, not what is said. */
import type { Level } from '../core/finding.ts'
import { printable, wrap } from './printable.ts'

export interface PageOptions {
  /** Width of the terminal in characters. */
  readonly columns: number
  readonly colour: boolean
}

/** Wider lines are hard to read, narrower ones cannot hold an IPv6 address. */
const columnsMin = 40
const columnsMax = 100
const labelColumns = 16

const sgr = { bold: '1', red: '1;31', yellow: '1;33', cyan: '1;36' } as const
const levelInk: Readonly<Record<Level, keyof typeof sgr>> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  informational: 'bold',
}

/** Collects the lines of a report. */
export class Page {
  readonly columns: number
  readonly #lines: string[] = []
  readonly #colour: boolean

  constructor(options: PageOptions) {
    this.columns = Math.min(columnsMax, Math.max(columnsMin, Math.floor(options.columns) || columnsMin))
    this.#colour = options.colour
  }

  /** One empty line, never two in a row. */
  gap(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('')
  }

  rule(character: '=' | '-'): void {
    this.#lines.push(character.repeat(this.columns))
  }

  /** A line that stands as it is; the caller has seen to its width and characters. */
  raw(line: string): void {
    this.#lines.push(line.trimEnd())
  }

  /** A paragraph, wrapped. */
  text(text: string, ink?: Level | 'bold'): void {
    for (const line of wrap(printable(text), this.columns)) this.#lines.push(this.#inked(line, ink))
  }

  heading(text: string): void {
    this.text(text, 'bold')
  }

  /** A paragraph, indented as a whole. */
  indented(text: string, indent: number, hanging = indent): void {
    const lines = wrap(printable(text), this.columns - Math.max(indent, hanging))
    for (const [i, line] of lines.entries()) this.#lines.push(' '.repeat(i === 0 ? indent : hanging) + line)
  }

  /** Paragraphs with a label at their left; on a narrow page the label stands above. */
  labelled(label: string, paragraphs: readonly string[]): void {
    if (paragraphs.length === 0) return
    const narrow = this.columns < 60
    const indent = narrow ? 2 : labelColumns
    if (narrow) this.#lines.push(this.#inked(label, 'bold'))
    let pending = narrow ? '' : label
    for (const paragraph of paragraphs) {
      const number = /^(\d+\. |- )/.exec(paragraph)?.[0] ?? ''
      const body = printable(paragraph.slice(number.length))
      for (const [i, line] of wrap(body, this.columns - indent - number.length).entries()) {
        const head = i === 0 ? number : ' '.repeat(number.length)
        const left = this.#inked(pending, 'bold') + ' '.repeat(indent - pending.length)
        this.#lines.push((left + head + line).trimEnd())
        pending = ''
      }
    }
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`
  }

  #inked(text: string, ink: Level | 'bold' | undefined): string {
    if (!this.#colour || ink === undefined || text === '') return text
    return `\u001b[${sgr[ink === 'bold' ? 'bold' : levelInk[ink]]}m${text}\u001b[0m`
  }
}

/** Whether to colour: a terminal, not told otherwise by `--no-color`, NO_COLOR (no-color.org: set and not empty), or a
 *  terminal that calls itself dumb. */
export const colourWanted = (
  flag: boolean,
  isTerminal: boolean,
  environment: { readonly NO_COLOR?: string | undefined; readonly TERM?: string | undefined },
): boolean => flag && isTerminal && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb'
