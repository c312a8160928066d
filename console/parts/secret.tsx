/** Something to copy elsewhere (a token, a link, a few lines of configuration), with a button that does it. */
import { type ReactNode, useId, useState } from 'react'
import { useAnnounce } from '../shell/announcer.tsx'

interface SecretProps {
  readonly label: string
  readonly text: string
}

/** Shows it. */
export function Secret({ label, text }: SecretProps): ReactNode {
  const [state, setState] = useState<'shown' | 'copied' | 'failed'>('shown')
  const announce = useAnnounce()
  const id = useId()
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setState('copied')
      announce(`${label}: copied.`)
    } catch {
      // Browsers refuse where the connection is not safe: then the text is marked, ready to be copied by hand.
      const element = document.getElementById(id)
      if (element !== null) getSelection()?.selectAllChildren(element)
      setState('failed')
      announce('Your browser does not let the page copy. The text is marked: copy it by hand.')
    }
  }
  return (
    <figure className="secret" aria-label={label}>
      <div className="row row--spread">
        <figcaption>{label}</figcaption>
        <button
          type="button"
          className="usa-button usa-button--unstyled"
          aria-label={`Copy: ${label}`}
          onClick={() => void copy()}
        >
          {state === 'copied' ? 'Copied' : state === 'failed' ? 'Marked: copy it by hand' : 'Copy'}
        </button>
      </div>
      <pre className="log" id={id}>
        {text}
      </pre>
    </figure>
  )
}
