import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import { Journal, type JournalOptions } from './journal.ts'
import { type JournalDisk, systemDisk } from './journal-disk.ts'
import { streamFolderName, streamOfFolder } from './journal-names.ts'

/** The machine may be busy with other things. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 })

const source = 'syslog' as SourceId
const folders: string[] = []
const journals: Journal[] = []

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-journal-'))
  folders.push(folder)
  return folder
}

async function openJournal(folder: string, options: JournalOptions = {}): Promise<Journal> {
  const opened = await Journal.open(folder, options)
  if (!opened.ok) throw new Error(opened.error.message)
  journals.push(opened.value)
  return opened.value
}

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const line = (text: string): Uint8Array => Buffer.from(`${text}\n`)
/** All of a stream's segments, one after the other. */
function textOf(folder: string, stream: string): string {
  const path = join(folder, source, stream)
  const names = readdirSync(path).filter((name) => name.endsWith('.log'))
  return names.map((name) => readFileSync(join(path, name), 'latin1')).join('')
}

/** The machine's disk, with faults that a test switches on. */
function faultyDisk(): JournalDisk & { roomBytes: number; syncs: number; free: number } {
  const disk = {
    ...systemDisk,
    roomBytes: Number.POSITIVE_INFINITY,
    syncs: 0,
    free: 2 ** 40,
    write(descriptor: number, pieces: readonly Uint8Array[]): Promise<number> {
      const bytes = Buffer.concat(pieces)
      if (disk.roomBytes === 0) return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
      const part = bytes.subarray(0, Math.min(bytes.length, disk.roomBytes))
      disk.roomBytes -= part.length
      return systemDisk.write(descriptor, [part])
    },
    async sync(descriptor: number): Promise<void> {
      disk.syncs++
      await systemDisk.sync(descriptor)
    },
    freeBytes: () => Promise.resolve(disk.free),
  }
  return disk
}

