/** What a person can do with an incident: each sends one request and puts the answer where the page reads it. */
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import type { BlockView } from '../../../src/desk/api/blocks.ts'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { incidentQuery } from '../../api/queries.ts'
import { request } from '../../api/request.ts'

type State = IncidentView['state']

function useChange<T>(id: string, verb: string): UseMutationResult<IncidentView, Error, T> {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: T) => request<IncidentView>('POST', `/api/incidents/${encodeURIComponent(id)}/${verb}`, body),
    onSuccess: async (incident) => {
      queries.setQueryData(incidentQuery(id).queryKey, incident)
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['today'] }),
        queries.invalidateQueries({ queryKey: ['incidents'] }),
      ])
    },
  })
}

/** Acknowledges, contains, closes or opens again. */
export const useDecide = (id: string) => useChange<{ state: State; comment?: string }>(id, 'decide')
/** Marks a step of the advice. */
export const useMarkStep = (id: string) => useChange<{ text: string; done: boolean }>(id, 'steps')
/** Writes a note. */
export const useAddNote = (id: string) => useChange<{ text: string }>(id, 'notes')

/** Blocks an address because of the incident. */
export function useBlock(incidentId: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: { network: string; reason: string; hours: number }) =>
      request<BlockView>('POST', '/api/blocks', { ...body, incidentId }),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['incident', incidentId] }),
        queries.invalidateQueries({ queryKey: ['blocks'] }),
        queries.invalidateQueries({ queryKey: ['today'] }),
      ]),
  })
}

/** Takes a block back. */
export function useLift(incidentId?: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (blockId: string) => request<BlockView>('POST', `/api/blocks/${encodeURIComponent(blockId)}/lift`, {}),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: incidentId === undefined ? ['incident'] : ['incident', incidentId] }),
        queries.invalidateQueries({ queryKey: ['blocks'] }),
      ]),
  })
}
