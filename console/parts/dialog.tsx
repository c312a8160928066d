/** A question that must be answered first: the browser's own modal dialog, which keeps the focus inside, closes with
 *  Escape and gives the focus back. */
import { type ReactNode, useEffect, useId, useRef } from 'react'

interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Shows the dialog while `isOpen`. */
export function Dialog({ title, isOpen, onClose, children }: DialogProps): ReactNode {
  const element = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (isOpen && !element.current?.open) element.current?.showModal()
    if (!isOpen && element.current?.open) element.current.close()
  }, [isOpen])
  return (
    <dialog className="dialog" ref={element} aria-labelledby={id} onClose={onClose}>
      {isOpen && (
        <div className="stack">
          <h2 id={id}>{title}</h2>
          {children}
        </div>
      )}
    </dialog>
  )
}
