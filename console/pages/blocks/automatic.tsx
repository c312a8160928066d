/** Kinds of findings whose addresses are blocked without a click: off unless an office switches them on. */
import { type ReactNode, useId } from 'react'
import { kindWords } from '../../../src/core/vocabulary.ts'
import { useSend } from '../../api/send.ts'
import { Failure } from '../../parts/answer.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { type Kind, kindTitle } from '../../words/terms.ts'

/** Only attacks by an address: the other kinds name nobody who could be blocked. */
const offered: readonly Kind[] = [
  'sql-injection',
  'enumeration',
  'password-guessing',
  'password-spraying',
  'scan',
  'after-block',
]

/** Shows the switches. */
export function Automatic({ kinds }: { readonly kinds: readonly string[] }): ReactNode {
  const id = useId()
  const announce = useAnnounce()
  const set = useSend<{ kinds: readonly string[] }>({
    method: 'PUT',
    path: '/api/blocks/automatic',
    concerns: ['blocks'],
  })
  const shown = new Set(set.isPending ? set.variables.kinds : kinds)
  const toggle = (kind: Kind, isOn: boolean): void => {
    const next = new Set(kinds)
    if (isOn) next.add(kind)
    else next.delete(kind)
    set.mutate({ kinds: [...next] }, { onSuccess: () => announce('Saved.') })
  }
  return (
    <section className="stack" aria-labelledby={id}>
      <h2 id={id}>Blocked without a click</h2>
      <p className="muted">
        The desk can block by itself, day and night. It may shut out a voter who shares an attacker’s address, so
        nothing is switched on at first. The never-block list always holds.
      </p>
      {set.isError && <Failure error={set.error} />}
      <fieldset className="usa-fieldset panel automatic">
        <legend className="sr-only">Block these by themselves</legend>
        {offered.map((kind) => (
          <div className="usa-checkbox" key={kind}>
            <input
              className="usa-checkbox__input"
              type="checkbox"
              id={`${id}-${kind}`}
              checked={shown.has(kind)}
              disabled={set.isPending}
              onChange={(event) => toggle(kind, event.target.checked)}
            />
            <label className="usa-checkbox__label" htmlFor={`${id}-${kind}`}>
              {kindTitle(kind)} <span className="muted small">({kindWords[kind].term})</span>
            </label>
          </div>
        ))}
      </fieldset>
    </section>
  )
}
