/** Says which records of which table a query returns, so that exposed records can be counted as distinct positions or
 *  keys over thousands of statements. Keys and predicates hold literals as they stand, voter data among them: they are
 *  for counting in memory, not for storing or showing. */
import { createHash } from 'node:crypto'
import { limits } from '../../../core/limits.ts'
import { at, type Code, hasRole, isCall, isName, isWord, normalText, type Range } from './code.ts'
import { type Conditions, isCompared } from './conditions.ts'
import { tokenKind } from './lexer.ts'
import type { Outline, Query, Table } from './outline.ts'
import { type Predicate, predicateOf, rowNumbers } from './predicate.ts'
import { role } from './words.ts'

/** `position`: one row by its rank. `prefix`: `limit` rows from `offset` on. `key`: the row or rows of one key.
 *  `aggregate`: all rows of the predicate in one value. `count`: no record is shown. `all`: every row of the predicate. */
export type ExtractionKind = 'position' | 'prefix' | 'key' | 'aggregate' | 'count' | 'all'

/** The records that one query shows. */
export interface Extraction {
  /** Lower case, unqualified; empty where the statement's own table is not in view (a fragment). */
  readonly table: string
  /** The order in which positions count: ORDER BY in normal form, empty for none. */
  readonly ordering: string
  /** Lower case, in order, each once; `*` for all. */
  readonly columns: readonly string[]
  readonly kind: ExtractionKind
  /** From 0. */
  readonly offset?: number
  readonly limit?: number
  /** The predicate that names the row, literals included, in normal form. */
  readonly key?: string
  /** Any other predicate, in normal form; positions count within it. */
  readonly predicate?: string
  /** The value is read a character or a bit at a time, over many statements. */
  readonly blind: boolean
  /** `own`: the application's query as it was altered. */
  readonly place: 'union' | 'stacked' | 'subquery' | 'own'
}

/** The records that a statement shows. */
export interface Extractions {
  /** What injected queries return, those that show records first; a tautology's last. */
  readonly injected: readonly Extraction[]
  /** What the statement's own first query returns as it stands. */
  readonly own: Extraction | null
}

/** Reads what a statement's queries show; `fragment` where the application's own query is out of view. */
export function extractionsOf(outline: Outline, conditions: Conditions, fragment: boolean): Extractions {
  const { queries } = outline
  const main = queries.findIndex((q) => q.depth === 0 && !q.union && !q.derived && q.statement === 0)
  const injected: Extraction[] = []
  for (let q = 0; q < queries.length; q++) {
    const query = queries[q] as Query
    if (q === main || isConsumed(outline, q, main)) continue
    const extraction = describe(outline, query, conditions)
    if (extraction !== null) injected.push(extraction)
  }
  const mainQuery = queries[main]
  const own = mainQuery === undefined ? null : describe(outline, mainQuery, conditions, 'own')
  const showing = injected.filter((e) => e.kind !== 'count')
  const tautology = conditions.tautology ? everyRow(own, fragment) : null
  const counts = injected.filter((e) => e.kind === 'count')
  return { injected: tautology === null ? [...showing, ...counts] : [...showing, tautology, ...counts], own }
}

/** A tautology in the application's own WHERE returns whatever its LIMIT lets through. */
function everyRow(own: Extraction | null, fragment: boolean): Extraction | null {
  if (fragment) return { table: '', ordering: '', columns: [], kind: 'all', blind: false, place: 'own' }
  if (own === null) return null
  if (own.kind === 'count' || own.kind === 'aggregate') return own
  const { key: _, predicate: __, kind: ___, offset: ____, ...rest } = own
  return { ...rest, kind: 'all' }
}

/** Queries that only serve another: derived tables, and those that filter (IN, EXISTS, NOT IN (SELECT TOP n ...)). */
function isConsumed(outline: Outline, index: number, main: number): boolean {
  const { code, queries } = outline
  const query = queries[index] as Query
  if (query.derived && (query.parent >= 0 || queries.some((other) => other.sources.includes(index)))) return true
  const before = at(code, query.start - 1) === '(' ? at(code, query.start - 2) : ''
  if (/^(?:exists|any|some|all)$/.test(before)) return true
  if (before === 'in') {
    const operand = code.kinds[query.start - 3]
    return operand !== tokenKind.number && operand !== tokenKind.string
  }
  const parent = queries[query.parent]
  if (parent === undefined || query.parent === main) return false
  return query.start >= parent.where.from && query.start < parent.where.to && tableOf(outline, parent) !== null
}

