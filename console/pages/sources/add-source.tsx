/** Adding a source by hand: a file's path, or an entry that other machines send to. */
import { type ReactNode, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Failure } from '../../parts/answer.tsx'
import { SelectField, TextArea, TextField } from '../../parts/fields.tsx'
import { Notice } from '../../parts/notice.tsx'
import { useAddSource } from './adding.ts'

/** Shows both ways. */
export function AddSource(): ReactNode {
  return (
    <section className="stack" aria-labelledby="add">
      <h2 id="add">Add a source</h2>
      <div className="source-ways">
        <FollowForm />
        <PushForm />
      </div>
      <p className="small muted">
        Firewalls and other machines that speak syslog: IT opens a port for them in the desk’s configuration file, whose
        place stands under Settings. The file’s own comments say how.
      </p>
    </section>
  )
}

function FollowForm(): ReactNode {
  const [title, setTitle] = useState('')
  const [paths, setPaths] = useState('')
  const [from, setFrom] = useState<'start' | 'end'>('start')
  const add = useAddSource()
  const names = paths
    .split('\n')
    .map((path) => path.trim())
    .filter((path) => path !== '')
  return (
    <form
      className="panel stack"
      aria-label="Follow a log file"
      onSubmit={(event) => {
        event.preventDefault()
        if (add.isPending || names.length === 0) return
        add.mutate(
          { kind: 'follow', title: title.trim(), paths: names.slice(0, 20), from },
          {
            onSuccess: () => {
              setTitle('')
              setPaths('')
            },
          },
        )
      }}
    >
      <h3>A log file on this machine</h3>
      <TextField
        label="What to call it"
        placeholder="Website"
        required
        maxLength={80}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <TextArea
        label="Path"
        hint="One a line; * stands for any part of a name: /var/log/nginx/*.log"
        required
        rows={2}
        maxLength={20_000}
        className="usa-textarea mono"
        spellCheck={false}
        value={paths}
        onChange={(event) => setPaths(event.target.value)}
      />
      <SelectField
        label="Read it"
        value={from}
        choices={[
          ['start', 'from its beginning: finds what happened before today'],
          ['end', 'from now on'],
        ]}
        onChoose={(value) => setFrom(value === 'end' ? 'end' : 'start')}
      />
      {add.isError && <Failure error={add.error} />}
      {add.isSuccess && (
        <Notice tone="green" isSpoken>
          <p>Added. It stands in the list above.</p>
        </Notice>
      )}
      <div className="actions">
        <button type="submit" className="usa-button" disabled={add.isPending}>
          {add.isPending ? 'Adding…' : 'Watch it'}
        </button>
      </div>
    </form>
  )
}

function PushForm(): ReactNode {
  const [title, setTitle] = useState('')
  const add = useAddSource()
  const navigate = useNavigate()
  return (
    <form
      className="panel stack"
      aria-label="Let another machine send"
      onSubmit={(event) => {
        event.preventDefault()
        if (add.isPending) return
        add.mutate(
          { kind: 'push', title: title.trim() },
          { onSuccess: ({ id }) => void navigate(`/sources/${encodeURIComponent(id)}`) },
        )
      }}
    >
      <h3>Another machine sends its log here</h3>
      <p>
        For a website that is hosted elsewhere. You get a token for its sender and lines to paste; give both to whoever
        runs it.
      </p>
      <TextField
        label="What to call it"
        placeholder="Website at the hosting company"
        required
        maxLength={80}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      {add.isError && <Failure error={add.error} />}
      <div className="actions">
        <button type="submit" className="usa-button usa-button--outline" disabled={add.isPending}>
          {add.isPending ? 'Adding…' : 'Make an entry'}
        </button>
      </div>
      <p className="small muted">
        The machine must reach this desk. If it is not on your network, ask IT first. See also{' '}
        <Link to="/settings">Settings</Link>.
      </p>
    </form>
  )
}
