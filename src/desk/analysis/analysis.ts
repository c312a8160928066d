/** The live analysis: reads all streams in the order of events, shows their records to the watches, and hands on what
 *  the store is to be told. It does no waiting and no storing: a thread drives it step by step. */
import type { FindingKind, Hit, Level, RuleWords } from '../../core/finding.ts'
import type { FindingId, IncidentId, SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Office } from '../../core/office.ts'
import type { Place } from '../../core/place.ts'
import type { EventRecord } from '../../formats/event.ts'
import type { RequestBatch } from '../../formats/request-batch.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import type { IndicatorLookup } from '../../incidents/build.ts'
import type { RecordSink } from '../../sources/record-stream.ts'
import type { MailRow } from '../../store/mails.ts'
import type { MakeEngine } from '../../watches/machines/watch.ts'
import { type MailDocument, wordsOfMail } from '../../watches/mail/mail-document.ts'
import { WatchSet } from '../../watches/watch-set.ts'
import { type SavedCounts, SourceCounts } from './counts.ts'
import type { LiveStream, SavedStream } from './live-stream.ts'
import { packState, unpackState } from './packed-state.ts'
import type { SetAside } from './protocol.ts'
import { readBack } from './read-back.ts'
import { type SavedTelling, Telling, type Told } from './telling.ts'

/** A mail as the store lists it. */
const mailRow = (document: MailDocument, sourceId: SourceId): MailRow => ({
  id: document.id,
  sourceId,
  takenAtMs: document.takenAtMs,
  verdict: document.verdict,
  campaign: document.campaign,
  words: wordsOfMail(document),
  recipients: document.recipients,
  document: document as unknown as MailRow['document'],
})

/** The bytes of a record at hand. */
export type BytesAt = (place: Place) => Uint8Array | undefined

/** Where accepted records go to be searched later. */
export interface ArchiveWriter {
  appendRequests(sourceId: SourceId, batch: RequestBatch, from: number, to: number): void
  appendStatements(sourceId: SourceId, records: readonly StatementRecord[], from: number, to: number): void
  appendEvents(sourceId: SourceId, records: readonly EventRecord[], from: number, to: number, bytesAt: BytesAt): void
  /** Makes what was appended safe on disk and says how far it goes. */
  marks(): unknown
  /** Cuts back to what `marks` said. */
  rewind(marks: unknown): void
}

/** Told before each record or run of records is shown: who looks on from outside knows what was under way. */
export interface Beacon {
  under(key: string, offset: number, line: number): void
}

/** What the analysis works with. */
export interface AnalysisOptions {
  readonly office: Office
  readonly assignments: Iterable<{ readonly findingId: FindingId; readonly incidentId: IncidentId }>
  readonly indicator: IndicatorLookup
  readonly archive: ArchiveWriter | undefined
  readonly makeEngine: MakeEngine
  /** Detection rules whose hits are let go of, as hits name them: the office has switched them off. */
  readonly rulesOff: ReadonlySet<string>
  /** Some rules are about web requests. */
  readonly hasRequestRules: () => boolean
  readonly setAside: readonly SetAside[]
  readonly beacon: Beacon | undefined
  /** Shows one record at a time, so that the beacon names the one that a watch fails on. */
  readonly isCareful: boolean
}

/** Everything that the analysis needs to go on. */
export interface SavedAnalysis {
  readonly streams: readonly SavedStream[]
  readonly contexts: readonly (readonly [context: string, watch: unknown])[]
  readonly telling: SavedTelling
  readonly counts: SavedCounts
  readonly archive: unknown
  readonly setAside: readonly string[]
  readonly extra: unknown
}

/** The live analysis of all streams of a desk. */
export class Analysis {
  readonly counts = new SourceCounts()
  /** Shows one record at a time, so that the beacon names the one that a watch fails on. */
  isCareful: boolean
  /** See `AnalysisOptions.rulesOff`. */
  rulesOff: ReadonlySet<string>
  readonly #options: AnalysisOptions
  readonly #telling: Telling
  readonly #streams = new Map<string, LiveStream>()
  /** Where streams that are not open stand: a file that is away for a while is not read again from its start. */
  readonly #resting = new Map<string, SavedStream>()
  readonly #bySource = new Map<string, LiveStream>()
  readonly #contexts = new Map<string, WatchSet>()
  readonly #setAsideKeys = new Set<string>()
  readonly #toSetAside: ReadonlyMap<string, SetAside>
  readonly #counted = new WeakMap<LiveStream, { records: number; rejectCount: number; bytes: number }>()
  #current: LiveStream | undefined

