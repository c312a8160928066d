/** The outline of a statement: its stacked parts, its queries with their clauses, tables and limits. A single pass over
 *  the tokens that bears any brokenness, because what it reads has been injected into; it is no parser of SQL. */
import { limits } from '../../../core/limits.ts'
import { at, type Code, isCall, isName, isWord, numberValue, type Range } from './code.ts'
import { tokenKind } from './lexer.ts'
import { isCatalogue, isNoTable, keywords } from './vocabulary.ts'

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
      case 'into':
      case 'join':
      case 'update':
      case 'table':
      case 'truncate':
      case 'copy':
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
    if (isName(this.code, i + 1) && (!keywords.has(next) || next === 'user')) return this.table(i + 1)
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
    } // prettier-ignore
    this.queries.push(query)
    if (frame.fromParens) this.queries[parent]?.sources.push(index)
    if (frame.withName !== '') this.withNames.set(frame.withName, index)
    frame.query = index
    frame.union = false
    frame.expectsTable = false
    return this.selectLimits(i, query)
  }

  parentOf(): number {
    for (let f = this.frames.length - 2; f >= 0; f--) {
      const query = (this.frames[f] as Frame).query
      if (query >= 0) return query
    }
    return -1
  }

  /** TOP n, FIRST n SKIP m (Firebird, Informix). Returns the last token read. */
  selectLimits(i: number, query: Query): number {
    const { code } = this
    let j = i + 1
    while (/^(?:distinct|all|top|first|skip)$/.test(at(code, j))) {
      const word = at(code, j)
      if (word === 'distinct' || word === 'all') {
        j++
        continue
      }
      const value = this.numberAt(j + 1)
      if (value === null) break
      if (word === 'skip') query.offset = value.value
      else query.top = value.value
      j = value.next
    }
    query.clauseStart = j
    return j - 1
  }

  /** A number, in parentheses or not, or a sum of two; NaN for a parameter; null for anything else. */
  numberAt(i: number): { value: number; next: number } | null {
    const { code } = this
    if (code.kinds[i] === tokenKind.open) {
      const inner = this.numberAt(i + 1)
      return inner !== null && code.kinds[inner.next] === tokenKind.close ? { ...inner, next: inner.next + 1 } : null
    }
    if (code.kinds[i] === tokenKind.parameter) return { value: Number.NaN, next: i + 1 }
    if (code.kinds[i] !== tokenKind.number) return null
    const value = numberValue(at(code, i))
    const sign = at(code, i + 1)
    if ((sign === '+' || sign === '-') && code.kinds[i + 2] === tokenKind.number) {
      const second = numberValue(at(code, i + 2))
      return { value: sign === '+' ? value + second : value - second, next: i + 3 }
    }
    return { value, next: i + 1 }
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
        return this.limit(i, query)
      case 'offset': {
        const value = this.numberAt(i + 1)
        if (value === null) return i
        this.turn(query, 'limit', i, i)
        query.offset = value.value
        return value.next - 1
      }
      case 'fetch': {
        if (next !== 'first' && next !== 'next') return i
        this.turn(query, 'limit', i, i)
        const value = this.numberAt(i + 2)
        query.limit = value === null ? 1 : value.value
        return value === null ? i + 1 : value.next - 1
      }
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

  limit(i: number, query: Query): number {
    const first = this.numberAt(i + 1)
    if (first === null) {
      if (at(this.code, i + 1) === 'all') this.turn(query, 'limit', i, i)
      return i
    }
    this.turn(query, 'limit', i, i)
    query.limit = first.value
    if (at(this.code, first.next) !== ',') return first.next - 1
    const second = this.numberAt(first.next + 1)
    if (second === null) return first.next - 1
    query.offset = first.value
    query.limit = second.value
    return second.next - 1
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
      query?.sources.push(source)
      return j
    }
    const table = { name, catalogue: isCatalogue(name, schema ?? ''), ...(schema === undefined ? {} : { schema }) }
    query?.tables.push(table)
    if (!this.tables.some((known) => known.name === table.name && known.schema === table.schema))
      this.tables.push(table)
    return j
  }
}
