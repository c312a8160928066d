/** The frame of pages before the sign-in: whose desk it is, one panel, nothing else. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { sessionQuery } from '../../api/queries.ts'
import { Brand } from '../../shell/brand.tsx'
import './sign-in.css'

/** Shows one panel in the middle. */
export function Frame({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  const officeName = useQuery(sessionQuery).data?.officeName ?? ''
  useEffect(() => {
    document.title = `${title} - Bellwether`
  }, [title])
  return (
    <main className="door" id="main">
      <div className="brand">
        <Brand officeName={officeName} />
      </div>
      <div className="panel stack door__panel">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  )
}
