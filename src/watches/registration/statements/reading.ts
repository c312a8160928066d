/** Reads what a statement, or a fragment of one as it stands in a request, would do to the database. It says facts of
 *  the text (stacked, union, catalogue, sleep, which records of which table); whether they are an attack is judged by
 *  who knows the application. It never fails and is linear in the text. */
import { at, type Code, codeOf, hasRole, isCall, isLiteral, isWord, numberValue } from './code.ts'
import { conditionsOf } from './conditions.ts'
import { type Extraction, extractionsOf } from './extraction.ts'
import { type InnerStatement, innerStatements } from './inner-statements.ts'
import { type Dialect, tokenKind } from './lexer.ts'
import { type Outline, outlineOf, type Table } from './outline.ts'
import { asksServer } from './server-questions.ts'
import { role } from './words.ts'

export type { Extraction, ExtractionKind } from './extraction.ts'
export type { Table } from './outline.ts'

/** What a statement changes. */
export type Write = 'none' | 'insert' | 'update' | 'delete' | 'ddl'

/** The facts of one statement. */
export interface StatementReading {
  /** Stacked statements, 1 for an ordinary one, 0 for an empty text. */
  readonly statements: number
  readonly tables: readonly Table[]
  /** The database's description of itself is read. */
  readonly catalogueRead: boolean
  /** The server is asked for its version, user, or database. */
  readonly fingerprinting: boolean
  readonly sleep: boolean
  readonly fileOrCommand: boolean
  /** The gravest of all that is written. */
  readonly write: Write
  readonly union: boolean
  readonly tautology: boolean
  /** Literals compared with each other behind AND or OR: tautologies, and probes that are false. */
  readonly constantCondition: boolean
  readonly errorBased: boolean
  readonly blind: boolean
  /** What the injected part shows: the first of `extractions`. */
  readonly extraction: Extraction | null
  /** All that injected parts show. */
  readonly extractions: readonly Extraction[]
  /** What the statement's own query shows as it stands, injected or not. */
  readonly own: Extraction | null
}

/** Reads a statement as a database logged it. */
export function readStatement(text: string, dialect: Dialect): StatementReading {
  return readCode(codeOf(text, dialect), dialect, false)
}

/** Reads a decoded part of a request that may begin within a literal: of the readings as the inside of '...', of "..."
 *  and of no literal, the one that makes the most of it as SQL. */
export function readFragment(decoded: string): StatementReading {
  const code = fragmentCode(decoded)
  return readCode(code, 'any', true)
}

/** The tokens of a fragment, under the same choice as `readFragment`. */
export function fragmentCode(decoded: string): Code {
  let best = codeOf(decoded, 'any')
  let bestWeight = sqlWeight(best)
  for (const mark of ["'", '"']) {
    if (!decoded.includes(mark)) continue
    const code = codeOf(mark + decoded, 'any')
    const weight = sqlWeight(code)
    if (weight > bestWeight) [best, bestWeight] = [code, weight]
  }
  return best
}

/** How much of a text is SQL outside of literals. */
function sqlWeight(code: Code): number {
  let weight = 0
  for (let i = 0; i < code.count; i++) {
    const kind = code.kinds[i]
    if (kind === tokenKind.word) weight += hasRole(code, i, role.keyword) || isCall(code, i) ? 2 : 0
    else if (kind === tokenKind.operator || kind === tokenKind.semicolon) weight += 1
  }
  return weight
}

function readCode(code: Code, dialect: Dialect, fragment: boolean): StatementReading {
  const reading = readOuter(code, dialect, fragment)
  const inner = innerStatements(code, dialect)
  if (inner.length === 0) return reading
  const readings = inner.map((statement) => readOuter(statement.code, dialect, false))
  const extractions = [
    ...inner.flatMap((statement, i) => innerExtractions(statement, readings[i])),
    ...reading.extractions,
  ]
  return {
    ...reading,
    catalogueRead: reading.catalogueRead || readings.some((r) => r.catalogueRead),
    fingerprinting: reading.fingerprinting || readings.some((r) => r.fingerprinting),
    sleep: reading.sleep || readings.some((r) => r.sleep),
    fileOrCommand: reading.fileOrCommand || readings.some((r) => r.fileOrCommand),
    extraction: extractions[0] ?? null,
    extractions,
  }
}

function innerExtractions(statement: InnerStatement, reading: StatementReading | undefined): Extraction[] {
  const place = 'subquery'
  if (statement.table !== '') {
    return [{ table: statement.table, ordering: '', columns: ['*'], kind: 'aggregate', blind: false, place }]
  }
  const own = reading?.own ? [{ ...reading.own, place } as const] : []
  const all = [...(reading?.extractions ?? []), ...own]
  return all.map((e) => (statement.gathered && e.kind !== 'count' ? { ...e, kind: 'aggregate' } : e))
}

function readOuter(code: Code, dialect: Dialect, fragment: boolean): StatementReading {
  const outline = outlineOf(code)
  const conditions = conditionsOf(outline, dialect)
  const { injected, own } = extractionsOf(outline, conditions, fragment)
  const { tautology, constant, blind, errorBased } = conditions
  return {
    statements: fragment ? fragmentStatements(outline) : outline.statements.length,
    tables: outline.tables,
    catalogueRead: outline.tables.some((table) => table.catalogue) || (code.present & role.catalogue) !== 0,
    fingerprinting: asksAboutServer(code),
    sleep: sleeps(code, outline),
    fileOrCommand: reachesOut(code),
    write: writeOf(code, outline, fragment),
    union: outline.queries.some((query) => query.union),
    tautology,
    constantCondition: constant,
    errorBased,
    blind,
    extraction: injected[0] ?? null,
    extractions: injected,
    own,
  }
}

