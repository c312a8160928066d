/** The archive's spools: rows of accepted records by day and source, appended as text until DuckDB seals them. It runs
 *  in the analysis thread, writes synchronously, and counts a row only once it is handed to the system; what is on disk
 *  for good is what `marks` says. It never seals anything itself. */
import {
  chmodSync,
  closeSync,
  constants,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { AddressSet } from '../../formats/address.ts'
import type { EventRecord } from '../../formats/event.ts'
import type { RequestBatch } from '../../formats/request-batch.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { freeNumber, parseSpoolName, spoolFolder, spoolName, spoolPath, syncFolder } from './folder.ts'
import { RowWriter } from './row-writer.ts'
import { type SpoolMark, type SpoolNote, settleFolder } from './spool-rewind.ts'

export type { SpoolMark, SpoolNote }

/** Why rows could not be kept now. Nothing of the call remains, and it may be made again. */
export interface SpoolProblem {
  readonly code: 'disk-full' | 'write-failed'
  /** One sentence: what happened and what to do. */
  readonly message: string
}

/** What the spool needs to know. */
export interface SpoolOptions {
  /** The office's own proxies, as the registration watch trusts them. */
  readonly trusted?: AddressSet
  readonly nowMs?: () => number
}

interface Spool {
  readonly name: string
  readonly day: string
  readonly sourceId: SourceId
  readonly openedAtMs: number
  lastMs: number
  /** Rows of the whole archive that were written when this one was last written to. */
  lastRow: number
  bytes: number
  rows: number
  isClosed: boolean
  isDirty: boolean
  descriptor: number | undefined
}

const dayMs = 86_400_000
const firstDayMs = Date.UTC(limits.archiveYearMin, 0, 1)
const keyOf = (spool: Pick<Spool, 'sourceId' | 'day'>): string => `${spool.sourceId} ${spool.day}`
const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10)

/** All spools of one archive. Call `rewind` before anything else. */
export class ArchiveSpool {
  readonly #folder: string
  readonly #nowMs: () => number
  readonly #rows: RowWriter
  /** Spools that take rows, by source and day; the order is that of use, the oldest first. */
  readonly #open = new Map<string, Spool>()
  readonly #closed = new Map<string, Spool>()
  #number = 0
  /** Rows written since the start. */
  #rowCount = 0
  #isNamesDirty = false
  /** The spool that the rows in the writer belong to, and the day it takes. */
  #current: Spool | undefined
  #currentStartMs = 0
  #pendingRows = 0
  /** What spools were before the running call. */
  readonly #before = new Map<Spool, { readonly bytes: number; readonly rows: number }>()

  /** @param folder the archive's folder; spools lie in `spool` below it */
  constructor(folder: string, options: SpoolOptions = {}) {
    this.#folder = folder
    this.#nowMs = options.nowMs ?? Date.now
    this.#rows = new RowWriter(options.trusted ?? AddressSet.empty)
  }

