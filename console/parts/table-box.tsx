/** A table that is scrolled sideways where the screen is narrow, with the keyboard too (WCAG 2.1.1). */
import type { ReactNode } from 'react'

interface TableBoxProps {
  readonly label: string
  /** More words for the box, such as `panel`, and for the table, such as `mono`. */
  readonly look?: string
  readonly tableLook?: string
  readonly children: ReactNode
}

/** Shows it; its rows are the children. */
export function TableBox({ label, look = 'panel', tableLook = '', children }: TableBoxProps): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={`table-box ${look}`} tabIndex={0} aria-label={label}>
      <table className={`usa-table usa-table--borderless ${tableLook}`}>{children}</table>
    </section>
  )
}
