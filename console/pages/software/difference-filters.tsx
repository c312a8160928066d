/** Which differences are shown. */
import { type ReactNode, useEffect, useState } from 'react'
import type { SoftwareFolderView, SoftwareQuery } from '../../../src/desk/api/software.ts'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { inDigits } from '../../words/counts.ts'
import { allChanges, changeWords } from '../../words/software.ts'

const typingPauseMs = 300

interface DifferenceFiltersProps {
  readonly asked: SoftwareQuery
  readonly folder: SoftwareFolderView
  readonly onAsk: (part: SoftwareQuery) => void
}

/** Shows the fields. */
export function DifferenceFilters({ asked, folder, onAsk }: DifferenceFiltersProps): ReactNode {
  const [text, setText] = useState(asked.text ?? '')
  useEffect(() => setText(asked.text ?? ''), [asked.text])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait.
  useEffect(() => {
    if (text === (asked.text ?? '')) return
    const timer = setTimeout(() => onAsk({ text }), typingPauseMs)
    return () => clearTimeout(timer)
  }, [text])
  const unexpected = folder.changes.reduce((sum, { count }) => sum + count, 0)
  return (
    <search className="panel no-print" aria-label="Filter the differences">
      <div className="fields">
        <SelectField
          label="Show"
          value={asked.show ?? 'unexpected'}
          choices={[
            ['unexpected', `What nobody expected (${inDigits(unexpected)})`],
            ['expected', `What the baseline expects (${inDigits(folder.expected)})`],
            ['all', 'All'],
          ]}
          onChoose={(show) => onAsk({ show: show as NonNullable<SoftwareQuery['show']> })}
        />
        <SelectField
          label="What happened"
          value={asked.kind ?? ''}
          choices={[['', 'All'], ...allChanges.map((kind) => [kind, changeWords[kind][0]] as const)]}
          onChoose={(kind) => onAsk({ kind: kind as NonNullable<SoftwareQuery['kind']> })}
        />
        <TextField
          label="Name or folder"
          type="search"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
    </search>
  )
}
