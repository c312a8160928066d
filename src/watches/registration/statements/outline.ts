/** The outline of a statement: its stacked parts, its queries with their clauses, tables and limits. A single pass over
 *  the tokens that bears any brokenness, because what it reads has been injected into; it is no parser of SQL. */
import { limits } from '../../../core/limits.ts'
import { at, type Code, hasRole, isCall, isName, isWord, type Range } from './code.ts'
import { tokenKind } from './lexer.ts'
import { rowLimitAt, topAt } from './row-limits.ts'
import { isCatalogue, isNoTable } from './vocabulary.ts'
import { role } from './words.ts'

/** A table as a statement names it. */
export interface Table {
  /** Lower case, unqualified. */
  readonly name: string
  readonly schema?: string
  /** The database describes itself in it. */
  readonly catalogue: boolean
}

type Clause = 'list' | 'from' | 'where' | 'group' | 'having' | 'order' | 'limit' | 'end'

/** One SELECT. Ranges are empty where the clause is missing. */
export interface Query {
  readonly start: number
  end: number
  /** Parentheses around it. */
  readonly depth: number
  /** Index of the query around it, or -1. */
  readonly parent: number
  /** It stands in the FROM clause of its parent, or in WITH. */
  readonly derived: boolean
  /** It follows UNION. */
  readonly union: boolean
  /** Which of the stacked statements it belongs to, from 0. */
  readonly statement: number
  list: Range
  where: Range
  group: Range
  order: Range
  readonly tables: Table[]
  /** Queries (indexes) that stand in FROM, WITH queries that it names included. */
  readonly sources: number[]
  /** FOR XML, FOR JSON: all rows in one value. */
  gathered: boolean
  /** NaN where the number is not written out. */
  top?: number
  limit?: number
  offset?: number
  clause: Clause
  clauseStart: number
}

/** The outline of one statement. */
export interface Outline {
  readonly code: Code
  readonly queries: readonly Query[]
  readonly tables: readonly Table[]
  /** First token of each stacked statement that holds anything. */
  readonly statements: readonly number[]
}

/** What stands between one `(` and its `)`, or the whole. */
interface Frame {
  query: number
  /** A table name may follow. */
  expectsTable: boolean
  union: boolean
  /** Opened where FROM expects a table. */
  readonly fromParens: boolean
  /** The name under which WITH knows the query in this frame. */
  readonly withName: string
}

const none: Range = { from: 0, to: 0 }

/** Words that stand where a table may without being one. */
const notTables =
  /^(?:select|only|lateral|values|with|table|as|where|group|order|having|limit|offset|fetch|on|using|union|natural|inner|left|right|full|cross|outer|join|if|not|exists|ignore|into|set)$/

/** Reads the outline; never fails, linear in the tokens. */
export function outlineOf(code: Code): Outline {
  return new Outliner(code).run()
}

class Outliner {
  readonly code: Code
  readonly queries: Query[] = []
  readonly tables: Table[] = []
  readonly statements: number[] = []
  readonly withNames = new Map<string, number>()
  frames: Frame[] = [this.bottom()]
  statementOpen = false

  constructor(code: Code) {
    this.code = code
  }

  bottom(): Frame {
    return { query: -1, expectsTable: false, union: false, fromParens: false, withName: '' }
  }

  frame(): Frame {
    return this.frames[this.frames.length - 1] as Frame
  }

  run(): Outline {
    const { code } = this
    for (let i = 0; i < code.count; i++) {
      const kind = code.kinds[i]
      if (kind === tokenKind.semicolon) {
        this.closeAll(i)
        continue
      }
      if (!this.statementOpen) {
        this.statementOpen = true
        this.statements.push(i)
      }
      if (kind === tokenKind.open) this.open(i)
      else if (kind === tokenKind.close) this.close(i)
      else if (kind === tokenKind.comma) this.comma()
      else if (kind === tokenKind.word || kind === tokenKind.name) i = this.word(i)
      else this.frame().expectsTable = false
    }
    this.closeAll(code.count)
    return { code, queries: this.queries, tables: this.tables, statements: this.statements }
  }

  closeAll(i: number): void {
    for (const frame of this.frames) this.endQuery(frame, i)
    this.frames = [this.bottom()]
    this.statementOpen = false
  }

  endQuery(frame: Frame, i: number): void {
    const query = this.queries[frame.query]
    if (query === undefined || (query.clause === 'end' && query.end < this.code.count)) return
    this.turn(query, 'end', i, i)
    query.end = i
  }

