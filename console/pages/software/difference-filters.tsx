/** Which differences are shown. */
import type { ReactNode } from 'react'
import { inDigits } from '../../../src/core/counts.ts'
import type { SoftwareFolderView } from '../../../src/desk/api/software.ts'
import { SelectField } from '../../parts/fields.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { allChanges, changeWords } from '../../words/software.ts'

/** The filter's fields as the person sees them, as they are at first. */
export const firstFields = { show: 'unexpected', kind: '', text: '', offset: 0 }
export type DifferenceFields = Readonly<typeof firstFields>

interface DifferenceFiltersProps {
  readonly fields: DifferenceFields
  readonly folder: SoftwareFolderView
  readonly onChange: (part: Partial<DifferenceFields>) => void
}

/** Shows the fields. */
export function DifferenceFilters({ fields, folder, onChange }: DifferenceFiltersProps): ReactNode {
  const unexpected = folder.changes.reduce((sum, { count }) => sum + count, 0)
  return (
    <search className="panel no-print" aria-label="Filter the differences">
      <div className="fields">
        <SelectField
          label="Show"
          value={fields.show}
          choices={[
            ['unexpected', `What nobody expected (${inDigits(unexpected)})`],
            ['expected', `What the baseline expects (${inDigits(folder.expected)})`],
            ['all', 'All'],
          ]}
          onChoose={(show) => onChange({ show })}
        />
        <SelectField
          label="What happened"
          value={fields.kind}
          choices={[['', 'All'], ...allChanges.map((kind) => [kind, changeWords[kind][0]] as const)]}
          onChoose={(kind) => onChange({ kind })}
        />
        <SearchField label="Name or folder" value={fields.text} onSearch={(text) => onChange({ text })} />
      </div>
    </search>
  )
}
