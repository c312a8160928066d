/** What stands where data will be: bars after 300 ms (so that a quick answer does not flash), a sentence and a button
 *  when it failed, the data when it came. Data that is shown stays while a newer answer is fetched. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { sentenceOf } from '../api/problem.ts'
import { Notice } from './notice.tsx'

/** Bars in the place of text. */
export function Skeleton({ lines = 4 }: { readonly lines?: number }): ReactNode {
  return (
    <div className="skeleton" role="status">
      <span className="sr-only">Loading</span>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all the same.
        <span key={index} aria-hidden="true" />
      ))}
    </div>
  )
}

/** A failure, and the way to try again. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }): ReactNode {
  return (
    <Notice tone="red" isSpoken>
      <p>{sentenceOf(error)}</p>
      {onRetry && (
        <button type="button" className="usa-button usa-button--outline usa-button--small" onClick={onRetry}>
          Try again
        </button>
      )}
    </Notice>
  )
}

interface AnswerProps<T> {
  readonly query: UseQueryResult<T>
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}

/** Shows a query's answer, or what stands in its place. */
export function Answer<T>({ query, lines = 4, children }: AnswerProps<T>): ReactNode {
  const retry = (): void => void query.refetch()
  if (query.data === undefined) {
    return query.isError ? <Failure error={query.error} onRetry={retry} /> : <Skeleton lines={lines} />
  }
  return (
    <>
      {query.isError && (
        <div className="stale">
          <Notice tone="gold" isSpoken>
            <p>{sentenceOf(query.error)} What you see is from before.</p>
          </Notice>
        </div>
      )}
      {children(query.data)}
    </>
  )
}
