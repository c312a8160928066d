/** A time as a person says it, with the day in full and UTC on hover and for copying into other logs. */
import type { ReactNode } from 'react'
import { momentOf, utcOf, whenOf } from '../words/times.ts'

interface MomentProps {
  readonly atMs: number
  /** `full` for what is printed or compared. */
  readonly form?: 'short' | 'full'
}

/** Shows a moment. */
export function Moment({ atMs, form = 'short' }: MomentProps): ReactNode {
  const utc = utcOf(atMs)
  return (
    <time dateTime={utc === 'unknown' ? undefined : new Date(atMs).toISOString()} title={utc}>
      {form === 'full' ? momentOf(atMs) : whenOf(atMs, Date.now())}
    </time>
  )
}
