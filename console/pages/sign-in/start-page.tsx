/** A link that works once. */
import type { ReactNode } from 'react'
/** The page. */
export function StartPage(): ReactNode {
  return null
}
