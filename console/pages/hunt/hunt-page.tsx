/** Searching what was kept: who was here, when, and what they asked for. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { counted, inBytes } from '../../../src/core/counts.ts'
import type { HuntAnswerView, HuntBody, HuntPageView } from '../../../src/desk/api/hunt.ts'
import { huntPageQuery } from '../../api/queries.ts'
import { request } from '../../api/request.ts'
import { Answer, Failure, Skeleton } from '../../parts/answer.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Page } from '../../shell/page.tsx'
import { HuntAnswer, huntRows } from './hunt-answer.tsx'
import { HuntForm } from './hunt-form.tsx'
import { Indicators } from './indicators.tsx'
import { PastHunts } from './past-hunts.tsx'
import { SqlForm } from './sql-form.tsx'
import './hunt.css'

/** The page. */
export function HuntPage(): ReactNode {
  const query = useQuery(huntPageQuery)
  return (
    <Page title="Hunt" lead={query.data && <Kept page={query.data} />}>
      <div className="stack stack--wide">
        <Search />
        <Answer query={query} lines={4}>
          {(page) => (
            <>
              <Indicators lists={page.indicatorLists} />
              <PastHunts hunts={page.hunts} />
            </>
          )}
        </Answer>
        <SqlForm />
      </div>
    </Page>
  )
}

function Kept({ page }: { readonly page: HuntPageView }): ReactNode {
  if (page.records === 0)
    return <p>Nothing is kept yet. As soon as sources bring records, they can be searched here.</p>
  return (
    <p>
      {counted(page.records, 'record')} are kept ({inBytes(page.bytes)})
      {page.keptSinceMs !== undefined && (
        <>
          {', since '}
          <Moment atMs={page.keptSinceMs} form="full" />
        </>
      )}
      .
    </p>
  )
}

function Search(): ReactNode {
  const [asked, setAsked] = useState<HuntBody>()
  const results = useRef<HTMLDivElement>(null)
  const hunt = useMutation({
    mutationFn: (body: HuntBody) => request<HuntAnswerView>('POST', '/api/hunt', body),
  })
  const { data } = hunt
  useEffect(() => {
    if (data !== undefined) results.current?.focus()
  }, [data])
  const search = (body: HuntBody): void => {
    setAsked(body)
    hunt.mutate({ ...body, limit: huntRows })
  }
  return (
    <>
      <HuntForm isBusy={hunt.isPending} onSearch={(body) => search({ ...body, offset: 0 })} />
      <div ref={results} tabIndex={-1} className="hunt-results" aria-busy={hunt.isPending}>
        {hunt.isPending && hunt.data === undefined && <Skeleton lines={5} />}
        {hunt.isError && <Failure error={hunt.error} />}
        {hunt.data !== undefined && asked !== undefined && (
          <HuntAnswer
            answer={hunt.data}
            offset={asked.offset ?? 0}
            onOffset={(offset) => search({ ...asked, offset })}
          />
        )}
      </div>
    </>
  )
}
