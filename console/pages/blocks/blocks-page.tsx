/** The block list: who is kept out and until when, where that is in force, and who is never kept out. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { counted } from '../../../src/core/counts.ts'
import type { BlockListView, BlockView } from '../../../src/desk/api/blocks.ts'
import { blocksQuery } from '../../api/queries.ts'
import { useRights } from '../../api/rights.ts'
import { useSend } from '../../api/send.ts'
import { Answer } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText, StrangeText, visible } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { AddBlock } from './add-block.tsx'
import { Automatic } from './automatic.tsx'
import { Feed } from './feed.tsx'
import { NeverBlock } from './never-block.tsx'
import { Targets } from './targets.tsx'
import './blocks.css'

/** The page. */
export function BlocksPage(): ReactNode {
  const query = useQuery(blocksQuery)
  return (
    <Page title="Block list" lead={<p>Who is kept out, why, and until when. Every block ends by itself.</p>}>
      <Answer query={query} lines={6}>
        {(list) => <Blocks list={list} />}
      </Answer>
    </Page>
  )
}

function Blocks({ list }: { readonly list: BlockListView }): ReactNode {
  const { mayDecide, mayConfigure } = useRights()
  const active = list.blocks.filter((block) => block.state === 'active')
  const ended = list.blocks.filter((block) => block.state !== 'active')
  return (
    <div className="stack stack--wide">
      <section className="stack" aria-labelledby="active">
        <h2 id="active">{active.length === 0 ? 'Nobody is blocked' : counted(active.length, 'block')}</h2>
        {active.length === 0 ? (
          <p className="muted">Blocks are proposed by incidents, and put in force by a click there or here.</p>
        ) : (
          <BlockRows blocks={active} mayDecide={mayDecide} />
        )}
        {ended.length > 0 && (
          <details>
            <summary>{counted(ended.length, 'block')} that ended</summary>
            <BlockRows blocks={ended} mayDecide={false} />
          </details>
        )}
      </section>
      <Targets targets={list.targets} hasBlocks={active.length > 0} />
      {mayDecide && <AddBlock />}
      <NeverBlock entries={list.neverBlock} mayDecide={mayDecide} />
      {mayDecide && <Automatic kinds={list.automaticKinds} />}
      {mayDecide && <Feed maySwitch={mayConfigure} />}
    </div>
  )
}

function BlockRows({
  blocks,
  mayDecide,
}: {
  readonly blocks: readonly BlockView[]
  readonly mayDecide: boolean
}): ReactNode {
  return (
    <ul className="plain-list list-box">
      {blocks.map((block) => (
        <BlockRow block={block} mayDecide={mayDecide} key={block.id} />
      ))}
    </ul>
  )
}

function BlockRow({ block, mayDecide }: { readonly block: BlockView; readonly mayDecide: boolean }): ReactNode {
  const lift = useSend({
    method: 'POST',
    path: `/api/blocks/${encodeURIComponent(block.id)}/lift`,
    body: () => ({}),
    concerns: ['blocks', 'incident', 'today'],
  })
  const network = visible(block.network).slice(0, 80)
  return (
    <li className="row row--spread">
      <div className="block-row__what">
        <strong className="mono">
          <ShortText text={block.network} charactersShown={80} />
        </strong>
        <p>
          <StrangeText text={block.reason} charactersShown={300} />
        </p>
        <p className="small muted">
          Blocked by <ShortText text={block.decidedBy} charactersShown={60} />, <Moment atMs={block.decidedAtMs} />
          {block.incidentId !== undefined && (
            <>
              {', because of '}
              <Link to={`/incidents/${encodeURIComponent(block.incidentId)}`}>
                <ShortText text={block.incidentTitle ?? 'an incident'} charactersShown={120} />
              </Link>
            </>
          )}
        </p>
      </div>
      <div className="block-row__do">
        <p className="small">
          {block.state === 'active' && (
            <>
              until <Moment atMs={block.expiresAtMs} form="full" />
            </>
          )}
          {block.state === 'expired' && (
            <>
              ended <Moment atMs={block.expiresAtMs} />
            </>
          )}
          {block.state === 'lifted' && (
            <>
              lifted by <ShortText text={block.liftedBy ?? 'somebody'} charactersShown={60} />
              {block.liftedAtMs !== undefined && (
                <>
                  , <Moment atMs={block.liftedAtMs} />
                </>
              )}
            </>
          )}
        </p>
        {mayDecide && (
          <Confirm
            button="Lift it"
            buttonLabel={`Lift it: the block of ${network}`}
            question={`Let ${network} in again?`}
            doIt="Lift the block"
            said={`The block of ${network} is lifted.`}
            mutation={lift}
            values={undefined}
          >
            <p>Whoever comes from there reaches your website again.</p>
          </Confirm>
        )}
      </div>
    </li>
  )
}
