/** The line that says that a recording is played, and the click that clears it and starts for real. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { DemonstrationEndView } from '../../src/server/api/session.ts'
import { todayQuery } from '../api/queries.ts'
import { request } from '../api/request.ts'
import { Failure } from '../parts/answer.tsx'
import { Dialog } from '../parts/dialog.tsx'

/** Shown above every page while the demonstration lasts. */
export function Demonstration(): ReactNode {
  const { data } = useQuery(todayQuery)
  const [isAsking, setAsking] = useState(false)
  const end = useMutation({
    mutationFn: () => request<DemonstrationEndView>('POST', '/api/demonstration/end', {}),
    onSuccess: ({ path }) => {
      // Everything that this page holds is of the demonstration: begin afresh.
      if (/^\/(?!\/)/.test(path)) location.assign(path)
      else location.assign('/')
    },
  })
  return (
    <section className="strip no-print" aria-label="Demonstration">
      <div className="wide">
        <p>
          <strong>Demonstration.</strong> {data?.demonstration?.sentence ?? 'A recorded attack on a made-up office.'}
        </p>
        <button
          type="button"
          className="usa-button usa-button--outline usa-button--small"
          onClick={() => setAsking(true)}
        >
          Clear it and start for real
        </button>
      </div>
      <Dialog title="Start for real?" isOpen={isAsking} onClose={() => setAsking(false)}>
        <div className="stack">
          <p>
            Everything of the demonstration is removed: its incidents, its log lines, its blocks. Then you make the
            first account, and the desk begins with your own logs.
          </p>
          {end.isError && <Failure error={end.error} />}
          <div className="actions">
            <button type="button" className="usa-button" disabled={end.isPending} onClick={() => end.mutate()}>
              {end.isPending ? 'Clearing…' : 'Clear it and start for real'}
            </button>
            <button type="button" className="usa-button usa-button--outline" onClick={() => setAsking(false)}>
              Keep looking around
            </button>
          </div>
        </div>
      </Dialog>
    </section>
  )
}
