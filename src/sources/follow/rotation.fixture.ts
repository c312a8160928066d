/** A log with a writer and a rotator for tests: real files in a temporary folder, every byte that was written on record
 *  in the order in which a reader should get it. */
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Follower } from './contract.ts'
import { openFollower } from './follower.ts'
import type { FollowPosition } from './position.ts'

/** How copies are called. */
export type Naming = 'numbered' | 'dated'

/** The log. */
export class RotatedLog {
  readonly folder: string
  readonly path: string
  readonly #naming: Naming
  /** Rotated copies, newest first. */
  #copies: string[] = []
  #rotations = 0
  #writer: number | undefined
  written = ''

  constructor(naming: Naming = 'numbered') {
    this.folder = mkdtempSync(join(tmpdir(), 'bellwether-follow-'))
    this.path = join(this.folder, 'access.log')
    this.#naming = naming
  }

  get copies(): readonly string[] {
    return this.#copies
  }

  append(text: string): void {
    this.#writer ??= openSync(this.path, 'a')
    writeSync(this.#writer, text)
    this.written += text
  }

  /** Renames the log; its writer goes on writing to it until `reopen`. */
  rename(creates: boolean): void {
    if (!existsSync(this.path)) return
    if (statSync(this.path).size === 0) return
    this.#shift()
    renameSync(this.path, this.#newest())
    if (creates) writeFileSync(this.path, '')
  }

  reopen(): void {
    if (this.#writer !== undefined) closeSync(this.#writer)
    this.#writer = undefined
  }

  copyTruncate(): void {
    if (!existsSync(this.path) || statSync(this.path).size === 0) return
    this.#shift()
    copyFileSync(this.path, this.#newest())
    truncateSync(this.path, 0)
  }

  /** Packs all copies but the `spared` newest, as `delaycompress` does with 1. */
  pack(spared: number, how: 'gz' | 'zst'): void {
    for (const [index, copy] of this.#copies.entries()) {
      if (index < spared || /\.(gz|zst)$/.test(copy)) continue
      const text = readFileSync(copy)
      const packed = `${copy}.${how}`
      const { atime, mtime } = statSync(copy)
      writeFileSync(packed, how === 'gz' ? gzipSync(text) : zstdCompressSync(text))
      utimesSync(packed, atime, Math.floor(mtime.getTime() / 1000))
      unlinkSync(copy)
      this.#copies[index] = packed
    }
  }

  /** Deletes the oldest copies. */
  keep(count: number): void {
    for (const copy of this.#copies.splice(count)) unlinkSync(copy)
  }

  remove(): void {
    this.reopen()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #shift(): void {
    this.#rotations += 1
    if (this.#naming === 'dated') {
      const day = new Date(Date.UTC(2026, 0, this.#rotations)).toISOString().slice(0, 10).replaceAll('-', '')
      this.#copies.unshift(`${this.path}-${day}`)
      return
    }
    const before = this.#copies
    for (let index = before.length - 1; index >= 0; index -= 1) {
      const from = before[index] as string
      const to = `${this.path}.${index + 2}${/\.(gz|zst)$/.exec(from)?.[0] ?? ''}`
      renameSync(from, to)
      before[index] = to
    }
    before.unshift(`${this.path}.1`)
  }

  #newest(): string {
    return this.#copies[0] as string
  }
}

/** Reads a log as the desk does, and gathers what it got. */
export class Reading {
  readonly log: RotatedLog
  readonly #chunkBytes: number
  #follower: Follower
  #nowMs = Date.now()
  got = ''
  gaps: string[] = []

  constructor(log: RotatedLog, chunkBytes: number, from: 'start' | 'end' = 'start') {
    this.log = log
    this.#chunkBytes = chunkBytes
    this.#follower = this.#open(undefined, from)
  }

  get follower(): Follower {
    return this.#follower
  }

  #open(saved: FollowPosition | undefined, from: 'start' | 'end'): Follower {
    const bounds = { chunkBytes: this.#chunkBytes, lineBytesMax: 4096, recordBytesMax: 8192 }
    return openFollower({ path: this.log.path, from, saved, nowMs: this.#nowMs, bounds })
  }

  /** Passes time, looks and reads what is there. */
  async read(passMs = 0, chunksMax = Number.POSITIVE_INFINITY): Promise<void> {
    this.#nowMs = Math.max(this.#nowMs, Date.now()) + passMs
    this.#follower.poll(this.#nowMs)
    for (let chunks = 0; chunks < chunksMax; ) {
      const chunk = this.#follower.next()
      if (chunk !== null) {
        this.got += Buffer.from(chunk.bytes.subarray(chunk.start, chunk.end)).toString('latin1')
        const lines =
          Buffer.from(chunk.bytes.subarray(chunk.start, chunk.end)).toString('latin1').split('\n').length - 1
        this.#follower.consume({ bytes: chunk.end - chunk.start, lines })
        chunks += 1
      } else if (this.#follower.pending !== undefined) await this.#follower.pending
      else break
    }
    if (this.#follower.gap !== undefined) this.gaps.push(this.#follower.gap)
  }

  /** Reads on until nothing more can come. */
  async readAll(): Promise<void> {
    let before: string
    let quiet = 0
    do {
      before = this.got
      await this.read(5_000)
      quiet = this.got === before ? quiet + 1 : 0
    } while (quiet < 3)
  }

  /** Stops and starts again with what was saved, `betweenStops` happening in between. */
  restart(betweenStops: () => void = () => undefined): void {
    const saved = JSON.parse(JSON.stringify(this.#follower.position)) as FollowPosition
    this.#follower.close()
    betweenStops()
    this.#follower = this.#open(saved, 'start')
  }

  close(): void {
    this.#follower.close()
  }
}

/** Puts text behind a file in one write. */
export const append = (path: string, text: string): void => appendFileSync(path, text)
