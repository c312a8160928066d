/** A protected name: who it is, from where they write, and whom to call. */
import type { ReactNode } from 'react'
import { counted, listed } from '../../../src/core/counts.ts'
import type { IdentityView } from '../../../src/desk/api/mail.ts'
import { useSend } from '../../api/send.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Label } from '../../parts/labels.tsx'
import { ShortText, StrangeText, visible } from '../../parts/strange-text.tsx'
import { identityFromWords, identityKindWords, neverUsesWords } from '../../words/mail.ts'

interface IdentityRowProps {
  readonly identity: IdentityView
  readonly mayDecide: boolean
  readonly onEdit: () => void
}

/** Shows it. */
export function IdentityRow({ identity, mayDecide, onEdit }: IdentityRowProps): ReactNode {
  const from = identityFromWords[identity.from]
  const name = visible(identity.name).slice(0, 80)
  return (
    <li className="identity">
      <div className="stack stack--tight identity__what">
        <h2 className="identity__name">
          <ShortText text={identity.name} charactersShown={120} />
        </h2>
        <p className="small muted">
          {identityKindWords[identity.kind]}
          {identity.aliases.length > 0 && (
            <>
              ; also called <ShortText text={identity.aliases.join(', ')} charactersShown={160} />
            </>
          )}
        </p>
        <p>
          Writes from{' '}
          <Some texts={[...identity.domains, ...identity.addresses]} otherwise="addresses that nobody wrote down" />
        </p>
        <p>
          {identity.phone === '' ? (
            <span className="muted">No number to call is written down.</span>
          ) : (
            <>
              Call <ShortText text={identity.phone} charactersShown={60} />
            </>
          )}
        </p>
        <More identity={identity} />
      </div>
      <div className="identity__do">
        <Label tone={from.tone} form="outline">
          {from.name}
        </Label>
        {mayDecide && (
          <div className="row">
            <button
              type="button"
              className="usa-button usa-button--unstyled"
              aria-label={`Change ${name}`}
              onClick={onEdit}
            >
              Change
            </button>
            <Remove identity={identity} name={name} />
          </div>
        )}
      </div>
    </li>
  )
}

const textsShown = 4

function Some({ texts, otherwise }: { readonly texts: readonly string[]; readonly otherwise: string }): ReactNode {
  if (texts.length === 0) return <span className="muted">{otherwise}</span>
  const left = texts.length - textsShown
  return (
    <span className="mono">
      <ShortText text={texts.slice(0, textsShown).join(', ')} charactersShown={240} />
      {left > 0 && ` and ${counted(left, 'more', 'more')}`}
    </span>
  )
}

function More({ identity }: { readonly identity: IdentityView }): ReactNode {
  const { products, domains, addresses, mailingServices, neverUses, reportAddress, source, asOf } = identity
  const rows = [
    ['Products', products.join(', ')],
    ['Domains', domains.join(', ')],
    ['Addresses', addresses.join(', ')],
    ['Mailing services', mailingServices.join(', ')],
    ['Never', listed(neverUses.map((each) => neverUsesWords[each]))],
    ['Takes reports at', reportAddress],
    ['Where this is from', source],
    ['Looked up', asOf],
  ].filter(([, value]) => value !== '')
  return (
    <details className="small">
      <summary>All that is known</summary>
      <dl className="facts identity__facts">
        {rows.map(([what, value]) => (
          <div className="identity__fact" key={what}>
            <dt>{what}</dt>
            <dd>
              <StrangeText text={value ?? ''} charactersShown={600} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function Remove({ identity, name }: { readonly identity: IdentityView; readonly name: string }): ReactNode {
  const remove = useSend({
    method: 'POST',
    path: '/api/mail-registry/remove',
    body: () => ({ id: identity.id }),
    concerns: ['mail-registry', 'audit'],
  })
  if (identity.from !== 'own' && identity.from !== 'changed') return null
  const isOwn = identity.from === 'own'
  return (
    <Confirm
      button={isOwn ? 'Remove' : 'Undo the change'}
      buttonLabel={isOwn ? `Remove ${name}` : `Undo the change of ${name}`}
      question={isOwn ? `Remove ${name}?` : `Take back what your office changed of ${name}?`}
      doIt={isOwn ? 'Remove it' : 'Take it back'}
      said={isOwn ? 'The name is removed.' : 'The change is taken back.'}
      mutation={remove}
      values={undefined}
    >
      <p>
        {isOwn
          ? 'From now on the desk does not notice when somebody poses as them.'
          : 'The entry is again as it came with Bellwether or from the list.'}
      </p>
    </Confirm>
  )
}