  open(i: number): void {
    const frame = this.frame()
    const query = this.queries[frame.query]
    const inFrom = frame.expectsTable && (query?.clause === 'from' || frame.fromParens)
    frame.expectsTable = false
    const isQuery = /^(?:select|with|values|\()$/.test(at(this.code, i + 1))
    this.frames.push({
      query: inFrom && !isQuery ? frame.query : -1,
      expectsTable: inFrom,
      union: frame.union,
      fromParens: inFrom,
      withName: this.withNameBefore(i),
    })
    frame.union = false
  }

  /** `name AS (`, `name (columns) AS MATERIALIZED (` */
  withNameBefore(i: number): string {
    let j = i - 1
    if (isWord(this.code, j, 'materialized')) j--
    if (isWord(this.code, j, 'not')) j--
    if (!isWord(this.code, j, 'as') || at(this.code, i + 1) !== 'select') return ''
    return isName(this.code, j - 1) ? at(this.code, j - 1) : ''
  }

  close(i: number): void {
    if (this.frames.length === 1) return
    const frame = this.frames.pop() as Frame
    const shared = this.frame().query === frame.query
    if (!shared) this.endQuery(frame, i)
  }

  comma(): void {
    const frame = this.frame()
    frame.expectsTable = this.queries[frame.query]?.clause === 'from'
  }

  word(i: number): number {
    const { code } = this
    const frame = this.frame()
    if (frame.expectsTable && !notTables.test(at(code, i))) return this.table(i)
    if (code.kinds[i] === tokenKind.name) return i
    const word = at(code, i)
    const query = this.queries[frame.query]
    switch (word) {
      case 'select':
        return this.select(i)
      case 'union':
      case 'intersect':
      case 'except':
      case 'minus':
        if (at(code, i + 1) === '.' || at(code, i - 1) === '.') return i
        this.endQuery(frame, i)
        frame.query = -1
        frame.union = word === 'union'
        return i
      case 'table':
        return this.standsForQuery(i) ? this.tableQuery(i) : this.expectTable(i)
      case 'copy':
        return this.copiesOut(i) ? this.tableQuery(i) : this.expectTable(i)
      case 'into':
      case 'join':
      case 'update':
      case 'truncate':
        if (word === 'update' && /^(?:for|do|key|on)$/.test(at(code, i - 1))) return i
        return this.expectTable(i)
      case 'from':
        if (query === undefined && isWord(code, i - 1, 'delete')) return this.expectTable(i)
        break
    }
    return query === undefined || this.isIdentifier(i) ? i : this.clauseWord(word, i, query)
  }

  /** A clause word that is used as a name: `AS LIMIT`, `t.order`, `LIMIT=4`. */
  isIdentifier(i: number): boolean {
    const before = at(this.code, i - 1)
    const after = at(this.code, i + 1)
    return before === '.' || after === '.' || before === 'as' || before === ','
  }

  expectTable(i: number): number {
    const next = at(this.code, i + 1)
    if (isName(this.code, i + 1) && (!hasRole(this.code, i + 1, role.keyword) || next === 'user'))
      return this.table(i + 1)
    if (next === 'if' || next === 'only' || next === 'ignore') this.frame().expectsTable = true
    else if (isWord(this.code, i, 'join')) this.frame().expectsTable = true
    return i
  }

  select(i: number): number {
    const frame = this.frame()
    this.endQuery(frame, i)
    if (this.queries.length >= limits.statementQueriesMax) {
      frame.query = -1
      return i
    }
    const parent = this.parentOf()
    const index = this.queries.length
    const query: Query = {
      start: i,
      end: this.code.count,
      depth: this.frames.length - 1,
      parent,
      derived: frame.fromParens || frame.withName !== '',
      union: frame.union,
      statement: this.statements.length - 1,
      list: none,
      where: none,
      group: none,
      order: none,
      tables: [],
      sources: [],
      gathered: false,
      clause: 'list',
      clauseStart: i + 1,
    }
    this.queries.push(query)
    const around = this.queries[parent]
    if (frame.fromParens && around !== undefined) addSource(around, index)
    if (frame.withName !== '') this.withNames.set(frame.withName, index)
    frame.query = index
    frame.union = false
    frame.expectsTable = false
    const top = topAt(this.code, i + 1)
    if (top.limit !== undefined) query.top = top.limit
    if (top.offset !== undefined) query.offset = top.offset
    query.clauseStart = top.next
    return top.next - 1
  }

  /** TABLE voters (SQL:1999) is SELECT * FROM voters. */
  standsForQuery(i: number): boolean {
    return this.frame().union || at(this.code, i - 1) === '(' || i === this.statements.at(-1)
  }

  /** COPY voters (...) TO ... shows the whole table. */
  copiesOut(i: number): boolean {
    for (let j = i + 1; j < this.code.count && j < i + 8; j++) {
      if (this.code.kinds[j] === tokenKind.open && j > i + 1) j = (this.code.closedBy[j] as number) - 1
      else if (this.code.kinds[j] === tokenKind.open || isWord(this.code, j, 'from')) return false
      else if (isWord(this.code, j, 'to')) return true
    }
    return false
  }

  tableQuery(i: number): number {
    this.select(i)
    const query = this.queries[this.frame().query]
    if (query !== undefined) this.turn(query, 'from', i + 1, i + 1)
    return this.expectTable(i)
  }

  parentOf(): number {
    for (let f = this.frames.length - 2; f >= 0; f--) {
      const query = (this.frames[f] as Frame).query
      if (query >= 0) return query
    }
    return -1
  }

  clauseWord(word: string, i: number, query: Query): number {
    const next = at(this.code, i + 1)
    switch (word) {
      case 'from':
        if (query.clause !== 'list' || (at(this.code, i - 1) === 'distinct' && at(this.code, i - 2) === 'is')) return i
        this.turn(query, 'from', i, i + 1)
        this.frame().expectsTable = true
        return i
      case 'where':
        this.turn(query, 'where', i, i + 1)
        return i
      case 'group':
        if (next === 'by') this.turn(query, 'group', i, i + 2)
        return i
      case 'having':
        this.turn(query, 'having', i, i + 1)
        return i
      case 'order':
        if (next === 'by') this.turn(query, 'order', i, i + 2)
        return i
      case 'limit':
      case 'offset':
      case 'fetch':
        return this.rowLimit(i, query)
      case 'for':
        if (next === 'xml' || next === 'json') query.gathered = true
        if (next === 'xml' || next === 'json' || next === 'update' || next === 'share') this.turn(query, 'end', i, i)
        return i
      case 'procedure':
      case 'window':
      case 'qualify':
        this.turn(query, 'end', i, i)
    }
    return i
  }

  rowLimit(i: number, query: Query): number {
    const read = rowLimitAt(this.code, i)
    if (read === null) return i
    this.turn(query, 'limit', i, i)
    if (read.limit !== undefined) query.limit = read.limit
    if (read.offset !== undefined) query.offset = read.offset
    return read.next - 1
  }

  /** Ends the clause that runs and begins another. */
  turn(query: Query, clause: Clause, end: number, start: number): void {
    const range = { from: query.clauseStart, to: Math.max(end, query.clauseStart) }
    if (query.clause === 'list') query.list = range
    else if (query.clause === 'where' && query.where === none) query.where = range
    else if (query.clause === 'group') query.group = range
    else if (query.clause === 'order') query.order = range
    query.clause = clause
    query.clauseStart = start
    this.frame().expectsTable = false
  }

  /** A possibly qualified table name at token i; returns its last token. */
  table(i: number): number {
    const { code } = this
    const frame = this.frame()
    frame.expectsTable = false
    let j = i
    const path = [at(code, i)]
    while (at(code, j + 1) === '.' || at(code, j + 1) === ':') {
      while (at(code, j + 1) === '.' || at(code, j + 1) === ':') j++
      if (!isName(code, j + 1)) break
      j++
      path.push(at(code, j))
    }
    const name = path.at(-1) as string
    const schema =
      path.length > 1 ? (path.slice(0, -1).find((part) => isCatalogue('', part)) ?? path.at(-2)) : undefined
    const query = this.queries[frame.query]
    if (isCall(code, j) && query?.clause === 'from') return j
    if (isNoTable(name)) return j
    const source = schema === undefined ? this.withNames.get(name) : undefined
    if (source !== undefined) {
      if (query !== undefined) addSource(query, source)
      return j
    }
    const table = { name, catalogue: isCatalogue(name, schema ?? ''), ...(schema === undefined ? {} : { schema }) }
    if (query !== undefined && query.tables.length < limits.statementTablesMax) query.tables.push(table)
    if (this.tables.length >= limits.statementTablesMax) return j
    if (!this.tables.some((known) => known.name === table.name && known.schema === table.schema))
      this.tables.push(table)
    return j
  }
}

/** Each source once, and not more than a statement has queries. */
function addSource(query: Query, source: number): void {
  if (!query.sources.includes(source)) query.sources.push(source)
}
