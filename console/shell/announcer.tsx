/** Says things to screen readers without moving the focus: a polite live region that the whole console shares. */
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'

const AnnounceContext = createContext<(text: string) => void>(() => undefined)

/** Gives the function that says something. */
export const useAnnounce = (): ((text: string) => void) => useContext(AnnounceContext)

/** Holds the region. */
export function Announcer({ children }: { readonly children: ReactNode }): ReactNode {
  const [said, setSaid] = useState({ text: '', count: 0 })
  const announce = useCallback((text: string) => setSaid(({ count }) => ({ text, count: count + 1 })), [])
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="sr-only" role="status" aria-live="polite" aria-atomic="true">
        <span key={said.count}>{said.text}</span>
      </div>
    </AnnounceContext>
  )
}
