/** For analysts: questions in SQL over what was kept, read-only and bounded by the desk. */
import { type ReactNode, useState } from 'react'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { SqlAnswerView } from '../../../src/desk/api/hunt.ts'
import { useSend } from '../../api/send.ts'
import { Failure } from '../../parts/answer.tsx'
import { TextArea } from '../../parts/fields.tsx'
import { ShortText } from '../../parts/strange-text.tsx'
import { TableBox } from '../../parts/table-box.tsx'

const example = 'select address, count(*) as requests from records group by address order by requests desc limit 20'

/** Shows the form, closed at first. */
export function SqlForm(): ReactNode {
  const [sql, setSql] = useState(example)
  const ask = useSend<{ sql: string }, SqlAnswerView>({ method: 'POST', path: '/api/hunt/sql', concerns: [] })
  return (
    <details>
      <summary>Ask in SQL (for analysts)</summary>
      <form
        className="panel stack hunt-sql"
        aria-label="Ask in SQL"
        onSubmit={(event) => {
          event.preventDefault()
          if (!ask.isPending) ask.mutate({ sql })
        }}
      >
        <TextArea
          label="SQL"
          hint="DuckDB’s dialect, over the view “records”. Reading only; the desk ends what takes too long."
          required
          rows={4}
          maxLength={20_000}
          className="usa-textarea mono"
          spellCheck={false}
          value={sql}
          onChange={(event) => setSql(event.target.value)}
        />
        {ask.isError && <Failure error={ask.error} />}
        <div className="actions">
          <button type="submit" className="usa-button usa-button--outline" disabled={ask.isPending}>
            {ask.isPending ? 'Asking…' : 'Ask'}
          </button>
        </div>
        {ask.data !== undefined && <SqlAnswer answer={ask.data} />}
      </form>
    </details>
  )
}

function SqlAnswer({ answer }: { readonly answer: SqlAnswerView }): ReactNode {
  return (
    <>
      <p className="small muted" aria-live="polite">
        {answer.cut ? `The first ${inDigits(answer.rows.length)} rows` : counted(answer.rows.length, 'row')}, in{' '}
        {(answer.tookMs / 1000).toFixed(1)} s.
      </p>
      <TableBox label="Rows" look="" tableLook="mono">
        <thead>
          <tr>
            {answer.columns.map((column, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns may share a name.
              <th scope="col" key={index}>
                <ShortText text={column} charactersShown={60} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer.rows.map((row, rowIndex) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own.
            <tr key={rowIndex}>
              {row.map((value, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: neither have their values.
                <td key={index}>
                  {value === null ? (
                    <span className="muted">none</span>
                  ) : (
                    <ShortText text={String(value)} charactersShown={300} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </TableBox>
    </>
  )
}
