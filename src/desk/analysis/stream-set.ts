/** From what an office says of its sources to streams that are open: files that match, and streams of journals. It looks
 *  again and again, because both come and go. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { FormatOptions } from '../../formats/format.ts'
import { mailRecord } from '../../formats/mail/mail-event.ts'
import { isMailSource, type SourceDefinition } from '../../sources/definition.ts'
import type { FollowPosition } from '../../sources/follow/follower.ts'
import { openJournalFollower } from '../../sources/follow/journal.ts'
import { parsePosition } from '../../sources/follow/position.ts'
import { FollowSet } from '../../sources/follow/streams.ts'
import type { Analysis } from './analysis.ts'
import { BatchPool, LiveStream, type StreamFollower } from './live-stream.ts'
import type { Acknowledged, EndedStream } from './protocol.ts'

/** Streams that one watch sees together: what is live is one site. */
const live = 'live'

interface OpenSource {
  readonly definition: SourceDefinition
  readonly follow: FollowSet | undefined
  /** Stream folders of a journal that were read to their end. */
  readonly finished: Set<string>
}

/** The open streams of all sources. */
export class StreamSet {
  readonly #analysis: Analysis
  readonly #journalFolder: string
  readonly #onOpen: (key: string, source: string) => void
  readonly #sources = new Map<SourceId, OpenSource>()
  readonly #batches = new BatchPool()
  readonly #ended: EndedStream[] = []
  #lookedAtMs = Number.NEGATIVE_INFINITY

  constructor(analysis: Analysis, journalFolder: string, onOpen: (key: string, source: string) => void) {
    this.#analysis = analysis
    this.#journalFolder = journalFolder
    this.#onOpen = onOpen
  }

