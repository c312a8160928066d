/** The bars of the timeline: one for each day, days without a line included, or for several days where there are many. */

/** One bar. */
export interface Bar {
  readonly fromMs: number
  /** Days that it stands for. */
  readonly days: number
  readonly hitCount: number
}

const dayMs = 86_400_000
/** More bars than this cannot be told apart on a phone. */
const barsMost = 60

/** Makes the bars of the days that have log lines. */
export function barsOf(days: ReadonlyArray<{ readonly dayMs: number; readonly hitCount: number }>): Bar[] {
  if (days.length === 0) return []
  const numbers = days.map((day) => Math.floor(day.dayMs / dayMs))
  const first = numbers.reduce((a, b) => Math.min(a, b))
  const last = numbers.reduce((a, b) => Math.max(a, b))
  const width = Math.max(1, Math.ceil((last - first + 1) / barsMost))
  const bars = Array.from({ length: Math.ceil((last - first + 1) / width) }, (_, index) => ({
    fromMs: (first + index * width) * dayMs,
    days: width,
    hitCount: 0,
  }))
  for (const [index, day] of days.entries()) {
    const bar = bars[Math.floor(((numbers[index] ?? first) - first) / width)]
    if (bar !== undefined) bar.hitCount += day.hitCount
  }
  return bars
}
