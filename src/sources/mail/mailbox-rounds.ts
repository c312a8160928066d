/** Looks into the mailboxes of a source, one after another and for ever: some mails of each in turn, less and less often
 *  what fails, one mail in memory at a time. It knows no protocol. */
import { setTimeout as sleep } from 'node:timers/promises'
import { counted, durationInWords, inBytes } from '../../core/counts.ts'
import { limits } from '../../core/limits.ts'
import { failureOf, MailboxFailure } from './mailbox-failure.ts'
import type { Mailbox, MailboxParts, MailboxState, ReceivedMail } from './received-mail.ts'

/** What a mailbox hands on while it is looked into. */
export interface Handing {
  /** Hands on a mail; resolves when it is safe. */
  readonly hand: (mail: ReceivedMail) => Promise<void>
  /** Counts a mail of which only the beginning is handed on. */
  readonly countCut: () => void
  /** Says that a mail was left out, as people would look for it: `number 37 in INBOX`. */
  readonly countLeftOut: (which: string) => void
  readonly stop: AbortSignal
  readonly nowMs: () => number
}

/** One mailbox. */
export interface LookedInto {
  /** For people: `clerk@county.example`. */
  readonly name: string
  /** Reads some of what is new, the oldest first. True: there may be more. Rejects with a `MailboxFailure`. */
  look(handing: Handing): Promise<boolean>
  /** Waits until there may be mail, `ms` at most, or the connection is lost. Left out where nobody tells. Never rejects. */
  readonly waitForMail?: (ms: number, stop: AbortSignal) => Promise<'again' | 'lost'>
  /** In a sentence: what keeps a part of it from being read, while the rest is. */
  readonly trouble?: () => string | undefined
  /** In a sentence: what of it is left out, because a bound is reached. */
  readonly leftOut?: () => string | undefined
  /** Lets go of connections. */
  readonly leave?: () => void
  /** Changes when a refused secret was replaced. */
  readonly secretMark: () => Promise<string>
}

/** Says that folders are not looked into; undefined where all are. */
export const foldersLeftOutSentence = (mailbox: string, folders: number): string | undefined =>
  folders > 0
    ? `${counted(folders, 'folder')} of ${mailbox} ${folders === 1 ? 'is' : 'are'} not looked into: it has more than ${limits.mailboxFoldersMax}.`
    : undefined

/** How fast things go; tests go faster. */
export interface MailboxPace {
  readonly pollMs: number
  readonly retryMsMin: number
  readonly refusedRetryMs: number
  readonly secretCheckMs: number
}

/** How many of the shortest waits come after a connection that was lost while nothing was asked. */
const lostRetries = 5

const usualPace: MailboxPace = {
  pollMs: limits.mailboxPollMs,
  retryMsMin: limits.mailboxRetryMsMin,
  refusedRetryMs: limits.mailboxRefusedRetryMs,
  secretCheckMs: limits.mailboxSecretCheckMs,
}

interface Turn {
  readonly box: LookedInto
  failures: number
  failure: MailboxFailure | undefined
  /** When it is looked into next, by `performance.now()`. */
  dueMs: number
  /** The secret that was refused. */
  refusedMark: string | undefined
  lookedAtMs: number | undefined
}

/** Mailboxes that are looked into until they are closed. */
export class MailboxRounds implements Mailbox {
  readonly #parts: Pick<MailboxParts, 'receive' | 'nowMs'>
  readonly #turns: Turn[]
  readonly #boxesLeftOut: number
  readonly #pace: MailboxPace
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>
  #mails = 0
  #cut = 0
  #leftOut = 0
  #lastLeftOut = ''

