/** A path that leads nowhere. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Page } from '../shell/page.tsx'

/** The page. */
export function MissingPage(): ReactNode {
  return (
    <Page title="There is no such page">
      <p>
        The address may be incomplete. Go to <Link to="/">Today</Link>.
      </p>
    </Page>
  )
}