/** The first table of records that a query reads, through derived tables. */
function tableOf(outline: Outline, query: Query, seen = new Set<Query>()): Table | null {
  if (seen.has(query)) return null
  seen.add(query)
  const own = query.tables.find((table) => !table.catalogue)
  if (own !== undefined) return own
  for (const source of query.sources) {
    const inner = outline.queries[source]
    const table = inner === undefined ? null : tableOf(outline, inner, seen)
    if (table !== null) return table
  }
  return null
}

function describe(outline: Outline, query: Query, conditions: Conditions, place?: 'own'): Extraction | null {
  const { code } = outline
  const table = tableOf(outline, query)
  if (table === null) return null
  const source = innermost(outline, query)
  const gathered = gathers(code, query) || (source !== query && gathers(code, source))
  const window = windowOf(outline, query, source)
  const predicate = predicateOf(outline, query, source, window.aliases)
  const shown = columnsOf(outline, query)
  const columns =
    shown.length === 0 && source !== query && query.list.to - query.list.from <= 1 ? columnsOf(outline, source) : shown
  const base = {
    table: table.name,
    ordering: window.ordering || orderingOf(code, source.order) || orderingOf(code, query.order),
    columns,
    blind:
      conditions.characterTests.some((r) => query.start >= r.from && query.start < r.to) || isCompared(code, query),
    place: place ?? (query.union ? 'union' : query.depth === 0 ? 'stacked' : 'subquery'),
  } as const
  return { ...base, ...rowsOf(code, query, source, predicate, gathered, columns.length > 0 || gathered) }
}

/** Follows a chain of derived tables that hold nothing but one source each. */
function innermost(outline: Outline, query: Query): Query {
  let inner = query
  for (let depth = 0; depth < 8 && inner.tables.length === 0; depth++) {
    const next = outline.queries[inner.sources[0] ?? -1]
    if (next === undefined || next === inner || tableOf(outline, next) === null) break
    inner = next
  }
  return inner
}

type Rows = Pick<Extraction, 'kind' | 'offset' | 'limit' | 'key' | 'predicate'>

function rowsOf(
  code: Code,
  query: Query,
  source: Query,
  predicate: Predicate,
  gathered: boolean,
  shows: boolean,
): Rows {
  const text = predicate.text === '' ? {} : { predicate: bounded(predicate.text) }
  const span = spanOf(code, query, source, predicate)
  const known = {
    ...(span.offset === undefined || Number.isNaN(span.offset) ? {} : { offset: span.offset }),
    ...(span.limit === undefined || Number.isNaN(span.limit) ? {} : { limit: span.limit }),
  }
  if (gathered) return { kind: 'aggregate', ...known, ...text }
  if (!shows || (calls(code, query.list, role.counting) && !calls(code, query.list, role.extreme))) {
    return { kind: 'count', ...text }
  }
  if (calls(code, query.list, role.extreme)) {
    const key = predicate.text === '' ? normalText(code, query.list) : predicate.text
    return {
      kind: 'key',
      key: bounded(predicate.form === 'other' ? `${normalText(code, query.list)} ${key}` : key),
      limit: 1,
    }
  }
  const single = span.limit === 1
  if (predicate.form === 'key' && (span.offset ?? 0) === 0) {
    return { kind: 'key', key: bounded(predicate.text), ...(single ? { limit: 1 } : {}) }
  }
  if (predicate.form === 'pivot' && single && (span.offset ?? 0) === 0)
    return { kind: 'key', key: bounded(predicate.text), limit: 1 }
  if (single)
    return { kind: 'position', ...(Number.isNaN(span.offset) ? {} : { offset: span.offset ?? 0 }), limit: 1, ...text }
  if (span.limit !== undefined) return { kind: 'prefix', ...known, ...text }
  return { kind: 'all', ...known, ...text }
}

interface Span {
  offset?: number | undefined
  limit?: number | undefined
}

/** Which rows of the ordering a query takes, by whatever its dialect has for it. */
function spanOf(code: Code, query: Query, source: Query, predicate: Predicate): Span {
  const limit = query.limit ?? query.top
  if (predicate.rows !== undefined) return predicate.rows
  if (predicate.skipped !== undefined) return { offset: predicate.skipped, limit }
  if (source === query) return { offset: query.offset, limit }
  const inner = source.limit ?? source.top
  if (limit === undefined) return { offset: source.offset ?? query.offset, limit: inner }
  // TOP 1 of the TOP n in reverse order is the n-th row.
  const reversed = isDescending(code, query.order) !== isDescending(code, source.order)
  if (limit === 1 && inner !== undefined && query.order.to > query.order.from && reversed) {
    return { offset: (source.offset ?? 0) + inner - 1, limit: 1 }
  }
  return { offset: (source.offset ?? 0) + (query.offset ?? 0), limit }
}

