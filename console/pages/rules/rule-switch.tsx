/** Switching a rule off for this office, with a reason, and on again. */
import { type ReactNode, useState } from 'react'
import type { RuleView } from '../../../src/desk/api/rules.ts'
import { useSend } from '../../api/send.ts'
import { Failure } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/fields.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'

/** What changes with it. */
const concerns = ['rules', 'audit'] as const

/** Shows the switch. */
export function RuleSwitch({ rule }: { readonly rule: RuleView }): ReactNode {
  const on = useSend({ method: 'POST', path: `/api/rules/${rule.id}/on`, body: () => ({}), concerns })
  if (rule.off === undefined) return <SwitchOff rule={rule} />
  return (
    <Confirm
      button="Switch it on again"
      look="usa-button--outline"
      question="Switch this rule on again?"
      doIt="Switch it on"
      said="The rule is switched on."
      mutation={on}
      values={undefined}
    >
      <p>From now on it makes findings again. What came while it was off is not looked at anew.</p>
    </Confirm>
  )
}

function SwitchOff({ rule }: { readonly rule: RuleView }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const announce = useAnnounce()
  const off = useSend<{ reason: string }>({ method: 'POST', path: `/api/rules/${rule.id}/off`, concerns })
  const close = (): void => {
    setOpen(false)
    off.reset()
  }
  return (
    <>
      <div>
        <button type="button" className="usa-button usa-button--outline" onClick={() => setOpen(true)}>
          Switch this rule off
        </button>
      </div>
      <Dialog title="Switch this rule off for your office?" isOpen={isOpen} onClose={close}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            off.mutate(
              { reason: reason.trim() },
              {
                onSuccess: () => {
                  announce('The rule is switched off.')
                  setOpen(false)
                  setReason('')
                },
              },
            )
          }}
        >
          <p>
            <strong>From this moment on the desk says nothing when this happens.</strong> Incidents that are there stay.
            Rules that count this one go on counting. Your name and the reason are kept in the audit trail.
          </p>
          <p>
            If it fires on one thing that is right in your office, a filter is better: it leaves out that one thing. Ask
            IT.
          </p>
          <TextField
            label="Why?"
            hint="For whoever asks in a year."
            required
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          {off.isError && <Failure error={off.error} />}
          <div className="actions">
            <button
              type="submit"
              className="usa-button usa-button--secondary"
              disabled={off.isPending || reason.trim() === ''}
            >
              Switch it off
            </button>
            <button type="button" className="usa-button usa-button--outline" onClick={close}>
              Cancel
            </button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
