/** What the database log shows: an application sends a fixed set of statements, so one of a new shape, or one that
 *  reads the catalogue, sleeps, holds a tautology or brings far more rows than its shape ever did, is worth a finding,
 *  tied to the web request that caused it. Entries of one statement (text, audit, duration, error) are joined here. */
import type { Exposed, Hit, Level, Outcome } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import type { Private } from '../../core/private.ts'
import { latin1Bytes } from '../../formats/latin1.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { exposedBy, type PageAnswer } from './outcome.ts'
import { newSizes } from './pages.ts'
import type { Emit, Seen } from './seen.ts'
import { judgeValue, type SqlVerdict } from './sqli/judge.ts'
import { mayCarrySql } from './sqli/prefilter.ts'
import { readStatement, type StatementReading } from './statements/reading.ts'
import { shapeOf } from './statements/shape.ts'
import { RequestRing, type Tie, type TieRequest, tieStatement, tieToRequest } from './ties.ts'

/** A statement with what its later log entries said of it. */
interface OpenStatement {
  record: StatementRecord
  rows: number
  durationMs: number
  errorCode: string
  /** Event time of its last entry. */
  lastMs: number
}

interface ShapeHistory {
  count: number
  rowsMax: number
}

interface RoleHistory {
  firstMs: number
  count: number
  readonly shapes: Map<string, ShapeHistory>
}

/** A statement that is suspicious and waits for the web request that caused it. */
interface Waiting {
  readonly statement: OpenStatement
  readonly reading: StatementReading
  readonly shape: string
  readonly strong: boolean
  readonly untilMs: number
}

/** A role's shapes are known once it has sent this many statements over this long. */
const learned = { statements: 1_000, ms: 24 * 3_600_000 }
/** Rows beyond this many times the shape's largest so far, and at least this many, are far beyond its history. */
const rowsBeyond = { factor: 5, rowsMin: 50, countMin: 50 }
const waitMs = 6_000
/** A statement's log entries follow each other at once; a long one ends with its duration. */
const lingerMs = 500
const newsMs = 30 * 24 * 3_600_000

export class StatementWatch {
  readonly ring = new RequestRing()
  readonly #open = new Map<string, OpenStatement>()
  readonly #roles = new Map<string, RoleHistory>()
  #waiting: Waiting[] = []
  readonly #said = new Map<string, number>()
  /** True once a database log was seen: until then requests are not kept for tying. */
  active = false

  /** Keeps a request for ties, and ties statements that waited for it. */
  observeRequest(seen: Seen, emit: Emit): void {
    this.expire(seen.timeMs, emit)
    const request = this.ring.add(seen)
    if (this.#waiting.length > 0) this.#tieWaiting(request, emit)
  }

  observe(record: StatementRecord, emit: Emit): void {
    this.active = true
    this.expire(record.timeMs, emit)
    const session = `${record.database}/${record.session}`
    const open = this.#open.get(session)
    if (record.phase === 'statement' || (record.phase === 'audit' && !isOf(open, record))) {
      if (open !== undefined) this.#close(session, open, emit)
      if (this.#open.size >= limits.tieStatementsMax) this.#closeOldest(emit)
      this.#open.set(session, {
        record,
        rows: record.rows ?? -1,
        durationMs: record.durationMs ?? 0,
        errorCode: record.errorCode ?? '',
        lastMs: record.timeMs,
      })
      return
    }
    if (record.phase === 'error') {
      this.#failed(session, open, record)
      return
    }
    if (open === undefined) return
    open.lastMs = record.timeMs
    if (record.rows !== undefined) open.rows = Math.max(open.rows, record.rows)
    if (record.phase === 'duration') open.durationMs = record.durationMs ?? 0
  }

