/** One turn after another of the live analysis: look at the sources, show records, hand on what was found, take a
 *  checkpoint when it is time. Nothing here waits; the thread does. */
import { performance } from 'node:perf_hooks'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { AddressSet } from '../../formats/address.ts'
import { type IndicatorList, readIndicatorList } from '../../formats/indicator-list.ts'
import { compile } from '../../sigma/compile.ts'
import { ArchiveSpool } from '../../store/archive/spool.ts'
import type { Commit, SourceStatus } from '../../store/store.ts'
import { readRulePack, readRulePackHead } from '../rules/rule-pack-file.ts'
import { Analysis } from './analysis.ts'
import { ArchiveBlocked, ArchiveKeeper } from './archive-keeper.ts'
import { BeaconWriter } from './beacon.ts'
import {
  type AnalysisStart,
  analysisVersion,
  type FromAnalysis,
  type IndicatorText,
  type ToAnalysis,
} from './protocol.ts'
import { SourceJudge } from './source-judge.ts'
import { StreamSet } from './stream-set.ts'

/** What the loop itself remembers over a restart. */
interface SavedLoop {
  readonly judge: unknown
}

const nothingTold = { findings: [], evidence: [], incidents: [], assigned: [], merged: [] }

/** The loop of the analysis thread. */
export class AnalysisLoop {
  isOver = false
  readonly #say: (message: FromAnalysis) => void
  readonly #clock: () => number
  readonly #analysis: Analysis
  readonly #streams: StreamSet
  readonly #judge: SourceJudge
  readonly #archive: ArchiveKeeper | undefined
  readonly #beacon: BeaconWriter
  readonly #numbers = new Map<string, number>()
  readonly #saidStatus = new Map<SourceId, string>()
  #sequence = 0
  #storedSequence = 0
  #turnAtMs = Number.NEGATIVE_INFINITY
  #polledAtMs = 0
  #statusAtMs = 0
  #builtAtMs = 0
  #buildCostMs = 0
  #checkpointAtMs: number
  #checkpointCostMs = 0
  #bytesAtCommit = 0
  #bytesAtCheckpoint = -1
  #streamsAtCheckpoint = 0
  #isStopping = false
  #saidStop = false
  #trouble: string | undefined