describe('the journal', () => {
  test('keeps lines in the order in which they came, in segments that only their owner can read', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { segmentBytesMax: 1_000 })
    const expected: string[] = []
    for (let number = 0; number < 300; number++) {
      expected.push(`line ${number}\n`)
      const appended = journal.append(source, 'Web1/nginx', line(`line ${number}`), number % 100 === 0)
      if (number % 7 === 0) await appended
    }
    await journal.close()
    expect(textOf(folder, 'web1+nginx')).toBe(expected.join(''))
    const names = readdirSync(join(folder, source, 'web1+nginx'))
    expect(names.length).toBeGreaterThan(1)
    expect(names[0]).toBe('00000001.log')
    expect(statSync(join(folder, source, 'web1+nginx')).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, source, 'web1+nginx', '00000001.log')).mode & 0o777).toBe(0o600)
  })

  test('makes appends of one moment last with one call to the disk', async () => {
    const disk = faultyDisk()
    const journal = await openJournal(newFolder(), { disk })
    await Promise.all(Array.from({ length: 200 }, (_, number) => journal.append(source, 'a', line(`${number}`), true)))
    expect(disk.syncs).toBeLessThanOrEqual(2)
  })

  test('goes on in a new segment after a restart, and cuts a torn last line', async () => {
    const folder = newFolder()
    const first = await openJournal(folder)
    await first.append(source, 'a', line('one'), true)
    await first.close()
    appendFileSync(join(folder, source, 'a', '00000001.log'), 'tor')
    const second = await openJournal(folder)
    expect(second.bytesCut).toBe(3)
    expect(second.unreadBytes).toBe(4)
    await second.append(source, 'a', line('two'), true)
    expect(textOf(folder, 'a')).toBe('one\ntwo\n')
    expect(readdirSync(join(folder, source, 'a'))).toEqual(['00000001.log', '00000002.log'])
  })

  test('deletes what was read and never gives a segment number twice', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { segmentBytesMax: 9, readBytesKept: 0 })
    for (let number = 0; number < 6; number++) await journal.append(source, 'a', line(`number ${number}`), true)
    journal.acknowledge(source, 'a', 4, 3)
    expect(journal.unreadBytes).toBe(9 * 3 - 3)
    await eventually(() => readdirSync(join(folder, source, 'a')).sort()).toEqual([
      '00000004.log',
      '00000005.log',
      '00000006.log',
      'trimmed',
    ])
    expect(journal.bytesWritten(source, 'a')).toBe(54)
    await journal.close()
    const again = await openJournal(folder)
    expect(again.bytesWritten(source, 'a')).toBe(54)
    expect(again.streams()[0]).toMatchObject({ bytesTrimmed: 27, isEnded: false, stream: 'a' })
    await again.append(source, 'a', line('later'), true)
    expect(existsSync(join(folder, source, 'a', '00000007.log'))).toBe(true)
  })

  test('keeps a little of what was read, for what is decided in hindsight', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { segmentBytesMax: 9, readBytesKept: 18 })
    for (let number = 0; number < 6; number++) await journal.append(source, 'a', line(`number ${number}`), true)
    journal.acknowledge(source, 'a', 6, 3)
    await eventually(() => existsSync(join(folder, source, 'a', '00000003.log'))).toBe(false)
    expect(existsSync(join(folder, source, 'a', '00000004.log'))).toBe(true)
  })

  test('leaves a large segment that was read to its end, so that it can be deleted', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { readBytesKept: 0 })
    const bytes = Buffer.alloc(1_100_000, 'x\n')
    await journal.append(source, 'a', bytes, false)
    journal.acknowledge(source, 'a', 1, bytes.length)
    await eventually(() => existsSync(join(folder, source, 'a', '00000002.log'))).toBe(true)
    journal.acknowledge(source, 'a', 2, 0)
    await eventually(() => existsSync(join(folder, source, 'a', '00000001.log'))).toBe(false)
  })

  test('asks listeners to wait while too much is unread, until enough of it is read', async () => {
    const journal = await openJournal(newFolder(), { unreadBytesMax: 100, unreadBytesLow: 50 })
    await journal.append(source, 'a', Buffer.alloc(120, 'x\n'), false)
    expect(journal.isFull).toBe(true)
    expect(journal.problem?.message).toContain('wait to be read')
    let isReady = false
    const ready = journal.whenReady().then(() => {
      isReady = true
    })
    journal.acknowledge(source, 'a', 1, 60)
    await wait(5)
    expect(isReady).toBe(false)
    journal.acknowledge(source, 'a', 1, 100)
    await ready
    expect(journal.isFull).toBe(false)
  })

  test('loses nothing when the disk is full for a while, and refuses whoever waits for an answer', async () => {
    const folder = newFolder()
    const disk = faultyDisk()
    const journal = await openJournal(folder, { disk, retryMs: 20 })
    disk.roomBytes = 6
    const first = journal.append(source, 'a', line('0123'), false)
    const second = journal.append(source, 'a', line('4567'), false)
    const answered = journal.append(source, 'a', line('answered'), true)
    await expect(answered).rejects.toThrow('the disk is full')
    expect(journal.isFull).toBe(true)
    expect(journal.problem).toMatchObject({ code: 'disk-full' })
    expect(journal.problem?.message).toContain('Make room')
    disk.roomBytes = Number.POSITIVE_INFINITY
    await Promise.all([first, second, journal.whenReady()])
    expect(textOf(folder, 'a')).toBe('0123\n4567\n')
    expect(journal.problem).toBeUndefined()
  })

  test('stops listeners before the disk is full', async () => {
    const disk = faultyDisk()
    disk.free = 1_000
    const journal = await openJournal(newFolder(), { disk })
    expect(journal.isFull).toBe(true)
    expect(journal.problem?.code).toBe('disk-full')
  })

  test('closes though the disk takes nothing', async () => {
    const disk = faultyDisk()
    const journal = await openJournal(newFolder(), { disk, retryMs: 60_000 })
    disk.roomBytes = 0
    const lost = expect(journal.append(source, 'a', line('x'), false)).rejects.toThrow('full')
    await wait(20)
    await journal.close()
    await lost
  })

  test('puts what comes for too many streams into one, and counts its lines', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { streamsMax: 3 })
    for (let number = 0; number < 6; number++) await journal.append(source, `host${number}/x`, line('a\nb'), true)
    expect(readdirSync(join(folder, source)).sort()).toEqual(['host0+x', 'host1+x', 'host2+x', 'other'])
    expect(journal.loss(source)).toEqual({ lost: 0, overflowed: 6 })
    expect(journal.hasRoomFor(source, 'host9/x')).toBe(false)
  })

  test('marks the end of a stream and takes no more for it', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder)
    await Promise.all([journal.append(source, 'a', line('x'), false), journal.end(source, 'a')])
    expect(existsSync(join(folder, source, 'a', 'end'))).toBe(true)
    expect(textOf(folder, 'a')).toBe('x\n')
    await expect(journal.append(source, 'a', line('y'), false)).rejects.toThrow('after its end')
    await journal.close()
    const again = await openJournal(folder)
    expect(again.streams()[0]?.isEnded).toBe(true)
    await again.remove(source, 'a')
    expect(existsSync(join(folder, source, 'a'))).toBe(false)
    expect(again.unreadBytes).toBe(0)
  })

  test('is not held up by what nobody adds to any more, and lets patient ones wait for room', async () => {
    const folder = newFolder()
    const options = { unreadBytesMax: 100, unreadBytesLow: 50, streamsMax: 2 }
    const journal = await openJournal(folder, options)
    await journal.append(source, 'a', Buffer.alloc(120, 'x\n'), false)
    expect(journal.isFull).toBe(true)
    let isDue = false
    const due = journal.whenUnreadBelow(30).then(() => {
      isDue = true
    })
    journal.acknowledge(source, 'a', 1, 80)
    await journal.append(source, 'b', line('x'), false)
    expect([journal.isFull, isDue]).toEqual([false, false])
    await journal.end(source, 'a')
    await due
    expect(journal.unreadBytes).toBe(2)
    expect(journal.hasRoomFor(source, 'c')).toBe(true)
    journal.acknowledge(source, 'a', 1, 120)
    expect(journal.unreadBytes).toBe(2)
    await journal.close()
    expect((await openJournal(folder, options)).unreadBytes).toBe(2)
  })

  test('says in one sentence that its folder cannot be used', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    const opened = await Journal.open(join(folder, 'file', 'journal'))
    expect(opened.ok).toBe(false)
    expect(!opened.ok && opened.error.message).toContain('Check that this user may write there')
  })
})

