/** What of the rules cannot be used: file, line, what is wrong and what to do about it. */
import type { ReactNode } from 'react'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { RuleProblemView } from '../../../src/desk/api/rules.ts'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'

/** One problem. */
export function Problem({ problem }: { readonly problem: RuleProblemView }): ReactNode {
  return (
    <>
      <p>
        <StrangeText text={problem.problem} charactersShown={400} />
      </p>
      <p>
        <strong>What to do:</strong> <StrangeText text={problem.mend} charactersShown={400} />
      </p>
      <p className="mono small muted">
        <ShortText text={problem.file} charactersShown={300} />, line {inDigits(problem.line)}
      </p>
    </>
  )
}

interface ProblemsProps {
  readonly problems: readonly RuleProblemView[]
  readonly total: number
}

/** Shows them; nothing where there is none. */
export function Problems({ problems, total }: ProblemsProps): ReactNode {
  if (total === 0) return null
  return (
    <section className="stack" aria-labelledby="problems">
      <h2 id="problems">What cannot be used</h2>
      <p className="muted">
        {counted(total, 'problem')}. The other rules work all the same. Give this list to whoever wrote the rules, or to
        IT.
        {problems.length < total &&
          ` The first ${inDigits(problems.length)} are here; “bellwether rules check” says all.`}
      </p>
      <details>
        <summary>Show {problems.length === 1 ? 'it' : 'them'}</summary>
        <ul className="plain-list list-box problems">
          {problems.map((problem) => (
            <li
              className="stack stack--tight"
              key={`${problem.file} ${problem.line} ${problem.title} ${problem.problem}`}
            >
              {problem.title !== '' && (
                <h3 className="problems__title">
                  <ShortText text={problem.title} charactersShown={160} />
                </h3>
              )}
              <Problem problem={problem} />
            </li>
          ))}
        </ul>
      </details>
    </section>
  )
}
