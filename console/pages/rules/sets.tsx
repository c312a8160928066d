/** Where the rules come from, and how to get more. */
import type { ReactNode } from 'react'
import { inDigits } from '../../../src/core/counts.ts'
import type { RuleSetView } from '../../../src/desk/api/rules.ts'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, visible } from '../../parts/strange-text.tsx'
import { TableBox } from '../../parts/table-box.tsx'
import { setKindWords } from '../../words/rules.ts'

interface SetsProps {
  readonly sets: readonly RuleSetView[]
  readonly configurationPath: string
}

/** Shows them. */
export function Sets({ sets, configurationPath }: SetsProps): ReactNode {
  return (
    <section className="stack" aria-labelledby="sets">
      <h2 id="sets">Where the rules come from</h2>
      <TableBox label="Sets of rules">
        <thead>
          <tr>
            <th scope="col">Set</th>
            <th scope="col" className="is-number">
              Rules
            </th>
            <th scope="col" className="is-number">
              In use
            </th>
            <th scope="col" className="is-number">
              Waiting
            </th>
            <th scope="col" className="is-number">
              Cannot be used
            </th>
          </tr>
        </thead>
        <tbody>
          {sets.map((set) => (
            <tr key={`${set.kind} ${set.name}`}>
              <th scope="row">
                <ShortText text={set.name} charactersShown={120} />
                <p className="small muted sets__from">
                  {setKindWords[set.kind]}
                  {set.addedAtMs !== undefined && Number.isFinite(set.addedAtMs) && (
                    <>
                      {' '}
                      from <ShortText text={set.from} charactersShown={120} />, <Moment atMs={set.addedAtMs} />
                    </>
                  )}
                </p>
              </th>
              <td className="is-number">{inDigits(set.rules)}</td>
              <td className="is-number">{inDigits(set.inUse)}</td>
              <td className="is-number">{inDigits(set.waiting)}</td>
              <td className="is-number">{inDigits(set.unusable)}</td>
            </tr>
          ))}
        </tbody>
      </TableBox>
      <details>
        <summary>Add the public rules of SigmaHQ, or your own</summary>
        <ol className="sets__how">
          <li>
            On any computer, open github.com/SigmaHQ/sigma/releases and download{' '}
            <span className="mono">sigma_core.zip</span>. A stick will do where the desk has no internet.
          </li>
          <li>
            On the desk’s computer, IT types <span className="mono">bellwether rules add sigma_core.zip</span>. A folder
            of your own rules is added in the same way, or named under <span className="mono">[rules] paths</span> in{' '}
            <span className="mono">{visible(configurationPath)}</span>.
          </li>
          <li>Start the desk again. This page then lists the new rules.</li>
        </ol>
      </details>
    </section>
  )
}
