/** What stands in the place of a list where nothing fits its filters. */
import type { ReactNode } from 'react'

interface NothingFitsProps {
  /** `incident`, `mail`. */
  readonly thing: string
  readonly heading?: 'h2' | 'h3'
  readonly onClear: () => void
  /** What to do. */
  readonly children: ReactNode
}

/** Shows it, with the way out. */
export function NothingFits({ thing, heading: Heading = 'h2', onClear, children }: NothingFitsProps): ReactNode {
  return (
    <div className="empty">
      <Heading>No {thing} fits these filters</Heading>
      <p>{children}</p>
      <button type="button" className="usa-button usa-button--outline" onClick={onClear}>
        Clear the filters
      </button>
    </div>
  )
}
