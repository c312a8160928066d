/** A button that asks before it does something that others notice. */
import type { UseMutationResult } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useAnnounce } from '../shell/announcer.tsx'
import { Failure } from './answer.tsx'
import { Dialog } from './dialog.tsx'

interface ConfirmProps<V, T> {
  /** On the button that opens the question. */
  readonly button: string
  /** For screen readers, where several such buttons stand on a page. */
  readonly buttonLabel?: string
  readonly look?: string
  readonly question: string
  readonly children: ReactNode
  /** On the button that does it. */
  readonly doIt: string
  /** Read out when it is done. */
  readonly said: string
  readonly mutation: UseMutationResult<T, Error, V>
  readonly values: V
  /** What follows when it is done. */
  readonly onDone?: () => void
}

/** Shows the button, and the question when it is pressed. */
export function Confirm<V, T>(props: ConfirmProps<V, T>): ReactNode {
  const {
    button,
    buttonLabel,
    look = 'usa-button--unstyled',
    question,
    children,
    doIt,
    said,
    mutation,
    values,
    onDone,
  } = props
  const [isOpen, setOpen] = useState(false)
  const announce = useAnnounce()
  const close = (): void => {
    setOpen(false)
    mutation.reset()
  }
  return (
    <>
      <button type="button" className={`usa-button ${look}`} aria-label={buttonLabel} onClick={() => setOpen(true)}>
        {button}
      </button>
      <Dialog title={question} isOpen={isOpen} onClose={close}>
        {children}
        {mutation.isError && <Failure error={mutation.error} />}
        <div className="actions">
          <button
            type="button"
            className="usa-button usa-button--secondary"
            disabled={mutation.isPending}
            onClick={() =>
              mutation.mutate(values, {
                onSuccess: () => {
                  announce(said)
                  setOpen(false)
                  onDone?.()
                },
              })
            }
          >
            {doIt}
          </button>
          <button type="button" className="usa-button usa-button--outline" onClick={close}>
            Cancel
          </button>
        </div>
      </Dialog>
    </>
  )
}
