/** Uploading log files by hand: dragged onto the page or chosen, one after the other, each with its progress. */
import { useQueryClient } from '@tanstack/react-query'
import { type DragEvent, type ReactNode, useId, useRef, useState } from 'react'
import { inBytes } from '../../../src/core/counts.ts'
import { Icon } from '../../parts/icon.tsx'
import { ShortText, StrangeText } from '../../parts/strange-text.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { sendFile } from './send-file.ts'

interface Sending {
  readonly key: number
  readonly file: File
  readonly sent: number
  readonly state: 'waiting' | 'sending' | 'done' | 'failed'
  readonly sentence: string
}

let lastKey = 0

/** Shows the place to drop files on. */
export function Upload(): ReactNode {
  const [files, setFiles] = useState<readonly Sending[]>([])
  const [isOver, setOver] = useState(false)
  const queue = useRef<Promise<void>>(Promise.resolve())
  const announce = useAnnounce()
  const queries = useQueryClient()
  const id = useId()

  const change = (key: number, part: Partial<Sending>): void =>
    setFiles((all) => all.map((each) => (each.key === key ? { ...each, ...part } : each)))

  const send = async (key: number, file: File): Promise<void> => {
    change(key, { state: 'sending' })
    const outcome = await sendFile(file, (sent) => change(key, { sent }))
    change(key, { state: outcome.ok ? 'done' : 'failed', sentence: outcome.sentence })
    announce(`${file.name.slice(0, 80)}: ${outcome.sentence}`)
    await queries.invalidateQueries({ queryKey: ['sources'] })
  }
  const take = (list: FileList | null): void => {
    for (const file of list ?? []) {
      const key = ++lastKey
      setFiles((all) => [...all, { key, file, sent: 0, state: 'waiting', sentence: '' }])
      queue.current = queue.current.then(() => send(key, file))
    }
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files)
  }
  return (
    <section className="stack" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Upload a log file or saved mail</h2>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the mouse; the field is for all. */}
      <div
        className={`drop${isOver ? ' is-over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Icon name="upload" size={32} />
        <p>
          Drag log files here, or{' '}
          <label className="drop__choose" htmlFor={id}>
            choose them
          </label>
          .
        </p>
        <input
          className="drop__field"
          id={id}
          type="file"
          multiple
          onChange={(event) => {
            take(event.target.files)
            event.target.value = ''
          }}
        />
        <p className="small muted">
          Also compressed (.gz, .zst), bundles of machines without a network, and mail (.eml, .msg, mailboxes). The same
          file twice counts once.
        </p>
      </div>
      {files.length > 0 && (
        <ul className="plain-list list-box">
          {files.map((each) => (
            <FileRow sending={each} key={each.key} />
          ))}
        </ul>
      )}
    </section>
  )
}

function FileRow({ sending }: { readonly sending: Sending }): ReactNode {
  const { file, sent, state, sentence } = sending
  const part = file.size === 0 ? 1 : sent / file.size
  return (
    <li className="stack stack--tight">
      <p className="row row--spread">
        <strong>
          <ShortText text={file.name} charactersShown={100} />
        </strong>
        <span className="small muted">
          {state === 'sending' ? `${inBytes(sent)} of ${inBytes(file.size)}` : inBytes(file.size)}
        </span>
      </p>
      {state === 'sending' && (
        <progress className="bar" max={1} value={part} aria-label="Uploaded">
          {Math.round(part * 100)} %
        </progress>
      )}
      {state === 'waiting' && <p className="small muted">Waits for its turn.</p>}
      {sentence !== '' && (
        <p className={`small${state === 'failed' ? ' is-bad' : ''}`}>
          {state === 'failed' && <strong>Not taken. </strong>}
          <StrangeText text={sentence} charactersShown={300} />
        </p>
      )}
    </li>
  )
}
