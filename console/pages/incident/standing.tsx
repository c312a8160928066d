/** Where an incident stands, and the decision that comes next. */
import { type ReactNode, useId, useState } from 'react'
import { levelWords } from '../../../src/core/vocabulary.ts'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { Failure } from '../../parts/answer.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { TextArea } from '../../parts/fields.tsx'
import { LevelLabel, StateLabel } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText } from '../../parts/strange-text.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { type State, stateWords } from '../../words/terms.ts'
import { useDecide } from './decisions.ts'

interface Decision {
  readonly to: State
  readonly button: string
  readonly question: string
  readonly explains: string
  readonly said: string
}

const decisions: Readonly<Record<State, Decision>> = {
  acknowledged: {
    to: 'acknowledged',
    button: 'Acknowledge',
    question: 'Take it on?',
    explains: 'Everyone at this desk sees that you are on it.',
    said: 'Acknowledged.',
  },
  contained: {
    to: 'contained',
    button: 'Mark as contained',
    question: 'Is the attack stopped?',
    explains: 'The attacker is shut out, or the attacked page is offline. The clean-up may still go on.',
    said: 'Marked as contained.',
  },
  closed: {
    to: 'closed',
    button: 'Close',
    question: 'Close the incident?',
    explains: 'Nothing more is to be done. If the attack is seen again, the incident opens by itself.',
    said: 'Closed.',
  },
  new: {
    to: 'new',
    button: 'Open again',
    question: 'Open it again?',
    explains: 'It counts as new and shows on Today.',
    said: 'Opened again.',
  },
}

const nextOf: Readonly<Record<State, readonly State[]>> = {
  new: ['acknowledged', 'contained', 'closed'],
  acknowledged: ['contained', 'closed'],
  contained: ['closed', 'acknowledged'],
  closed: ['new'],
}

/** Shows the state and the decisions. */
export function Standing({
  incident,
  mayDecide,
}: {
  readonly incident: IncidentView
  readonly mayDecide: boolean
}): ReactNode {
  const [asked, ask] = useState<Decision>()
  const last = incident.history.at(-1)
  const id = useId()
  return (
    <section className="panel stack standing" aria-labelledby={id}>
      <h2 id={id}>Where it stands</h2>
      <div className="row">
        <LevelLabel level={incident.level} />
        <StateLabel state={incident.state} seenAgain={incident.seenAgain} />
      </div>
      <p className="small">
        {levelWords[incident.level].name}: {levelWords[incident.level].asks}.{' '}
        {incident.seenAgain && incident.state === 'new'
          ? 'It was closed, and then it was seen again.'
          : stateWords[incident.state].means}
      </p>
      {last && (
        <p className="small muted">
          {stateWords[last.state].name} by <ShortText text={last.by} charactersShown={60} />,{' '}
          <Moment atMs={last.atMs} />
        </p>
      )}
      {mayDecide ? (
        <div className="standing__buttons no-print">
          {nextOf[incident.state].map((state, index) => (
            <button
              type="button"
              key={state}
              className={`usa-button${index === 0 ? '' : ' usa-button--outline'}`}
              onClick={() => ask(decisions[state])}
            >
              {decisions[state].button}
            </button>
          ))}
        </div>
      ) : (
        <p className="small muted no-print">Your role reads only. Ask an official to decide.</p>
      )}
      <Dialog title={asked?.question ?? ''} isOpen={asked !== undefined} onClose={() => ask(undefined)}>
        {asked && <Question incidentId={incident.id} decision={asked} onClose={() => ask(undefined)} />}
      </Dialog>
    </section>
  )
}

interface QuestionProps {
  readonly incidentId: string
  readonly decision: Decision
  readonly onClose: () => void
}

function Question({ incidentId, decision, onClose }: QuestionProps): ReactNode {
  const [comment, setComment] = useState('')
  const decide = useDecide(incidentId)
  const announce = useAnnounce()
  const send = (): void => {
    const said = comment.trim()
    decide.mutate(
      { state: decision.to, ...(said === '' ? {} : { comment: said }) },
      {
        onSuccess: () => {
          announce(decision.said)
          onClose()
        },
      },
    )
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <p>{decision.explains}</p>
      <TextArea
        label="Comment"
        hint="Not required. It stands in the report and in the audit trail."
        maxLength={4000}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      {decide.isError && <Failure error={decide.error} />}
      <div className="actions">
        <button type="submit" className="usa-button" disabled={decide.isPending}>
          {decide.isPending ? 'Saving…' : decision.button}
        </button>
        <button type="button" className="usa-button usa-button--outline" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  )
}
