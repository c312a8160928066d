/** Addresses that can be kept out, with who else may sit behind them, and the question before it is done. */
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import type { IncidentView } from '../../../src/desk/api/incidents.ts'
import { Failure } from '../../parts/answer.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { SelectField } from '../../parts/fields.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { ShortText, StrangeText, visible } from '../../parts/strange-text.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { lengthChoices } from '../../words/lengths.ts'
import { useBlock, useLift } from './decisions.ts'

type Proposal = IncidentView['proposals'][number]

interface BlockingProps {
  readonly incident: IncidentView
  readonly mayDecide: boolean
}

/** Shows the proposals. */
export function Blocking({ incident, mayDecide }: BlockingProps): ReactNode {
  const [asked, ask] = useState<Proposal>()
  const lift = useLift(incident.id)
  const announce = useAnnounce()
  if (incident.proposals.length === 0) return null
  return (
    <section className="stack" aria-labelledby="block">
      <h2 id="block">Keep them out</h2>
      {lift.isError && <Failure error={lift.error} />}
      <ul className="plain-list proposals">
        {incident.proposals.map((proposal) => (
          <li className="proposal" key={proposal.network}>
            <div className="proposal__what">
              <strong className="mono">
                <ShortText text={proposal.network} charactersShown={80} />
              </strong>
              <p className="small muted">
                <StrangeText text={proposal.reason} charactersShown={300} />
              </p>
              {proposal.refusal !== undefined && (
                <p className="small">
                  <strong>Not to be blocked.</strong> <StrangeText text={proposal.refusal} charactersShown={300} />
                </p>
              )}
            </div>
            {proposal.blockId !== undefined ? (
              <div className="proposal__do">
                <p className="small">
                  <strong>Blocked</strong>
                  {proposal.blockedUntilMs !== undefined && (
                    <>
                      {' '}
                      until <Moment atMs={proposal.blockedUntilMs} form="full" />
                    </>
                  )}
                </p>
                {mayDecide && (
                  <button
                    type="button"
                    className="usa-button usa-button--unstyled"
                    disabled={lift.isPending}
                    aria-label={`Lift the block of ${visible(proposal.network).slice(0, 80)}`}
                    onClick={() =>
                      lift.mutate(proposal.blockId ?? '', {
                        onSuccess: () => announce('The block is lifted.'),
                      })
                    }
                  >
                    Lift
                  </button>
                )}
              </div>
            ) : (
              proposal.refusal === undefined &&
              mayDecide && (
                <button
                  type="button"
                  className="usa-button usa-button--small proposal__do"
                  aria-label={`Block ${visible(proposal.network).slice(0, 80)}`}
                  onClick={() => ask(proposal)}
                >
                  Block
                </button>
              )
            )}
          </li>
        ))}
      </ul>
      <p className="small muted no-print">
        A block ends by itself. All of them stand on the <Link to="/blocks">block list</Link>.
      </p>
      <Dialog
        title={`Block ${visible(asked?.network ?? '').slice(0, 80)}?`}
        isOpen={asked !== undefined}
        onClose={() => ask(undefined)}
      >
        {asked && <Question incidentId={incident.id} proposal={asked} onClose={() => ask(undefined)} />}
      </Dialog>
    </section>
  )
}

interface QuestionProps {
  readonly incidentId: string
  readonly proposal: Proposal
  readonly onClose: () => void
}

function Question({ incidentId, proposal, onClose }: QuestionProps): ReactNode {
  const [hours, setHours] = useState(String(proposal.hours))
  const [network, setNetwork] = useState(proposal.suggestion ?? proposal.network)
  const block = useBlock(incidentId)
  const announce = useAnnounce()
  const send = (): void =>
    block.mutate(
      { network, reason: proposal.reason.slice(0, 400), hours: Number(hours) },
      {
        onSuccess: () => {
          announce(`${visible(network).slice(0, 80)} is blocked.`)
          onClose()
        },
      },
    )
  return (
    <>
      <p>
        Your website will refuse everything that comes from this address. Expect the attacker to return from another
        one.
      </p>
      {proposal.warnings.length > 0 && (
        <Notice tone="gold">
          <p>
            <strong>Who else may be shut out</strong>
          </p>
          {proposal.warnings.map((warning) => (
            <p key={warning}>
              <StrangeText text={warning} charactersShown={300} />
            </p>
          ))}
        </Notice>
      )}
      {proposal.suggestion !== undefined && (
        <SelectField
          label="What to block"
          hint="With IPv6, one visitor has a whole network of addresses and can change among them at will."
          value={network}
          choices={[
            [proposal.suggestion, `${visible(proposal.suggestion).slice(0, 80)}: the visitor’s whole network`],
            [proposal.network, `${visible(proposal.network).slice(0, 80)}: this address only`],
          ]}
          onChoose={setNetwork}
        />
      )}
      <SelectField label="For how long" value={hours} choices={lengthChoices(proposal.hours)} onChoose={setHours} />
      {block.isError && <Failure error={block.error} />}
      <div className="actions">
        <button type="button" className="usa-button usa-button--secondary" disabled={block.isPending} onClick={send}>
          {block.isPending ? 'Blocking…' : 'Block it'}
        </button>
        <button type="button" className="usa-button usa-button--outline" onClick={onClose}>
          Leave it
        </button>
      </div>
    </>
  )
}
