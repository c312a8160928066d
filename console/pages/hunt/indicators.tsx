/** Lists of known bad addresses: loaded from a warning, searched backwards at once, and watched for from then on. */
import { type ReactNode, useState } from 'react'
import { counted } from '../../../src/core/counts.ts'
import type { HuntPageView } from '../../../src/desk/api/hunt.ts'
import { useSend } from '../../api/send.ts'
import { Failure } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { TextArea, TextField } from '../../parts/fields.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { ShortText, visible } from '../../parts/strange-text.tsx'

const nameMost = 120
const textMost = 8_000_000

/** Shows the lists, and the form that loads one. */
export function Indicators({ lists }: { readonly lists: HuntPageView['indicatorLists'] }): ReactNode {
  const remove = useSend<{ name: string }>({ method: 'POST', path: '/api/indicators/remove', concerns: ['hunts'] })
  return (
    <section className="stack" aria-labelledby="lists">
      <h2 id="lists">Lists of known attackers</h2>
      {lists.length === 0 ? (
        <p className="muted">
          None yet. When the state or the FBI sends addresses to look for, load them here: the desk looks back through
          everything that it kept.
        </p>
      ) : (
        <ul className="plain-list list-box">
          {lists.map((list) => (
            <li className="row row--spread" key={list.name}>
              <div className="hunt-what">
                <strong>
                  <ShortText text={list.name} charactersShown={120} />
                </strong>
                <p className="small muted">
                  {counted(list.addressCount, 'address', 'addresses')}, loaded by{' '}
                  <ShortText text={list.addedBy} charactersShown={60} />, <Moment atMs={list.addedAtMs} />
                </p>
              </div>
              <Confirm
                button="Remove"
                buttonLabel={`Remove the list ${visible(list.name).slice(0, 80)}`}
                question="Remove this list?"
                doIt="Remove it"
                said="The list is removed."
                mutation={remove}
                values={{ name: list.name }}
              >
                <p>The desk no longer looks for its addresses. What it found stays.</p>
              </Confirm>
            </li>
          ))}
        </ul>
      )}
      <LoadForm />
    </section>
  )
}

function LoadForm(): ReactNode {
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const [tooLarge, setTooLarge] = useState(false)
  const add = useSend<{ name: string; text: string }>({ method: 'POST', path: '/api/indicators', concerns: ['hunts'] })
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    setTooLarge(file.size > textMost)
    if (file.size > textMost) return
    setText(await file.text())
    if (name === '') setName(file.name.slice(0, nameMost))
  }
  return (
    <form
      className="panel stack"
      aria-label="Load a list"
      onSubmit={(event) => {
        event.preventDefault()
        if (add.isPending) return
        add.mutate(
          { name: name.trim(), text },
          {
            onSuccess: () => {
              setName('')
              setText('')
            },
          },
        )
      }}
    >
      <h3>Load a list</h3>
      <TextField
        label="What it is"
        placeholder="State advisory 2026-31"
        required
        maxLength={nameMost}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextArea
        label="Addresses"
        hint="Paste them, or the whole mail: what is no address is skipped."
        required
        rows={4}
        className="usa-textarea mono"
        spellCheck={false}
        maxLength={textMost}
        value={text.length > 20_000 ? `${text.slice(0, 20_000)}…` : text}
        readOnly={text.length > 20_000}
        onChange={(event) => setText(event.target.value)}
      />
      <TextField
        label="Or choose a file"
        type="file"
        className="hunt-file"
        accept=".txt,.csv,text/plain,text/csv"
        error={tooLarge ? 'This file is larger than a list of addresses ever is.' : undefined}
        onChange={(event) => void read(event.target.files?.[0])}
      />
      {add.isError && <Failure error={add.error} />}
      {add.isSuccess && (
        <Notice tone="green" isSpoken>
          <p>Loaded. The desk looks back through everything that it kept; what it finds stands below.</p>
        </Notice>
      )}
      <div className="actions">
        <button type="submit" className="usa-button usa-button--outline" disabled={add.isPending || text.trim() === ''}>
          {add.isPending ? 'Loading…' : 'Load it and search backwards'}
        </button>
      </div>
    </form>
  )
}