  constructor(options: AnalysisOptions) {
    this.#options = options
    this.isCareful = options.isCareful
    this.rulesOff = options.rulesOff
    this.#telling = new Telling(options.assignments, options.indicator)
    this.#toSetAside = new Map(options.setAside.map((one) => [`${one.key}\n${one.offset}`, one]))
  }

  get streams(): Iterable<LiveStream> {
    return this.#streams.values()
  }

  get findingCount(): number {
    return this.#telling.findingCount
  }

  /** Where a stream of this key stood when it was last open. */
  savedStream(key: string): SavedStream | undefined {
    return this.#streams.get(key)?.saved ?? this.#resting.get(key)
  }

  hasStream(key: string): boolean {
    return this.#streams.has(key)
  }

  addStream(stream: LiveStream): void {
    this.#streams.set(stream.key, stream)
    this.#resting.delete(stream.key)
  }

  /** Closes a stream and remembers where it stands; for good where nothing of it will come again. */
  removeStream(key: string, forGood: boolean): void {
    const stream = this.#streams.get(key)
    if (stream === undefined) {
      if (forGood) this.#resting.delete(key)
      return
    }
    if (!forGood) this.#resting.set(key, stream.saved)
    this.#streams.delete(key)
    for (const [source, of] of this.#bySource) if (of === stream) this.#bySource.delete(source)
    stream.close()
  }

  /** Ends a context: its watch decides what still waited, and is let go of. */
  endContext(context: string): void {
    this.#contexts.get(context)?.finish()
    this.#contexts.delete(context)
  }

  set indicator(lookup: IndicatorLookup) {
    this.#telling.indicator = lookup
  }

  /** Shows records until nothing is at hand or the time is up; true where there was something to show.
   *  `isDue` is asked between runs of records. */
  step(nowMs: number, isTimeUp: () => boolean): boolean {
    let didRead = false
    do {
      const stream = this.#earliest(nowMs)
      if (stream === undefined) return didRead
      didRead = true
      const untilMs = this.#nextHeadMs(stream)
      this.#show(stream, untilMs)
    } while (!isTimeUp())
    return didRead
  }

  /** The stream whose next record is the earliest, among those that have one at hand. */
  #earliest(nowMs: number): LiveStream | undefined {
    let first: LiveStream | undefined
    for (const stream of this.#streams.values()) {
      if (!this.#fill(stream, nowMs)) continue
      if (first === undefined || stream.headMs < first.headMs) first = stream
    }
    return first
  }

  #fill(stream: LiveStream, nowMs: number): boolean {
    const isFilled = stream.fill()
    this.#count(stream, nowMs)
    return isFilled
  }

