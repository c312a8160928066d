/** What follows a sign-in: everything is asked anew, and the person goes where they wanted to. */
import { useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from 'react-router'
import { sessionQuery } from '../../api/queries.ts'

const isPath = (value: unknown): value is string => typeof value === 'string' && /^\/(?!\/)/.test(value)

/** Where the person wanted to go. */
export function useDestination(): string {
  const { state } = useLocation() as { state: { from?: unknown } | null }
  return isPath(state?.from) && state.from !== '/sign-in' ? state.from : '/'
}

/** Gives the function that goes in. */
export function useArrive(): () => Promise<void> {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const to = useDestination()
  return async () => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' && queryKey[0] !== 'link' })
    await queries.refetchQueries({ queryKey: sessionQuery.queryKey })
    await navigate(to, { replace: true })
  }
}
