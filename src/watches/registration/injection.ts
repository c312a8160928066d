/** SQL injection in a request: who sent it, where it stood, and what else of the same client belongs to it (the odd
 *  value before the first clear one, the harmless-looking baseline requests in between). The judging of a value is in
 *  `sqli/`, the judging of the answer in `outcome.ts`. */
import type { Exposed, Level, Outcome } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import { latin1Bytes } from '../../formats/latin1.ts'
import { field } from '../../formats/request-batch.ts'
import { type InjectionState, type KeptRecord, keep } from './clients.ts'
import { looksLikeKey, showsRecord } from './enumeration.ts'
import { judgeAnswer, newEcho, newOracle } from './outcome.ts'
import { hashKey } from './pages.ts'
import { type Claim, type Emit, hitOf, hitOfKept, keptRecord, type Seen } from './seen.ts'
import { judgeRequest, type RequestVerdict } from './sqli/judge.ts'

/** From here on a value is SQL injection; below it is only odd. */
const injectionAt = 0.5
/** Requests of one client to one page belong together while they are no further apart than this. */
const runPauseMs = 60 * 60_000
/** An odd value is remembered for this long, in case it was the first try of an attack typed by hand. */
const oddKeptMs = 24 * 3_600_000
/** A client that has injected is not given the benefit of the doubt for this long. */
const knownAttackerMs = 30 * 24 * 3_600_000
/** Odd values from one client that together are a probe, where the site failed at some of them. */
const oddProbe = { count: 5, failures: 3 }

/** Judges a request that the byte filter let through. Returns true where it carries SQL injection. */
export function observeInjection(seen: Seen, emit: Emit): boolean {
  const { batch, record } = seen
  const best = judged(
    batch.text(record, field.target),
    batch.text(record, field.cookie),
    batch.text(record, field.referer),
    batch.text(record, field.agent),
  )
  if (best === undefined) return observeContext(seen, emit)
  if (best.confidence < injectionAt) {
    if (observeContext(seen, emit)) return true
    return observeOdd(seen, best, emit)
  }
  const state = stateOf(seen)
  if (state.weak.length > 0) promote(seen, state, emit)
  state.count++
  state.lastMs = seen.timeMs
  state.agent = seen.agent.id
  state.page = seen.path.page.id
  emit(hitOf(seen, claimOf(seen, state, best)))
  state.part = best.part
  return true
}

/** Tools send some dozens of harmless-looking requests to measure a page. More than that hide their payload where the log
 *  does not look, and nothing can be said about how much they took. */
const hiddenRequestsUsual = 60
const unknownRows: Exposed = {
  by: 'rows',
  table: '',
  set: 'hidden',
  rowsMin: 0,
  rowsMax: Number.POSITIVE_INFINITY,
  rowsLikely: 0,
}

/** A request without a payload of its own: part of the attack where the same client, with the same user agent, has just
 *  attacked the same page. */
export function observeContext(seen: Seen, emit: Emit): boolean {
  const state = seen.client.injection
  if (state === undefined || state.count === 0) return false
  if (seen.timeMs - state.lastMs > runPauseMs || state.agent !== seen.agent.id) return false
  if (state.page !== seen.path.page.id || seen.queryEnd === seen.queryStart) return false
  state.hidden++
  emit(
    hitOf(seen, {
      kind: 'sql-injection',
      rule: 'registration/sql-injection/same-run',
      level: levelOf('attempt'),
      confidence: 0.8,
      part: state.part,
      outcome: 'attempt',
      ...toolOf(seen),
      ...(state.hidden > hiddenRequestsUsual ? { exposes: [unknownRows] } : {}),
    }),
  )
  return true
}

/** Verdicts on requests seen lately: visitors send the same odd searches and links again and again. Only speed depends
 *  on it. */
const lately = new Map<string, RequestVerdict | undefined>()

