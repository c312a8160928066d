/** Who is signed in, light or dark, and the way out. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { SessionView } from '../../src/server/api/session.ts'
import { request } from '../api/request.ts'
import { Failure } from '../parts/answer.tsx'
import { Icon } from '../parts/icon.tsx'
import { StrangeText } from '../parts/strange-text.tsx'
import { roleWords } from '../words/terms.ts'
import { ThemeSwitch } from './theme-switch.tsx'

/** The menu at the right of the header. */
export function AccountMenu({ session }: { readonly session: SessionView }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const leave = useMutation({
    mutationFn: () => request('POST', '/api/sign-out', {}),
    onSuccess: async () => {
      queries.clear()
      await navigate('/sign-in')
    },
  })
  useEffect(() => {
    if (!isOpen) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      setOpen(false)
      button.current?.focus()
    }
    const onPointer = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('pointerdown', onPointer)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('pointerdown', onPointer)
    }
  }, [isOpen])
  const { account } = session
  return (
    <div className="menu" ref={box}>
      <button
        type="button"
        className="tool"
        ref={button}
        aria-expanded={isOpen}
        aria-controls="account"
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="person" />
        <span className="sr-only">Your account and display</span>
      </button>
      <div className="menu__panel stack" id="account" hidden={!isOpen}>
        {account && (
          <p>
            Signed in as{' '}
            <strong>
              <StrangeText text={account.name} charactersShown={80} />
            </strong>
            <br />
            <span className="muted small">{roleWords[account.role].name}</span>
          </p>
        )}
        <ThemeSwitch />
        <Link to="/account" onClick={() => setOpen(false)}>
          Your account and passkeys
        </Link>
        {leave.isError && <Failure error={leave.error} />}
        <button
          type="button"
          className="usa-button usa-button--outline"
          disabled={leave.isPending}
          onClick={() => leave.mutate()}
        >
          Sign out
        </button>
      </div>
    </div>
  )
}
