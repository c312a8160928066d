/** Where the block list is put in force, and whether it is. */
import type { ReactNode } from 'react'
import type { TargetView } from '../../../src/desk/api/blocks.ts'
import { Label } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import type { Tone } from '../../words/terms.ts'

const states: Readonly<Record<TargetView['state'], { readonly name: string; readonly tone: Tone }>> = {
  'in-force': { name: 'In force', tone: 'green' },
  pending: { name: 'Being put in force', tone: 'blue' },
  failing: { name: 'Not in force', tone: 'red' },
  download: { name: 'By hand', tone: 'gray' },
}

interface TargetsProps {
  readonly targets: readonly TargetView[]
  readonly hasBlocks: boolean
}

/** Only paths of this desk are followed, whatever an answer says. */
const ownPath = (path: string): string | undefined =>
  /^\/api\/blocks\/downloads\/[a-z0-9][a-z0-9.-]*$/.test(path) ? path : undefined

/** Shows the targets. */
export function Targets({ targets, hasBlocks }: TargetsProps): ReactNode {
  return (
    <section className="stack" aria-labelledby="targets">
      <h2 id="targets">Where it is in force</h2>
      {targets.length === 0 ? (
        <Notice tone={hasBlocks ? 'gold' : 'gray'}>
          <p>
            <strong>Nowhere yet.</strong> The desk keeps the list, but nothing applies it. IT names the website’s server
            or the firewall in the configuration file (its place stands under Settings), or lets a firewall fetch the
            list, below.
          </p>
        </Notice>
      ) : (
        <ul className="plain-list list-box">
          {targets.map((target) => {
            const path = target.downloadPath === undefined ? undefined : ownPath(target.downloadPath)
            return (
              <li className="row row--spread" key={target.name}>
                <div className="block-row__what">
                  <strong>
                    <ShortText text={target.title} charactersShown={80} />
                  </strong>
                  <p className="small">
                    <StrangeText text={target.sentence} charactersShown={300} />
                    {target.sinceMs !== undefined && (
                      <span className="muted">
                        {' '}
                        Since <Moment atMs={target.sinceMs} />.
                      </span>
                    )}
                  </p>
                  {path !== undefined && (
                    <a href={path} download>
                      Download the list
                    </a>
                  )}
                </div>
                <Label tone={states[target.state].tone} form="outline">
                  {states[target.state].name}
                </Label>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
