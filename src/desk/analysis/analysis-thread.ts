/** The analysis thread as the desk sees it: started from the last checkpoint, watched for signs of life, started again
 *  when it fails, and acknowledged only when the store has taken what it says. */
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import type { Office } from '../../core/office.ts'
import type { SourceDefinition } from '../../sources/definition.ts'
import type { SpoolMark } from '../../store/archive/spool.ts'
import { type Commit, type Store, StoreError } from '../../store/store.ts'
import { BeaconReader } from './beacon.ts'
import {
  type Acknowledged,
  type AnalysisStart,
  analysisVersion,
  type EndedStream,
  type FromAnalysis,
  type IndicatorText,
  type Noticed,
  type SetAside,
  type ToAnalysis,
} from './protocol.ts'

/** What the thread needs, and whom it tells. */
export interface AnalysisHost {
  readonly store: Store
  readonly office: Office
  readonly journalFolder: string
  readonly archiveFolder: string | undefined
  readonly rulesPath: string
  /** A commit is stored. */
  onStored(commit: Commit): void
  /** Journals need not be kept before these places. */
  onAcknowledged(acknowledged: readonly Acknowledged[]): void
  /** Streams of the journal need no more keeping. */
  onEnded(ended: readonly EndedStream[]): void
  /** Spools may be sealed; `sealed` is to be called with those that are. */
  onSealable(marks: readonly SpoolMark[]): void
  /** Troubles changed: see `troubles`. */
  onTrouble(): void
}

/** Figures of the thread, for /metrics. */
export interface AnalysisFigures {
  commitMs: number
  checkpointMs: number
  checkpointBytes: number
  findings: number
  restarts: number
}

type Trouble = 'store' | 'archive' | 'analysis' | 'state'
const setAsideSetting = 'analysis.set-aside'

/** The analysis thread of a running desk. */
export class AnalysisThread {
  readonly figures: AnalysisFigures = { commitMs: 0, checkpointMs: 0, checkpointBytes: 0, findings: 0, restarts: 0 }
  readonly #host: AnalysisHost
  readonly #troubles = new Map<Trouble, string>()
  #definitions: readonly SourceDefinition[]
  #indicators: readonly IndicatorText[]
  #rulesOff: readonly string[]
  #worker: Worker | undefined
  #beacon = new BeaconReader()
  #streams = new Map<number, { readonly key: string; readonly source: string }>()
  #setAside: SetAside[] = []
  /** What was noticed while no thread ran. */
  readonly #noticed: Noticed[] = []
  /** The record at which it failed last. */
  #suspect: string | undefined
  #failuresAtStart = 0
  #isStopping = false
  #saidStopped = false
  #commits: Promise<void> = Promise.resolve()
  #watchdog: NodeJS.Timeout | undefined
  #stopWaiting = new AbortController()

  constructor(
    host: AnalysisHost,
    definitions: readonly SourceDefinition[],
    { indicators, rulesOff }: { readonly indicators: readonly IndicatorText[]; readonly rulesOff: readonly string[] },
  ) {
    this.#host = host
    this.#definitions = definitions
    this.#indicators = indicators
    this.#rulesOff = rulesOff
  }