  /** All sources, with what keeps one as a whole from being read. */
  get sources(): Iterable<{ readonly definition: SourceDefinition; readonly problem: string | undefined }> {
    return [...this.#sources.values()].map(({ definition, follow }) => ({ definition, problem: follow?.problem }))
  }

  /** Takes the definitions that hold from now on. */
  define(definitions: readonly SourceDefinition[], nowMs: number): void {
    const kept = new Map(definitions.map((definition) => [definition.id, definition]))
    for (const [id, { definition }] of this.#sources) {
      const now = kept.get(id)
      if (now !== undefined && JSON.stringify(now) === JSON.stringify(definition)) continue
      for (const stream of [...this.#analysis.streams]) {
        if (stream.sourceId === id) this.#analysis.removeStream(stream.key, now === undefined)
      }
      this.#sources.delete(id)
    }
    for (const definition of definitions) {
      if (this.#sources.has(definition.id)) continue
      const follow =
        definition.kind === 'follow'
          ? new FollowSet({
              paths: definition.paths,
              from: definition.from,
              savedOf: (path: string) => this.#saved(keyOf(definition.id, path)),
            })
          : undefined
      this.#sources.set(definition.id, { definition, follow, finished: new Set() })
    }
    this.#lookedAtMs = Number.NEGATIVE_INFINITY
    this.poll(nowMs)
  }

  /** Looks at all streams, and now and then for new ones. */
  poll(nowMs: number): void {
    // Where it lies ahead, the clock was set back.
    if (nowMs - this.#lookedAtMs >= limits.streamLookMs || nowMs < this.#lookedAtMs) {
      this.#lookedAtMs = nowMs
      for (const source of this.#sources.values()) this.#look(source, nowMs)
    }
    for (const stream of this.#analysis.streams) stream.follower.poll(nowMs)
  }

  #look(source: OpenSource, nowMs: number): void {
    const { definition, follow } = source
    if (follow === undefined) {
      this.#lookAtJournal(source, nowMs)
      return
    }
    const { opened, closed } = follow.poll(nowMs)
    for (const { path } of closed) this.#analysis.removeStream(keyOf(definition.id, path), false)
    for (const { path, follower } of opened) {
      this.#open(definition, keyOf(definition.id, path), path, follower, live, false, follower.head())
    }
  }

  #lookAtJournal(source: OpenSource, nowMs: number): void {
    const { definition, finished } = source
    const folder = join(this.#journalFolder, definition.id)
    for (const name of foldersIn(folder)) {
      const path = join(folder, name)
      const key = keyOf(definition.id, name)
      if (finished.has(name) || this.#analysis.hasStream(key)) continue
      const saved = this.#saved(key)
      const follower = openJournalFollower({ folder: path, nowMs, saved })
      const context = contextOf(definition, name)
      this.#open(definition, key, path, follower, context, definition.kind === 'syslog', undefined)
    }
  }

  #saved(key: string): FollowPosition | undefined {
    return parsePosition(this.#analysis.savedStream(key)?.position)
  }

  #open(
    definition: SourceDefinition,
    key: string,
    path: string,
    follower: StreamFollower,
    context: string,
    hasEnvelope: boolean,
    head: Uint8Array | undefined,
  ): void {
    const saved = this.#analysis.savedStream(key)
    const { utcOffsetMinutes } = definition
    // Lines that name no year are of the last twelve months.
    const referenceMs = this.#lookedAtMs
    const formatOptions: FormatOptions =
      utcOffsetMinutes === undefined ? { referenceMs } : { referenceMs, utcOffsetMinutes }
    this.#analysis.addStream(
      new LiveStream({
        key,
        sourceId: definition.id,
        context,
        follower,
        formatName: isMailSource(definition) ? mailRecord.name : (definition.format ?? saved?.formatName),
        formatOptions,
        shown: saved?.shown ?? 0,
        hasEnvelope,
        head: follower.position.offset > 0 ? head : undefined,
        batches: this.#batches,
      }),
    )
    this.#onOpen(key, path)
  }

  /** Closes streams that are at their end, and the contexts that ended with them. */
  closeEnded(): void {
    for (const stream of [...this.#analysis.streams]) {
      if (!stream.hasEnded) continue
      const source = this.#sources.get(stream.sourceId)
      const folder = stream.key.slice(stream.key.indexOf('\n') + 1)
      source?.finished.add(folder)
      if (stream.follower.segmentAt !== undefined) this.#ended.push({ sourceId: stream.sourceId, folder })
      this.#analysis.removeStream(stream.key, false)
      const isLast = ![...this.#analysis.streams].some((other) => other.context === stream.context)
      if (stream.context !== live && isLast) this.#analysis.endContext(stream.context)
    }
  }

  /** Journal streams that were read to their end since the last call: they can go once a checkpoint is stored. */
  takeEnded(): EndedStream[] {
    return this.#ended.splice(0)
  }

  /** Up to where journals were shown: what lies before may go once it is stored. */
  acknowledged(): Acknowledged[] {
    const acknowledged: Acknowledged[] = []
    for (const { key, sourceId, follower } of this.#analysis.streams) {
      const place = follower.segmentAt?.(follower.position.offset)
      if (place === undefined) continue
      const folder = key.slice(key.indexOf('\n') + 1)
      acknowledged.push({ sourceId, folder, segment: place.number, offset: place.offset })
    }
    return acknowledged
  }
}

const keyOf = (sourceId: SourceId, name: string): string => `${sourceId}\n${name}`

/** What a person puts in is looked at by itself: it may be of another month, and must not confuse what is live. */
function contextOf(definition: SourceDefinition, stream: string): string {
  switch (definition.kind) {
    case 'upload':
      return `upload ${stream}`
    case 'drop':
      return `drop ${definition.id} ${stream.split('+')[0]}`
    case 'follow':
    case 'syslog':
    case 'push':
    case 'milter':
    case 'imap':
    case 'microsoft-365':
    case 'google-workspace':
    case 'mail-upload':
      return live
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort()
  } catch {
    // Nothing came yet.
    return []
  }
}
