/** Who is never blocked: the office itself, its monitors, the state's network. */
import { type ReactNode, useState } from 'react'
import type { NeverBlockView } from '../../../src/desk/api/blocks.ts'
import { useSend } from '../../api/send.ts'
import { Failure } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { TextField } from '../../parts/fields.tsx'
import { ShortText, StrangeText, visible } from '../../parts/strange-text.tsx'

const origins: Readonly<Record<NeverBlockView['from'], string>> = {
  configuration: 'from the configuration file',
  console: 'added here',
  'built-in': 'always',
}

interface NeverBlockProps {
  readonly entries: readonly NeverBlockView[]
  readonly mayDecide: boolean
}

/** Shows the list, and the form that adds to it. */
export function NeverBlock({ entries, mayDecide }: NeverBlockProps): ReactNode {
  const [network, setNetwork] = useState('')
  const [reason, setReason] = useState('')
  const add = useSend<{ network: string; reason: string }>({
    method: 'POST',
    path: '/api/never-block',
    concerns: ['blocks', 'incident'],
  })
  const remove = useSend<{ network: string }>({
    method: 'POST',
    path: '/api/never-block/remove',
    concerns: ['blocks', 'incident'],
  })
  return (
    <section className="stack" aria-labelledby="never">
      <h2 id="never">Never blocked</h2>
      <p className="muted">Whatever anybody clicks, these get through: your own office, the state, your monitors.</p>
      {entries.length === 0 ? (
        <p>
          <strong>The list is empty.</strong> Add your own office’s address first.
        </p>
      ) : (
        <ul className="plain-list list-box">
          {entries.map((entry) => (
            <li className="row row--spread" key={`${entry.from} ${entry.network}`}>
              <div className="block-row__what">
                <strong className="mono">
                  <ShortText text={entry.network} charactersShown={80} />
                </strong>{' '}
                <StrangeText text={entry.reason} charactersShown={200} />{' '}
                <span className="small muted">({origins[entry.from]})</span>
              </div>
              {mayDecide && entry.from === 'console' && (
                <Confirm
                  button="Take it off"
                  buttonLabel={`Take it off: ${visible(entry.network).slice(0, 80)}`}
                  question={`Take ${visible(entry.network).slice(0, 80)} off the list?`}
                  doIt="Take it off"
                  said="It is off the list."
                  mutation={remove}
                  values={{ network: entry.network }}
                >
                  <p>From then on it can be blocked like any other address.</p>
                </Confirm>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayDecide && (
        <form
          className="panel stack"
          aria-label="Never block an address"
          onSubmit={(event) => {
            event.preventDefault()
            if (add.isPending) return
            add.mutate(
              { network: network.trim(), reason: reason.trim() },
              {
                onSuccess: () => {
                  setNetwork('')
                  setReason('')
                },
              },
            )
          }}
        >
          <div className="fields">
            <TextField
              label="Never block"
              placeholder="198.51.100.0/28"
              required
              minLength={2}
              maxLength={60}
              spellCheck={false}
              value={network}
              onChange={(event) => setNetwork(event.target.value)}
            />
            <TextField
              label="Whose it is"
              placeholder="Our own office"
              required
              maxLength={400}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
          {add.isError && <Failure error={add.error} />}
          <div className="actions">
            <button type="submit" className="usa-button usa-button--outline" disabled={add.isPending}>
              Add it
            </button>
          </div>
        </form>
      )}
    </section>
  )
}
