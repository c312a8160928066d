/** The sources: how each stands, what the desk found and could read too, and the ways to add one. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { sourcesQuery } from '../../api/queries.ts'
import { useRights } from '../../api/rights.ts'
import { Answer } from '../../parts/answer.tsx'
import { Page } from '../../shell/page.tsx'
import { AddSource } from './add-source.tsx'
import { SourceRow } from './source-row.tsx'
import { Suggestions } from './suggestions.tsx'
import { Upload } from './upload.tsx'
import './sources.css'

/** The page. */
export function SourcesPage(): ReactNode {
  const query = useQuery(sourcesQuery)
  const { mayDecide } = useRights()
  return (
    <Page title="Sources" lead={<p>What the desk watches: the logs that your systems write anyway.</p>}>
      <div className="stack stack--wide">
        <Answer query={query} lines={6}>
          {(sources) =>
            sources.length === 0 ? (
              <div className="empty">
                <h2>Nothing is watched yet</h2>
                <p>
                  Begin with the log of your website; the database’s log comes next.{' '}
                  {mayDecide ? 'Below is what the desk found on this machine.' : 'An official can add sources here.'}
                </p>
              </div>
            ) : (
              <ul className="plain-list list-box">
                {sources.map((source) => (
                  <SourceRow source={source} key={source.id} />
                ))}
              </ul>
            )
          }
        </Answer>
        {mayDecide && (
          <>
            <Suggestions />
            <Upload />
            <AddSource />
          </>
        )}
      </div>
    </Page>
  )
}
