import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type JournalFollower, openJournalFollower } from './journal.ts'
import type { FollowPosition } from './position.ts'

/** A stream as its writer leaves it on the disk, and a reader of it. */
class Stream {
  readonly folder = mkdtempSync(join(tmpdir(), 'bellwether-journal-'))
  written = ''
  got = ''
  #number = 1
  #trimmed = { number: 0, bytes: 0 }
  #nowMs = Date.now()
  follower: JournalFollower

  constructor() {
    this.follower = this.#open(undefined)
  }

  path(number: number): string {
    return join(this.folder, `${String(number).padStart(8, '0')}.log`)
  }

  append(text: string): void {
    appendFileSync(this.path(this.#number), text)
    this.written += text
  }

  nextSegment(): void {
    this.#number += 1
    writeFileSync(this.path(this.#number), '')
  }

  /** A crash tears the last line; the writer cuts it and goes on in a new segment. */
  tear(text: string): void {
    const path = this.path(this.#number)
    appendFileSync(path, text)
    this.read()
    truncateSync(path, statSync(path).size - text.length)
    this.nextSegment()
  }

  /** Deletes what the reader says may be deleted, as the writer does it. */
  trim(): void {
    for (const path of this.follower.forgetBefore(this.follower.position)) {
      if (!existsSync(path)) continue
      this.#trimmed = { number: this.#trimmed.number + 1, bytes: this.#trimmed.bytes + statSync(path).size }
      writeFileSync(join(this.folder, 'trimmed'), `${this.#trimmed.number} ${this.#trimmed.bytes}\n`)
      unlinkSync(path)
    }
  }

  end(): void {
    writeFileSync(join(this.folder, 'end'), '')
  }

  read(chunksMax = Number.POSITIVE_INFINITY): void {
    this.#nowMs = Math.max(this.#nowMs, Date.now()) + 200
    this.follower.poll(this.#nowMs)
    for (let chunks = 0; chunks < chunksMax; chunks += 1) {
      const chunk = this.follower.next()
      if (chunk === null) return
      const text = Buffer.from(chunk.bytes.subarray(chunk.start, chunk.end)).toString('latin1')
      expect(chunk.offset).toBe(this.got.length)
      this.got += text
      this.follower.consume({ bytes: text.length, lines: text.split('\n').length - 1 })
    }
  }

  restart(): void {
    const saved = JSON.parse(JSON.stringify(this.follower.position)) as FollowPosition
    this.follower.close()
    this.follower = this.#open(saved)
  }

  remove(): void {
    this.follower.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #open(saved: FollowPosition | undefined): JournalFollower {
    const bounds = { chunkBytes: 64, lineBytesMax: 512, recordBytesMax: 1024 }
    return openJournalFollower({ folder: this.folder, saved, nowMs: this.#nowMs, bounds })
  }
}

let stream: Stream
beforeEach(() => {
  stream = new Stream()
})
afterEach(() => stream.remove())

describe('a journal stream', () => {
  test('is one text over all its segments, and ends where its marker says', () => {
    stream.append('one\ntwo\n')
    stream.read()
    stream.nextSegment()
    stream.append('three\n')
    stream.read()
    expect(stream.follower).toMatchObject({ ended: false, backlogBytes: 0, problem: undefined, gap: undefined })
    stream.append('four')
    stream.end()
    stream.read()
    expect(stream.got).toBe('one\ntwo\nthree\nfour')
    expect(stream.follower.ended).toBe(true)
  })

  test('says where an offset stands, and what lies behind a position', () => {
    stream.append('one\n')
    stream.nextSegment()
    stream.append('two\n')
    stream.nextSegment()
    stream.append('three\n')
    stream.read()
    const place = stream.follower.segmentAt(5)
    expect(place).toEqual({ path: stream.path(2), number: 2, offset: 1 })
    expect(readFileSync(place?.path ?? '', 'latin1')[place?.offset ?? 0]).toBe('w')
    expect(stream.follower.forgetBefore({ offset: 7 })).toEqual([stream.path(1)])
    expect(stream.follower.forgetBefore({ offset: 8 })).toEqual([stream.path(1), stream.path(2)])
    expect(stream.follower.forgetBefore(stream.follower.position)).toHaveLength(2)
  })

  test('goes on at the same offset after segments were deleted and the desk was started again', () => {
    stream.append('one\n')
    stream.nextSegment()
    stream.append('two\n')
    stream.read()
    stream.trim()
    expect(readdirSync(stream.folder)).not.toContain('00000001.log')
    stream.restart()
    stream.append('three\n')
    stream.read()
    expect(stream.got).toBe(stream.written)
  })

  test('of which something was deleted before it was read is a gap that counts the bytes', () => {
    stream.append('one\n')
    stream.nextSegment()
    stream.append('two\n')
    const before = stream.follower
    stream.read()
    stream.trim()
    before.close()
    const follower = openJournalFollower({ folder: stream.folder, nowMs: Date.now() })
    expect(follower.gap).toContain('4 bytes were deleted before they were read')
    expect(follower.next()).toMatchObject({ offset: 4 })
    follower.close()
  })

  test('whose folder is not there is a problem, and is read once it is', () => {
    const folder = join(stream.folder, 'later')
    const follower = openJournalFollower({ folder, nowMs: 0 })
    expect(follower.problem).toContain('There is no file or folder')
    expect(follower.next()).toBeNull()
    follower.close()
  })

  test('brings every line once and in order, whatever is written, torn, deleted and restarted', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.array(fc.nat(150), { maxLength: 6 }) },
      { weight: 4, arbitrary: fc.constantFrom('read' as const, 'read one' as const) },
      { weight: 3, arbitrary: fc.constantFrom('next' as const, 'tear' as const, 'trim' as const, 'restart' as const) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const own = new Stream()
        let line = 0
        try {
          for (const each of steps) {
            if (typeof each !== 'string') for (const length of each) own.append(`${line++} ${'z'.repeat(length)}\n`)
            else if (each === 'read') own.read()
            else if (each === 'read one') own.read(1)
            else if (each === 'next') own.nextSegment()
            else if (each === 'tear') own.tear('torn li')
            else if (each === 'trim') own.trim()
            else own.restart()
          }
          own.end()
          own.read()
          expect(own.got).toBe(own.written)
          expect(own.follower.ended).toBe(true)
          expect(own.follower.gap).toBeUndefined()
        } finally {
          own.remove()
        }
      }),
      { numRuns: Number(process.env.FOLLOW_RUNS ?? 60), seed: Number(process.env.FOLLOW_SEED ?? 7) },
    )
  }, 120_000)
})
