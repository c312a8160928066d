/** What was done: decisions, steps and notes in the order of time, and the place to write a note. */
import { type ReactNode, useState } from 'react'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { Failure } from '../../parts/answer.tsx'
import { TextArea } from '../../parts/fields.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { stateWords } from '../../words/terms.ts'
import { useAddNote } from './decisions.ts'

interface Deed {
  readonly key: string
  readonly atMs: number
  readonly by: string
  readonly what: string
  readonly text?: string
}

function deedsOf(incident: IncidentView): Deed[] {
  const deeds: Deed[] = [
    ...incident.history.map((each, index) => ({
      key: `decision ${index}`,
      atMs: each.atMs,
      by: each.by,
      what: each.state === 'new' ? 'Opened again' : stateWords[each.state].name,
      ...(each.comment === undefined ? {} : { text: each.comment }),
    })),
    ...incident.notes.map((each, index) => ({
      key: `note ${index}`,
      atMs: each.atMs,
      by: each.by,
      what: 'Note',
      text: each.text,
    })),
    ...incident.advice
      .flatMap((advice) => advice.now)
      .flatMap((step, index) =>
        step.doneBy === undefined || step.doneAtMs === undefined
          ? []
          : [{ key: `step ${index}`, atMs: step.doneAtMs, by: step.doneBy, what: 'Step done', text: step.text }],
      ),
  ]
  return deeds.toSorted((a, b) => a.atMs - b.atMs)
}

/** Shows the deeds. */
export function Done({ incident, mayNote }: { readonly incident: IncidentView; readonly mayNote: boolean }): ReactNode {
  const deeds = deedsOf(incident)
  return (
    <section className="stack" aria-labelledby="done">
      <h2 id="done">What was done</h2>
      {deeds.length === 0 ? (
        <p className="muted">Nothing yet.</p>
      ) : (
        <ol className="plain-list deeds">
          {deeds.map((deed) => (
            <li key={deed.key}>
              <p>
                <strong>{deed.what}</strong>{' '}
                <span className="muted">
                  by <ShortText text={deed.by} charactersShown={60} />, <Moment atMs={deed.atMs} form="full" />
                </span>
              </p>
              {deed.text !== undefined && (
                <p className="deeds__text">
                  <StrangeText text={deed.text} charactersShown={1500} />
                </p>
              )}
            </li>
          ))}
        </ol>
      )}
      {mayNote && <NoteForm incidentId={incident.id} />}
    </section>
  )
}

function NoteForm({ incidentId }: { readonly incidentId: string }): ReactNode {
  const [text, setText] = useState('')
  const add = useAddNote(incidentId)
  const announce = useAnnounce()
  return (
    <form
      className="stack stack--tight no-print"
      onSubmit={(event) => {
        event.preventDefault()
        const said = text.trim()
        if (said === '' || add.isPending) return
        add.mutate(
          { text: said },
          {
            onSuccess: () => {
              setText('')
              announce('The note is kept.')
            },
          },
        )
      }}
    >
      <TextArea
        label="Write a note"
        hint="Whom you called, what they said. It stands in the report; it cannot be changed afterwards."
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {add.isError && <Failure error={add.error} />}
      <div className="actions">
        <button type="submit" className="usa-button usa-button--outline" disabled={text.trim() === '' || add.isPending}>
          {add.isPending ? 'Saving…' : 'Keep the note'}
        </button>
      </div>
    </form>
  )
}
