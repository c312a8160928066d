/** What attackers want, by the tactics of MITRE ATT&CK, and how many rules in use know of it. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { inDigits } from '../../../src/core/counts.ts'
import type { RulesPageView } from '../../../src/desk/api/rules.ts'
import { TableBox } from '../../parts/table-box.tsx'

/** Shows the table. */
export function Coverage({ rows }: { readonly rows: RulesPageView['coverage'] }): ReactNode {
  const most = Math.max(1, ...rows.map(({ rules }) => rules))
  return (
    <section className="stack" aria-labelledby="coverage">
      <h2 id="coverage">Which steps of an attack are seen</h2>
      <p className="muted">
        Rules in use, by what an attacker wants (the tactics of MITRE ATT&amp;CK). A row without rules is no mistake:
        some steps, such as scouting from afar, leave no trace on your machines.
      </p>
      <TableBox label="Rules by tactic">
        <thead>
          <tr>
            <th scope="col">Tactic</th>
            <th scope="col" className="is-number">
              Rules
            </th>
            <th scope="col" className="is-number">
              Techniques
            </th>
            <td className="coverage__bars" />
          </tr>
        </thead>
        <tbody>
          {rows.map(({ tactic, rules, techniques }) => (
            <tr key={tactic}>
              <th scope="row">
                {rules === 0 ? (
                  <span className="muted">{tactic}</span>
                ) : (
                  <Link to={`/rules?${new URLSearchParams({ tactic }).toString()}`}>{tactic}</Link>
                )}
              </th>
              <td className="is-number">{inDigits(rules)}</td>
              <td className="is-number">{inDigits(techniques)}</td>
              <td className="coverage__bars">
                <svg
                  className="coverage__bar"
                  viewBox="0 0 100 8"
                  preserveAspectRatio="none"
                  width="100%"
                  height="8"
                  aria-hidden="true"
                >
                  <rect width={(rules / most) * 100} height="8" fill="currentColor" />
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
      </TableBox>
    </section>
  )
}
