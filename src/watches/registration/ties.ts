/** Ties a database statement to the web request that caused it: by the request id that the application writes into a
 *  comment, else by time and by a value of the request that stands in the statement. A value that reaches beyond one
 *  literal of the statement was not data any more: that is injection by definition, whatever it looks like (after
 *  Sekar, NDSS 2009). */
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import { field } from '../../formats/request-batch.ts'
import type { Client } from './clients.ts'
import type { Page } from './pages.ts'
import type { Seen } from './seen.ts'
import { lex } from './statements/lexer.ts'

/** A request that a statement may be tied to. */
export interface TieRequest {
  readonly timeMs: number
  readonly client: Client
  readonly page: Page
  readonly target: string
  /** The values of the target, decoded when a statement first asks for them. */
  values?: readonly RequestValue[]
  readonly requestId: string
  readonly bodyBytes: number
  readonly place: Place
}

/** Which request caused a statement, and how that is known. */
export interface Tie {
  readonly request: TieRequest
  /** The parameter whose value reached the statement, empty where only time or an id tells. */
  readonly part: string
  /** True where the value reaches beyond one literal of the statement. */
  readonly injected: boolean
}

/** One value of a request, decoded once. */
export interface RequestValue {
  readonly part: string
  readonly value: string
}

/** A web log's time may be cut to the second, and is written when the answer is sent: after the statement. */
const earlyMs = 1_000
const lateMs = 2_500
const valueCharactersMin = 3

/** The last requests, newest last. */
export class RequestRing {
  #ring: TieRequest[] = []
  #start = 0

  add(seen: Seen): TieRequest {
    const request: TieRequest = {
      timeMs: seen.timeMs,
      client: seen.client,
      page: seen.path.page,
      target: seen.batch.text(seen.record, field.target),
      requestId: seen.batch.text(seen.record, field.requestId),
      bodyBytes: seen.bodyBytes,
      place: seen.batch.place(seen.record),
    }
    this.#ring.push(request)
    if (this.#ring.length - this.#start > limits.tieRequestsMax) this.#start++
    if (this.#start > limits.tieRequestsMax) {
      this.#ring = this.#ring.slice(this.#start)
      this.#start = 0
    }
    return request
  }

  /** Requests around a statement's time, newest first. */
  *around(timeMs: number, durationMs: number): Generator<TieRequest> {
    for (let i = this.#ring.length - 1; i >= this.#start; i--) {
      const request = this.#ring[i] as TieRequest
      if (request.timeMs < timeMs - earlyMs) return
      if (request.timeMs <= timeMs + durationMs + lateMs) yield request
    }
  }

  save(): readonly TieRequest[] {
    return this.#ring.slice(this.#start)
  }

  restore(requests: readonly TieRequest[]): void {
    this.#ring = [...requests]
    this.#start = 0
  }
}

/** The tie of a statement among the requests kept so far. */
export function tieStatement(ring: RequestRing, text: string, timeMs: number, durationMs: number): Tie | undefined {
  let byValue: Tie | undefined
  let alone: TieRequest | undefined
  let clients = 0
  for (const request of ring.around(timeMs, durationMs)) {
    if (isNamed(request, text)) return tieTo(request, text) ?? { request, part: '', injected: false }
    const tie = tieTo(request, text)
    if (tie !== undefined && (byValue === undefined || (tie.injected && !byValue.injected))) byValue = tie
    if (alone === undefined || alone.client !== request.client) clients++
    alone = request
  }
  if (byValue !== undefined) return byValue
  return alone !== undefined && clients === 1 ? { request: alone, part: '', injected: false } : undefined
}

/** The tie of a waiting statement to one new request. */
export function tieToRequest(request: TieRequest, text: string, timeMs: number, durationMs: number): Tie | undefined {
  if (isNamed(request, text)) return tieTo(request, text) ?? { request, part: '', injected: false }
  if (request.timeMs < timeMs - earlyMs || request.timeMs > timeMs + durationMs + lateMs) return undefined
  return tieTo(request, text)
}

const isNamed = (request: TieRequest, text: string): boolean =>
  request.requestId.length >= 8 && text.includes(request.requestId)

function tieTo(request: TieRequest, text: string): Tie | undefined {
  let tie: Tie | undefined
  request.values ??= valuesOf(request.target)
  for (const { part, value } of request.values) {
    if (value.length < valueCharactersMin) continue
    const at = text.indexOf(value)
    if (at < 0) continue
    if (reachesBeyondLiteral(text, at, value)) return { request, part, injected: true }
    tie ??= { request, part, injected: false }
  }
  return tie
}

/** The decoded values of a request's query and path, as an application would hand them to the database. */
export function valuesOf(target: string): RequestValue[] {
  const values: RequestValue[] = []
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  for (const segment of path.split('/').slice(-3)) values.push({ part: 'path', value: decodeOnce(segment) })
  if (mark < 0) return values
  for (const pair of target.slice(mark + 1).split('&')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    values.push({ part: `parameter ${pair.slice(0, equals).slice(0, 40)}`, value: decodeOnce(pair.slice(equals + 1)) })
  }
  return values
}

/** One layer of form encoding (WHATWG URL, application/x-www-form-urlencoded), as bytes in latin-1. */
function decodeOnce(text: string): string {
  return text
    .replace(/\+/g, ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function reachesBeyondLiteral(text: string, at: number, value: string): boolean {
  if (!/[^\w.@ -]/.test(value) && !/\s/.test(value)) return false
  const end = at + value.length
  const tokens = lex(text, 'any')
  for (let i = 0; i < tokens.count; i++) {
    if ((tokens.starts[i] as number) <= at && (tokens.ends[i] as number) >= end) return false
  }
  return true
}
