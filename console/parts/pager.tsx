/** The way through a long list, a page at a time. */
import type { ReactNode } from 'react'
import { inDigits } from '../../src/core/counts.ts'

interface PagerProps {
  readonly offset: number
  readonly limit: number
  readonly total: number
  /** `incidents`, `lines`. */
  readonly things: string
  readonly onOffset: (offset: number) => void
  /** The id of the heading of a long list, to which a turned page leads back; `main` is the whole page. */
  readonly top?: string
}

/** Shows which part of the list is seen, and the buttons to the parts beside it. */
export function Pager({ offset, limit, total, things, onOffset, top }: PagerProps): ReactNode {
  if (total === 0) return null
  const turn = (next: number): void => {
    onOffset(next)
    if (top === undefined) return
    document.getElementById('main')?.focus({ preventScroll: true })
    if (top === 'main') scrollTo({ top: 0 })
    else document.getElementById(top)?.scrollIntoView()
  }
  const last = Math.min(total, offset + limit)
  return (
    <fieldset className="pager no-print" aria-label={`Pages of ${things}`}>
      <p className="small muted" aria-live="polite">
        {inDigits(offset + 1)} to {inDigits(last)} of {inDigits(total)} {things}
      </p>
      {total > limit && (
        <div className="actions">
          <button
            type="button"
            className="usa-button usa-button--outline usa-button--small"
            disabled={offset === 0}
            onClick={() => turn(Math.max(0, offset - limit))}
          >
            Previous
          </button>
          <button
            type="button"
            className="usa-button usa-button--outline usa-button--small"
            disabled={last >= total}
            onClick={() => turn(offset + limit)}
          >
            Next
          </button>
        </div>
      )}
    </fieldset>
  )
}
