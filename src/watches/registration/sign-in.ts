/** Sign-in pages: guessing (one address, many failures) and spraying (many addresses, few failures each, judged on the
 *  page as a whole against its own share of failures, so that a busy day does not alarm). What was typed is not in an
 *  access log; only the answers are. */

import { limits } from '../../core/limits.ts'
import { field } from '../../formats/request-batch.ts'
import { type Client, type GuessState, type KeptRecord, keep } from './clients.ts'
import type { Page } from './pages.ts'
import { type Claim, type Emit, hitOf, hitOfKept, isSubmission, keptRecord, type Seen } from './seen.ts'
import { alarmAt, learn, shareOf, weigh } from './sequential-test.ts'

/** Failures in a row that a person who has forgotten a password hardly reaches. */
const guessFailuresMin = 10
/** An address that takes part in a spray fails more often than a person, but not this often. */
const guessFailuresOfSprayer = 40
/** A failure is forgotten after this long: slow guessing over days still adds up. */
const failureForgottenMs = 6 * 3_600_000
/** An address may fail again and count again for a spray only after this long. */
const sprayRepeatMs = 10 * 60_000
const sprayAddressesMin = 8
/** A spray is over when no sign-in failed for this long. */
const sprayQuietMs = 6 * 3_600_000
/** A browser follows a redirect at once. */
const redirectFollowedMs = 60_000

/** An attempt to sign in that was answered with a redirect. */
interface Redirected {
  readonly record: KeptRecord
  readonly client: Client
  readonly page: Page
  readonly tool: string | undefined
  confirmed?: boolean
}

/** An attempt to sign in that failed. */
interface Failed {
  readonly record: KeptRecord
  readonly client: Client
  readonly page: Page
  readonly tool: string | undefined
  readonly decidedAtMs: number
}

/** Sprays need the records of many clients: they are kept by page. */
export class SignInWatch {
  readonly #kept = new Map<number, { record: KeptRecord; client: Client }[]>()
  #redirected: Redirected[] = []

  observe(seen: Seen, emit: Emit): void {
    const { client, timeMs } = seen
    const page = seen.path.page
    if (!isAttempt(seen)) {
      if (client.redirectedMs > 0) this.#confirm(seen, emit)
      return
    }
    const result = attemptResult(seen)
    if (result === 'unclear') return
    if (result === 'refused') {
      const tool = seen.agent.tool?.name
      this.#failed({ record: keptRecord(seen), client, page, tool, decidedAtMs: timeMs }, emit)
      return
    }
    if (result === 'signed-in') {
      this.#succeeded(seen, page, emit)
      return
    }
    // A redirect may lead in or back to the form: what follows it tells.
    client.redirectedMs = timeMs
    if (this.#redirected.length < limits.tieRequestsMax) {
      this.#redirected.push({ record: keptRecord(seen), client, page, tool: seen.agent.tool?.name })
    }
  }

  /** Redirects that nothing followed led back to the form: failures, known a moment later. */
  expire(nowMs: number, emit: Emit): void {
    for (let first = this.#redirected[0]; first !== undefined; first = this.#redirected[0]) {
      if (nowMs - first.record.timeMs <= redirectFollowedMs) return
      this.#redirected.shift()
      if (first.confirmed !== true) this.#failed({ ...first, decidedAtMs: nowMs }, emit)
    }
  }