  constructor(start: AnalysisStart, say: (message: FromAnalysis) => void, clock: () => number) {
    this.#say = say
    this.#clock = clock
    this.#beacon = new BeaconWriter(start.beacon, (key) => this.#numbers.get(key) ?? 0)
    this.#archive =
      start.archiveFolder === undefined
        ? undefined
        : new ArchiveKeeper(new ArchiveSpool(start.archiveFolder, { trusted: proxies(start.office.trustedProxies) }))
    this.#analysis = new Analysis({
      office: start.office,
      assignments: start.assignments,
      indicator: lookupIn(start.indicators),
      archive: this.#archive,
      makeEngine: (onLimit) => {
        const { rules, options } = readRulePack(start.rulesPath)
        return compile(rules, { ...options, onLimit }).engine
      },
      rulesOff: new Set(start.rulesOff),
      hasRequestRules: () => readRulePackHead(start.rulesPath).hasRequestRules,
      setAside: start.setAside,
      beacon: this.#beacon,
      isCareful: start.isCareful,
    })
    this.#judge = new SourceJudge()
    if (start.checkpoint === undefined) this.#archive?.rewind([])
    else this.#restore(start.checkpoint, start.isPositionsOnly)
    this.#streams = new StreamSet(this.#analysis, start.journalFolder, (key, source) => {
      const number = this.#numbers.get(key) ?? this.#numbers.size + 1
      this.#numbers.set(key, number)
      say({ type: 'stream', number, key, source })
    })
    const nowMs = clock()
    this.#checkpointAtMs = nowMs
    this.#streams.define(start.definitions, nowMs)
    say({ type: 'running' })
  }

  #restore(checkpoint: Uint8Array, isPositionsOnly: boolean): void {
    const saved = this.#analysis.restore(checkpoint, isPositionsOnly) as SavedLoop | undefined
    if (saved !== undefined) this.#judge.restore(saved.judge)
  }

  hear(message: ToAnalysis): void {
    switch (message.type) {
      case 'stored':
        this.#storedSequence = message.sequence
        // What made it fail before lies behind a checkpoint now.
        if (message.hadCheckpoint) this.#analysis.isCareful = false
        return
      case 'sources':
        this.#streams.define(message.definitions, this.#clock())
        return
      case 'indicators':
        this.#analysis.indicator = lookupIn(message.lists)
        return
      case 'rules-off':
        this.#analysis.rulesOff = new Set(message.rules)
        return
      case 'noticed':
        this.#analysis.say(message.noticed)
        return
      case 'sealed':
        this.#archive?.sealed(message.names)
        return
      case 'stop':
        this.#isStopping = true
    }
  }

  /** Does a little of what there is to do; false where there is nothing. */
  turn(): boolean {
    const nowMs = this.#clock()
    if (nowMs < this.#turnAtMs) this.#setBack(nowMs)
    this.#turnAtMs = nowMs
    this.#beacon.beat()
    if (nowMs - this.#polledAtMs >= limits.pollMs) {
      this.#polledAtMs = nowMs
      this.#streams.poll(nowMs)
    }
    const didRead = !this.#isStopping && !this.#isTooFar() && this.#read(nowMs)
    this.#streams.closeEnded()
    this.#judge.observe(this.#analysis, this.#streams, nowMs)
    this.#tell(nowMs)
    return didRead
  }

  /** The clock was set back: what is done now and then is not put off until it has caught up. */
  #setBack(nowMs: number): void {
    this.#polledAtMs = Math.min(this.#polledAtMs, nowMs)
    this.#statusAtMs = Math.min(this.#statusAtMs, nowMs)
    this.#builtAtMs = Math.min(this.#builtAtMs, nowMs)
    this.#checkpointAtMs = Math.min(this.#checkpointAtMs, nowMs)
  }

  /** So much was read that the store has not taken: reading waits. */
  #isTooFar(): boolean {
    return this.#isWaiting && this.#bytes() - this.#bytesAtCommit > limits.uncommittedBytesMax
  }

  get #isWaiting(): boolean {
    return this.#sequence > this.#storedSequence
  }

  #bytes(): number {
    let bytes = 0
    for (const { definition } of this.#streams.sources) bytes += this.#analysis.counts.of(definition.id).bytes
    return bytes
  }

  #read(nowMs: number): boolean {
    const endAt = performance.now() + limits.analysisStepMs
    let didRead = false
    try {
      didRead = this.#analysis.step(nowMs, () => performance.now() >= endAt)
    } catch (error) {
      if (!(error instanceof ArchiveBlocked)) throw error
    }
    this.#setTrouble(this.#archive?.trouble)
    return didRead
  }

  #setTrouble(message: string | undefined): void {
    if (message === this.#trouble) return
    this.#trouble = message
    this.#say({ type: 'trouble', message })
  }

  /** Hands on what is new, one commit at a time. */
  #tell(nowMs: number): void {
    if (this.#isWaiting) return
    const isCheckpointDue = this.#isCheckpointDue(nowMs)
    const isBuildDue = nowMs - this.#builtAtMs >= this.#buildCostMs * limits.buildCostRatio
    const mayBuild = this.#analysis.isChanged && (isBuildDue || isCheckpointDue)
    const isStatusDue = nowMs - this.#statusAtMs >= limits.statusMs
    if (!mayBuild && !isCheckpointDue && !isStatusDue) return
    this.#statusAtMs = nowMs
    const began = performance.now()
    const told = mayBuild ? this.#analysis.tell() : nothingTold
    if (mayBuild) {
      this.#builtAtMs = nowMs
      this.#buildCostMs = performance.now() - began
    }
    const counts = this.#analysis.counts.takeChanged()
    const sources = this.#statuses()
    const isEmpty = !mayBuild && counts.hours.length === 0 && counts.rejects.length === 0 && sources.length === 0
    if (isEmpty && !isCheckpointDue) return
    const commit: Commit = { ...told, sources, hours: counts.hours, rejects: counts.rejects }
    this.#hand(isCheckpointDue ? this.#withCheckpoint(commit, nowMs) : commit, isCheckpointDue)
  }

  #isCheckpointDue(nowMs: number): boolean {
    if (this.#isStopping) return !this.#saidStop
    const sinceMs = nowMs - this.#checkpointAtMs
    // A stream of which no checkpoint knows would begin anew after a crash, and miss what was rotated away meanwhile.
    const hasNewStream = this.#numbers.size > this.#streamsAtCheckpoint
    const restMs = this.#checkpointCostMs * limits.checkpointCostRatio
    if (hasNewStream) return sinceMs >= restMs
    const isChanged = this.#bytes() !== this.#bytesAtCheckpoint || this.#analysis.isChanged
    return isChanged && sinceMs >= Math.max(limits.checkpointMsMin, restMs)
  }

  #withCheckpoint(commit: Commit, nowMs: number): Commit {
    const began = performance.now()
    if (this.#isStopping) this.#archive?.closeAll()
    const state = this.#analysis.save({ judge: this.#judge.save() } satisfies SavedLoop, nowMs)
    this.#checkpointCostMs = performance.now() - began
    this.#checkpointAtMs = nowMs
    this.#bytesAtCheckpoint = this.#bytes()
    this.#streamsAtCheckpoint = this.#numbers.size
    return { ...commit, checkpoint: { version: analysisVersion, takenAtMs: nowMs, state } }
  }

  #hand(commit: Commit, hasCheckpoint: boolean): void {
    this.#bytesAtCommit = this.#bytes()
    this.#say({
      type: 'commit',
      sequence: ++this.#sequence,
      commit,
      acknowledged: hasCheckpoint ? this.#streams.acknowledged() : [],
      ended: hasCheckpoint ? this.#streams.takeEnded() : [],
      sealable: hasCheckpoint ? (this.#archive?.sealable ?? []) : [],
      checkpointMs: this.#checkpointCostMs,
      findingCount: this.#analysis.findingCount,
    })
    if (this.#isStopping && hasCheckpoint && !this.#saidStop) {
      this.#saidStop = true
      this.#analysis.close()
      this.#say({ type: 'stopped' })
      this.isOver = true
    }
  }

  /** Sources whose standing changed since it was last told. */
  #statuses(): SourceStatus[] {
    return this.#judge.statuses(this.#analysis, this.#streams).filter((status) => {
      const text = JSON.stringify(status)
      if (this.#saidStatus.get(status.sourceId) === text) return false
      this.#saidStatus.set(status.sourceId, text)
      return true
    })
  }
}

function lookupIn(texts: readonly IndicatorText[]): (address: string) => string | undefined {
  const lists: IndicatorList[] = texts.map(({ name, text }) => readIndicatorList(name, text))
  return (address) => lists.find((list) => list.addresses.has(address))?.name
}

/** Checked when the configuration was read. */
function proxies(entries: readonly string[]): AddressSet {
  const set = AddressSet.parse(entries)
  return set.ok ? set.value : AddressSet.empty
}
