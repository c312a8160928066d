import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../core/limits.ts'
import { openFollower } from './follower.ts'
import { parsePosition } from './position.ts'
import { Reading, RotatedLog } from './rotation.fixture.ts'

const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${from + index} ${'x'.repeat(40)}\n`).join('')

let log: RotatedLog
let reading: Reading
beforeEach(() => {
  log = new RotatedLog()
})
afterEach(() => {
  reading.close()
  log.remove()
})

describe('a followed log', () => {
  test('is read as it grows, and a line without an end waits for it', async () => {
    reading = new Reading(log, 1_000)
    expect(reading.follower.problem).toContain('There is no file')
    log.append('one\ntw')
    await reading.read()
    expect(reading.got).toBe('one\n')
    expect(reading.follower).toMatchObject({ problem: undefined, backlogBytes: 2 })
    log.append('o\n')
    await reading.read()
    expect(reading.got).toBe('one\ntwo\n')
    expect(reading.follower.position).toMatchObject({ offset: 8, line: 3 })
  })

  test('begins at its end where only what comes from now on is wanted, with its lines still numbered', async () => {
    log.append('one\ntwo\nthr')
    reading = new Reading(log, 1_000, 'end')
    log.append('ee\n')
    await reading.read()
    expect(reading.got).toBe('three\n')
    expect(reading.follower.position.line).toBe(4)
  })

  test('shows a reader that wants more the same lines again, and at once when there is one more', () => {
    reading = new Reading(log, 1_000)
    log.append('a'.repeat(500))
    log.append('\n')
    const { follower } = reading
    follower.poll(Date.now())
    const first = follower.next()
    expect(first?.end).toBe(501)
    follower.consume({ bytes: 0, lines: 0 })
    expect(follower.next()).toBeNull()
    log.append('b\n')
    follower.poll(Date.now())
    const again = follower.next()
    expect((again?.end ?? 0) - (again?.start ?? 0)).toBe(503)
    follower.consume({ bytes: 503, lines: 2 })
    expect(follower.next()).toBeNull()
  })

  test('has a line that is too long as a reject, and goes on behind it', async () => {
    reading = new Reading(log, 1_000)
    log.append(`one\n${'x'.repeat(10_000)}\ntwo\n`)
    await reading.read()
    expect(reading.got).toBe('one\ntwo\n')
    expect(reading.follower.rejects.map(({ reason, place }) => [reason, place.line])).toEqual([['line-too-long', 2]])
  })

  test('begins with a byte order mark where the file does', async () => {
    reading = new Reading(log, 1_000)
    writeFileSync(log.path, '\ufeffone\n')
    await reading.read()
    expect(reading.got).toBe('\u00ef\u00bb\u00bfone\n')
  })

  test('may be gone, a folder, a link or unreadable for a while', async () => {
    reading = new Reading(log, 1_000)
    log.append(lines(1, 3))
    await reading.read()
    log.reopen()
    unlinkSync(log.path)
    await reading.read(1_000)
    expect(reading.follower.problem).toBeUndefined()
    await reading.read(limits.followMissingMs)
    expect(reading.follower.problem).toContain('There is no file')
    mkdirSync(log.path)
    await reading.read(3_000)
    expect(reading.follower.problem).toContain('a folder')
    rmSync(log.path, { recursive: true })
    writeFileSync(join(log.folder, 'target'), lines(4, 2))
    symlinkSync(join(log.folder, 'target'), log.path)
    await reading.read(3_000)
    expect(reading.follower.problem).toBeUndefined()
    expect(reading.got).toBe(lines(1, 5))
    expect(reading.gaps).toEqual([])
  })

  test.skipIf(process.getuid?.() === 0)('that may not be read is read once it may', async () => {
    writeFileSync(log.path, lines(1, 2))
    chmodSync(log.path, 0)
    reading = new Reading(log, 1_000)
    await reading.read()
    expect(reading.follower.problem).toContain('may not be read')
    chmodSync(log.path, 0o600)
    await reading.readAll()
    expect(reading.got).toBe(lines(1, 2))
  })

  test('that is packed or in UTF-16 is a problem that is said', async () => {
    writeFileSync(log.path, gzipSync(lines(1, 2)))
    reading = new Reading(log, 1_000)
    await reading.read()
    expect(reading.follower.problem).toContain('compressed')
    writeFileSync(log.path, Buffer.from('\ufeffone\n', 'utf16le'))
    await reading.read(2_000)
    expect(reading.follower.problem).toContain('UTF-16')
    writeFileSync(log.path, lines(1, 2))
    await reading.read(2_000)
    expect(reading.follower.problem).toBeUndefined()
    expect(reading.got).toBe(lines(1, 2))
  })

  test('that is copied here whole again and again goes on where it was', async () => {
    reading = new Reading(log, 1_000)
    writeFileSync(log.path, lines(1, 10))
    await reading.read()
    writeFileSync(`${log.path}.new`, lines(1, 20))
    renameSync(`${log.path}.new`, log.path)
    await reading.readAll()
    expect(reading.got).toBe(lines(1, 20))
    expect(reading.follower.position.line).toBe(21)
  })
})

describe('a rotated log', () => {
  test('is read on while its writer has not reopened it, then the new one', async () => {
    reading = new Reading(log, 1_000)
    log.append(lines(1, 3))
    await reading.read()
    log.rename(true)
    for (let index = 4; index < 8; index += 1) {
      log.append(lines(index, 1))
      await reading.read(1_500)
    }
    const { generation } = reading.follower
    expect(reading.got).toBe(lines(1, 7))
    log.append('cut off')
    log.reopen()
    log.append(lines(8, 2))
    await reading.read(100)
    expect(reading.got).toBe(lines(1, 7))
    await reading.read(3_000)
    expect(reading.got).toBe(`${lines(1, 7)}cut off${lines(8, 2)}`)
    expect(reading.follower.generation).toBe(generation + 1)
  })

  test('to which lines come long after the new one has begun is a gap', async () => {
    reading = new Reading(log, 1_000)
    log.append(lines(1, 2))
    await reading.read()
    log.rename(false)
    writeFileSync(log.path, lines(3, 1))
    await reading.readAll()
    expect(reading.gaps).toEqual([])
    log.append(lines(9, 1))
    await reading.readAll()
    expect(reading.follower.gap).toMatch(/went on with the old file .* at least 48 bytes were not read/)
    expect(reading.follower.gaps).toBe(1)
    expect(reading.got).toBe(lines(1, 3))
  })

  test('that cannot be found again is a gap that names the bytes known to be missing', async () => {
    reading = new Reading(log, 1_000)
    log.append(lines(1, 3))
    await reading.read()
    log.append(lines(4, 2))
    reading.follower.poll(Date.now())
    reading.restart(() => {
      log.rename(true)
      log.reopen()
      log.append(lines(6, 2))
      log.keep(0)
    })
    await reading.readAll()
    expect(reading.got).toBe(lines(1, 3) + lines(6, 2))
    expect(reading.gaps[0]).toMatch(/neither there nor among its rotated copies: at least 96 bytes are missing\.$/)
    expect(reading.follower.gaps).toBe(1)
  })

  test('that was emptied without a copy is a gap where something was unread', async () => {
    reading = new Reading(log, 1_000)
    log.append(lines(1, 40))
    await reading.read(0, 1)
    truncateSync(log.path, 0)
    await reading.readAll()
    expect(reading.gaps[0]).toMatch(/was emptied before it was read to its end.* at least [\d,]+ bytes are missing\.$/)
    log.append(lines(41, 1))
    await reading.readAll()
    expect(reading.got.endsWith(lines(41, 1))).toBe(true)
  })

  test('of which a packed copy is damaged is a gap', async () => {
    reading = new Reading(log, 1_000)
    log.append(lines(1, 3))
    await reading.read()
    reading.restart(() => {
      log.append(lines(4, 400))
      log.rename(true)
      log.reopen()
      log.pack(0, 'gz')
      const [copy = ''] = log.copies
      writeFileSync(copy, readFileSync(copy).subarray(0, -30))
    })
    await reading.readAll()
    expect(reading.gaps[0]).toContain('cut short')
  })

  test('keeps to the order of dates in names of several kinds', async () => {
    reading = new Reading(log, 1_000)
    writeFileSync(log.path, lines(1, 2))
    await reading.read()
    reading.restart(() => {
      renameSync(log.path, join(log.folder, 'access-2026-11-20.log'))
      writeFileSync(join(log.folder, 'access-2026-11-21.log'), lines(3, 2))
      writeFileSync(join(log.folder, 'access-2026-11-22.log.gz'), gzipSync(lines(5, 2)))
      writeFileSync(join(log.folder, 'access-other.log'), 'another log\n')
      writeFileSync(log.path, lines(7, 2))
    })
    await reading.readAll()
    expect(reading.got).toBe(lines(1, 8))
  })

  test('of 1,000 copies from before is not read', async () => {
    for (let index = 1; index <= 1_000; index += 1) {
      const path = `${log.path}.${index}`
      writeFileSync(path, `old ${index}\n`)
      utimesSync(path, 1_700_000_000 - index, 1_700_000_000 - index)
    }
    writeFileSync(log.path, lines(1, 1))
    reading = new Reading(log, 1_000)
    await reading.read()
    truncateSync(log.path, 0)
    appendFileSync(log.path, lines(2, 1))
    await reading.readAll()
    expect(reading.got).toBe(lines(1, 2))
  })
})

describe('a position', () => {
  test('is plain data that holds nothing of the log, and is read back with care', async () => {
    reading = new Reading(log, 1_000)
    log.append('secret voter\n')
    await reading.read()
    const text = JSON.stringify(reading.follower.position)
    expect(text).not.toContain('secret')
    expect(parsePosition(JSON.parse(text))).toEqual(reading.follower.position)
    for (const none of [undefined, null, 3, {}, { path: 1 }, [], { ...reading.follower.position, offset: -1 }]) {
      expect(parsePosition(none)).toBeUndefined()
    }
  })

  test('that its holder moved forward within what was read finds the place again', async () => {
    reading = new Reading(log, 1_000)
    log.append(lines(1, 10))
    await reading.read()
    const { position } = reading.follower
    log.append(lines(11, 2))
    const offset = lines(1, 11).length
    const follower = openFollower({
      path: log.path,
      from: 'start',
      saved: { ...position, offset, line: 12 },
      nowMs: Date.now(),
    })
    const chunk = follower.next()
    expect(chunk).toMatchObject({ offset, line: 12 })
    expect(Buffer.from(chunk?.bytes.subarray(chunk.start, chunk.end) ?? []).toString()).toBe(lines(12, 1))
    follower.close()
  })
})

const descriptorsIn = (folder: string): number =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return realpathSync(`/proc/self/fd/${name}`).startsWith(folder)
    } catch {
      return false
    }
  }).length

describe.skipIf(process.platform !== 'linux')('descriptors', () => {
  test('are never more than two a log, and none when it is closed', async () => {
    reading = new Reading(log, 200)
    for (let index = 0; index < 12; index += 1) {
      log.append(lines(index * 10, 10))
      if (index % 3 === 0) log.copyTruncate()
      else log.rename(index % 2 === 0)
      log.reopen()
      if (index % 4 === 1) log.pack(1, 'gz')
      await reading.readAll()
      expect(descriptorsIn(log.folder)).toBeLessThanOrEqual(2)
      if (index % 5 === 2) reading.restart()
    }
    reading.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(descriptorsIn(log.folder)).toBe(0)
    expect(reading.got).toBe(log.written)
  })

  test('of a deleted log are let go, so that its space on the disk is free again', async () => {
    reading = new Reading(log, 1_000)
    log.append(lines(1, 3))
    await reading.read()
    log.reopen()
    unlinkSync(log.path)
    await reading.read(3_000)
    const held = readdirSync('/proc/self/fd').filter((name) => {
      try {
        return readFileSync(`/proc/self/fdinfo/${name}`) && realpathSync(`/proc/self/fd/${name}`).includes('deleted')
      } catch {
        return false
      }
    })
    expect(held).toEqual([])
  })
})

describe('a backlog', () => {
  test('of any size is read in the memory of one chunk', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bellwether-follow-'))
    const path = join(folder, 'big.log')
    const line = `${'y'.repeat(999)}\n`
    for (let index = 0; index < 64; index += 1) appendFileSync(path, line.repeat(1_024))
    const follower = openFollower({ path, from: 'start', nowMs: Date.now() })
    const before = process.memoryUsage().arrayBuffers
    let bytes = 0
    for (let chunk = follower.next(); chunk !== null; chunk = follower.next()) {
      bytes += chunk.end - chunk.start
      follower.consume({ bytes: chunk.end - chunk.start, lines: (chunk.end - chunk.start) / 1_000 })
    }
    expect(bytes).toBe(64 * 1_024_000)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20)
    expect(follower.backlogBytes).toBe(0)
    follower.close()
    rmSync(folder, { recursive: true })
    reading = new Reading(log, 1_000)
  })
})
