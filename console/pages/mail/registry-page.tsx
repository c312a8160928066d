/** The registry: those in whose name nobody else may write, with what is known of how they really write. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { counted } from '../../../src/core/counts.ts'
import type { IdentityView } from '../../../src/desk/api/mail.ts'
import { registryQuery } from '../../api/queries.ts'
import { useRights } from '../../api/rights.ts'
import { Answer } from '../../parts/answer.tsx'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { Pager } from '../../parts/pager.tsx'
import { Page } from '../../shell/page.tsx'
import { identityFromWords, identityKindWords } from '../../words/mail.ts'
import { EditIdentity } from './edit-identity.tsx'
import { IdentityRow } from './identity-row.tsx'
import { ImportList } from './import-list.tsx'
import './mail.css'

const pageRows = 25

/** The page. */
export function RegistryPage(): ReactNode {
  const query = useQuery(registryQuery)
  const { mayDecide } = useRights()
  const [edited, setEdited] = useState<IdentityView | 'new'>()
  return (
    <Page
      title="Protected names"
      lead={
        <>
          <p>
            Vendors, election bodies and others in whose name nobody else may write to you. The desk holds every mail
            against them.
          </p>
          {mayDecide && (
            <p className="no-print">
              <Link to="/mail">All flagged mail</Link>
            </p>
          )}
        </>
      }
      tools={
        mayDecide && (
          <button type="button" className="usa-button no-print" onClick={() => setEdited('new')}>
            Add a name
          </button>
        )
      }
    >
      <div className="stack stack--wide">
        <Answer query={query} lines={8}>
          {({ identities }) => (
            <Identities identities={identities} mayDecide={mayDecide} onEdit={(identity) => setEdited(identity)} />
          )}
        </Answer>
        {mayDecide && <ImportList />}
      </div>
      <EditIdentity identity={edited} onClose={() => setEdited(undefined)} />
    </Page>
  )
}

interface IdentitiesProps {
  readonly identities: readonly IdentityView[]
  readonly mayDecide: boolean
  readonly onEdit: (identity: IdentityView) => void
}

function Identities({ identities, mayDecide, onEdit }: IdentitiesProps): ReactNode {
  const [search] = useSearchParams()
  const [text, setText] = useState(search.get('text') ?? '')
  const [kind, setKind] = useState('')
  const [from, setFrom] = useState('')
  const [offset, setOffset] = useState(0)
  const found = inOrder(identities).filter(
    (identity) =>
      (kind === '' || identity.kind === kind) &&
      (from === '' || identity.from === from) &&
      wordsOf(identity).includes(text.trim().toLowerCase()),
  )
  const change = (then: () => void): void => {
    then()
    setOffset(0)
  }
  return (
    <section className="stack" aria-label="Names">
      <search className="panel no-print" aria-label="Filter the names">
        <div className="fields">
          <TextField
            label="Search"
            type="search"
            placeholder="Name, product, domain"
            maxLength={200}
            value={text}
            onChange={(event) => change(() => setText(event.target.value))}
          />
          <SelectField
            label="Who"
            value={kind}
            choices={[['', 'All'], ...Object.entries(identityKindWords)]}
            onChoose={(next) => change(() => setKind(next))}
          />
          <SelectField
            label="Where it comes from"
            value={from}
            choices={[
              ['', 'All'],
              ...Object.entries(identityFromWords).map(([each, { name }]) => [each, name] as const),
            ]}
            onChoose={(next) => change(() => setFrom(next))}
          />
        </div>
      </search>
      <p className="sr-only" aria-live="polite">
        {counted(found.length, 'name')}
      </p>
      {found.length === 0 ? (
        <div className="empty">
          <h2>No name fits</h2>
          <p>{mayDecide ? 'Use fewer words, or add the name.' : 'Use fewer words.'}</p>
        </div>
      ) : (
        <ul className="plain-list list-box">
          {found.slice(offset, offset + pageRows).map((identity) => (
            <IdentityRow identity={identity} mayDecide={mayDecide} onEdit={() => onEdit(identity)} key={identity.id} />
          ))}
        </ul>
      )}
      <Pager offset={offset} limit={pageRows} total={found.length} things="names" onOffset={setOffset} top="main" />
    </section>
  )
}

/** What the office wrote itself first, then those that an election office hears from; brands last. */
const kindOrder: readonly IdentityView['kind'][] = ['vendor', 'state', 'federal', 'association', 'brand']
const isOurs = ({ from }: IdentityView): boolean => from === 'own' || from === 'changed'
const inOrder = (identities: readonly IdentityView[]): IdentityView[] =>
  identities.toSorted(
    (a, b) =>
      Number(isOurs(b)) - Number(isOurs(a)) ||
      kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) ||
      a.name.localeCompare(b.name, 'en'),
  )

const wordsOf = ({ name, aliases, products, domains, addresses }: IdentityView): string =>
  [name, ...aliases, ...products, ...domains, ...addresses].join('\n').toLowerCase()
