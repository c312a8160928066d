/** What the pages ask the desk, each as a query that TanStack Query keeps, and the client that keeps them. */
import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query'
import type {
  EvidenceContextView,
  EvidenceListView,
  IncidentListView,
  IncidentView,
} from '../../src/desk/api/incidents.ts'
import type { TodayView } from '../../src/desk/api/today.ts'
import { Problem } from './problem.ts'
import { isPassing, queryString, request } from './request.ts'
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

/** What the list of incidents is asked for. */
export interface IncidentFilter {
  readonly state?: string
  readonly level?: string
  readonly kind?: string
  readonly text?: string
  readonly fromMs?: number
  readonly untilMs?: number
  readonly order?: string
  readonly offset?: number
  readonly limit?: number
}

/** A page of incidents; the last one stays while the next is fetched. */
export const incidentsQuery = (filter: IncidentFilter) =>
  queryOptions({
    queryKey: ['incidents', filter],
    queryFn: ({ signal }) =>
      request<IncidentListView>('GET', `/api/incidents${queryString({ ...filter })}`, undefined, signal),
    placeholderData: keepPreviousData,
  })

/** One incident. */
export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident', id],
    queryFn: ({ signal }) =>
      request<IncidentView>('GET', `/api/incidents/${encodeURIComponent(id)}`, undefined, signal),
  })

/** Lines of evidence of a finding. */
export const evidenceQuery = (id: string, findingId: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ['evidence', id, findingId, offset, limit],
    queryFn: ({ signal }) =>
      request<EvidenceListView>(
        'GET',
        `/api/incidents/${encodeURIComponent(id)}/evidence${queryString({ findingId, offset, limit })}`,
        undefined,
        signal,
      ),
    placeholderData: keepPreviousData,
  })

/** A line of evidence where it stands. */
export const evidencePlaceQuery = (findingId: string, ordinal: number) =>
  queryOptions({
    queryKey: ['evidence', 'place', findingId, ordinal],
    queryFn: ({ signal }) =>
      request<EvidenceContextView>(
        'GET',
        `/api/evidence/${encodeURIComponent(findingId)}/${ordinal}`,
        undefined,
        signal,
      ),
  })
