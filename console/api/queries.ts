/** What the pages ask the desk, each as a query that TanStack Query keeps, and the client that keeps them. */

import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query'
import type { BlockListView } from '../../src/desk/api/blocks.ts'
import type { HuntPageView } from '../../src/desk/api/hunt.ts'
import type {
  EvidenceContextView,
  EvidenceListView,
  IncidentListView,
  IncidentView,
} from '../../src/desk/api/incidents.ts'
import type { MailInstructionsView, MailListView, MailView, RegistryView } from '../../src/desk/api/mail.ts'
import type { RuleListView, RuleQuery, RulesPageView, RuleView } from '../../src/desk/api/rules.ts'
import type { AuditListView, SettingsView } from '../../src/desk/api/settings.ts'
import type { SoftwareListView, SoftwarePageView, SoftwareQuery } from '../../src/desk/api/software.ts'
import type { PushTokenView, RejectListView, SuggestionView } from '../../src/desk/api/sources.ts'
import type { SourceView, TodayView } from '../../src/desk/api/today.ts'
import type { FeedView } from '../../src/server/api/lists.ts'
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
  // Nothing is shown without it, so that a desk that is starting again or has much to do is waited for.
  retry: (count, error) => isPassing(error) && count < 60,
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

/** All sources. */
export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) => request<SourceView[]>('GET', '/api/sources', undefined, signal),
  refetchInterval: 30_000,
})

/** Logs that the desk found and does not read yet. */
export const suggestionsQuery = queryOptions({
  queryKey: ['suggestions'],
  queryFn: ({ signal }) => request<SuggestionView[]>('GET', '/api/sources/suggestions', undefined, signal),
})

/** Lines of a source that could not be read. */
export const rejectsQuery = (id: string) =>
  queryOptions({
    queryKey: ['sources', 'rejects', id],
    queryFn: ({ signal }) =>
      request<RejectListView>('GET', `/api/sources/${encodeURIComponent(id)}/rejects`, undefined, signal),
  })

/** Tokens that were given to senders. */
export const pushTokensQuery = queryOptions({
  queryKey: ['push-tokens'],
  queryFn: ({ signal }) => request<PushTokenView[]>('GET', '/api/push-tokens', undefined, signal),
})

/** The block list with its targets and the never-block list. */
export const blocksQuery = queryOptions({
  queryKey: ['blocks'],
  queryFn: ({ signal }) => request<BlockListView>('GET', '/api/blocks', undefined, signal),
})

/** Whether firewalls may fetch the block list. */
export const feedQuery = queryOptions({
  queryKey: ['blocks', 'feed'],
  queryFn: ({ signal }) => request<FeedView>('GET', '/api/feed', undefined, signal),
})

/** What can be hunted through. */
export const huntPageQuery = queryOptions({
  queryKey: ['hunts'],
  queryFn: ({ signal }) => request<HuntPageView>('GET', '/api/hunt', undefined, signal),
})

/** What stands above the list of detection rules; the desk may have to count them first. */
export const rulesPageQuery = queryOptions({
  queryKey: ['rules', 'page'],
  queryFn: ({ signal }) => request<RulesPageView>('GET', '/api/rules/page', undefined, signal),
})

/** A page of rules; the last one stays while the next is fetched. */
export const rulesQuery = (asked: RuleQuery) =>
  queryOptions({
    queryKey: ['rules', 'list', asked],
    queryFn: ({ signal }) => request<RuleListView>('GET', `/api/rules${queryString({ ...asked })}`, undefined, signal),
    placeholderData: keepPreviousData,
  })

/** One rule. */
export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ['rules', 'rule', id],
    queryFn: ({ signal }) => request<RuleView>('GET', `/api/rules/${encodeURIComponent(id)}`, undefined, signal),
  })

/** The software of all machines; the desk says when a comparison is done. */
export const softwareQuery = queryOptions({
  queryKey: ['software'],
  queryFn: ({ signal }) => request<SoftwareListView>('GET', '/api/software', undefined, signal),
})

/** One folder of one machine with a page of its differences; the last one stays while the next is fetched. */
export const softwareFolderQuery = (id: string, asked: SoftwareQuery) =>
  queryOptions({
    queryKey: ['software', id, asked],
    queryFn: ({ signal }) =>
      request<SoftwarePageView>(
        'GET',
        `/api/software/${encodeURIComponent(id)}${queryString({ ...asked })}`,
        undefined,
        signal,
      ),
    placeholderData: keepPreviousData,
  })

/** What the list of mail is asked for; what is empty is left out. */
export interface MailFilter {
  readonly verdict: string
  readonly text: string
  readonly campaign: string
  readonly offset: number
  readonly limit: number
}

/** A page of flagged mail; the last one stays while the next is fetched. */
export const mailsQuery = (filter: MailFilter) =>
  queryOptions({
    queryKey: ['mails', filter],
    queryFn: ({ signal }) => request<MailListView>('GET', `/api/mail${queryString({ ...filter })}`, undefined, signal),
    placeholderData: keepPreviousData,
  })

/** One mail with its proofs. */
export const mailQuery = (id: string) =>
  queryOptions({
    queryKey: ['mail', id],
    queryFn: ({ signal }) => request<MailView>('GET', `/api/mail/${encodeURIComponent(id)}`, undefined, signal),
  })

/** What to hand to whoever runs the mail. */
export const mailInstructionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['mail', id, 'instructions'],
    queryFn: ({ signal }) =>
      request<MailInstructionsView>('GET', `/api/mail/${encodeURIComponent(id)}/instructions`, undefined, signal),
  })

/** Those in whose name nobody else may write. */
export const registryQuery = queryOptions({
  queryKey: ['mail-registry'],
  queryFn: ({ signal }) => request<RegistryView>('GET', '/api/mail-registry', undefined, signal),
})

/** The settings. */
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => request<SettingsView>('GET', '/api/settings', undefined, signal),
})

/** What the audit trail is asked for. */
export interface AuditFilter {
  readonly who?: string
  readonly action?: string
  readonly object?: string
  readonly before?: number
  readonly limit?: number
}
/** A part of the audit trail, newest first. */
export const auditQuery = (filter: AuditFilter) =>
  queryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ signal }) =>
      request<AuditListView>('GET', `/api/audit${queryString({ ...filter })}`, undefined, signal),
    placeholderData: keepPreviousData,
  })
