/** The records of the last 24 hours as tiny bars, with the same in words for those who do not see them. */
import type { ReactNode } from 'react'
import { counted, inDigits } from '../../src/core/counts.ts'

interface HoursProps {
  /** Oldest first. */
  readonly counts: readonly number[]
  readonly title: string
}

const barWidth = 8
const barGap = 2
const height = 32

/** Draws the bars. */
export function Hours({ counts, title }: HoursProps): ReactNode {
  const most = Math.max(1, ...counts)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const width = counts.length * (barWidth + barGap) - barGap
  const words =
    total === 0
      ? `${title}: nothing in the last 24 hours.`
      : `${title}: ${counted(total, 'record')} in the last 24 hours, at most ${inDigits(most)} an hour, ${inDigits(counts.at(-1) ?? 0)} in the last hour.`
  return (
    <svg className="hours" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={words}>
      {counts.map((count, index) => {
        const bar = count === 0 ? 1 : Math.max(2, Math.sqrt(count / most) * height)
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place.
            key={index}
            x={index * (barWidth + barGap)}
            y={height - bar}
            width={barWidth}
            height={bar}
            fill="currentColor"
            opacity={count === 0 ? 0.35 : 1}
          />
        )
      })}
    </svg>
  )
}
