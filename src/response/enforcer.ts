/** Keeps targets at what the block list says: renders anew when the list changes, when a block ends and now and then, and
 *  tries a failing target again, later each time. It holds no blocks of its own, so that it may start at any moment,
 *  after any crash, and bring every target to the same state. */
import { counted } from '../core/counts.ts'
import { limits } from '../core/limits.ts'
import { err, type Result } from '../core/result.ts'
import { parseRange } from '../formats/address.ts'
import type { Block, NeverBlock } from './block.ts'
import { isInForce, nextExpiryMs, surplusCount } from './block-list.ts'
import { NeverBlockList } from './never-block.ts'
import type { Applied, BlockTarget, TargetProblem } from './targets/target.ts'
import { oneLine } from './words.ts'

/** Calls back once after a time; the returned function takes that back. */
export type SetTimer = (callback: () => void, ms: number) => () => void

/** What the enforcer works with. */
export interface EnforcerParts {
  readonly targets: readonly BlockTarget[]
  /** The block list as it is stored, or only its active blocks. */
  readonly list: () => Promise<readonly Block[]>
  /** What is never blocked. Blocks that overlap it are not put in force, whatever is stored. */
  readonly neverBlock?: () => Promise<readonly NeverBlock[]>
  readonly now: () => number
  readonly setTimer: SetTimer
  /** Called when a target's state has changed. */
  readonly onChange?: (state: TargetState) => void
}

/** How a target stands. `pending`: a change is under way, or nothing was tried yet. */
export interface TargetState {
  readonly name: string
  readonly title: string
  readonly state: 'in-force' | 'pending' | 'failing'
  /** Since when it is so; of a failing target, since the first failure in a row. */
  readonly sinceMs: number
  /** A plain sentence. */
  readonly sentence: string
  readonly problem?: TargetProblem
  /** When a failing target is tried again. */
  readonly nextTryMs?: number
  /** When the list was last put in force. */
  readonly appliedAtMs?: number
}

/** A block that is in the list and not in force, with the reason as a plain sentence. */
export interface LeftOut {
  readonly block: Block
  readonly why: string
}

interface Desired {
  readonly blocks: readonly Block[]
  readonly atMs: number
}

/** Keeps all targets at the list, each on its own. */
export class Enforcer {
  readonly #parts: EnforcerParts
  readonly #runners: readonly Runner[]
  #leftOut: readonly LeftOut[] = []
  #beyondLimit = 0
  #wake: (() => void) | undefined
  #stopped = true

  constructor(parts: EnforcerParts) {
    this.#parts = parts
    this.#runners = parts.targets.map((target) => new Runner(target, parts, () => this.#desired()))
  }

  /** Brings every target to the list, from whatever a process before left behind. */
  start(): void {
    this.#stopped = false
    this.#poke(true)
  }

  /** The list has changed: to be called after every decision. It returns at once. */
  changed(): void {
    this.#poke(true)
  }

