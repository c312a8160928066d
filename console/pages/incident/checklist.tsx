/** The advice as a checklist: what it means, what to do now with who did it and when, whom to call. */
import type { ReactNode } from 'react'
import { useId } from 'react'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { Failure } from '../../parts/answer.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { useMarkStep } from './decisions.ts'

type Advice = IncidentView['advice'][number]
type Step = Advice['now'][number]

interface ChecklistProps {
  readonly incident: IncidentView
  /** False for those who only read, and on paper. */
  readonly mayMark: boolean
}

/** Shows the advice. */
export function Checklist({ incident, mayMark }: ChecklistProps): ReactNode {
  const mark = useMarkStep(incident.id)
  const steps = incident.advice.flatMap((advice) => advice.now)
  const done = steps.filter((step) => step.doneBy !== undefined).length
  if (incident.advice.length === 0) return null
  return (
    <section className="stack" aria-labelledby="todo">
      <div className="row row--spread">
        <h2 id="todo">What to do now</h2>
        <span className="muted small" aria-live="polite">
          {done} of {steps.length} done
        </span>
      </div>
      {mark.isError && <Failure error={mark.error} />}
      {incident.advice.map((advice) => (
        <div className="stack stack--tight" key={advice.meaning}>
          <p>
            <StrangeText text={advice.meaning} />
          </p>
          <ul className="plain-list checklist">
            {advice.now.map((step) => (
              <StepRow
                step={step}
                key={step.text}
                mayMark={mayMark}
                isPending={mark.isPending && mark.variables.text === step.text}
                onMark={(isDone) => mark.mutate({ text: step.text, done: isDone })}
              />
            ))}
          </ul>
          {advice.call.length > 0 && <Calls names={advice.call} />}
        </div>
      ))}
    </section>
  )
}

interface StepRowProps {
  readonly step: Step
  readonly mayMark: boolean
  readonly isPending: boolean
  readonly onMark: (isDone: boolean) => void
}

function StepRow({ step, mayMark, isPending, onMark }: StepRowProps): ReactNode {
  const id = useId()
  const isDone = isPending ? step.doneBy === undefined : step.doneBy !== undefined
  return (
    <li className={`usa-checkbox${isDone ? ' is-done' : ''}`}>
      <input
        className="usa-checkbox__input"
        type="checkbox"
        id={id}
        checked={isDone}
        disabled={!mayMark}
        onChange={(event) => onMark(event.target.checked)}
      />
      <label className="usa-checkbox__label" htmlFor={id}>
        <StrangeText text={step.text} />
        {step.doneBy !== undefined && step.doneAtMs !== undefined && !isPending && (
          <span className="checklist__who">
            Done by <ShortText text={step.doneBy} charactersShown={60} />, <Moment atMs={step.doneAtMs} />
          </span>
        )}
      </label>
    </li>
  )
}

const Calls = ({ names }: { readonly names: readonly string[] }): ReactNode => (
  <div className="calls keep">
    <h3>Whom to call</h3>
    <ol>
      {names.map((name) => (
        <li key={name}>
          <StrangeText text={name} />
        </li>
      ))}
    </ol>
  </div>
)
