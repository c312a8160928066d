/** Differences, the gravest first: what happened to which file. */
import type { ReactNode } from 'react'
import type { SoftwareDifferenceView } from '../../../src/desk/api/software.ts'
import { Label } from '../../parts/labels.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { changeWords } from '../../words/software.ts'
import type { Tone } from '../../words/terms.ts'

const tones: readonly Tone[] = ['gray', 'blue', 'gold', 'orange', 'red']

/** Shows a page of them. */
export function Differences({ rows }: { readonly rows: readonly SoftwareDifferenceView[] }): ReactNode {
  if (rows.length === 0) {
    return (
      <div className="empty">
        <h3>Nothing fits</h3>
        <p>No difference is of this kind and name.</p>
      </div>
    )
  }
  return (
    <ul className="plain-list list-box">
      {rows.map((row) => (
        <li className="difference" key={`${row.kind} ${row.path}`}>
          <div className="difference__what">
            <p className="mono">
              <StrangeText text={row.path} charactersShown={300} />
            </p>
            {row.detail !== '' && (
              <p className="small">
                <StrangeText text={row.detail} charactersShown={400} />
              </p>
            )}
            {row.expected !== undefined && (
              <p className="small muted">
                Expected: “<ShortText text={row.expected} charactersShown={100} />” may change.
              </p>
            )}
          </div>
          <Label tone={tones[row.severity] ?? 'gray'}>
            {row.isProgram ? 'Program: ' : ''}
            {row.isProgram ? changeWords[row.kind][0].toLowerCase() : changeWords[row.kind][0]}
          </Label>
        </li>
      ))}
    </ul>
  )
}
