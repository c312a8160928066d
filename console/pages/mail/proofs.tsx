/** Why the desk says so: whom the mail poses as, what shows that it is not them, and what it carries, side by side. */
import type { ReactNode } from 'react'
import type { MailProofView, MailView } from '../../../src/desk/api/mail.ts'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'

/** Shows the three. */
export function Proofs({ mail }: { readonly mail: MailView }): ReactNode {
  return (
    <section className="stack" aria-labelledby="why">
      <h2 id="why">Why the desk says so</h2>
      <div className="proofs">
        <Column
          title="Whom it says it is from"
          proofs={mail.claims}
          otherwise="It names nobody whom your registry protects."
        />
        <Column
          title="What shows it is not theirs"
          proofs={mail.failures}
          otherwise="Nothing shows that somebody else wrote it."
        />
        <Column title="What it carries" proofs={mail.carries} otherwise="Nothing dangerous was found in it." />
      </div>
      {mail.problems.length > 0 && (
        <div className="stack stack--tight">
          <h3>What else to know of it</h3>
          <ul>
            {mail.problems.map((problem) => (
              <li key={problem}>
                <StrangeText text={problem} charactersShown={300} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

interface ColumnProps {
  readonly title: string
  readonly proofs: readonly MailProofView[]
  readonly otherwise: string
}

function Column({ title, proofs, otherwise }: ColumnProps): ReactNode {
  return (
    <section className="panel stack" aria-label={title}>
      <h3>{title}</h3>
      {proofs.length === 0 ? (
        <p className="muted">{otherwise}</p>
      ) : (
        <ul className="plain-list stack">
          {proofs.map(({ title: what, proof, path }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two proofs may read the same.
            <li key={index}>
              <p>
                <strong>
                  <ShortText text={what} charactersShown={200} />
                </strong>
              </p>
              {proof !== '' && (
                <p className="proof">
                  <StrangeText text={proof} charactersShown={300} />
                </p>
              )}
              {path.length > 0 && (
                <p className="small muted">
                  in{' '}
                  {path.map((name, depth) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a file may hold one of its own name.
                    <span key={depth}>
                      {depth > 0 && ' › '}
                      <ShortText text={name} charactersShown={100} />
                    </span>
                  ))}
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
