/** What the statement watch says of a statement: how strong its content is, and the hit that it makes, with the rows that
 *  it exposed. When it is said is decided in `statement-watch.ts`. */
import type { Exposed, Hit, Level, Outcome } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import { latin1Bytes } from '../../formats/latin1.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { exposedBy, type PageAnswer } from './outcome.ts'
import { newSizes } from './pages.ts'
import { judgeValue, type SqlVerdict } from './sqli/judge.ts'
import { mayCarrySql } from './sqli/prefilter.ts'
import { lex, tokenKind } from './statements/lexer.ts'
import type { StatementReading } from './statements/reading.ts'
import type { Tie, TieRequest } from './ties.ts'

/** A statement with what its later log entries said of it. */
export interface OpenStatement {
  /** The verdict on its bound values, which are not kept. */
  readonly bound?: SqlVerdict
  record: StatementRecord
  rows: number
  durationMs: number
  errorCode: string
  /** Event time of its last entry. */
  lastMs: number
}

/** A statement that is suspicious and waits for the web request that caused it. */
export interface Waiting {
  readonly statement: OpenStatement
  readonly reading: StatementReading
  readonly shape: string
  readonly strong: boolean
  readonly untilMs: number
}

/** Content that no application sends of its own. */
export const isStrong = (reading: StatementReading, text: string): boolean =>
  swallowsQuote(text) ||
  (reading.union && (paddedUnion.test(text) || builtText.test(text))) ||
  reading.sleep ||
  reading.tautology ||
  reading.errorBased ||
  reading.blind ||
  reading.fileOrCommand ||
  (reading.union && reading.catalogueRead)

/** A comment at the end that swallows the quote which the application wrote behind the value. */
function swallowsQuote(text: string): boolean {
  if (!endsInQuotedComment.test(text)) return false
  const tokens = lex(text, 'any')
  return tokens.count > 0 && tokens.kinds[tokens.count - 1] === tokenKind.comment
}

