/** What may change without anybody being told: patterns for logs, data and the like, as `logs/`, `*.log` or
 *  `data/**\/*.db`. Matching takes time in proportion to pattern and path, whatever they hold. */
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { isProgram, type SoftwareEntry } from './entry.ts'

/** One pattern, ready to be matched. */
interface Pattern {
  readonly text: string
  /** Parts between slashes, in lower case; `**` stands for any number of folders. */
  readonly parts: readonly string[]
  /** It names what it lets through (`*.exe`, `report.js`), so that it may let a program through. */
  readonly isNamed: boolean
}

/** Patterns for what is expected to change. */
export class ExpectedChanges {
  static readonly none = new ExpectedChanges([])
  readonly #patterns: readonly Pattern[]

  private constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns
  }

  /** The patterns as they were given. */
  get texts(): string[] {
    return this.#patterns.map(({ text }) => text)
  }

  /** Reads patterns. The failure is a sentence that names the one that cannot be used. */
  static parse(texts: readonly string[]): Result<ExpectedChanges, string> {
    if (texts.length > limits.softwarePatternsMax) {
      return err(
        `There are ${texts.length} patterns for expected changes; at most ${limits.softwarePatternsMax} are used.`,
      )
    }
    const patterns: Pattern[] = []
    for (const text of texts) {
      const parsed = parsePattern(text)
      if (!parsed.ok) return parsed
      patterns.push(parsed.value)
    }
    return ok(new ExpectedChanges(patterns))
  }

  /** These patterns, and more. */
  and(texts: readonly string[]): Result<ExpectedChanges, string> {
    return ExpectedChanges.parse([...this.texts, ...texts])
  }

  /** The first pattern that expects a change of this entry; undefined where none does. A pattern that only names a folder
   *  (`logs/`, `logs/**`) never covers a program: a program in a folder for logs is just what nobody expects. */
  patternFor(entry: SoftwareEntry): string | undefined {
    if (this.#patterns.length === 0) return undefined
    const parts = entry.path.toLowerCase().split('/')
    const program = isProgram(entry)
    return this.#patterns.find((pattern) => (pattern.isNamed || !program) && matches(pattern.parts, parts))?.text
  }
}

function parsePattern(text: string): Result<Pattern, string> {
  const quoted = JSON.stringify(text.slice(0, 60))
  if (text.length > limits.softwarePatternCharactersMax) return err(`The pattern ${quoted}... is too long.`)
  const plain = text.replaceAll('\\', '/').replace(/^\.?\/+/, '')
  const isFolder = plain.endsWith('/')
  const parts = plain
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  if (parts.length === 0 || parts.includes('..')) {
    return err(`The pattern ${quoted} cannot be used; write one such as logs/ or *.log, below the folder.`)
  }
  if (parts.every((part) => /^[*?]+$/.test(part))) {
    return err(
      `The pattern ${quoted} would let every change through; name a folder, or the end of a name such as *.log.`,
    )
  }
  // Without a slash it is a name, wherever the file is.
  const anywhere = parts.length === 1 && !isFolder
  const whole = [...(anywhere ? ['**'] : []), ...parts, ...(isFolder ? ['**'] : [])]
  const last = whole.at(-1) as string
  return ok({ text, parts: whole, isNamed: !/^[*?]+$/.test(last) })
}

/** Whether a sequence fits a pattern. What `isMany` names stands for any number of elements; one that did not reach far
 *  enough takes one more, so that time is at most the product of both lengths. */
function matchesSequence<T>(
  pattern: ArrayLike<T>,
  sequence: ArrayLike<T>,
  isMany: (part: T | undefined) => boolean,
  fits: (part: T, element: T) => boolean,
): boolean {
  let at = 0
  let on = 0
  let manyAt = -1
  let manyOn = 0
  while (on < sequence.length) {
    if (isMany(pattern[at])) {
      manyAt = at++
      manyOn = on
    } else if (at < pattern.length && fits(pattern[at] as T, sequence[on] as T)) {
      at++
      on++
    } else if (manyAt >= 0) {
      at = manyAt + 1
      on = ++manyOn
    } else return false
  }
  while (isMany(pattern[at])) at++
  return at === pattern.length
}

/** Whether the parts of a path fit those of a pattern; `logs/**` is what is in the folder, and not the folder itself. */
const matches = (pattern: readonly string[], path: readonly string[]): boolean =>
  matchesSequence(
    pattern.at(-1) === '**' ? [...pattern.slice(0, -1), '**', '*'] : pattern,
    path,
    (part) => part === '**',
    matchesPart,
  )

/** Whether a name fits a pattern with `*` (any characters) and `?` (one). */
const matchesPart = (pattern: string, name: string): boolean =>
  matchesSequence(
    pattern,
    name,
    (unit) => unit === '*',
    (unit, character) => unit === '?' || unit === character,
  )
