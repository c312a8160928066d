/** Sources with a rhythm for tests: minutes in which something comes, by a seeded generator, with working hours, nights,
 *  weekends, holidays, bots and visits of several pages. */

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How visits come. */
export interface Shape {
  /** Visits an hour in working hours, at other times of a working day, at night, and on free days. */
  readonly day: number
  readonly evening: number
  readonly night: number
  readonly weekend: number
  /** Minutes of a visit in which something is asked for. */
  readonly visitMinutes: number
  /** A monitor or bot that asks every so many minutes; 0 for none. */
  readonly everyMinutes: number
}

/** Typical sources of an office. */
export const shapes: Readonly<Record<string, Shape>> = {
  /** A county whose site has a handful of visits an hour by day and three a night. */
  'quiet county': { day: 6, evening: 2, night: 0.4, weekend: 0.8, visitMinutes: 3, everyMinutes: 0 },
  /** A database that only staff use. */
  'office hours': { day: 40, evening: 0.05, night: 0, weekend: 0, visitMinutes: 2, everyMinutes: 0 },
  'state site': { day: 600, evening: 200, night: 30, weekend: 120, visitMinutes: 3, everyMinutes: 0 },
  monitored: { day: 20, evening: 5, night: 1, weekend: 2, visitMinutes: 3, everyMinutes: 1 },
  'bot every ten minutes': { day: 10, evening: 3, night: 0.5, weekend: 1, visitMinutes: 3, everyMinutes: 10 },
}

export const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** A Monday. */
export const firstMs = Date.UTC(2026, 0, 5)

/** Days from the first one that are holidays: some ten a year, and a week at the year's end. */
const isHoliday = (day: number): boolean => day % 37 === 20 || (day % 365 >= 354 && day % 365 < 361)

/** True for each minute from `firstMs` on in which something comes. */
export function* activeMinutes(shape: Shape, seed: number): Generator<boolean, never> {
  const random = randomOf(seed)
  const poisson = (mean: number): number => {
    if (mean <= 0) return 0
    let count = 0
    for (let left = Math.exp(-mean), product = random(); product > left; product *= random()) count += 1
    return count
  }
  let going = 0
  let dayFactor = 1
  for (let minute = 0; ; minute++) {
    const ofDay = minute % 1440
    const day = Math.floor(minute / 1440)
    // Days differ: by half or twice, as weather and the news have it.
    if (ofDay === 0) dayFactor = 2 ** (random() * 2 - 1)
    const isFree = day % 7 >= 5 || isHoliday(day)
    const hour = ofDay / 60
    let perHour = hour >= 8 && hour < 17 ? shape.day : hour >= 6 && hour < 22 ? shape.evening : shape.night
    if (isFree)
      perHour = hour >= 6 && hour < 22 ? Math.min(perHour, shape.weekend) : Math.min(shape.night, shape.weekend)
    const visits = poisson((perHour * dayFactor) / 60)
    going = Math.max(0, going - going / shape.visitMinutes) + visits
    const isVisited = visits > 0 || (going > 0.2 && random() < 1 - Math.exp(-going))
    yield isVisited || (shape.everyMinutes > 0 && minute % shape.everyMinutes === 0)
  }
}

export const days = (count: number): number => count * dayMs
