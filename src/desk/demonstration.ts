/** The bundled recording played into the desk as if it happened now: its lines are put into the journal, in the order of
 *  their times and a little faster than a person reads. It knows nothing of what is found in them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { SourceId } from '../core/ids.ts'
import { limits } from '../core/limits.ts'
import type { Chunk, Format } from '../formats/format.ts'
import { formatNamed } from '../formats/formats.ts'
import { RequestBatch } from '../formats/request-batch.ts'
import type { StatementRecord } from '../formats/statement.ts'
import type { JournalPort, PushDefinition } from '../sources/definition.ts'

/** The sources of the demonstration, and the recordings that are played into them. */
const recordings = [
  { id: 'demonstration-web' as SourceId, title: 'Web server (recording)', file: 'access.log.gz', format: 'combined' },
  {
    id: 'demonstration-database' as SourceId,
    title: 'Voter database (recording)',
    file: 'postgresql.json.gz',
    format: 'postgresql-json',
  },
] as const

export const demonstrationSources: readonly PushDefinition[] = recordings.map(({ id, title, format }) => ({
  id,
  title,
  kind: 'push',
  format,
}))

/** The one stream of each. */
const streamName = 'recording'

/** How far it is. */
export interface DemonstrationState {
  /** 0 to 1. */
  readonly progress: number
  /** Event time of what was played last. */
  readonly atMs: number
  readonly isDone: boolean
}

/** A record's line, from the end of the line before it. */
interface Moment {
  readonly timeMs: number
  readonly source: SourceId
  readonly bytes: Uint8Array
}

/** Plays the recordings of a folder in the order of their events. */
export class Demonstration {
  readonly #folder: string
  readonly #durationMs: number
  readonly #journal: JournalPort
  readonly #stop = new AbortController()
  #state: DemonstrationState = { progress: 0, atMs: 0, isDone: false }
  #playing: Promise<void> = Promise.resolve()

  /** `durationMs`: how long it is played. */
  constructor(folder: string, journal: JournalPort, durationMs: number = limits.demonstrationMs) {
    this.#folder = folder
    this.#durationMs = durationMs
    this.#journal = journal
  }

  get state(): DemonstrationState {
    return this.#state
  }

  start(): void {
    this.#playing = this.#play()
  }

  async #play(): Promise<void> {
    const moments = await readMoments(this.#folder)
    const perStep = Math.max(1, Math.ceil(moments.length / (this.#durationMs / limits.demonstrationStepMs)))
    for (let at = 0; at < moments.length && !this.#stop.signal.aborted; at += perStep) {
      const part = moments.slice(at, at + perStep)
      for (const { id } of recordings) {
        const lines = part.filter(({ source }) => source === id).map(({ bytes }) => bytes)
        if (lines.length > 0) await this.#journal.append(id, streamName, Buffer.concat(lines), false)
      }
      const progress = Math.min(1, (at + perStep) / moments.length)
      this.#state = { progress, atMs: part.at(-1)?.timeMs ?? 0, isDone: false }
      await delay(limits.demonstrationStepMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
    this.#state = { ...this.#state, isDone: true }
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#playing
  }
}

async function readMoments(folder: string): Promise<Moment[]> {
  const moments: Moment[] = []
  for (const { id, file, format } of recordings) {
    const bytes = await promisify(gunzip)(await readFile(join(folder, file)))
    const chosen = formatNamed(format)
    if (chosen === undefined) throw new Error(`no format ${format}`)
    moments.push(...momentsOf(bytes, chosen, id))
  }
  return moments.sort((a, b) => a.timeMs - b.timeMs)
}

/** A file's lines with their times. */
function momentsOf(bytes: Uint8Array, format: Format, source: SourceId): Moment[] {
  const moments: Moment[] = []
  let end = 0
  const take = (timeMs: number, offset: number, length: number): void => {
    const next = Math.min(bytes.length, offset + length + 1)
    moments.push({ timeMs, source, bytes: bytes.subarray(end, next) })
    end = next
  }
  const whole: Chunk = { source: '', bytes, start: 0, end: bytes.length, offset: 0, line: 1, last: true }
  if (format.kind === 'statements') {
    const records: StatementRecord[] = []
    format.open({}).read(whole, records, [])
    for (const { timeMs, place } of records) if (place.offset >= end) take(timeMs, place.offset, place.length)
    return moments
  }
  if (format.kind === 'events') throw new Error('the demonstration plays requests and statements')
  const reader = format.open({})
  const batch = new RequestBatch()
  for (let at = 0, line = 1; at < bytes.length; ) {
    const read = reader.read({ ...whole, start: at, offset: at, line }, batch, [])
    for (let i = 0; i < batch.count; i++) {
      take(batch.timeMs[i] as number, batch.offset[i] as number, batch.length[i] as number)
    }
    at += read.bytes
    line += read.lines
    if (read.bytes === 0) break
  }
  return moments
}
