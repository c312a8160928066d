/** The frame of a page: its title in the tab and as the one first heading, which takes the focus after a navigation so
 *  that a screen reader reads the new page. */
import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation, useNavigationType } from 'react-router'
import { visible } from '../parts/strange-text.tsx'

let lastPath: string | undefined

interface PageProps {
  readonly title: string
  /** What the heading shows, where that is more than the title. */
  readonly heading?: ReactNode
  readonly lead?: ReactNode
  readonly tools?: ReactNode
  readonly children: ReactNode
}

/** Frames a page. */
export function Page({ title, heading, lead, tools, children }: PageProps): ReactNode {
  const headingRef = useRef<HTMLHeadingElement>(null)
  const { pathname } = useLocation()
  const navigation = useNavigationType()
  useEffect(() => {
    document.title = `${visible(title).slice(0, 120)} - Bellwether`
  }, [title])
  useEffect(() => {
    // The first page of all leaves the focus where the browser puts it.
    if (lastPath !== undefined && lastPath !== pathname) {
      headingRef.current?.focus({ preventScroll: true })
      if (navigation !== 'POP') scrollTo({ top: 0, behavior: 'instant' })
    }
    lastPath = pathname
  }, [pathname, navigation])
  return (
    <>
      <div className="page-head">
        <div>
          <h1 ref={headingRef} tabIndex={-1}>
            {heading ?? title}
          </h1>
          {lead}
        </div>
        {tools}
      </div>
      {children}
    </>
  )
}
