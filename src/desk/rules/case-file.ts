/** Reads the cases of rules: events as the log has them, and how often the rule shall fire on them. They stand beside the
 *  rule, in `NAME.cases.yml` beside `NAME.yml`; docs/how-to/write-a-rule.md gives the form. */
import { limits } from '../../core/limits.ts'
import type { RuleProblem } from '../../sigma/rule.ts'
import { cutDocuments, type DocumentEntry, type DocumentNode, readDocument } from '../../sigma/yaml-documents.ts'

/** A field of an event, or the whole of one, as it was written. */
export type CaseValue = string | number | boolean | null | readonly CaseValue[] | { readonly [name: string]: CaseValue }

/** Fields of one event, as its log has them. */
export type CaseFields = Readonly<Record<string, CaseValue>>

/** One event: an object, as logs in JSON have it, or the text of one line or more, as other logs have them. */
export type CaseEvent = CaseFields | string

/** One case of a rule. */
export interface RuleCase {
  readonly name: string
  /** How often the rule shall fire; `any` is once or more often. */
  readonly fires: number | 'any'
  /** The id, name or title of the rule; the file beside it holds one where this is left out. */
  readonly rule?: string
  /** The name of the format of the log; found by what the events look like where it is left out. */
  readonly format?: string
  /** The office's values for placeholders that the rule asks for. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>
  readonly events: readonly CaseEvent[]
  readonly file: string
  readonly line: number
}

/** Cases of a file, and what is wrong with it. */
export interface ParsedCases {
  readonly cases: readonly RuleCase[]
  readonly rejects: readonly RuleProblem[]
}

class CaseFault extends Error {
  readonly line: number
  readonly mend: string

  constructor(line: number, problem: string, mend: string) {
    super(problem)
    this.line = line
    this.mend = mend
  }
}

/** Reads the text of a case file. */
export function parseCases(text: string, file: string): ParsedCases {
  const cases: RuleCase[] = []
  const rejects: RuleProblem[] = []
  const say = (line: number, problem: string, mend: string): number =>
    rejects.push({ file, line, title: '', kind: 'rule', problem, mend })
  for (const document of cutDocuments(text)) {
    const read = readDocument(document)
    if (!read.ok) {
      say(read.error.line, read.error.problem, read.error.mend)
      continue
    }
    const list = read.value.kind === 'map' ? read.value.entries.get('cases')?.value : undefined
    if (list?.kind !== 'list') {
      say(document.line, 'The file has no list of cases.', 'Write cases: and the cases under it.')
      continue
    }
    for (const node of list.items) {
      try {
        cases.push(caseOf(node, file))
      } catch (thrown) {
        if (!(thrown instanceof CaseFault)) throw thrown
        say(thrown.line, thrown.message, thrown.mend)
      }
    }
  }
  return { cases, rejects }
}

const caseKeys = ['name', 'fires', 'rule', 'format', 'placeholders', 'events']

function caseOf(node: DocumentNode, file: string): RuleCase {
  const form = 'Write name:, fires: (true, false or a number) and events:.'
  if (node.kind !== 'map') throw new CaseFault(node.line, 'The case is not a map.', form)
  const { entries } = node
  for (const [key, { line }] of entries) {
    if (!caseKeys.includes(key)) throw new CaseFault(line, `"${key}" is not known in a case.`, form)
  }
  const name = scalarOf(entries.get('name'))
  if (typeof name !== 'string') throw new CaseFault(node.line, 'The case has no name.', form)
  const events = entries.get('events')
  if (events?.value.kind !== 'list' || events.value.items.length === 0) {
    throw new CaseFault(node.line, `The case "${name}" has no events.`, form)
  }
  const rule = scalarOf(entries.get('rule'))
  const format = scalarOf(entries.get('format'))
  const placeholders = entries.get('placeholders')?.value
  return {
    name,
    fires: firesOf(entries.get('fires'), node.line),
    ...(typeof rule === 'string' ? { rule } : {}),
    ...(typeof format === 'string' ? { format } : {}),
    ...(placeholders?.kind === 'map' ? { placeholders: listsOf(placeholders) } : {}),
    events: events.value.items.flatMap(eventsOf),
    file,
    line: node.line,
  }
}

const scalarOf = (entry: DocumentEntry | undefined): unknown =>
  entry?.value.kind === 'scalar' ? entry.value.value : undefined

function firesOf(entry: DocumentEntry | undefined, line: number): RuleCase['fires'] {
  const value = scalarOf(entry)
  if (value === true) return 'any'
  if (value === false) return 0
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw new CaseFault(
    entry?.line ?? line,
    'The case does not say whether the rule fires.',
    'Write fires: true or false.',
  )
}

const listsOf = (node: Extract<DocumentNode, { kind: 'map' }>): Record<string, string[]> =>
  Object.fromEntries(
    [...node.entries].map(([key, { value }]) => [
      key,
      (value.kind === 'list' ? value.items : [value]).flatMap((item) =>
        item.kind === 'scalar' ? [String(item.value)] : [],
      ),
    ]),
  )

/** An entry of the list: one event, or `repeat:` with `every:` and `event:`, in which `%n` is the number of each. */
function eventsOf(node: DocumentNode): CaseEvent[] {
  if (node.kind === 'scalar' && typeof node.value === 'string') return [node.value]
  if (node.kind !== 'map') {
    throw new CaseFault(node.line, 'An event is neither fields nor text.', 'Write field: value, or a line in quotes.')
  }
  const { entries } = node
  const event = entries.get('event')
  const times = scalarOf(entries.get('repeat'))
  if (event === undefined || times === undefined) return [fieldsOf(node)]
  if (event.value.kind !== 'map' || typeof times !== 'number' || times < 1 || times > limits.ruleCaseEventsMax) {
    throw new CaseFault(
      node.line,
      'The repetition cannot be read.',
      'Write repeat: a number, every: 10s, event: fields.',
    )
  }
  const everyMs = parseDurationMs(String(scalarOf(entries.get('every')) ?? '0s'))
  if (everyMs === undefined) throw new CaseFault(node.line, 'every is no length of time.', 'Write 10s, 5m, 2h or 1d.')
  const fields = fieldsOf(event.value)
  return Array.from({ length: times }, (_, n) => numbered(fields, n + 1, n * everyMs) as CaseFields)
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10s`, `5m`, `2h`, `1d` in milliseconds; undefined for anything else. */
function parseDurationMs(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  return digits === undefined || unit === undefined ? undefined : Number(digits) * (unitMs[unit] ?? 0)
}

const timeForm = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/

/** A time that says no zone means UTC, and stays as it was written. */
function later(text: string, laterMs: number): string {
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text)
  const timeMs = Date.parse(hasZone ? text : `${text.replace(' ', 'T')}Z`)
  return Number.isNaN(timeMs) ? text : new Date(timeMs + laterMs).toISOString().replace(/Z$/, hasZone ? 'Z' : '')
}

/** The n-th repetition: `%n` is its number, and ISO 8601 times move on. */
function numbered(value: CaseValue, n: number, laterMs: number): CaseValue {
  if (typeof value === 'string') {
    const text = value.replaceAll('%n', String(n))
    return timeForm.test(text) ? later(text, laterMs) : text
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each: CaseValue) => numbered(each, n, laterMs))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, numbered(each, n, laterMs)]))
}

const fieldsOf = (node: Extract<DocumentNode, { kind: 'map' }>): CaseFields =>
  Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toValue(value)]))

function toValue(node: DocumentNode): CaseValue {
  if (node.kind === 'scalar') return node.value
  return node.kind === 'list' ? node.items.map(toValue) : fieldsOf(node)
}
