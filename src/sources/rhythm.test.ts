import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { activeMinutes, days, firstMs, minuteMs, randomOf, type Shape, shapes } from './rhythm.fixture.ts'
import { Rhythm, type RhythmFinding } from './rhythm.ts'

const shapeOf = (name: string): Shape => shapes[name] as Shape

/** Lives through minutes of a source; the times at which it was called silent. */
function live(rhythm: Rhythm, minutes: Iterable<boolean>, from: number, count: number): number[] {
  const alarms: number[] = []
  const iterator = minutes[Symbol.iterator]()
  let wasSilent = false
  for (let minute = from; minute < from + count; minute++) {
    const nowMs = firstMs + minute * minuteMs
    if (iterator.next().value === true) rhythm.observe(nowMs, 2, nowMs - 500)
    const isSilent = rhythm.judge(nowMs + 20_000)?.kind === 'silent'
    if (isSilent && !wasSilent) alarms.push(nowMs)
    wasSilent = isSilent
  }
  return alarms
}

/** Minutes until a source that stops is called silent. */
function delayOf(rhythm: Rhythm, from: number, most = 10_000): number {
  const restored = Rhythm.restore(JSON.parse(JSON.stringify(rhythm.save())))
  for (let minute = 0; minute < most; minute++) {
    if (restored.judge(firstMs + (from + minute) * minuteMs)?.kind === 'silent') return minute
  }
  return Number.POSITIVE_INFINITY
}

const always = function* (): Generator<boolean, never> {
  for (;;) yield true
}
const dayMinutes = 1440
/** Wednesday, ten o'clock, in the ninth week. */
const wednesday = (8 * 7 + 2) * dayMinutes + 600

describe('silence', () => {
  test('of a source that is never quiet is said within five minutes', () => {
    const rhythm = new Rhythm()
    expect(live(rhythm, always(), 0, 3 * dayMinutes)).toEqual([])
    expect(delayOf(rhythm, 3 * dayMinutes)).toBeLessThanOrEqual(5)
  })

  test('of a busy site is said within half an hour by day', () => {
    const rhythm = new Rhythm()
    live(rhythm, activeMinutes(shapeOf('state site'), 5), 0, wednesday)
    expect(delayOf(rhythm, wednesday)).toBeLessThanOrEqual(30)
  })

  test('of a county that has three visits a night is no alarm every night', () => {
    const alarms = live(new Rhythm(), activeMinutes(shapeOf('quiet county'), 5), 0, 120 * dayMinutes)
    expect(alarms.length).toBeLessThanOrEqual(1)
  })

  test('of a quiet county for two days is said', () => {
    const rhythm = new Rhythm()
    live(rhythm, activeMinutes(shapeOf('quiet county'), 5), 0, wednesday)
    expect(delayOf(rhythm, wednesday)).toBeLessThanOrEqual(2 * dayMinutes)
  })

  test('is not judged before enough is known', () => {
    const rhythm = new Rhythm()
    live(rhythm, activeMinutes(shapeOf('office hours'), 5), 0, 4 * dayMinutes + 700)
    expect(delayOf(rhythm, 4 * dayMinutes + 700, 3 * dayMinutes)).toBe(Number.POSITIVE_INFINITY)
    expect(new Rhythm().judge(firstMs)).toBeUndefined()
  })

  test('while the desk was off is no silence of the source', () => {
    const rhythm = new Rhythm()
    live(rhythm, always(), 0, 3 * dayMinutes)
    const backMs = firstMs + days(10)
    expect(rhythm.judge(backMs)).toBeUndefined()
    expect(rhythm.judge(backMs + minuteMs)).toBeUndefined()
  })

  test('ends when records come, and says since when it lasted', () => {
    const rhythm = new Rhythm()
    live(rhythm, always(), 0, 3 * dayMinutes)
    const lastMs = firstMs + (3 * dayMinutes - 1) * minuteMs
    let found: RhythmFinding | undefined
    for (let minute = 0; minute < 20; minute++) found = rhythm.judge(lastMs + minute * minuteMs)
    expect(found).toMatchObject({ kind: 'silent', sinceMs: lastMs })
    rhythm.observe(lastMs + 21 * minuteMs, 1, lastMs + 21 * minuteMs)
    expect(rhythm.judge(lastMs + 21 * minuteMs)).toBeUndefined()
  })

  test('makes at most three false alarms in a year on a source of working hours, holidays included', () => {
    const alarms = live(new Rhythm(), activeMinutes(shapeOf('office hours'), 9), 0, 365 * dayMinutes)
    expect(alarms.length).toBeLessThanOrEqual(3)
  }, 120_000)
})

