/** What the database log shows: an application sends a fixed set of statements, so one of a new shape, or one that
 *  reads the catalogue, sleeps, holds a tautology or brings far more rows than its shape ever did, is worth a finding,
 *  tied to the web request that caused it. Entries of one statement (text, audit, duration, error) are joined here. */
import { limits } from '../../core/limits.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import type { Emit, Seen } from './seen.ts'
import {
  beyondHit,
  boundVerdict,
  brokenHit,
  injectionHit,
  isStrong,
  newShapeHit,
  type OpenStatement,
  parameterHit,
  type Waiting,
  withoutPrivate,
} from './statement-hits.ts'
import { readStatement } from './statements/reading.ts'
import { shapeOf } from './statements/shape.ts'
import { RequestRing, type Tie, type TieRequest, tieStatement, tieToRequest } from './ties.ts'

interface ShapeHistory {
  count: number
  rowsMax: number
}

interface RoleHistory {
  firstMs: number
  count: number
  readonly shapes: Map<string, ShapeHistory>
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
      const bound = boundVerdict(record)
      this.#open.set(session, {
        record: withoutPrivate(record),
        ...(bound === undefined ? {} : { bound }),
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
      const kept = withoutPrivate(record)
      this.#open.set(session, { record: kept, rows: -1, durationMs: 0, errorCode, lastMs: record.timeMs })
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
    if (statement.bound !== undefined) {
      const tie = tieStatement(this.ring, record.text, record.timeMs, statement.durationMs)
      emit(parameterHit(statement, statement.bound, tie))
    }
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