const endsInQuotedComment = /(?:--|#)[^\n'"]{0,200}['"][^\n'"]{0,200}$/
/** A union that fills columns with NULL until their number fits; a text put together from character codes. */
const paddedUnion =
  /\bunion\s+(?:all\s+)?select\b[^;]{0,4000}\bnull\s*,\s*null\b|\bunion\s+(?:all\s+)?select\s+null\b|,\s*null\s*--/i
const builtText = /\bcha?r\(\d{1,3}\)\s*(?:\|\||\+|,)\s*cha?r\(\d{1,3}\)|\b0x[0-9a-f]{4,}\s*,/i

function techniqueOf(reading: StatementReading): string {
  if (reading.fileOrCommand) return 'file-or-command'
  if (reading.sleep) return 'time'
  if (reading.errorBased) return 'error'
  if (reading.union) return 'union'
  if (reading.blind) return 'blind'
  if (reading.statements > 1) return 'stacked'
  return reading.tautology ? 'boolean' : 'other'
}

/** The hit of a statement that was injected into. */
export function injectionHit(waiting: Waiting, tie: Tie | undefined): Hit {
  const { statement, reading, shape } = waiting
  const { record, errorCode } = statement
  const revealed = errorCode === '' || (reading.errorBased && isConversionError(errorCode))
  const outcome: Outcome = revealed ? 'success' : 'probe'
  const exposes = revealed ? exposedRows(statement, reading, tie) : []
  const request = tie?.request
  return {
    kind: request?.client.authorised === true ? 'authorised-scan' : 'sql-injection',
    rule: `registration/sql-injection/database-${techniqueOf(reading)}`,
    level: request?.client.authorised === true ? 'informational' : outcome === 'success' ? 'critical' : 'high',
    confidence: tie?.injected === true ? 0.99 : 0.85,
    timeMs: record.timeMs,
    actor:
      request === undefined ? { type: 'role', value: record.role } : { type: 'address', value: request.client.address },
    target: request === undefined ? `database ${record.database}` : request.page.name,
    ...(tie !== undefined && tie.part !== '' ? { part: tie.part } : {}),
    outcome,
    shape,
    place: record.place,
    decidedAtMs: record.timeMs,
    ...(exposes.length > 0 ? { exposes } : {}),
  }
}

/** Errors whose text repeats the value that could not be converted: SQLSTATE class 22 (data exception), MySQL 1105
 *  (XPATH), 1062 (duplicate entry), SQL Server 245 (conversion). */
const isConversionError = (code: string): boolean => /^(?:22|XX|1105$|1062$|1690$|245$|8114$)/.test(code)

/** The rows that the statement brought, as positions where its text says which. */
function exposedRows(statement: OpenStatement, reading: StatementReading, tie: Tie | undefined): Exposed[] {
  const extraction = reading.extraction
  if (extraction === null || extraction.kind === 'count') return []
  const { table, ordering, kind } = extraction
  const rows = statement.rows
  if (kind === 'aggregate') {
    return tie === undefined ? [] : exposedBy(answerOf(tie.request), extraction, true)
  }
  if (rows === 0) return []
  if (kind === 'all' || kind === 'prefix') {
    const limit = extraction.limit ?? Number.POSITIVE_INFINITY
    if (kind === 'prefix' && tie !== undefined) {
      // A dump by pages: each page has its own positions.
      const asked = rows > 0 ? { ...extraction, limit: Math.min(rows, limit) } : extraction
      return exposedBy(answerOf(tie.request), asked, true)
    }
    const from = kind === 'prefix' ? (extraction.offset ?? 0) : 0
    if (tie === undefined) {
      const to = from + (rows > 0 ? Math.min(rows, limit) : Math.min(1, limit))
      return [{ by: 'positions', table, ordering, from, to, certain: rows > 0 }]
    }
    // The database gave the application so many rows; the page may show fewer, which its size tells.
    const answer = answerOf(tie.request)
    const given = rows > 0 ? { ...answer, rows: Math.min(rows, limit) } : answer
    return exposedBy(given, { ...extraction, kind: 'all' }, true)
  }
  return exposedBy(tie === undefined ? noAnswer : answerOf(tie.request), extraction, true)
}

const answerOf = (request: TieRequest): PageAnswer => ({ bodyBytes: request.bodyBytes, sizes: request.page.sizes })
const noAnswer: PageAnswer = { bodyBytes: -1, sizes: newSizes() }

/** A bound value that is SQL: somebody typed an injection into a field that the application handles as it should. Below
 *  certainty it is nothing: a name may hold an apostrophe. */
export function boundVerdict(record: StatementRecord): SqlVerdict | undefined {
  for (const parameter of record.parameters ?? []) {
    const text = parameter.reveal()
    if (text.length < parameterCharactersMin) continue
    const bytes = latin1Bytes(text)
    if (!mayCarrySql(bytes, 0, bytes.length)) continue
    const verdict = judgeValue(text)
    if (verdict !== null && verdict.confidence >= parameterSureAt) return verdict
  }
  return undefined
}

/** What may be remembered of a record, and saved: nothing private, and of a huge statement its beginning. */
export function withoutPrivate(record: StatementRecord): StatementRecord {
  const { parameters: _, errorMessage: __, ...kept } = record
  return { ...kept, text: kept.text.slice(0, limits.statementCharactersMax) }
}

const parameterCharactersMin = 8
const parameterSureAt = 0.7

/** The hit of a bound value that is SQL: an attempt that came to nothing. */
export function parameterHit(statement: OpenStatement, verdict: SqlVerdict, tie: Tie | undefined): Hit {
  const hit = roleHit(statement, verdict.shape, '', 'high', verdict.confidence)
  const request = tie?.request
  const authorised = request?.client.authorised === true
  return {
    ...hit,
    kind: authorised ? 'authorised-scan' : 'sql-injection',
    rule: `registration/sql-injection/bound-${verdict.technique}`,
    level: authorised ? 'informational' : 'high',
    outcome: 'attempt',
    ...(request === undefined
      ? {}
      : { actor: { type: 'address', value: request.client.address }, target: request.page.name }),
  }
}

/** The hit of a statement that its role never sent before. */
export function newShapeHit(statement: OpenStatement, reading: StatementReading, shape: string): Hit {
  const curious = reading.catalogueRead || reading.fingerprinting || reading.statements > 1
  return roleHit(statement, shape, curious ? 'catalogue' : 'shape', 'low', curious ? 0.6 : 0.3)
}

/** The hit of a statement that an apostrophe broke. */
export function brokenHit(statement: OpenStatement, tie: Tie, shape: string): Hit {
  return { ...roleHit(statement, shape, 'unescaped-input', 'low', 0.9), target: tie.request.page.name, part: tie.part }
}

/** The hit of a statement that brought far more rows than its shape ever did. */
export function beyondHit(statement: OpenStatement, shape: string, rowsMax: number): Hit {
  const level = statement.rows >= 20 * Math.max(1, rowsMax) ? 'medium' : 'low'
  return roleHit(statement, shape, 'row-count', level, 0.6)
}

/** A hit on a statement that no request is held responsible for. */
function roleHit(statement: OpenStatement, shape: string, rule: string, level: Level, confidence: number): Hit {
  const { record, errorCode } = statement
  return {
    kind: 'new-statement',
    rule: `registration/new-statement/${rule}`,
    level,
    confidence,
    timeMs: record.timeMs,
    actor: { type: 'role', value: record.role },
    target: `database ${record.database}`,
    outcome: errorCode === '' ? 'success' : 'probe',
    shape,
    place: record.place,
    decidedAtMs: record.timeMs,
  }
}