  #failed(session: string, open: OpenStatement | undefined, record: StatementRecord): void {
    if (open !== undefined) {
      open.errorCode = record.errorCode ?? 'error'
      open.lastMs = record.timeMs
    } else if (record.text !== '') {
      const errorCode = record.errorCode ?? 'error'
      this.#open.set(session, { record, rows: -1, durationMs: 0, errorCode, lastMs: record.timeMs })
    }
  }

  #close(session: string, open: OpenStatement, emit: Emit): void {
    this.#open.delete(session)
    this.#finish(open, emit)
  }

  #closeOldest(emit: Emit): void {
    const first = this.#open.entries().next().value
    if (first !== undefined) this.#close(first[0], first[1], emit)
  }

  /** Judges a statement of which all is known. */
  #finish(statement: OpenStatement, emit: Emit): void {
    const { record } = statement
    if (record.text === '') return
    const role = this.#role(record)
    const { shape, hash } = shapeOf(record.text, 'any')
    const history = role.shapes.get(hash)
    const known = history !== undefined && (history.count >= 3 || statement.errorCode !== '')
    role.count++
    this.#judgeParameters(statement, emit)
    if (known && !this.#isBeyond(history, statement.rows)) {
      remember(history, statement)
      return
    }
    const reading = readStatement(record.text, 'any')
    const strong = isStrong(reading, record.text)
    if (strong || reading.union || reading.catalogueRead || reading.statements > 1 || history === undefined) {
      const waiting = { statement, reading, shape, strong, untilMs: record.timeMs + statement.durationMs + waitMs }
      const tie = tieStatement(this.ring, record.text, record.timeMs, statement.durationMs)
      if (tie?.injected === true) {
        this.#injected(waiting, tie, emit)
        return
      }
      this.#waiting.push(waiting)
      if (this.#waiting.length > limits.tieStatementsMax) this.#giveUp(this.#waiting.shift() as Waiting, emit)
      return
    }
    if (known) emit(beyondHit(statement, shape, history.rowsMax))
    remember(history, statement)
  }

  /** Bound values that are SQL: somebody typed an injection into a field that the application handles as it should. */
  #judgeParameters(statement: OpenStatement, emit: Emit): void {
    const { record, durationMs } = statement
    for (const parameter of record.parameters ?? []) {
      const verdict = judgeParameter(parameter)
      if (verdict === undefined) continue
      const tie = tieStatement(this.ring, record.text, record.timeMs, durationMs)
      emit(parameterHit(statement, verdict, tie))
      return
    }
  }

  #isBeyond(history: ShapeHistory, rows: number): boolean {
    if (history.count < rowsBeyond.countMin) return false
    return rows >= rowsBeyond.rowsMin && rows > history.rowsMax * rowsBeyond.factor
  }

  #tieWaiting(request: TieRequest, emit: Emit): void {
    this.#waiting = this.#waiting.filter((waiting) => {
      const { record, durationMs } = waiting.statement
      const tie = tieToRequest(request, record.text, record.timeMs, durationMs)
      if (tie?.injected !== true) return true
      this.#injected(waiting, tie, emit)
      return false
    })
  }

  /** Decides what has waited long enough, in event time: statements for their last log entries, and suspicious ones for
   *  the request that caused them. A server writes the audit line before the duration or, for prepared statements,
   *  behind it. */
  expire(nowMs: number, emit: Emit): void {
    for (const [session, open] of this.#open) {
      if (nowMs - open.record.timeMs < lingerMs) break
      if (nowMs - open.lastMs >= lingerMs) this.#close(session, open, emit)
    }
    while (this.#waiting.length > 0 && (this.#waiting[0] as Waiting).untilMs < nowMs) {
      this.#giveUp(this.#waiting.shift() as Waiting, emit)
    }
  }

  /** Decides all that is open: there is no more input. */
  finish(emit: Emit): void {
    for (const [session, open] of [...this.#open]) this.#close(session, open, emit)
    for (const waiting of this.#waiting) this.#giveUp(waiting, emit)
    this.#waiting = []
  }

  /** A value that broke out of its literal and only broke the statement is as likely a name with an apostrophe as a
   *  probe: it shows a weak page, not yet an attacker. */
  #injected(waiting: Waiting, tie: Tie, emit: Emit): void {
    const { strong, reading, statement, shape } = waiting
    const innocent = (tie.request.client.injection?.count ?? 0) === 0
    const onlyBroken =
      innocent &&
      !strong &&
      !reading.union &&
      !reading.catalogueRead &&
      reading.statements < 2 &&
      statement.errorCode !== ''
    if (!onlyBroken) emit(injectionHit(waiting, tie))
    else if (this.#isNews(`${tie.request.page.name} ${tie.part}`, statement.record.timeMs)) {
      emit(brokenHit(statement, tie, shape))
    }
  }

  /** No request's value reaches into the statement: strong content is a finding all the same, mere newness only from a
   *  role whose shapes are known; otherwise the shape is learned. */
  #giveUp(waiting: Waiting, emit: Emit): void {
    const { statement, reading, shape, strong } = waiting
    const { record } = statement
    const tie = tieStatement(this.ring, record.text, record.timeMs, statement.durationMs)
    if (strong) {
      emit(injectionHit(waiting, tie))
      return
    }
    const role = this.#role(record)
    const { hash } = shapeOf(record.text, 'any')
    const settled = role.count >= learned.statements && record.timeMs - role.firstMs >= learned.ms
    if (settled && !role.shapes.has(hash)) emit(newShapeHit(statement, reading, shape))
    const history = role.shapes.get(hash) ?? { count: 0, rowsMax: 0 }
    if (role.shapes.size < limits.shapesMax) role.shapes.set(hash, history)
    remember(history, statement)
  }

  /** A weak page is said once a month, not at every visitor with an apostrophe. */
  #isNews(what: string, timeMs: number): boolean {
    const saidMs = this.#said.get(what)
    if (saidMs !== undefined && timeMs - saidMs < newsMs) return false
    if (this.#said.size < limits.tieStatementsMax) this.#said.set(what, timeMs)
    return true
  }

  #role(record: StatementRecord): RoleHistory {
    const name = `${record.database}/${record.role}`
    const known = this.#roles.get(name)
    if (known !== undefined) return known
    const role = { firstMs: record.timeMs, count: 0, shapes: new Map<string, ShapeHistory>() }
    this.#roles.set(name, role)
    return role
  }

  save(): unknown {
    return {
      open: this.#open,
      roles: this.#roles,
      waiting: this.#waiting,
      said: this.#said,
      ring: this.ring.save(),
      active: this.active,
    }
  }

  restore(saved: unknown): void {
    const state = saved as {
      open: Map<string, OpenStatement>
      roles: Map<string, RoleHistory>
      waiting: Waiting[]
      said: Map<string, number>
      ring: readonly TieRequest[]
      active: boolean
    }
    for (const [key, value] of state.open) this.#open.set(key, value)
    for (const [key, value] of state.roles) this.#roles.set(key, value)
    this.#waiting = state.waiting
    for (const [key, value] of state.said) this.#said.set(key, value)
    this.ring.restore(state.ring)
    this.active = state.active
  }
}