describe('a clock', () => {
  const findingOf = (offsets: Iterable<number>, stepMs = 60_000): RhythmFinding | undefined => {
    const rhythm = new Rhythm()
    let nowMs = firstMs
    let found: RhythmFinding | undefined
    for (const offset of offsets) {
      nowMs += stepMs
      rhythm.observe(nowMs, 1, nowMs + offset)
      found = rhythm.judge(nowMs)
    }
    return found
  }
  const random = randomOf(3)
  const times = (count: number, offset: (index: number) => number): number[] =>
    Array.from({ length: count }, (_, index) => offset(index))

  test('that is ahead is said after some minutes', () => {
    expect(findingOf(times(10, () => 5 * minuteMs))).toMatchObject({
      kind: 'clock',
      offsetMs: 5 * minuteMs,
      zoneMinutes: undefined,
    })
    expect(findingOf(times(10, () => 120 * minuteMs - 700))).toMatchObject({ kind: 'clock', zoneMinutes: 120 })
    expect(findingOf(times(3, () => 5 * minuteMs))).toBeUndefined()
  })

  test('that is behind by a time zone is said, though lines come late by some seconds', () => {
    const found = findingOf(times(60, () => -300 * minuteMs - random() * 8_000))
    expect(found).toMatchObject({ kind: 'clock', zoneMinutes: -300 })
    expect(findingOf(times(60, () => -345 * minuteMs))).toMatchObject({ zoneMinutes: -345 })
  })

  test('that is slow by some minutes is said', () => {
    expect(findingOf(times(90, () => -7 * minuteMs - random() * 5_000))).toMatchObject({
      kind: 'clock',
      zoneMinutes: undefined,
    })
  })

  test('is not off because one line has a strange time', () => {
    expect(findingOf(times(60, (index) => (index % 20 === 7 ? days(400) : -900)))).toBeUndefined()
  })

  test('is not off while a backlog or an old file is read', () => {
    expect(findingOf(times(60, (index) => -days(3) + index * 40 * minuteMs))).toBeUndefined()
    expect(
      findingOf(
        times(60, (index) => -days(300) + index * 3_600_000),
        30_000,
      ),
    ).toBeUndefined()
  })

  test('is not off where lines are delivered in batches', () => {
    expect(
      findingOf(
        times(100, () => -random() * 15 * minuteMs),
        5 * minuteMs,
      ),
    ).toBeUndefined()
    expect(
      findingOf(
        times(100, () => -60_000 - random() * 90_000),
        5 * minuteMs,
      ),
    ).toBeUndefined()
  })
})

describe('a rhythm', () => {
  test('goes on after it was saved, and begins anew from what is none', () => {
    const rhythm = new Rhythm()
    live(rhythm, always(), 0, 3 * dayMinutes)
    expect(Rhythm.restore(rhythm.save()).save()).toEqual(rhythm.save())
    expect(JSON.stringify(rhythm.save()).length).toBeLessThan(20_000)
    for (const none of [
      undefined,
      null,
      7,
      'x',
      {},
      { version: 1 },
      { version: 1, profile: 3, pauses: { longest: 4 } },
    ]) {
      expect(Rhythm.restore(none).judge(firstMs)).toBeUndefined()
    }
  })
})

const corpora = process.env.BELLWETHER_CORPORA ?? '../shared/corpora'
const recording = join(corpora, 'registration-site/dev/timelines/quiet-three-weeks/access.log.gz')

/** Minutes of a recording in which something came, of all visitors or of one in `share`. */
function recordedMinutes(share: number): { minutes: boolean[]; weeks: number } {
  const months = 'JanFebMarAprMayJunJulAugSepOctNovDec'
  const found = new Set<number>()
  for (const line of gunzipSync(readFileSync(recording)).toString('latin1').split('\n')) {
    const part = /^(\S+) .*?\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d)/.exec(line)
    if (part === null) continue
    const [, client = '', day, month = '', year, hour, minute] = part
    let hash = 0
    for (const character of client) hash = (hash * 31 + character.charCodeAt(0)) % 1_000_003
    if (hash % share !== 0) continue
    found.add(Date.UTC(Number(year), months.indexOf(month) / 3, Number(day), Number(hour), Number(minute)) / minuteMs)
  }
  const first = Math.min(...found)
  const minutes = Array.from({ length: Math.max(...found) - first + 1 }, (_, index) => found.has(first + index))
  return { minutes, weeks: minutes.length / (7 * dayMinutes) }
}

describe.skipIf(!existsSync(recording))('three recorded weeks of a registration site', () => {
  test('bring no alarm, whole or thinned out to some visitors', () => {
    for (const share of [1, 200]) {
      const { minutes } = recordedMinutes(share)
      expect(live(new Rhythm(), minutes, 0, minutes.length), `one visitor in ${share}`).toEqual([])
    }
  }, 120_000)

  test('let a stop at their end be noticed', () => {
    const { minutes } = recordedMinutes(1)
    const rhythm = new Rhythm()
    live(rhythm, minutes, 0, minutes.length)
    expect(delayOf(rhythm, minutes.length)).toBeLessThanOrEqual(60)
  }, 120_000)
})