/** Stacked statements of a fragment: those that begin with a word that begins statements. */
function fragmentStatements(outline: Outline): number {
  return 1 + outline.statements.slice(1).filter((i) => hasRole(outline.code, i, role.statement)).length
}

function asksAboutServer(code: Code): boolean {
  if ((code.present & (role.fingerprint | role.fingerprintWord)) === 0) return false
  for (let i = 0; i < code.count; i++) {
    if (!isWord(code, i, 'select') && asksServer(code, { from: i, to: i + 1 })) return true
  }
  return false
}

/** Numbers from which a call that computes as long as its number is large counts as a delay. */
const loadMin = 100_000

function sleeps(code: Code, outline: Outline): boolean {
  for (let i = 0; i < code.count; i++) {
    const word = at(code, i)
    if (code.kinds[i] === tokenKind.word && word === 'waitfor' && /^(?:delay|time)$/.test(at(code, i + 1))) return true
    if (!isCall(code, i)) continue
    if (hasRole(code, i, role.sleep)) return true
    if (hasRole(code, i, role.load) && holdsLargeNumber(code, i + 2, code.closedBy[i + 1] as number)) return true
  }
  return outline.queries.some((query) => query.tables.filter((table) => table.catalogue).length >= 3 && !query.where.to)
}

function holdsLargeNumber(code: Code, from: number, to: number): boolean {
  for (let i = from; i < to && i < from + 64; i++) {
    if (code.kinds[i] === tokenKind.number && numberValue(at(code, i)) >= loadMin) return true
  }
  return false
}

function reachesOut(code: Code): boolean {
  for (let i = 0; i < code.count; i++) {
    if (code.kinds[i] !== tokenKind.word) continue
    const word = at(code, i)
    const next = at(code, i + 1)
    if (hasRole(code, i, role.file)) return true
    if (word === 'into' && (next === 'outfile' || next === 'dumpfile')) return true
    if (word === 'load' && (next === 'data' || next === 'xml')) return true
    if ((word === 'bulk' && next === 'insert') || (word === 'attach' && next === 'database')) return true
    if (word === 'copy' && copiesToServer(code, i)) return true
  }
  return false
}

/** COPY ... TO or FROM a file or a program; STDIN and STDOUT are the client's own. */
function copiesToServer(code: Code, copy: number): boolean {
  for (let i = copy + 1; i < code.count && code.kinds[i] !== tokenKind.semicolon; i++) {
    if (code.kinds[i] === tokenKind.open) i = Math.min(code.closedBy[i] as number, code.count)
    else if (isWord(code, i, 'from') || isWord(code, i, 'to'))
      return isWord(code, i + 1, 'program') || isLiteral(code, i + 1)
  }
  return false
}

const writes: Readonly<Record<string, Write>> = {
  insert: 'insert',
  replace: 'insert',
  merge: 'update',
  update: 'update',
  delete: 'delete',
  drop: 'ddl',
  create: 'ddl',
  alter: 'ddl',
  truncate: 'ddl',
  grant: 'ddl',
  revoke: 'ddl',
  rename: 'ddl',
  shutdown: 'ddl',
}
const gravity: readonly Write[] = ['none', 'insert', 'update', 'delete', 'ddl']

/** A word that writes counts where a statement begins, where a query of WITH begins, and, for T-SQL, which needs no
 *  semicolon, before the noun that makes it plain. */
function writeOf(code: Code, outline: Outline, fragment: boolean): Write {
  let gravest: Write = 'none'
  if ((code.present & role.write) === 0) return gravest
  const starts = new Set(fragment ? outline.statements.slice(1) : outline.statements)
  let withSeen = false
  for (let i = 0; i < code.count; i++) {
    if (starts.has(i) && isWord(code, i, 'with')) withSeen = true
    if (!hasRole(code, i, role.write)) continue
    const write = writes[at(code, i)]
    if (write === undefined || gravity.indexOf(write) <= gravity.indexOf(gravest)) continue
    // WITH x AS (DELETE ... RETURNING ...), and WITH x AS (...) DELETE ...
    const inWith = at(code, i - 1) === '(' && isWord(code, i - 2, 'as')
    const behindWith = withSeen && at(code, i - 1) === ')'
    if (starts.has(i) || (!isCall(code, i) && (inWith || behindWith)) || isPlainWrite(code, i)) gravest = write
  }
  return gravest
}

function isPlainWrite(code: Code, i: number): boolean {
  const next = at(code, i + 1)
  const third = at(code, i + 3)
  switch (at(code, i)) {
    case 'drop':
    case 'create':
    case 'alter':
    case 'truncate':
      return /^(?:table|database|schema|view|user|role|login|function|procedure|trigger|extension|index)$/.test(next)
    case 'insert':
      return next === 'into' && /^(?:\(|\.|values|select|default)$/.test(third)
    case 'delete':
      return next === 'from' && /^(?:|;|\.|where|using)$/.test(third)
    case 'shutdown':
      return next === 'with'
    default:
      return false
  }
}