/** Whether an audit entry tells more of the open statement. Where only audit entries are logged, each is one of its own. */
const isOf = (open: OpenStatement | undefined, audit: StatementRecord): boolean =>
  open !== undefined && (audit.text === '' || (open.record.phase !== 'audit' && audit.text === open.record.text))

function remember(history: ShapeHistory | undefined, statement: OpenStatement): void {
  if (history === undefined) return
  history.count++
  history.rowsMax = Math.max(history.rowsMax, statement.rows)
}

/** Content that no application sends of its own. */
const isStrong = (reading: StatementReading, text: string): boolean =>
  swallowedQuote.test(text) ||
  (reading.union && (paddedUnion.test(text) || builtText.test(text))) ||
  reading.sleep ||
  reading.tautology ||
  reading.errorBased ||
  reading.blind ||
  reading.fileOrCommand ||
  (reading.union && reading.catalogueRead)

/** A comment at the end that swallows the quote which the application wrote behind the value. */
const swallowedQuote = /(?:--|#)[^\n'"]{0,200}['"][^\n'"]{0,200}$/
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

function injectionHit(waiting: Waiting, tie: Tie | undefined): Hit {
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
    const returned = Math.min(rows > 0 ? rows : (extraction.limit ?? 1), extraction.limit ?? Number.POSITIVE_INFINITY)
    const from = kind === 'prefix' ? (extraction.offset ?? 0) : 0
    if (tie === undefined) return [{ by: 'positions', table, ordering, from, to: from + returned, certain: rows > 0 }]
    // The database gave the application so many rows; the page may show fewer, which its size tells.
    return exposedBy(answerOf(tie.request), { ...extraction, limit: returned }, true)
  }
  return exposedBy(tie === undefined ? noAnswer : answerOf(tie.request), extraction, true)
}

const answerOf = (request: TieRequest): PageAnswer => ({ bodyBytes: request.bodyBytes, sizes: request.page.sizes })
const noAnswer: PageAnswer = { bodyBytes: -1, sizes: newSizes() }

/** The verdict on a bound value; below certainty it is nothing: a name may hold an apostrophe. */
function judgeParameter(parameter: Private<string>): SqlVerdict | undefined {
  const text = parameter.reveal()
  if (text.length < parameterCharactersMin) return undefined
  const bytes = latin1Bytes(text)
  if (!mayCarrySql(bytes, 0, bytes.length)) return undefined
  const verdict = judgeValue(text)
  return verdict !== null && verdict.confidence >= parameterSureAt ? verdict : undefined
}

const parameterCharactersMin = 8
const parameterSureAt = 0.7

function parameterHit(statement: OpenStatement, verdict: SqlVerdict, tie: Tie | undefined): Hit {
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

function newShapeHit(statement: OpenStatement, reading: StatementReading, shape: string): Hit {
  const curious = reading.catalogueRead || reading.fingerprinting || reading.statements > 1
  return roleHit(statement, shape, curious ? 'catalogue' : 'shape', 'low', curious ? 0.6 : 0.3)
}

function brokenHit(statement: OpenStatement, tie: Tie, shape: string): Hit {
  return { ...roleHit(statement, shape, 'unescaped-input', 'low', 0.9), target: tie.request.page.name, part: tie.part }
}

function beyondHit(statement: OpenStatement, shape: string, rowsMax: number): Hit {
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
