/** Accounts: who may do what, the link that invites somebody, and the ways to change or stop an account. */
import { type ReactNode, useState } from 'react'
import { counted } from '../../../src/core/counts.ts'
import type { AccountView, InvitationView } from '../../../src/desk/api/settings.ts'
import { useSend } from '../../api/send.ts'
import { Failure } from '../../parts/answer.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { SelectField } from '../../parts/fields.tsx'
import { Label } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Secret } from '../../parts/secret.tsx'
import { ShortText, visible } from '../../parts/strange-text.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { allRoles, type RoleName, roleWords } from '../../words/terms.ts'

/** Shows them. */
export function Accounts({ accounts }: { readonly accounts: readonly AccountView[] }): ReactNode {
  return (
    <section className="stack" aria-labelledby="accounts">
      <h2 id="accounts">People</h2>
      {accounts.length === 0 ? (
        <p className="muted">No account yet: the demonstration has none.</p>
      ) : (
        <ul className="plain-list list-box">
          {accounts.map((account) => (
            <AccountRow account={account} key={account.id} />
          ))}
        </ul>
      )}
      <Invite />
    </section>
  )
}

const waysIn = (account: AccountView): string => {
  const ways = [
    ...(account.passkeys.length > 0 ? [counted(account.passkeys.length, 'passkey')] : []),
    ...(account.hasPassword ? ['a password with a phone'] : []),
  ]
  return ways.length === 0 ? 'Cannot sign in: has no passkey and no password.' : `Signs in with ${ways.join(' or ')}.`
}

const roleChoices = allRoles.map((role) => [role, roleWords[role].name] as const)
const isRole = (text: string): text is RoleName => allRoles.some((role) => role === text)

function AccountRow({ account }: { readonly account: AccountView }): ReactNode {
  const path = `/api/accounts/${encodeURIComponent(account.id)}`
  const change = useSend<{ role?: RoleName; disabled?: boolean }>({ method: 'PATCH', path, concerns: ['settings'] })
  const reset = useSend<void, InvitationView>({
    method: 'POST',
    path: `${path}/reset`,
    body: () => ({}),
    concerns: ['settings'],
  })
  const announce = useAnnounce()
  const name = visible(account.name).slice(0, 60)
  return (
    <li>
      <div className="account">
        <div>
          <p>
            <strong>
              <ShortText text={account.name} charactersShown={80} />
            </strong>{' '}
            {account.disabled && <Label tone="gray">Switched off</Label>}
          </p>
          <p className="small muted">
            Since <Moment atMs={account.createdAtMs} />. {waysIn(account)}
          </p>
        </div>
        <div className="account__do">
          <SelectField
            label={<span className="sr-only">Role of {name}</span>}
            value={account.role}
            choices={roleChoices}
            onChoose={(role) => {
              if (isRole(role))
                change.mutate({ role }, { onSuccess: () => announce(`${name}: ${roleWords[role].name}`) })
            }}
          />
          <Confirm
            button="New link"
            buttonLabel={`New link for ${name}`}
            look="usa-button--outline"
            question={`A new link for ${name}?`}
            doIt="Make the link"
            said="The link is made."
            mutation={reset}
            values={undefined}
          >
            <p>For somebody who lost a phone or a passkey. What signed in before ends when the link is used.</p>
          </Confirm>
          <Confirm
            button={account.disabled ? 'Switch on' : 'Switch off'}
            buttonLabel={`${account.disabled ? 'Switch on' : 'Switch off'} the account of ${name}`}
            look="usa-button--outline"
            question={account.disabled ? `Let ${name} in again?` : `Switch off ${name}?`}
            doIt={account.disabled ? 'Switch on' : 'Switch off'}
            said={account.disabled ? 'Switched on.' : 'Switched off.'}
            mutation={change}
            values={{ disabled: !account.disabled }}
          >
            <p>
              {account.disabled
                ? 'The person can sign in again as before.'
                : 'The person is signed out at once and cannot sign in. What was decided stays in the audit trail.'}
            </p>
          </Confirm>
        </div>
      </div>
      {change.isError && <Failure error={change.error} />}
      {reset.data !== undefined && <LinkShown invitation={reset.data} />}
    </li>
  )
}

function LinkShown({ invitation }: { readonly invitation: InvitationView }): ReactNode {
  return (
    <div className="stack stack--tight">
      <Notice tone="gold" isSpoken>
        <p>
          Hand this link over in person or by phone, not by e-mail. It works once, until{' '}
          <Moment atMs={invitation.expiresAtMs} form="full" />.
        </p>
      </Notice>
      <Secret label={`Link for one ${roleWords[invitation.role].name.toLowerCase()}`} text={invitation.link} />
    </div>
  )
}

function Invite(): ReactNode {
  const [role, setRole] = useState<RoleName>('viewer')
  const invite = useSend<{ role: RoleName }, InvitationView>({
    method: 'POST',
    path: '/api/accounts/invitations',
    concerns: ['audit'],
  })
  return (
    <form
      className="panel stack"
      aria-label="Invite somebody"
      onSubmit={(event) => {
        event.preventDefault()
        if (!invite.isPending) invite.mutate({ role })
      }}
    >
      <h3>Invite somebody</h3>
      <SelectField
        label="As"
        hint={roleWords[role].may}
        value={role}
        choices={roleChoices}
        onChoose={(chosen) => {
          if (isRole(chosen)) setRole(chosen)
        }}
      />
      {invite.isError && <Failure error={invite.error} />}
      <div className="actions">
        <button type="submit" className="usa-button usa-button--outline" disabled={invite.isPending}>
          Make a link
        </button>
      </div>
      {invite.data !== undefined && <LinkShown invitation={invite.data} />}
    </form>
  )
}