  /** Puts the folder into the state that a checkpoint names: spools are cut back to their marks, what is not named goes,
   *  and spools whose sealed file is there are done with. */
  rewind(marks: readonly SpoolMark[]): Result<readonly SpoolNote[], SpoolProblem> {
    return this.#try(() => {
      this.#forget()
      mkdirSync(spoolFolder(this.#folder), { recursive: true, mode: 0o700 })
      chmodSync(spoolFolder(this.#folder), 0o700)
      const { kept, notes } = settleFolder(this.#folder, marks)
      for (const mark of kept) {
        const named = parseSpoolName(mark.name)
        if (named === undefined) continue
        const { day, sourceId } = named
        const spool: Spool = {
          ...mark,
          day,
          sourceId,
          lastMs: this.#nowMs(),
          lastRow: 0,
          isDirty: false,
          descriptor: undefined,
        }
        if (mark.isClosed) this.#closed.set(mark.name, spool)
        else this.#open.set(keyOf(spool), spool)
      }
      this.#number = freeNumber(this.#folder)
      return notes
    })
  }

  /** Appends records `from` (inclusive) to `to` (exclusive) of a batch. */
  appendRequests(sourceId: SourceId, batch: RequestBatch, from = 0, to = batch.count): Result<void, SpoolProblem> {
    return this.#append(() => {
      for (let record = from; record < to; record++) {
        this.#choose(sourceId, batch.timeMs[record] as number)
        this.#rows.writeRequest(batch, record)
        this.#count()
      }
    })
  }

  appendStatements(sourceId: SourceId, records: readonly StatementRecord[]): Result<void, SpoolProblem> {
    return this.#append(() => {
      for (const record of records) {
        this.#choose(sourceId, record.timeMs)
        this.#rows.writeStatement(record)
        this.#count()
      }
    })
  }

  /** Appends events; `bytesAt` gives the bytes of a record's line. */
  appendEvents(
    sourceId: SourceId,
    records: readonly EventRecord[],
    bytesAt: (place: Place) => Uint8Array | undefined,
  ): Result<void, SpoolProblem> {
    return this.#append(() => {
      for (const record of records) {
        this.#choose(sourceId, record.timeMs)
        this.#rows.writeEvent(record, bytesAt(record.place))
        this.#count()
      }
    })
  }

  /** Makes all rows so far durable and says how far each spool is. Spools that are old, or whose day is over, are closed
   *  first; all are where `closeAll` is set, as when the desk stops. */
  marks(closeAll = false): Result<readonly SpoolMark[], SpoolProblem> {
    return this.#try(() => {
      const nowMs = this.#nowMs()
      for (const spool of [...this.#open.values()]) if (spool.rows === 0) this.#discard(spool)
      for (const spool of [...this.#open.values()]) if (closeAll || isDue(spool, nowMs)) this.#close(spool)
      for (const spool of [...this.#open.values(), ...this.#closed.values()]) this.#sync(spool)
      if (this.#isNamesDirty) syncFolder(spoolFolder(this.#folder))
      this.#isNamesDirty = false
      return [...this.#closed.values(), ...this.#open.values()].map(
        ({ name, bytes, rows, isClosed, openedAtMs }): SpoolMark => ({ name, bytes, rows, isClosed, openedAtMs }),
      )
    })
  }

  /** Takes note that a closed spool is sealed and gone. */
  sealed(name: string): void {
    const spool = this.#closed.get(name)
    if (spool !== undefined) this.#release(spool)
    this.#closed.delete(name)
  }

  /** Lets go of all files. Rows since the last `marks` may be lost with the power, as after a crash. */
  close(): void {
    this.#forget()
  }

  #append(write: () => void): Result<void, SpoolProblem> {
    if (this.#number === 0) throw new Error('rewind comes before the first append')
    this.#before.clear()
    const done = this.#try(() => {
      write()
      this.#flush()
    })
    if (!done.ok) this.#undo()
    this.#current = undefined
    return done
  }

  /** Turns to the spool for a record of this time. */
  #choose(sourceId: SourceId, timeMs: number): void {
    const current = this.#current
    const sinceMs = timeMs - this.#currentStartMs
    if (current !== undefined && sinceMs >= 0 && sinceMs < dayMs && current.sourceId === sourceId) return
    const nowMs = this.#nowMs()
    const isSensible = timeMs >= firstDayMs && timeMs <= nowMs + limits.archiveFutureMsMax
    const spool =
      (isSensible ? this.#spoolOf(sourceId, dayOf(timeMs), this.#makeRoom()) : undefined) ??
      (this.#spoolOf(sourceId, dayOf(nowMs), true) as Spool)
    if (spool !== current) this.#flush()
    this.#current = spool
    // A record that is filed under another day than its own makes no room for its neighbours.
    this.#currentStartMs = isSensible ? Math.floor(timeMs / dayMs) * dayMs : Number.NaN
  }

  /** Whether one more spool may be opened. Where there are enough, one that was not written to for many rows is closed: an
   *  old log is read day after day. Times that jump about find none such. */
  #makeRoom(): boolean {
    if (this.#open.size < limits.archiveSpoolsOpenMax) return true
    const [oldest] = this.#open.values()
    if (oldest === undefined || this.#rowCount - oldest.lastRow < limits.archiveSpoolIdleRowsMin) return false
    this.#close(oldest)
    return true
  }

  #spoolOf(sourceId: SourceId, day: string, mayOpen: boolean): Spool | undefined {
    const key = keyOf({ sourceId, day })
    const known = this.#open.get(key)
    if (known !== undefined) {
      this.#open.delete(key)
      this.#open.set(key, known)
      return known
    }
    if (!mayOpen) return undefined
    const name = spoolName(this.#number++, day, sourceId)
    const openedAtMs = this.#nowMs()
    const state = { lastRow: this.#rowCount, bytes: 0, rows: 0, isClosed: false, isDirty: true, descriptor: undefined }
    const spool: Spool = { name, day, sourceId, openedAtMs, lastMs: openedAtMs, ...state }
    this.#open.set(key, spool)
    this.#isNamesDirty = true
    return spool
  }

  #count(): void {
    this.#pendingRows++
    const spool = this.#current as Spool
    if (this.#rows.isFull) this.#flush()
    if (spool.rows + this.#pendingRows >= limits.archiveSpoolRowsMax || spool.bytes >= limits.archiveSpoolBytesMax) {
      this.#flush()
      this.#close(spool)
      this.#current = undefined
    }
  }

  /** Hands the rows in the writer to the system. */
  #flush(): void {
    const spool = this.#current
    const rows = this.#rows
    if (spool === undefined || rows.length === 0) return
    if (!this.#before.has(spool)) this.#before.set(spool, { bytes: spool.bytes, rows: spool.rows })
    const descriptor = this.#descriptor(spool)
    for (let at = 0; at < rows.length; ) at += writeSync(descriptor, rows.bytes, at, rows.length - at, spool.bytes + at)
    spool.bytes += rows.length
    spool.rows += this.#pendingRows
    this.#rowCount += this.#pendingRows
    spool.lastRow = this.#rowCount
    spool.lastMs = this.#nowMs()
    spool.isDirty = true
    rows.length = 0
    this.#pendingRows = 0
  }

  /** Cuts off what a failed call wrote, and drops the spools that it began. */
  #undo(): void {
    this.#rows.length = 0
    this.#pendingRows = 0
    for (const spool of [...this.#open.values(), ...this.#closed.values()]) {
      const before = this.#before.get(spool)
      if (before === undefined) continue
      this.#open.delete(keyOf(spool))
      this.#closed.delete(spool.name)
      if (before.rows === 0) this.#discard(spool)
    }
    for (const [spool, { bytes, rows }] of this.#before) {
      if (rows === 0) continue
      Object.assign(spool, { bytes, rows, isClosed: false })
      this.#open.set(keyOf(spool), spool)
      this.#try(() => ftruncateSync(this.#descriptor(spool), bytes))
    }
  }

  /** Removes a spool without rows. */
  #discard(spool: Spool): void {
    this.#open.delete(keyOf(spool))
    this.#try(() => {
      this.#release(spool)
      rmSync(spoolPath(this.#folder, spool.name), { force: true })
    })
  }

  #close(spool: Spool): void {
    spool.isClosed = true
    this.#open.delete(keyOf(spool))
    this.#closed.set(spool.name, spool)
  }

  #descriptor(spool: Spool): number {
    if (spool.descriptor !== undefined) return spool.descriptor
    const held = [...this.#open.values(), ...this.#closed.values()].filter((one) => one.descriptor !== undefined)
    if (held.length >= limits.archiveDescriptorsMax) {
      this.#sync(held[0] as Spool)
      this.#release(held[0] as Spool)
    }
    spool.descriptor = openSync(spoolPath(this.#folder, spool.name), constants.O_RDWR | constants.O_CREAT, 0o600)
    return spool.descriptor
  }

  #sync(spool: Spool): void {
    if (spool.isDirty) fdatasyncSync(this.#descriptor(spool))
    spool.isDirty = false
    if (spool.isClosed) this.#release(spool)
  }

  #release(spool: Spool): void {
    if (spool.descriptor !== undefined) closeSync(spool.descriptor)
    spool.descriptor = undefined
  }

  #forget(): void {
    for (const spool of [...this.#open.values(), ...this.#closed.values()]) this.#release(spool)
    this.#open.clear()
    this.#closed.clear()
    this.#current = undefined
  }

  #try<T>(act: () => T): Result<T, SpoolProblem> {
    try {
      return ok(act())
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT'
      const message = isFull
        ? 'The disk with the archive is full. Make room on it, or keep fewer days in the archive.'
        : `The archive cannot be written (${String(error.code)}). Check the disk and the rights of its folder.`
      return err({ code: isFull ? 'disk-full' : 'write-failed', message })
    }
  }
}

/** Whether a spool should be closed: it is old, or its day is over and no more rows come. */
const isDue = (spool: Spool, nowMs: number): boolean =>
  nowMs - spool.openedAtMs >= limits.archiveSpoolAgeMsMax ||
  (nowMs - spool.lastMs >= limits.archiveSpoolIdleMsMax && spool.day < dayOf(nowMs))
