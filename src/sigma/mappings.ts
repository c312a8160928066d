/** Tables that tie an office's logs to Sigma's words: which kind of log an event is, told by its fields, and where the
 *  fields that rules name are found in it. The tables are data (JSON); docs/sigma.md gives their form. */
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { FieldScalar, FieldValue, Logsource } from './event.ts'
import type { FieldPlace } from './field-place.ts'
import type { RuleLogsource } from './rule.ts'
import { fold } from './text.ts'

/** Words of one kind of log, or of several. */
export interface LogsourceWords {
  readonly product?: string | readonly string[]
  readonly category?: string | readonly string[]
  readonly service?: string | readonly string[]
}

/** Events whose fields are as `when` says are logs of the kind `is`. All entries that fit an event add their words. */
export interface LogsourceEntry {
  readonly when: Readonly<Record<string, FieldScalar | readonly FieldScalar[]>>
  readonly is: LogsourceWords
}

/** Fields that are put together, with a text between them. */
export interface JoinedFields {
  readonly joined: readonly string[]
  readonly by: string
}

/** Where the fields that rules name stand in logs of a kind. */
export interface FieldMapping {
  /** The kind of log, as a rule's logsource would name it. */
  readonly when: RuleLogsource
  /** Sigma's name of a field to the log's name, or to several of which the first that an event has counts. The name
   *  itself is no longer looked at, unless it is among them. Or to fields that make it together. */
  readonly fields: Readonly<Record<string, string | readonly string[] | JoinedFields>>
  /** Sigma's name of a field to values that are to be read as others. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A file of tables. */
export interface Mappings {
  readonly logsources?: readonly LogsourceEntry[]
  readonly fieldMappings?: readonly FieldMapping[]
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isScalar = (value: unknown): value is FieldScalar =>
  value === null || isText(value) || typeof value === 'number' || typeof value === 'boolean'
const isListOf = <T>(value: unknown, is: (each: unknown) => each is T): value is T[] =>
  Array.isArray(value) && value.every(is)
const isWords = (value: unknown): boolean =>
  isRecord(value) &&
  Object.entries(value).every(
    ([key, words]) => ['product', 'category', 'service'].includes(key) && (isText(words) || isListOf(words, isText)),
  )
const isJoined = (value: unknown): value is JoinedFields =>
  isRecord(value) && isListOf(value.joined, isText) && isText(value.by)
const isTableOf = (value: unknown, is: (each: unknown) => boolean): boolean =>
  isRecord(value) && Object.values(value).every(is)

function entryProblem(entry: unknown): string | undefined {
  if (!isRecord(entry)) return 'is not an object'
  if (!isTableOf(entry.when, (value) => isScalar(value) || isListOf(value, isScalar))) {
    return 'has no "when" of fields and their values'
  }
  return isWords(entry.is) ? undefined : 'has no "is" of product, category and service'
}

function mappingProblem(mapping: unknown): string | undefined {
  if (!isRecord(mapping)) return 'is not an object'
  if (!isWords(mapping.when)) return 'has no "when" of product, category and service'
  if (!isTableOf(mapping.fields, (value) => isText(value) || isListOf(value, isText) || isJoined(value))) {
    return 'has no "fields" of names to names'
  }
  const { values } = mapping
  if (values !== undefined && !isTableOf(values, (table) => isTableOf(table, isText))) {
    return 'has "values" that are not texts to texts'
  }
  return undefined
}

/** Checks tables that were read from a file; the error is one sentence that names the entry. */
export function parseMappings(value: unknown): Result<Mappings, string> {
  if (!isRecord(value)) return err('The mappings are not an object with "logsources" and "fieldMappings".')
  for (const [key, problemOf] of [
    ['logsources', entryProblem],
    ['fieldMappings', mappingProblem],
  ] as const) {
    const list = value[key] ?? []
    if (!Array.isArray(list)) return err(`"${key}" of the mappings is not a list.`)
    for (const [index, each] of list.entries()) {
      const problem = problemOf(each)
      if (problem !== undefined) return err(`Entry ${index + 1} of "${key}" ${problem}.`)
    }
  }
  return ok(value as Mappings)
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T]

/** Stands between values; one that holds it is of no kind that a table names. */
const separator = '\u001f'
const noLogsource: Logsource = {}

/** Tells the kind of log from fields. */
export class LogsourceTable {
  readonly #entries: readonly {
    readonly tests: readonly [number, ReadonlySet<string>][]
    readonly is: LogsourceWords
  }[]
  readonly #fields: readonly string[]
  readonly #known = new Map<string, Logsource>()

