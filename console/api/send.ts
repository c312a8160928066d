/** Changes that a page sends: one request, then what it concerns is asked anew. */
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from './request.ts'

interface Change<V> {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string | ((values: V) => string)
  /** What is sent; the values themselves where it is left out. Nothing is sent with DELETE. */
  readonly body?: (values: V) => unknown
  /** First parts of the keys of the queries that it concerns. */
  readonly concerns: readonly string[]
}

/** Gives the mutation. */
export function useSend<V = void, T = unknown>({
  method,
  path,
  body,
  concerns,
}: Change<V>): UseMutationResult<T, Error, V> {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (values: V) =>
      request<T>(
        method,
        typeof path === 'string' ? path : path(values),
        method === 'DELETE' ? undefined : ((body === undefined ? values : body(values)) ?? {}),
      ),
    onSuccess: () => Promise.all(concerns.map((name) => queries.invalidateQueries({ queryKey: [name] }))),
  })
}
