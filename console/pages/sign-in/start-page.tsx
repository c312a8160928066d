/** A link that works once: into the demonstration, or to an account of one's own. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'react-router'
import type { BegunAccountView, LinkView } from '../../../src/server/api/session.ts'
import { request } from '../../api/request.ts'
import { signIn } from '../../api/session.ts'
import { Failure, Skeleton } from '../../parts/answer.tsx'
import { TextField } from '../../parts/fields.tsx'
import { roleWords } from '../../words/terms.ts'
import { whenOf } from '../../words/times.ts'
import { useArrive } from './arrive.ts'
import { Frame } from './frame.tsx'
import { RecoveryCodes, WaysIn } from './ways-in.tsx'

/** The page. */
export function StartPage(): ReactNode {
  const token = decodeURIComponent(useLocation().hash.slice(1))
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: () => request<LinkView>('POST', '/api/sign-in/link', { token }),
    enabled: token !== '',
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (token === '' || link.isError) {
    return (
      <Frame title="This link does not work">
        {link.isError ? <Failure error={link.error} /> : <p>It is not complete: copy all of it, to the last letter.</p>}
        <p>
          A link works once and not for long. Ask for a new one, or start the desk again: it prints one. If you have an
          account, <Link to="/sign-in">sign in</Link>.
        </p>
      </Frame>
    )
  }
  if (link.data === undefined) {
    return (
      <Frame title="One moment">
        <Skeleton lines={3} />
      </Frame>
    )
  }
  if (link.data.purpose === 'demonstration') return <IntoDemonstration token={token} />
  return <MakeAccount token={token} link={link.data} />
}

function IntoDemonstration({ token }: { readonly token: string }): ReactNode {
  const arrive = useArrive()
  const enter = useMutation({ mutationFn: () => signIn('/api/sign-in/demonstration', { token }), onSuccess: arrive })
  const hasBegun = useRef(false)
  const { mutate } = enter
  useEffect(() => {
    if (hasBegun.current) return
    hasBegun.current = true
    mutate()
  }, [mutate])
  return (
    <Frame title="Into the demonstration">
      {enter.isError ? <Failure error={enter.error} onRetry={mutate} /> : <Skeleton lines={2} />}
    </Frame>
  )
}

const titles: Readonly<Record<LinkView['purpose'], string>> = {
  demonstration: 'Into the demonstration',
  'first-account': 'Make the first account',
  invitation: 'Make your account',
  reset: 'Set up your account anew',
}

function MakeAccount({ token, link }: { readonly token: string; readonly link: LinkView }): ReactNode {
  const [name, setName] = useState('')
  const [codes, setCodes] = useState<readonly string[]>()
  const arrive = useArrive()
  const begin = useMutation({
    mutationFn: () =>
      request<BegunAccountView>('POST', '/api/accounts/begin', {
        token,
        ...(link.accountName === undefined ? { name: name.trim() } : {}),
      }),
  })
  if (codes !== undefined) {
    return (
      <Frame title="Keep these recovery codes">
        <RecoveryCodes codes={codes} onKept={arrive} />
      </Frame>
    )
  }
  if (begin.data !== undefined) {
    return (
      <Frame title="How will you sign in?">
        <WaysIn
          begun={begin.data}
          onSignedIn={(recoveryCodes) => {
            if (recoveryCodes === undefined || recoveryCodes.length === 0) return arrive()
            setCodes(recoveryCodes)
            return Promise.resolve()
          }}
        />
      </Frame>
    )
  }
  return (
    <Frame title={titles[link.purpose]}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (!begin.isPending) begin.mutate()
        }}
      >
        <p>
          {link.purpose === 'first-account' && 'Nobody can sign in to this desk yet. '}
          The account’s role: <strong>{roleWords[link.role].name}</strong>. {roleWords[link.role].may}
        </p>
        {link.accountName === undefined ? (
          <TextField
            label="Your name"
            hint="As colleagues know you. It stands beside everything that you decide here."
            autoComplete="username"
            required
            minLength={2}
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        ) : (
          <p>
            Name: <strong>{link.accountName}</strong>
          </p>
        )}
        {begin.isError && <Failure error={begin.error} />}
        <button type="submit" className="usa-button" disabled={begin.isPending}>
          Go on
        </button>
        <p className="small muted">This link ends {whenOf(link.expiresAtMs, Date.now())}.</p>
      </form>
    </Frame>
  )
}
