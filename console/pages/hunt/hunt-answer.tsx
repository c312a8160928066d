/** The answer: a sentence, who it was, and the records. */
import type { ReactNode } from 'react'
import { counted, inDigits } from '../../../src/core/counts.ts'
import type { HuntAnswerView } from '../../../src/desk/api/hunt.ts'
import { Moment } from '../../parts/moment.tsx'
import { Pager } from '../../parts/pager.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { TableBox } from '../../parts/table-box.tsx'

/** Records of a page. */
export const huntRows = 50
const addressesShown = 20

interface HuntAnswerProps {
  readonly answer: HuntAnswerView
  readonly offset: number
  readonly onOffset: (offset: number) => void
}

/** Shows it. */
export function HuntAnswer({ answer, offset, onOffset }: HuntAnswerProps): ReactNode {
  return (
    <section className="stack" aria-labelledby="answer">
      <h2 id="answer">{answer.total === 0 ? 'Nothing found' : counted(answer.total, 'record')}</h2>
      <p>
        <StrangeText text={answer.sentence} /> <span className="muted">({(answer.tookMs / 1000).toFixed(1)} s)</span>
      </p>
      {answer.byAddress.length > 0 && <ByAddress answer={answer} />}
      {answer.rows.length > 0 && (
        <ol className="plain-list list-box hunt-rows">
          {answer.rows.map((row) => (
            <HuntRow row={row} key={`${row.file} ${row.offset}`} />
          ))}
        </ol>
      )}
      <Pager offset={offset} limit={huntRows} total={answer.total} things="records" onOffset={onOffset} />
    </section>
  )
}

function ByAddress({ answer }: { readonly answer: HuntAnswerView }): ReactNode {
  const rest = answer.byAddress.length - addressesShown
  return (
    <div className="stack stack--tight">
      <TableBox label="By address">
        <caption className="sr-only">How often each address was seen</caption>
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col" className="is-number">
              Records
            </th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {answer.byAddress.slice(0, addressesShown).map((each) => (
            <tr key={each.address}>
              <th scope="row" className="mono">
                <ShortText text={each.address} charactersShown={60} />
              </th>
              <td className="is-number">{inDigits(each.count)}</td>
              <td>
                <Moment atMs={each.firstMs} />
              </td>
              <td>
                <Moment atMs={each.lastMs} />
              </td>
            </tr>
          ))}
        </tbody>
      </TableBox>
      {rest > 0 && <p className="small muted">and {counted(rest, 'other address', 'other addresses')}</p>}
    </div>
  )
}

function HuntRow({ row }: { readonly row: HuntAnswerView['rows'][number] }): ReactNode {
  return (
    <li className="stack stack--tight">
      <p className="hunt-row__head">
        <Moment atMs={row.timeMs} form="full" />
        <span className="mono">
          <ShortText text={row.address} charactersShown={60} />
        </span>
        {row.status !== undefined && <span>answered {row.status}</span>}
        {row.bytes !== undefined && <span>{counted(row.bytes, 'byte')}</span>}
      </p>
      <pre className="log">
        {row.kind !== 'request' ? (
          <StrangeText text={row.text} charactersShown={400} />
        ) : (
          <StrangeText
            text={`${row.method} ${row.path}${row.query === '' ? '' : `?${row.query}`}`}
            charactersShown={400}
          />
        )}
      </pre>
      <p className="small muted">
        {row.agent !== '' && (
          <>
            <StrangeText text={row.agent} charactersShown={160} />
            {' · '}
          </>
        )}
        <ShortText text={row.file} charactersShown={120} />, line {inDigits(row.line)}
      </p>
    </li>
  )
}