  /** Waits until no target is being worked on; one that waits for its next try is not waited for. */
  async settled(): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.idle()))
  }

  /** Starts nothing more and waits for what is under way. Blocks stay in force as they are. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake?.()
    this.#wake = undefined
    for (const runner of this.#runners) runner.stop()
    await this.settled()
  }

  /** How each target stands, in their order. */
  states(): TargetState[] {
    return this.#runners.map((runner) => runner.state)
  }

  /** Blocks of the list that are not in force because of the never-block list. */
  leftOut(): readonly LeftOut[] {
    return this.#leftOut
  }

  /** How many blocks of the list are not in force because it is too long. */
  beyondLimit(): number {
    return this.#beyondLimit
  }

  /** The list as it should be in force now, and a call when it next changes by itself. */
  async #desired(): Promise<Desired> {
    const [blocks, neverBlock] = await Promise.all([this.#parts.list(), this.#parts.neverBlock?.() ?? []])
    const atMs = this.#parts.now()
    const never = new NeverBlockList(neverBlock)
    const leftOut: LeftOut[] = []
    const kept: Block[] = []
    for (const block of blocks) {
      if (!isInForce(block, atMs)) continue
      const range = parseRange(block.network)
      const entry = typeof range === 'string' ? undefined : never.find(range)
      if (entry === undefined) kept.push(block)
      else leftOut.push({ block, why: `${block.network} is on the never-block list: ${oneLine(entry.reason, 200)}.` })
    }
    this.#leftOut = leftOut
    this.#beyondLimit = surplusCount(kept, atMs)
    const nextMs = nextExpiryMs(kept, atMs)
    if (!this.#stopped) this.#sleep(Math.min(limits.targetRecheckMsMax, (nextMs ?? Number.POSITIVE_INFINITY) - atMs))
    return { blocks: kept, atMs }
  }

  #poke(isDecision: boolean): void {
    if (this.#stopped) return
    for (const runner of this.#runners) runner.poke(isDecision)
    this.#sleep(limits.targetRecheckMsMax)
  }

  #sleep(ms: number): void {
    this.#wake?.()
    this.#wake = this.#parts.setTimer(() => this.#poke(false), Math.max(1, ms))
  }
}

/** One target: at most one call at a time, and one more where something changed meanwhile. */
class Runner {
  readonly #target: BlockTarget
  readonly #parts: EnforcerParts
  readonly #desired: () => Promise<Desired>
  #running: Promise<void> | undefined
  #again = false
  #stopped = false
  #cancelRetry: (() => void) | undefined
  #failures = 0
  state: TargetState

  constructor(target: BlockTarget, parts: EnforcerParts, desired: () => Promise<Desired>) {
    this.#target = target
    this.#parts = parts
    this.#desired = desired
    const { name, title } = target
    this.state = { name, title, state: 'pending', sinceMs: parts.now(), sentence: 'The blocks are being put in force.' }
  }

  /** `isDecision`: the list has changed, which is told at once. */
  poke(isDecision: boolean): void {
    this.#stopped = false
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#again = true
    if (isDecision && this.state.state === 'in-force') {
      this.#become({
        ...this.state,
        state: 'pending',
        sinceMs: this.#parts.now(),
        sentence: 'A change of the block list is being put in force.',
      })
    }
    this.#running ??= this.#run()
  }

  stop(): void {
    this.#stopped = true
    this.#again = false
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
  }

  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false
      this.#report(await this.#once())
    }
    this.#running = undefined
  }

  async #once(): Promise<Result<Applied, TargetProblem>> {
    let desired: Desired
    try {
      desired = await this.#desired()
    } catch (error) {
      const said = oneLine(error instanceof Error ? error.message : String(error), 200)
      return err({ code: 'no-answer', message: `The block list could not be read: ${said}`, said })
    }
    try {
      return await this.#target.apply(desired.blocks, desired.atMs)
    } catch (error) {
      const said = oneLine(error instanceof Error ? error.message : String(error), 200)
      return err({ code: 'no-answer', message: `A mistake in the desk itself kept the blocks back: ${said}`, said })
    }
  }

  #report(outcome: Result<Applied, TargetProblem>): void {
    const { name, title } = this.#target
    const nowMs = this.#parts.now()
    if (outcome.ok) {
      this.#failures = 0
      const sinceMs = this.state.state === 'in-force' && !outcome.value.changed ? this.state.sinceMs : nowMs
      this.#become({ name, title, state: 'in-force', sinceMs, sentence: outcome.value.message, appliedAtMs: nowMs })
      return
    }
    this.#failures++
    const waitMs = Math.min(limits.targetRetryMsMax, limits.targetRetryMsMin * 2 ** Math.min(30, this.#failures - 1))
    if (!this.#stopped && !this.#again) this.#cancelRetry = this.#parts.setTimer(() => this.poke(false), waitMs)
    const { appliedAtMs } = this.state
    this.#become({
      name,
      title,
      state: 'failing',
      sinceMs: this.state.state === 'failing' ? this.state.sinceMs : nowMs,
      sentence: `${outcome.error.message} The desk tries again in ${waitInWords(waitMs)}.`,
      problem: outcome.error,
      nextTryMs: nowMs + waitMs,
      ...(appliedAtMs === undefined ? {} : { appliedAtMs }),
    })
  }

  #become(state: TargetState): void {
    this.state = state
    this.#parts.onChange?.(state)
  }
}

const waitInWords = (ms: number): string =>
  ms < 60_000
    ? counted(Math.round(ms / 1_000), 'second', 'seconds')
    : counted(Math.round(ms / 60_000), 'minute', 'minutes')