  /** What is wrong now, in sentences. */
  get troubles(): readonly string[] {
    return [...this.#troubles.values()]
  }

  /** False between a failure and the next start. */
  get isRunning(): boolean {
    return this.#worker !== undefined
  }

  async start(): Promise<void> {
    const kept = await this.#host.store.setting(setAsideSetting)
    if (Array.isArray(kept)) this.#setAside = kept as SetAside[]
    await this.#begin(false)
  }

  async #begin(isCareful: boolean): Promise<void> {
    const { store, office, journalFolder, archiveFolder, rulesPath } = this.#host
    const checkpoint = await store.checkpoint()
    const isPositionsOnly =
      checkpoint !== undefined &&
      (checkpoint.version !== analysisVersion || this.#failuresAtStart >= limits.analysisFailuresMax)
    if (isPositionsOnly) {
      this.#setTrouble(
        'state',
        'What the desk had learnt of your sites could not be taken over. Nothing that was found is lost; it learns again.',
      )
    }
    this.#beacon = new BeaconReader()
    this.#streams = new Map()
    const start: AnalysisStart = {
      office,
      definitions: this.#definitions,
      journalFolder,
      archiveFolder,
      checkpoint: checkpoint?.state,
      isPositionsOnly,
      assignments: await store.assignments(0),
      indicators: this.#indicators,
      setAside: this.#setAside,
      rulesPath,
      rulesOff: this.#rulesOff,
      isCareful,
      beacon: this.#beacon.shared,
    }
    if (this.#isStopping) return
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: limits.analysisHeapMib, maxYoungGenerationSizeMb: 8 },
    })
    this.#worker = worker
    for (const noticed of this.#noticed.splice(0)) this.notice(noticed)
    let failure: Error | undefined
    worker.on('message', (message: FromAnalysis) => this.#hear(worker, message))
    worker.on('error', (error) => {
      failure = error instanceof Error ? error : new Error(String(error))
    })
    worker.on('exit', () => {
      if (worker === this.#worker) this.#ended(failure)
    })
    this.#watch(worker)
  }

  /** Ends a thread that shows no sign of life. */
  #watch(worker: Worker): void {
    clearInterval(this.#watchdog)
    let beats = this.#beacon.beats
    this.#watchdog = setInterval(() => {
      if (worker !== this.#worker) return
      if (this.#beacon.beats === beats) void worker.terminate()
      beats = this.#beacon.beats
    }, limits.analysisSilenceMsMax)
    this.#watchdog.unref()
  }

  #hear(worker: Worker, message: FromAnalysis): void {
    switch (message.type) {
      case 'running':
        return
      case 'stream':
        this.#streams.set(message.number, { key: message.key, source: message.source })
        return
      case 'trouble':
        this.#setTrouble('archive', message.message)
        return
      case 'stopped':
        this.#saidStopped = true
        return
      case 'commit':
        this.figures.findings = message.findingCount
        this.#commits = this.#commits.then(() => this.#store(worker, message))
    }
  }

  /** Stores a commit, however long it takes: the thread goes on reading until it is too far ahead. */
  async #store(worker: Worker, message: Extract<FromAnalysis, { type: 'commit' }>): Promise<void> {
    const began = performance.now()
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#host.store.commit(message.commit)
        break
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        this.#setTrouble('store', error.problem.message)
        const restMs = Math.min(limits.storeRetryMsMax, limits.storeRetryMsMin * 2 ** attempt)
        await delay(restMs, undefined, { signal: this.#stopWaiting.signal }).catch(() => undefined)
        if (this.#stopWaiting.signal.aborted) return
      }
    }
    this.#setTrouble('store', undefined)
    this.figures.commitMs = performance.now() - began
    const { checkpoint } = message.commit
    if (checkpoint !== undefined) {
      this.figures.checkpointMs = message.checkpointMs
      this.figures.checkpointBytes = checkpoint.state.length
      this.#failuresAtStart = 0
      this.#host.onAcknowledged(message.acknowledged)
      if (message.ended.length > 0) this.#host.onEnded(message.ended)
      if (message.sealable.length > 0) this.#host.onSealable(message.sealable)
    }
    this.#post(worker, { type: 'stored', sequence: message.sequence, hadCheckpoint: checkpoint !== undefined })
    this.#host.onStored(message.commit)
  }

  #post(worker: Worker | undefined, message: ToAnalysis): void {
    if (worker !== undefined && worker === this.#worker) worker.postMessage(message)
  }

  #setTrouble(kind: Trouble, message: string | undefined): void {
    if (this.#troubles.get(kind) === message) return
    if (message === undefined) this.#troubles.delete(kind)
    else this.#troubles.set(kind, message)
    this.#host.onTrouble()
  }

  /** The thread is gone: starts it again, unless it was told to stop. A record that it failed on twice is set aside. */
  #ended(failure: Error | undefined): void {
    this.#worker = undefined
    clearInterval(this.#watchdog)
    if (this.#isStopping) return
    this.figures.restarts++
    const { stream, offset, line } = this.#beacon.under
    const at = this.#streams.get(stream)
    const suspect = at === undefined ? undefined : `${at.key}\n${offset}`
    if (at === undefined) this.#failuresAtStart++
    if (at !== undefined && suspect === this.#suspect && this.#setAside.length < limits.setAsideMax) {
      this.#setAside = [...this.#setAside, { key: at.key, source: at.source, offset, line }]
    }
    this.#suspect = suspect
    const why = failure === undefined ? 'it did not answer' : failure.message.slice(0, 200)
    this.#setTrouble(
      'analysis',
      `The analysis had to be started again (${why}). It goes on where it was; nothing is lost.`,
    )
    void this.#beginAgain()
  }

  async #beginAgain(): Promise<void> {
    await this.#commits
    for (let attempt = 0; !this.#isStopping; attempt++) {
      try {
        await this.#host.store.saveSetting(setAsideSetting, this.#setAside)
        await delay(limits.analysisRestMs)
        await this.#begin(true)
        setTimeout(() => this.#setTrouble('analysis', undefined), limits.troubleShownMs).unref()
        return
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        this.#setTrouble('store', error.problem.message)
        await delay(Math.min(limits.storeRetryMsMax, limits.storeRetryMsMin * 2 ** attempt))
      }
    }
  }

  define(definitions: readonly SourceDefinition[]): void {
    this.#definitions = definitions
    this.#post(this.#worker, { type: 'sources', definitions })
  }

  useIndicators(lists: readonly IndicatorText[]): void {
    this.#indicators = lists
    this.#post(this.#worker, { type: 'indicators', lists })
  }

  /** From now on hits of these rules are let go of. */
  useRulesOff(rules: readonly string[]): void {
    this.#rulesOff = rules
    this.#post(this.#worker, { type: 'rules-off', rules })
  }

  /** Makes a finding of something that the main thread noticed. */
  notice(noticed: Noticed): void {
    if (this.#worker !== undefined) this.#post(this.#worker, { type: 'noticed', noticed })
    else if (this.#noticed.length < limits.noticedWaitingMax) this.#noticed.push(noticed)
  }

  sealed(names: readonly string[]): void {
    if (names.length > 0) this.#post(this.#worker, { type: 'sealed', names })
  }

  /** Takes a last checkpoint and ends, within `limits.stopMsMax`; what is not done by then is done after the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#watchdog)
    const worker = this.#worker
    if (worker === undefined) return
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.postMessage({ type: 'stop' } satisfies ToAnalysis)
    const timeout = delay(limits.stopMsMax * 0.8, 'timeout', { ref: false })
    if ((await Promise.race([exited, timeout])) === 'timeout') await worker.terminate()
    this.#worker = undefined
    if ((await Promise.race([this.#commits, timeout])) === 'timeout') this.#stopWaiting.abort()
    await this.#commits
  }

  /** True after `stop` where the last checkpoint was taken. */
  get stoppedCleanly(): boolean {
    return this.#saidStopped
  }
}