  constructor(entries: readonly LogsourceEntry[]) {
    const fields = [...new Set(entries.flatMap(({ when }) => Object.keys(when)))]
    this.#fields = fields
    this.#entries = entries.map(({ when, is }) => ({
      tests: Object.entries(when).map(([field, values]) => [
        fields.indexOf(field),
        new Set(listOf(values).map((value) => fold(String(value)))),
      ]),
      is,
    }))
  }

  /** The kind of log of an event; the same object for all events whose telling fields are the same. */
  of(field: (name: string) => FieldValue | undefined): Logsource {
    if (this.#entries.length === 0) return noLogsource
    let key = ''
    for (const name of this.#fields) {
      const value = field(name)
      key += typeof value === 'object' || value === undefined ? separator : `${value}${separator}`
    }
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= limits.sigmaLogsourcesMax) this.#known.clear()
    const made = this.#make(key.split(separator).map(fold))
    this.#known.set(key, made)
    return made
  }

  #make(values: readonly string[]): Logsource {
    const words = { product: new Set<string>(), category: new Set<string>(), service: new Set<string>() }
    for (const { tests, is } of this.#entries) {
      if (!tests.every(([index, allowed]) => allowed.has(values[index] ?? ''))) continue
      for (const part of ['product', 'category', 'service'] as const) {
        for (const word of listOf(is[part])) words[part].add(word.toLowerCase())
      }
    }
    const [product] = words.product
    return { ...(product === undefined ? {} : { product }), category: [...words.category], service: [...words.service] }
  }
}

/** The words of a kind of log as sets. */
export interface LogsourceFacts {
  readonly product: ReadonlySet<string>
  readonly category: ReadonlySet<string>
  readonly service: ReadonlySet<string>
}

/** The words of an event's kind of log. */
export const factsOf = (logsource: Logsource): LogsourceFacts => ({
  product: new Set(listOf(logsource.product)),
  category: new Set(listOf(logsource.category)),
  service: new Set(listOf(logsource.service)),
})

/** Whether logs of a kind are what a rule is for: every word that the rule gives must be among theirs. */
export const isFor = (rule: RuleLogsource, facts: LogsourceFacts): boolean =>
  (rule.product === undefined || facts.product.has(rule.product)) &&
  (rule.category === undefined || facts.category.has(rule.category)) &&
  (rule.service === undefined || facts.service.has(rule.service))

/** Where fields stand in logs of a kind. Of several mappings for one field, the one with more words counts. */
export function placesFor(mappings: readonly FieldMapping[], facts: LogsourceFacts): (field: string) => FieldPlace {
  const weight = (mapping: FieldMapping): number => Object.keys(mapping.when).length
  const fitting = mappings.filter((mapping) => isFor(mapping.when, facts)).sort((a, b) => weight(b) - weight(a))
  return (field) => {
    const mapping = fitting.find(({ fields }) => Object.hasOwn(fields, field))
    const table = fitting.find(({ values }) => values !== undefined && Object.hasOwn(values, field))?.values?.[field]
    const found = mapping?.fields[field] ?? field
    return {
      ...(isJoined(found) ? { names: [], joined: { names: found.joined, by: found.by } } : { names: listOf(found) }),
      ...(table === undefined ? {} : { values: new Map(Object.entries(table)) }),
    }
  }
}