describe('a stream folder', () => {
  const hostile = [
    '../../etc/passwd',
    '..',
    '.',
    '',
    '/',
    'a\0b',
    'CON',
    'nul.txt',
    'com1/x',
    'x'.repeat(300),
    'ä\u202e',
    '\ud800',
  ]
  hostile.push(' ', 'a.', 'a/', 'a\\b', 'a:b', '~', '%', '+', `${'x'.repeat(400)}y`, '../'.repeat(100), 'é'.repeat(50))

  test('stays one plain folder below its source, whatever a sender calls itself', () => {
    const made = hostile.map(streamFolderName)
    for (const name of made) {
      expect(name).toMatch(/^[a-z0-9_%+-][a-z0-9._%+~-]*$/)
      expect(name.length).toBeLessThanOrEqual(120)
      expect(basename(join('/data', name))).toBe(name)
      expect(name).not.toMatch(/^(?:con|nul|com1)(?:\.|$)|\.$/)
    }
    expect(new Set(made).size).toBe(hostile.length)
  })

  test('is the same for names that differ in capitals, and can be read back', () => {
    expect(streamFolderName('WEB1/Nginx')).toBe(streamFolderName('web1/nginx'))
    expect(streamOfFolder(streamFolderName('web1/sshd session'))).toBe('web1/sshd session')
    expect(streamOfFolder(streamFolderName('straße/ä+b'))).toBe('straße/ä+b')
  })
})

describe('a killed desk', () => {
  test('finds every acknowledged line again, whole and once', async () => {
    const folder = newFolder()
    const script = join(import.meta.dirname, 'journal-writer.fixture.ts')
    const acknowledged = new Set<number>()
    let next = 0
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [script, folder, String(next)], { stdio: ['ignore', 'pipe', 'inherit'] })
      let printed = ''
      child.stdout.on('data', (piece: Buffer) => {
        printed += piece.toString('latin1')
      })
      await eventually(() => printed.length).toBeGreaterThan(500)
      await wait(20 + ((round * 37) % 90))
      child.kill('SIGKILL')
      await new Promise((resolve) => child.on('close', resolve))
      for (const text of printed.split('\n').slice(0, -1)) acknowledged.add(Number(text))
      next = Math.max(...acknowledged) + 1_000
    }
    const journal = await openJournal(folder)
    const found = new Map<number, number>()
    for (const { folder: path, segments } of journal.streams()) {
      for (const { number } of segments) {
        const text = readFileSync(join(path, `${String(number).padStart(8, '0')}.log`), 'latin1')
        for (const one of text.split('\n').slice(0, -1)) {
          const match = /^(\d+) (x*)$/.exec(one)
          expect(match?.[2]?.length).toBe(Number(match?.[1]) % 300)
          found.set(Number(match?.[1]), (found.get(Number(match?.[1])) ?? 0) + 1)
        }
      }
    }
    expect([...acknowledged].filter((number) => found.get(number) !== 1)).toEqual([])
    expect([...found.values()].every((count) => count === 1)).toBe(true)
    expect(acknowledged.size).toBeGreaterThan(100)
  }, 60_000)
})
