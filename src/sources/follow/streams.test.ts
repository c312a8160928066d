import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../core/limits.ts'
import type { Follower } from './contract.ts'
import { isRotatedName, readRotatedName, sortByAge } from './rotated-names.ts'
import { type FollowedStream, FollowSet } from './streams.ts'

let folder: string
let set: FollowSet | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-streams-'))
})
afterEach(() => {
  set?.close()
  rmSync(folder, { recursive: true, force: true })
})

const put = (name: string, text = 'one\n'): void => writeFileSync(join(folder, name), text)
const open = (paths: string[], from: 'start' | 'end' = 'start'): FollowSet => {
  set = new FollowSet({ paths: paths.map((path) => join(folder, path)), from, savedOf: () => undefined })
  return set
}
const namesOf = (streams: readonly FollowedStream[]): string[] =>
  streams.map(({ path }) => path.slice(folder.length + 1)).sort()
const textOf = (follower: Follower, nowMs = Date.now()): string => {
  follower.poll(nowMs)
  let text = ''
  for (let chunk = follower.next(); chunk !== null; chunk = follower.next()) {
    text += Buffer.from(chunk.bytes.subarray(chunk.start, chunk.end)).toString()
    follower.consume({ bytes: chunk.end - chunk.start, lines: 1 })
  }
  return text
}

describe('a pattern', () => {
  test('gives a stream for each live file and none for its rotated copies', () => {
    for (const name of ['a.log', 'b.log', 'b-20261122.log', 'b.log-20261121', 'b.log.1', '.hidden.log']) put(name)
    writeFileSync(join(folder, 'b.log.2.gz'), gzipSync('x'))
    expect(namesOf(open(['*.log*']).poll(0).opened)).toEqual(['a.log', 'b.log'])
  })

  test('of live files that have dates in their names gives a stream for each', () => {
    for (const name of ['u_ex261121.log', 'u_ex261122.log', 'postgresql-2026-11-22_000000.log']) put(name)
    expect(namesOf(open(['*.log']).poll(0).opened)).toHaveLength(3)
  })

  test('gains files, which are read from their start, and loses those that are gone for long', () => {
    put('a.log', 'before\n')
    const streams = open(['*.log'], 'end')
    const [first] = streams.poll(0).opened
    expect(textOf(first?.follower as Follower)).toBe('')
    put('b.log', 'after\n')
    const [second] = streams.poll(1_000).opened
    expect(textOf(second?.follower as Follower)).toBe('after\n')
    unlinkSync(join(folder, 'a.log'))
    textOf(first?.follower as Follower, Date.now() + 5_000)
    expect(streams.poll(2_000)).toEqual({ opened: [], closed: [] })
    expect(namesOf(streams.poll(2_000 + limits.followGoneMs).closed)).toEqual(['a.log'])
  })

  test('keeps one stream while its log is rotated', () => {
    put('a.log', 'one\n')
    const streams = open(['*.log'])
    streams.poll(0)
    renameSync(join(folder, 'a.log'), join(folder, 'a-20261122.log'))
    expect(streams.poll(1_000)).toEqual({ opened: [], closed: [] })
    put('a.log', 'two\n')
    expect(streams.poll(2_000)).toEqual({ opened: [], closed: [] })
  })

  test('that fits nothing is said, and so is a named file that is not there', () => {
    const streams = open(['*.log', 'named.txt'])
    const { opened } = streams.poll(0)
    expect(streams.problem).toContain('No log file fits')
    expect(namesOf(opened)).toEqual(['named.txt'])
    expect(opened[0]?.follower.problem).toContain('There is no file')
  })

  test('reads a file once that has two names', () => {
    put('a.log')
    symlinkSync(join(folder, 'a.log'), join(folder, 'current.log'))
    expect(open(['*.log']).poll(0).opened).toHaveLength(1)
  })
})

describe('the name of a rotated copy', () => {
  test('is known however logs are rotated', () => {
    const copies = [
      ...['access.log.1', 'access.log.12.gz', 'access.log-20261122', 'access.log-20261122.zst', 'access-20261122.log'],
      ...['access.1.log', 'access.log.2026-11-22', 'access.log.old', 'access.log.gz', 'access.log-20261122-1.gz'],
      ...['access.log.2026-11-22-03_00_00', 'access.log-1795374365', 'access.log.20261122T030000'],
    ]
    for (const name of copies) expect(readRotatedName(name, 'access.log'), name).toBeDefined()
    for (const name of [
      'access.log',
      'access.logs',
      'error.log.1',
      'access.log.swp',
      'access-api.log',
      'x-access.log.1',
    ]) {
      expect(readRotatedName(name, 'access.log'), name).toBeUndefined()
    }
  })

  test('says its age', () => {
    const sorted = (names: string[], times: number[] = []): string[] =>
      sortByAge(
        names.flatMap((name, index) => {
          const rotated = readRotatedName(name, 'a.log')
          return rotated === undefined ? [] : [{ rotated, modifiedMs: times[index] ?? 0 }]
        }),
      ).map(({ rotated }) => rotated.name)
    expect(sorted(['a.log.1', 'a.log.10.gz', 'a.log.2.gz'])).toEqual(['a.log.10.gz', 'a.log.2.gz', 'a.log.1'])
    const dated = ['a.log-20261122.gz', 'a.log-20261121', 'a.log-20261122-2', 'a.log-20261122-10']
    expect(sorted(dated)).toEqual(['a.log-20261121', 'a.log-20261122.gz', 'a.log-20261122-2', 'a.log-20261122-10'])
    expect(sorted(['a.log.1', 'a.log-20261122'], [5, 3])).toEqual(['a.log-20261122', 'a.log.1'])
  })

  test('is left out of patterns only where no live file is called so', () => {
    for (const name of ['a.log.1', 'a.gz', 'a.log-20261122', 'a.log.2026-11-22', 'a.log.old']) {
      expect(isRotatedName(name), name).toBe(true)
    }
    for (const name of ['a.log', 'u_ex261122.log', 'postgresql-2026-11-22.log', 'v1.2.log', 'site-1.log']) {
      expect(isRotatedName(name), name).toBe(false)
    }
  })
})
