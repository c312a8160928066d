/** One section of the configuration, read key by key: each key has its type, and what nobody asked for is a mistake. */
import { isTable, type KeyLines, type Say } from './toml-text.ts'

/** The sections of the desk's configuration. */
export const deskSections = ['office', 'listen', 'store', 'archive', 'source', 'block', 'rules', 'mail'] as const

/** Reads a section; a section that is left out is an empty one. */
export class Section {
  readonly #table: Readonly<Record<string, unknown>>
  readonly #name: string
  readonly #index: number
  readonly #lines: KeyLines
  readonly #say: Say
  readonly #known = new Set<string>()

  /** `index` tells sections of one name apart, from 0. */
  constructor(value: unknown, name: string, index: number, lines: KeyLines, say: Say) {
    this.#name = name
    this.#index = index
    this.#lines = lines
    this.#say = say
    this.#table = isTable(value) ? value : {}
    if (value !== undefined && !isTable(value)) {
      say(lines.of(name), `${name} must be a section; write [${name}] on a line of its own, and its keys below.`)
    }
  }

  /** The line of a key, from 1; that of the section's head where the key is not there. */
  line(key: string): number {
    return this.#lines.below(this.#name, this.#index, key)
  }

  say(key: string, message: string): void {
    this.#say(this.line(key), message)
  }

  #get<T>(key: string, is: (value: unknown) => value is T, words: string): T | undefined {
    this.#known.add(key)
    const value = this.#table[key]
    if (value === undefined) return undefined
    if (is(value)) return value
    this.say(key, `${key} must be ${words}.`)
    return undefined
  }

  text(key: string): string | undefined {
    const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
    return this.#get(key, isText, `text in quotes, such as ${key} = "…"`)?.trim()
  }

  texts(key: string): readonly string[] | undefined {
    const areTexts = (value: unknown): value is string[] =>
      Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    return this.#get(key, areTexts, `a list of texts in quotes, such as ${key} = ["…", "…"]`)
  }

  list(key: string): readonly unknown[] | undefined {
    return this.#get(key, (value): value is unknown[] => Array.isArray(value), `a list, such as ${key} = […]`)
  }

  table(key: string): Readonly<Record<string, unknown>> | undefined {
    return this.#get(key, isTable, `a section of its own; write [${this.#name}.${key}]`)
  }

  flag(key: string): boolean | undefined {
    const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
    return this.#get(key, isFlag, 'true or false, without quotes')
  }

  integer(key: string, min: number, max: number): number | undefined {
    const fits = (value: unknown): value is number =>
      Number.isInteger(value) && Number(value) >= min && Number(value) <= max
    return this.#get(key, fits, `a whole number from ${min} to ${max}, without quotes`)
  }

  choice<const T extends string>(key: string, choices: readonly T[]): T | undefined {
    const fits = (value: unknown): value is T => choices.some((choice) => choice === value)
    return this.#get(key, fits, `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`)
  }

  /** Says which keys nobody asked for. */
  end(): void {
    for (const key of Object.keys(this.#table)) {
      if (this.#known.has(key)) continue
      const known = [...this.#known].join(', ')
      this.say(key, `"${key}" is not known in [${this.#name}]; known are ${known}.`)
    }
  }
}