const isDescending = (code: Code, order: Range): boolean => order.to > order.from && isWord(code, order.to - 1, 'desc')

/** Many rows in one value: an aggregate function, FOR XML, ARRAY(SELECT ...), or a variable that collects. */
function gathers(code: Code, query: Query): boolean {
  if (query.gathered || calls(code, query.list, role.gathering)) return true
  if (isWord(code, query.start - 2, 'array')) return true
  const to = Math.max(query.list.to, query.where.to)
  for (let i = query.list.from; i < to; i++) {
    if (at(code, i) === ':=' && at(code, i + 1) === 'concat') return true
  }
  return false
}

/** True where the range itself, not a query within it, calls one of the functions. */
function calls(code: Code, range: Range, roles: number): boolean {
  if ((code.present & roles) === 0) return false
  for (let i = range.from; i < range.to; i++) {
    if (code.kinds[i] === tokenKind.open && isWord(code, i + 1, 'select'))
      i = Math.min(code.closedBy[i] as number, range.to)
    else if (hasRole(code, i, roles) && isCall(code, i)) return true
  }
  return false
}

/** The names that a select list shows. */
function columnsOf(outline: Outline, query: Query): string[] {
  const { code } = outline
  if (!isWord(code, query.start, 'select')) return ['*']
  const columns: string[] = []
  const { from, to } = query.list
  for (let i = from; i < to && columns.length < limits.extractedColumnsMax; i++) {
    if (code.kinds[i] === tokenKind.open && isWord(code, i + 1, 'select')) {
      i = Math.min(code.closedBy[i] as number, to)
      continue
    }
    const before = at(code, i - 1)
    if (at(code, i) === '*' && (i === from || before === ',' || before === '.')) push(columns, '*')
    if (!isName(code, i) || isCall(code, i) || at(code, i + 1) === '.') continue
    if (
      before === 'as' ||
      before === '::' ||
      before === ')' ||
      (i > from && isName(code, i - 1) && !hasRole(code, i - 1, role.keyword))
    )
      continue
    const word = at(code, i)
    const reserved = before !== '.' && hasRole(code, i, role.keyword) && !mayBeColumn.has(word)
    if (reserved || hasRole(code, i, role.fingerprintWord) || word === 'user') continue
    push(columns, word)
  }
  return columns
}

/** Keywords that tables often have as columns. */
const mayBeColumn = new Set([
  'first',
  'last',
  'key',
  'date',
  'time',
  'timestamp',
  'text',
  'type',
  'index',
  'zone',
  'year',
  'role',
  'data',
])

function push(columns: string[], column: string): void {
  if (!columns.includes(column)) columns.push(column)
}

/** ORDER BY in normal form; empty where it orders by nothing (a constant, ROWNUM, a subquery). */
function orderingOf(code: Code, range: Range): string {
  let to = range.to
  if (isWord(code, to - 1, 'asc')) to--
  if (to <= range.from || (at(code, range.from) === '(' && isWord(code, range.from + 1, 'select'))) return ''
  const text = normalText(code, { from: range.from, to })
  return text === 'rownum' || text === 'null' || /^(?:''|@@\w+)$/.test(text) ? '' : bounded(text)
}

/** Aliases of row numbers, and the order in which a window function numbers the rows. */
function windowOf(outline: Outline, query: Query, source: Query): { aliases: ReadonlySet<string>; ordering: string } {
  const aliases = new Set<string>(['rownum'])
  let ordering = ''
  let inner: Query | undefined = query
  for (let depth = 0; depth < 8 && inner !== undefined; depth++) {
    const found = rowNumbers(outline.code, inner.list)
    for (const alias of found.aliases) aliases.add(alias)
    ordering ||= orderingOf(outline.code, found.order)
    if (inner === source) break
    inner = outline.queries[inner.sources[0] ?? -1]
  }
  return { aliases, ordering }
}

/** A text of bounded length that is as distinct as the whole. */
function bounded(text: string): string {
  if (text.length <= limits.predicateCharactersMax) return text
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32)
  return `${text.slice(0, limits.predicateCharactersMax - 33)}#${digest}`
}
