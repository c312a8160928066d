/** What the pages ask the desk, each as a query that TanStack Query keeps, and the client that keeps them. */
import { QueryClient, queryOptions } from '@tanstack/react-query'
import type { TodayView } from '../../src/desk/api/today.ts'
import { Problem } from './problem.ts'
import { isPassing, request } from './request.ts'
import { readSession } from './session.ts'

/** Answers are fresh until the desk says otherwise (`events.ts`); asked again now and then in case an event was lost. */
const freshMs = 20_000

/** A client that asks again where trying again may help. */
export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: freshMs,
        retry: (count, error) => isPassing(error) && count < 2,
        retryDelay: (count) => 500 * 2 ** count,
        refetchOnWindowFocus: true,
        throwOnError: false,
      },
      mutations: { retry: false },
    },
  })

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: readSession,
  staleTime: Number.POSITIVE_INFINITY,
  retry: (count, error) => error instanceof Problem && error.code === 'away' && count < 60,
  retryDelay: 1_000,
})

export const todayQuery = queryOptions({
  queryKey: ['today'],
  queryFn: ({ signal }) => request<TodayView>('GET', '/api/today', undefined, signal),
  refetchInterval: 60_000,
})
