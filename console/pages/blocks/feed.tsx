/** The list for firewalls that fetch it (external dynamic list): off, or on with an address that is shown once. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { NewFeedView } from '../../../src/server/api/lists.ts'
import { feedQuery } from '../../api/queries.ts'
import { useSend } from '../../api/send.ts'
import { Answer, Failure } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Secret } from '../../parts/secret.tsx'
import { ShortText } from '../../parts/strange-text.tsx'

/** Shows the switch. */
export function Feed({ maySwitch }: { readonly maySwitch: boolean }): ReactNode {
  const query = useQuery(feedQuery)
  const on = useSend<void, NewFeedView>({ method: 'POST', path: '/api/feed', body: () => ({}), concerns: ['blocks'] })
  const off = useSend({ method: 'DELETE', path: '/api/feed', concerns: ['blocks'] })
  return (
    <section className="stack" aria-labelledby="feed">
      <h2 id="feed">For firewalls that fetch the list</h2>
      <Answer query={query} lines={2}>
        {(feed) => (
          <div className="panel stack">
            <p>
              {feed.isOn ? (
                <>
                  <strong>Switched on</strong>
                  {feed.switchedOnBy !== undefined && (
                    <>
                      {' by '}
                      <ShortText text={feed.switchedOnBy} charactersShown={60} />
                    </>
                  )}
                  {feed.switchedOnAtMs !== undefined && (
                    <>
                      , <Moment atMs={feed.switchedOnAtMs} />
                    </>
                  )}
                  .
                </>
              ) : (
                <>
                  <strong>Switched off.</strong> Most firewalls can fetch a list of addresses every few minutes (an
                  “external dynamic list”).
                </>
              )}
            </p>
            {on.data !== undefined && feed.isOn && <NewFeed feed={on.data} />}
            {on.isError && <Failure error={on.error} />}
            {maySwitch ? (
              <div className="actions">
                {feed.isOn ? (
                  <>
                    <Confirm
                      button="Make a new address"
                      look="usa-button--outline"
                      question="Make a new address?"
                      doIt="Make a new one"
                      said="A new address is made."
                      mutation={on}
                      values={undefined}
                    >
                      <p>The old one ends at once: firewalls that use it must be told the new one.</p>
                    </Confirm>
                    <Confirm
                      button="Switch it off"
                      look="usa-button--outline"
                      question="Switch the list for firewalls off?"
                      doIt="Switch it off"
                      said="Switched off."
                      mutation={off}
                      values={undefined}
                      onDone={() => on.reset()}
                    >
                      <p>Firewalls then keep the last list that they fetched, or none, as they are set.</p>
                    </Confirm>
                  </>
                ) : (
                  <button
                    type="button"
                    className="usa-button usa-button--outline"
                    disabled={on.isPending}
                    onClick={() => on.mutate()}
                  >
                    Switch it on
                  </button>
                )}
              </div>
            ) : (
              <p className="small muted">An official can switch this.</p>
            )}
          </div>
        )}
      </Answer>
    </section>
  )
}

function NewFeed({ feed }: { readonly feed: NewFeedView }): ReactNode {
  return (
    <>
      <Notice tone="gold" isSpoken>
        <p>This address is shown this once. Whoever has it can read the block list, and nothing else.</p>
      </Notice>
      <Secret label="Address for the firewall" text={new URL(feed.path, location.origin).href} />
      <Secret
        label="Where it asks for a user and a password"
        text={`${new URL(feed.plainPath, location.origin).href}\nUser: ${feed.user}\nPassword: ${feed.password}`}
      />
    </>
  )
}