  /** A page behind the sign-in, served soon after the redirect: the redirect led in. */
  #confirm(seen: Seen, emit: Emit): void {
    const { client, timeMs, status, path } = seen
    if (timeMs - client.redirectedMs > redirectFollowedMs) client.redirectedMs = 0
    else if (status === 200 && !path.asset && !path.page.signIn) {
      client.redirectedMs = 0
      const attempt = this.#redirected.findLast((redirect) => redirect.client === client && redirect.confirmed !== true)
      if (attempt === undefined) return
      attempt.confirmed = true
      this.#succeeded(seen, attempt.page, emit, attempt.record)
    }
  }

  #failed(failed: Failed, emit: Emit): void {
    const { client, page, record, decidedAtMs, tool } = failed
    const { timeMs } = record
    client.guess ??= { failures: 0, evidence: 0, lastMs: timeMs, alarmed: false, kept: [] }
    const guess = client.guess
    guess.evidence = Math.max(0, guess.evidence - (timeMs - guess.lastMs) / failureForgottenMs) + 1
    guess.failures++
    const claim = tool === undefined ? guessClaim : { ...guessClaim, tool }
    const sprays =
      page.spray >= alarmAt && page.sprayAddresses.has(client.address) && guess.evidence < guessFailuresOfSprayer
    if (guess.alarmed) emit(hitOfKept(record, client, decidedAtMs, claim))
    else if (guess.evidence >= guessFailuresMin && !sprays) {
      guess.alarmed = true
      for (const kept of guess.kept) emit(hitOfKept(kept, client, decidedAtMs, claim))
      guess.kept = []
      emit(hitOfKept(record, client, decidedAtMs, claim))
    } else keep(guess.kept, record)
    this.#spray(failed, guess, emit)
    guess.lastMs = timeMs
  }

  /** Counts an address once in a while, so that one person's retries do not make a crowd. */
  #spray(failed: Failed, guess: GuessState, emit: Emit): void {
    const { client, page, record, decidedAtMs } = failed
    const { timeMs } = record
    const { address } = client
    const kept = this.#kept.get(page.id) ?? []
    this.#kept.set(page.id, kept)
    if (guess.alarmed) return
    if (timeMs - page.sprayLastMs > sprayQuietMs) {
      page.spray = 0
      page.sprayAddresses.clear()
    }
    page.sprayLastMs = timeMs
    const counted = page.sprayAddresses.get(address)
    if (page.spray >= alarmAt && page.sprayAddresses.size >= sprayAddressesMin) {
      for (const { record: earlier, client: other } of kept) {
        const partOfIt = earlier.timeMs >= page.spraySinceMs && other.guess?.alarmed !== true
        if (partOfIt) emit(hitOfKept(earlier, other, decidedAtMs, sprayClaim))
      }
      kept.length = 0
      page.sprayAddresses.set(address, timeMs)
      emit(hitOfKept(record, client, decidedAtMs, sprayClaim))
      page.spray = Math.min(page.spray + 1, alarmAt * 2)
      return
    }
    if (kept.length >= limits.hindsightRecordsMax * 4) kept.shift()
    kept.push({ record, client })
    if (counted !== undefined && timeMs - counted < sprayRepeatMs) return
    if (counted === undefined && page.sprayAddresses.size < limits.tieRequestsMax)
      page.sprayAddresses.set(address, timeMs)
    const ordinary = Math.min(0.6, shareOf(page.signInFailedShare))
    // The same address failing again says little more; another one failing says that it is many.
    if (page.spray === 0) page.spraySinceMs = timeMs
    page.spray = weigh(page.spray, counted === undefined ? Math.log(0.95 / ordinary) : 0.1)
    if (page.spray < alarmAt / 2) learn(page.signInFailedShare, true)
  }

  /** `attempt`: the submission that a redirect answered, where the page behind it is at hand. */
  #succeeded(seen: Seen, page: Page, emit: Emit, attempt?: KeptRecord): void {
    seen.client.signedInMs = seen.timeMs
    const guess = seen.client.guess
    const sprayed = page.spray >= alarmAt && page.sprayAddresses.has(seen.client.address)
    if (guess?.alarmed === true || sprayed) {
      const kind = guess?.alarmed === true ? 'password-guessing' : 'password-spraying'
      const claim: Claim = {
        kind,
        rule: `registration/${kind}/signed-in`,
        level: 'critical',
        confidence: 0.8,
        outcome: 'success',
        target: page.name,
      }
      if (attempt !== undefined) emit(hitOfKept(attempt, seen.client, seen.timeMs, claim))
      emit(hitOf(seen, claim))
    }
    const ordinary = Math.min(0.6, shareOf(page.signInFailedShare))
    page.spray = weigh(page.spray, Math.log(0.05 / (1 - ordinary)))
    page.sprayAddresses.delete(seen.client.address)
    if (page.spray < alarmAt / 2) learn(page.signInFailedShare, false)
    if (guess !== undefined && !guess.alarmed) delete seen.client.guess
  }

  /** All redirects that nothing followed are decided: there is no more input. */
  finish(emit: Emit): void {
    this.expire(Number.POSITIVE_INFINITY, emit)
  }

  save(): SavedSignIn {
    return { kept: [...this.#kept], redirected: this.#redirected }
  }

  restore(saved: SavedSignIn): void {
    this.#kept.clear()
    for (const [page, kept] of saved.kept) this.#kept.set(page, [...kept])
    this.#redirected = [...saved.redirected]
  }
}

interface SavedSignIn {
  readonly kept: readonly (readonly [number, readonly { record: KeptRecord; client: Client }[]])[]
  readonly redirected: readonly Redirected[]
}

const guessClaim: Claim = {
  kind: 'password-guessing',
  rule: 'registration/password-guessing',
  level: 'medium',
  confidence: 0.9,
  outcome: 'attempt',
}

const sprayClaim: Claim = {
  kind: 'password-spraying',
  rule: 'registration/password-spraying',
  level: 'medium',
  confidence: 0.85,
  outcome: 'attempt',
}

/** What the answer to a sign-in says. A redirect is a success where a page follows it; 401, and on a sign-in page 400, 403, 422 and 429, are
 *  failures; a plain page (200) is the form again, unless the page is known to say 401 to a failure. */
function attemptResult(seen: Seen): 'signed-in' | 'redirected' | 'refused' | 'unclear' {
  const { status } = seen
  const page = seen.path.page
  if (status === 401) return 'refused'
  if (!page.signIn) return 'unclear'
  if (status >= 300 && status < 400) return 'redirected'
  if (status === 200) return page.refused > 0 ? 'signed-in' : 'refused'
  return status === 400 || status === 403 || status === 422 || status === 429 ? 'refused' : 'unclear'
}

/** A submitted form, or a name sent with HTTP Basic authentication (RFC 7617), which the log's user field shows. */
function isAttempt(seen: Seen): boolean {
  const { batch, record } = seen
  return isSubmission(seen) || (seen.status === 401 && batch.end(record, field.user) > batch.start(record, field.user))
}
