/** Blocking an address by hand. */
import { type ReactNode, useState } from 'react'
import type { AddBlockBody } from '../../../src/desk/api/blocks.ts'
import { useSend } from '../../api/send.ts'
import { Failure } from '../../parts/answer.tsx'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { blockLengths } from '../../words/lengths.ts'

/** Shows the form. */
export function AddBlock(): ReactNode {
  const [network, setNetwork] = useState('')
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState('168')
  const add = useSend<AddBlockBody>({ method: 'POST', path: '/api/blocks', concerns: ['blocks', 'incident', 'today'] })
  const announce = useAnnounce()
  return (
    <section className="stack" aria-labelledby="add">
      <h2 id="add">Block an address</h2>
      <form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (add.isPending) return
          add.mutate(
            { network: network.trim(), reason: reason.trim(), hours: Number(hours) },
            {
              onSuccess: () => {
                announce(`${network.trim()} is blocked.`)
                setNetwork('')
                setReason('')
              },
            },
          )
        }}
      >
        <div className="fields">
          <TextField
            label="Address or range"
            placeholder="203.0.113.9 or 203.0.113.0/24"
            required
            minLength={2}
            maxLength={60}
            spellCheck={false}
            value={network}
            onChange={(event) => setNetwork(event.target.value)}
          />
          <TextField
            label="Why"
            placeholder="What a colleague will want to know"
            required
            maxLength={400}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <SelectField label="For how long" value={hours} choices={blockLengths} onChoose={setHours} />
        </div>
        {add.isError && <Failure error={add.error} />}
        <div className="actions">
          <button type="submit" className="usa-button usa-button--outline" disabled={add.isPending}>
            {add.isPending ? 'Blocking…' : 'Block it'}
          </button>
        </div>
      </form>
    </section>
  )
}
