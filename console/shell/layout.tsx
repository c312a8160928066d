/** What stands around every page: skip link, header with navigation, a line when the desk is away, footer. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { Link, NavLink, Outlet, useLocation } from 'react-router'
import { counted } from '../../src/core/counts.ts'
import type { SessionView } from '../../src/server/api/session.ts'
import { todayQuery } from '../api/queries.ts'
import { useRights } from '../api/rights.ts'
import { Icon } from '../parts/icon.tsx'
import { AccountMenu } from './account-menu.tsx'
import { useAnnounce } from './announcer.tsx'
import { Brand } from './brand.tsx'
import { Demonstration } from './demonstration.tsx'
import { useLiveDesk } from './live-desk.ts'
import { Page } from './page.tsx'

const places = [
  { path: '/', name: 'Today', needs: 'mayRead' },
  { path: '/incidents', name: 'Incidents', needs: 'mayRead' },
  { path: '/mail', name: 'Mail', needs: 'mayDecide' },
  { path: '/sources', name: 'Sources', needs: 'mayRead' },
  { path: '/blocks', name: 'Block list', needs: 'mayRead' },
  { path: '/hunt', name: 'Hunt', needs: 'mayDecide' },
  { path: '/rules', name: 'Detection rules', needs: 'mayRead' },
  { path: '/software', name: 'Software', needs: 'mayRead' },
  { path: '/settings', name: 'Settings', needs: 'mayConfigure' },
  { path: '/audit', name: 'Audit trail', needs: 'mayDecide' },
] as const

const awaySentence = 'The desk does not answer. What you see may be old; we keep trying.'

function Navigation({ isOpen }: { readonly isOpen: boolean }): ReactNode {
  const rights = useRights()
  const openCount = useQuery({ ...todayQuery, enabled: rights.mayRead }).data?.openCount ?? 0
  const shown = places.filter(({ needs }) => rights[needs])
  if (shown.length === 0) return null
  return (
    <nav className={`nav${isOpen ? ' is-open' : ''}`} id="navigation" aria-label="Pages">
      <ul>
        {places
          .filter(({ needs }) => rights[needs])
          .map(({ path, name }) => (
            <li key={path}>
              <NavLink to={path} end={path === '/'}>
                {name}
                {path === '/incidents' && openCount > 0 && (
                  <span className="nav__count">
                    <span aria-hidden="true">{openCount > 99 ? '99+' : openCount}</span>
                    <span className="sr-only">, {counted(openCount, 'open incident')}</span>
                  </span>
                )}
              </NavLink>
            </li>
          ))}
      </ul>
    </nav>
  )
}

/** Testers work in exercises alone: they see no incident and no voter data. */
const NothingToRead = (): ReactNode => (
  <Page title="Nothing to see here">
    <p>
      Your role is Tester. Testers see no incidents, no logs and no voter data, so that a test can never become a leak.
    </p>
  </Page>
)

/** The layout of all pages behind the sign-in. */
export function Layout({ session }: { readonly session: SessionView }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const { pathname } = useLocation()
  const { mayRead, mayDecide } = useRights()
  const connection = useLiveDesk(mayRead)
  const announce = useAnnounce()
  useEffect(() => {
    if (connection === 'away') announce(awaySentence)
  }, [connection, announce])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a navigation closes the menu.
  useEffect(() => setOpen(false), [pathname])
  return (
    <>
      <div>
        <a className="usa-skipnav" href="#main">
          Skip to the page
        </a>
        <header className="head">
          <div className="wide">
            <div className="head__row">
              <Link className="brand" to="/">
                <Brand officeName={session.officeName} />
              </Link>
              <div className="head__tools">
                <AccountMenu session={session} />
                <button
                  type="button"
                  className="tool head__menu"
                  aria-expanded={isOpen}
                  aria-controls="navigation"
                  onClick={() => setOpen(!isOpen)}
                >
                  <Icon name={isOpen ? 'close' : 'menu'} />
                  Menu
                </button>
              </div>
            </div>
            <Navigation isOpen={isOpen} />
          </div>
        </header>
        {session.isDemonstration && <Demonstration />}
        {connection === 'away' && (
          <section className="strip strip--away" aria-label="Connection">
            <div className="wide">
              <p>{awaySentence}</p>
            </div>
          </section>
        )}
      </div>
      <main className="main wide" id="main" tabIndex={-1}>
        {mayRead || pathname === '/account' ? <Outlet /> : <NothingToRead />}
      </main>
      <footer className="foot">
        <div className="wide">
          <span>Bellwether {session.version}. Times are in this computer's time zone; hover shows UTC.</span>
          {mayDecide && <a href="/api/docs">For programmers</a>}
        </div>
      </footer>
    </>
  )
}