  constructor(
    boxes: readonly LookedInto[],
    parts: Pick<MailboxParts, 'receive' | 'nowMs'>,
    pace: Partial<MailboxPace> = {},
  ) {
    this.#parts = parts
    this.#pace = { ...usualPace, ...pace }
    this.#boxesLeftOut = Math.max(0, boxes.length - limits.mailboxesMax)
    this.#turns = boxes.slice(0, limits.mailboxesMax).map((box) => ({
      box,
      failures: 0,
      failure: undefined,
      dueMs: 0,
      refusedMark: undefined,
      lookedAtMs: undefined,
    }))
    this.#ended = this.#go()
  }

  state(): MailboxState {
    return { problem: this.#problem(), notes: this.#notes(), mails: this.#mails }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    for (const { box } of this.#turns) box.leave?.()
    await this.#ended
  }

  #problem(): string | undefined {
    const failing = this.#turns.flatMap(({ box, failure }) => {
      const sentence = failure?.message ?? box.trouble?.()
      return sentence === undefined ? [] : [{ box, sentence }]
    })
    const first = failing[0]
    if (first === undefined) return undefined
    if (this.#turns.length === 1) return first.sentence
    const others = failing.length - 1
    const rest = others === 0 ? '' : ` ${counted(others, 'more mailbox has', 'more mailboxes have')} a problem.`
    return `${first.box.name}: ${first.sentence}${rest}`
  }

  #notes(): string[] {
    const looks = this.#turns.map(({ lookedAtMs }) => lookedAtMs).filter((at) => at !== undefined)
    const read = `${counted(this.#mails, 'mail')} read`
    const looked =
      looks.length === 0
        ? 'not looked through yet'
        : `looked ${durationInWords(Math.max(0, this.#parts.nowMs() - Math.max(...looks)))} ago`
    const notes = [`${read}; ${looked}.`]
    const size = inBytes(limits.mailBytesMax)
    if (this.#cut > 0)
      notes.push(`${counted(this.#cut, 'mail was', 'mails were')} longer than ${size}: only the beginning was read.`)
    if (this.#leftOut > 0)
      notes.push(
        `${counted(this.#leftOut, 'mail was', 'mails were')} left out, because the server does not give ${this.#leftOut === 1 ? 'it' : 'them'}: ${this.#lastLeftOut}${this.#leftOut === 1 ? '' : ' was the last'}.`,
      )
    notes.push(...this.#turns.map(({ box }) => box.leftOut?.()).filter((each) => each !== undefined))
    if (this.#boxesLeftOut > 0)
      notes.push(
        `${counted(this.#boxesLeftOut, 'mailbox', 'mailboxes')} more than one source may have: name them in another.`,
      )
    return notes
  }

  async #go(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      for (const turn of this.#turns) {
        if (signal.aborted) return
        if (turn.dueMs <= performance.now()) await this.#lookInto(turn)
      }
      await this.#rest(Math.min(...this.#turns.map(({ dueMs }) => dueMs)) - performance.now())
    }
  }

  async #lookInto(turn: Turn): Promise<void> {
    const mark = await turn.box.secretMark()
    try {
      const isMore = await turn.box.look(this.#handing())
      turn.failures = 0
      turn.failure = undefined
      turn.refusedMark = undefined
      turn.dueMs = isMore ? 0 : performance.now() + this.#pace.pollMs
      if (!isMore) turn.lookedAtMs = this.#parts.nowMs()
    } catch (thrown) {
      if (this.#stop.signal.aborted) return
      const failure = failureOf(thrown)
      turn.failure = failure
      turn.failures++
      turn.refusedMark = failure.kind === 'refused' ? mark : undefined
      turn.dueMs = performance.now() + this.#retryMs(failure, turn.failures)
    }
  }

  #retryMs({ kind, retryAfterMs }: MailboxFailure, failures: number): number {
    if (kind === 'refused') return this.#pace.refusedRetryMs
    const doubled = Math.min(limits.mailboxRetryMsMax, this.#pace.retryMsMin * 2 ** Math.min(30, failures - 1))
    return Math.max(doubled, Math.min(retryAfterMs ?? 0, limits.mailboxRetryAfterMsMax))
  }

  #handing(): Handing {
    return {
      hand: (mail) => this.#hand(mail),
      countCut: () => void this.#cut++,
      countLeftOut: (which) => {
        this.#leftOut++
        this.#lastLeftOut = which
      },
      stop: this.#stop.signal,
      nowMs: this.#parts.nowMs,
    }
  }

  async #hand(mail: ReceivedMail): Promise<void> {
    try {
      await this.#parts.receive(mail)
    } catch (cause) {
      throw new MailboxFailure(
        'Mail cannot be kept, so no more is read for now. Look whether the disk of the desk is full; what waits in the mailbox is read by itself then.',
        { kind: 'not-kept', cause },
      )
    }
    this.#mails++
  }

  /** Until one is due, tells of mail, or has a new secret in place of the refused one. */
  async #rest(restMs: number): Promise<void> {
    const { signal } = this.#stop
    if (signal.aborted) return
    const only = this.#turns.length === 1 ? this.#turns[0] : undefined
    if (only?.box.waitForMail !== undefined && only.failure === undefined && restMs > 0) {
      const heard = await only.box.waitForMail(restMs, signal)
      // A server that closes whatever is opened must not be asked all the time.
      only.dueMs = heard === 'again' ? 0 : performance.now() + lostRetries * this.#pace.retryMsMin
      if (heard === 'lost') only.box.leave?.()
      return
    }
    const untilMs = performance.now() + restMs
    for (let left = restMs; left > 0 && !signal.aborted; left = untilMs - performance.now()) {
      await sleep(Math.min(left, this.#pace.secretCheckMs), undefined, { signal }).catch(() => undefined)
      if (await this.#hasNewSecret()) return
    }
  }

  async #hasNewSecret(): Promise<boolean> {
    let isNew = false
    for (const turn of this.#turns) {
      if (turn.refusedMark === undefined || (await turn.box.secretMark()) === turn.refusedMark) continue
      turn.dueMs = 0
      isNew = true
    }
    return isNew
  }
}