  /** Adds what was shown or left out of a stream since the last call. */
  #count(stream: LiveStream, nowMs: number): void {
    const { records, rejectCount, bytes, newestMs } = stream
    const before = this.#counted.get(stream) ?? { records: 0, rejectCount: 0, bytes: 0 }
    const came = {
      records: records - before.records,
      rejects: rejectCount - before.rejectCount,
      bytes: bytes - before.bytes,
      newestMs,
    }
    if (came.records === 0 && came.rejects === 0 && came.bytes === 0) return
    this.#counted.set(stream, { records, rejectCount, bytes })
    this.counts.add(stream.sourceId, nowMs, came)
    if (came.rejects > 0) this.counts.keep(stream.sourceId, stream.takeRejects())
  }

  #nextHeadMs(stream: LiveStream): number {
    let untilMs = Number.POSITIVE_INFINITY
    for (const other of this.#streams.values()) {
      if (other === stream || other.context !== stream.context) continue
      if (other.headMs > Number.NEGATIVE_INFINITY && other.headMs < untilMs) untilMs = other.headMs
    }
    return untilMs
  }

  #show(stream: LiveStream, untilMs: number): void {
    const { beacon } = this.#options
    const place = stream.placeOfNext()
    this.#bySource.set(place.source, stream)
    this.#current = stream
    const aside = this.#toSetAside.size > 0 ? this.#toSetAside.get(`${stream.key}\n${place.offset}`) : undefined
    if (aside !== undefined) {
      stream.skip()
      this.#sayAside(stream, place, aside)
      return
    }
    beacon?.under(stream.key, place.offset, place.line)
    stream.drain(this.#sinkOf(stream), untilMs, this.isCareful ? 1 : limits.liveBatchRecordsMax)
  }

  #sinkOf(stream: LiveStream): RecordSink {
    const watch = this.#watchOf(stream.context)
    const { archive } = this.#options
    return {
      // Kept first: what cannot be kept now is not shown now.
      requests: (batch, from, to, format) => {
        archive?.appendRequests(stream.sourceId, batch, from, to)
        watch.requests(batch, from, to, format)
      },
      statements: (records, from, to, format) => {
        archive?.appendStatements(stream.sourceId, records, from, to)
        watch.statements(records, from, to, format)
      },
      events: (records, from, to) => {
        archive?.appendEvents(stream.sourceId, records, from, to, (place) => stream.bytesAt(place))
        watch.events(records, from, to)
      },
    }
  }

  #watchOf(context: string): WatchSet {
    let watch = this.#contexts.get(context)
    if (watch === undefined) {
      const { office, makeEngine, hasRequestRules } = this.#options
      watch = new WatchSet({
        office,
        makeEngine,
        hasRequestRules,
        emit: (hit) => this.#take(hit),
        onMail: (document) => this.#telling.addMail(mailRow(document, this.#current?.sourceId ?? ('desk' as SourceId))),
      })
      this.#contexts.set(context, watch)
    }
    return watch
  }

  #take(hit: Hit): void {
    if (hit.kind === 'rule-match' && this.rulesOff.has(hit.rule)) return
    const stream = this.#bySource.get(hit.place.source) ?? this.#current
    const sourceId = stream?.sourceId ?? ('desk' as SourceId)
    this.#telling.add(hit, sourceId, () => stream?.bytesAt(hit.place) ?? readBack(hit.place, stream?.follower))
  }

  /** A finding of the desk itself: about a source, or about what it could not do. */
  say(said: {
    readonly kind: FindingKind
    readonly level: Level
    readonly target: string
    readonly timeMs: number
    /** When it was noticed; `timeMs` where left out. */
    readonly decidedAtMs?: number
    readonly sourceId: SourceId
    readonly place?: Place
    readonly confidence?: number
    readonly rule: string
    readonly words?: RuleWords
  }): void {
    const { sourceId, place, rule, ...rest } = said
    const hit: Hit = {
      ...rest,
      rule: `desk/${rule}`,
      confidence: said.confidence ?? 1,
      actor: { type: 'role', value: 'bellwether' },
      place: place ?? { source: sourceId, line: 0, offset: 0, length: 0 },
      decidedAtMs: said.decidedAtMs ?? said.timeMs,
    }
    this.#telling.add(hit, sourceId, () => new Uint8Array(0))
  }

  #sayAside(stream: LiveStream, place: Place, aside: SetAside): void {
    const key = `${aside.key}\n${aside.offset}`
    if (this.#setAsideKeys.has(key)) return
    this.#setAsideKeys.add(key)
    this.counts.keep(stream.sourceId, [
      {
        place,
        reason: 'unexpected-fields',
        message: 'A part of Bellwether failed on this line twice; it was put aside.',
      },
    ])
    this.say({
      kind: 'record-set-aside',
      rule: 'record-set-aside',
      level: 'medium',
      target: stream.sourceId,
      timeMs: stream.newestMs ?? 0,
      sourceId: stream.sourceId,
      place,
    })
  }

  get isChanged(): boolean {
    return this.#telling.isChanged
  }

  /** What is to be stored now. */
  tell(): Told {
    const told = this.#telling.take()
    if (this.#telling.hasForgotten) {
      this.#telling.hasForgotten = false
      const timeMs = Math.max(...told.findings.map(({ lastSeenMs }) => lastSeenMs), 0)
      const rule = 'limit-reached/findings'
      this.say({ kind: 'limit-reached', rule, level: 'low', target: 'findings', timeMs, sourceId: 'desk' as SourceId })
    }
    return told
  }

  /** All of the state as bytes; `extra` is the driving thread's own. */
  save(extra: unknown, nowMs: number): Uint8Array {
    for (const stream of this.#streams.values()) this.#count(stream, nowMs)
    const saved: SavedAnalysis = {
      streams: [...[...this.#streams.values()].map((stream) => stream.saved), ...this.#resting.values()],
      contexts: [...this.#contexts].map(([context, watch]) => [context, watch.save()]),
      telling: this.#telling.save(),
      counts: this.counts.save(),
      archive: this.#options.archive?.marks(),
      setAside: [...this.#setAsideKeys],
      extra,
    }
    return packState(saved)
  }

  /** Takes back a state before any stream is added; gives the driving thread's own part. */
  restore(bytes: Uint8Array, isPositionsOnly = false): unknown {
    const saved = unpackState(bytes) as SavedAnalysis
    for (const stream of saved.streams) this.#resting.set(stream.key, stream)
    if (isPositionsOnly) {
      this.#options.archive?.rewind(saved.archive)
      return undefined
    }
    for (const [context, state] of saved.contexts) this.#watchOf(context).restore(state)
    this.#telling.restore(saved.telling)
    this.counts.restore(saved.counts)
    for (const key of saved.setAside) this.#setAsideKeys.add(key)
    this.#options.archive?.rewind(saved.archive)
    return saved.extra
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close()
  }
}