/** The strongest verdict on a request's parts. */
function judged(target: string, cookie: string, referer: string, agent: string): RequestVerdict | undefined {
  const key = `${target}\n${cookie}\n${referer}\n${agent}`
  if (lately.has(key)) return lately.get(key)
  let best: RequestVerdict | undefined
  for (const verdict of judgeRequest({ target, cookie, referer, agent })) {
    if (best === undefined || verdict.confidence > best.confidence) best = verdict
  }
  if (lately.size >= limits.verdictsKeptMax) lately.clear()
  // Attacks hardly repeat themselves to the letter.
  const odd = best === undefined || best.confidence < injectionAt
  if (odd && key.length <= limits.verdictKeyCharactersMax) lately.set(key, best)
  return best
}

/** Remembers an odd value. Reports it where its client has injected before, or where there are too many of them from one
 *  client and the site failed at some. */
function observeOdd(seen: Seen, verdict: RequestVerdict, emit: Emit): boolean {
  const state = stateOf(seen)
  state.weak = state.weak.filter((kept) => seen.timeMs - kept.timeMs <= oddKeptMs)
  keep(state.weak, keptRecord(seen, verdict.part))
  const recent = state.weak.filter((kept) => seen.timeMs - kept.timeMs <= runPauseMs).length
  const failed = seen.status >= 500 ? 1 : 0
  state.oddFailures = recent === 1 ? failed : state.oddFailures + failed
  const hasInjected = state.count > 0 && state.agent === seen.agent.id && seen.timeMs - state.lastMs <= knownAttackerMs
  if (!hasInjected && (recent < oddProbe.count || state.oddFailures < oddProbe.failures)) return false
  promote(seen, state, emit)
  return true
}

function stateOf(seen: Seen): InjectionState {
  seen.client.injection ??= {
    count: 0,
    lastMs: seen.timeMs,
    agent: seen.agent.id,
    page: seen.path.page.id,
    part: '',
    sizes: new Set(),
    oddFailures: 0,
    hidden: 0,
    echo: newEcho(),
    oracle: newOracle(),
    weak: [],
  }
  return seen.client.injection
}

/** Odd values become hits once it is clear what they were part of. */
function promote(seen: Seen, state: InjectionState, emit: Emit): void {
  const belongs = (kept: KeptRecord): boolean => kept.agent === seen.agent.id
  for (const kept of state.weak.filter(belongs)) {
    emit(
      hitOfKept(kept, seen.client, seen.timeMs, {
        kind: 'sql-injection',
        rule: 'registration/sql-injection/quote-probe',
        level: levelOf('probe'),
        confidence: 0.7,
        part: kept.part,
        outcome: 'probe',
        ...toolOf(seen),
      }),
    )
  }
  state.weak = []
}

function claimOf(seen: Seen, state: InjectionState, verdict: RequestVerdict): Claim {
  const answer = judgeAnswer(seen, state, verdict)
  const exposes = [...answer.exposes, ...ownRecord(seen, verdict.decoded)]
  if (state.sizes.size < limits.pageSizesMax) state.sizes.add(seen.bodyBytes)
  return {
    kind: 'sql-injection',
    rule: `registration/sql-injection/${verdict.technique}`,
    level: levelOf(answer.outcome),
    confidence: verdict.confidence,
    part: verdict.part,
    outcome: answer.outcome,
    shape: verdict.shape,
    ...toolOf(seen),
    ...(exposes.length > 0 ? { exposes } : {}),
  }
}

/** The record that the attacker's own valid key shows: payloads are put behind one. */
function ownRecord(seen: Seen, decoded: string): Exposed[] {
  const [key] = /^[A-Za-z0-9][A-Za-z0-9-]{3,39}/.exec(decoded) ?? []
  if (key === undefined || !showsRecord(seen)) return []
  const bytes = latin1Bytes(key)
  if (!looksLikeKey(bytes, 0, bytes.length)) return []
  return [{ by: 'key', page: seen.path.page.name, key: hashKey(bytes, 0, bytes.length), certain: false }]
}

const levelOf = (outcome: Outcome): Level => (outcome === 'success' ? 'critical' : 'high')

const toolOf = (seen: Seen): { tool: string } | Record<string, never> =>
  seen.agent.tool === undefined ? {} : { tool: seen.agent.tool.name }
