/** Adding a protected name, or changing one. Lists are typed one a line. */
import { type ReactNode, useEffect, useState } from 'react'
import type { IdentityBody, IdentityView } from '../../../src/desk/api/mail.ts'
import { useSend } from '../../api/send.ts'
import { Failure } from '../../parts/answer.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { SelectField, TextArea, TextField } from '../../parts/fields.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { identityKindWords, neverUsesWords } from '../../words/mail.ts'

interface EditIdentityProps {
  /** What is changed; `new` for a new one; nothing while the form is closed. */
  readonly identity: IdentityView | 'new' | undefined
  readonly onClose: () => void
}

/** Shows the form while there is something to change. */
export function EditIdentity({ identity, onClose }: EditIdentityProps): ReactNode {
  return (
    <Dialog
      title={identity === 'new' ? 'Add a protected name' : 'Change a protected name'}
      isOpen={identity !== undefined}
      onClose={onClose}
    >
      {identity !== undefined && <Form identity={identity === 'new' ? undefined : identity} onClose={onClose} />}
    </Dialog>
  )
}

type Lists = Pick<IdentityBody, 'aliases' | 'products' | 'domains' | 'addresses' | 'mailingServices'>
type ListName = keyof Lists
const listNames: readonly ListName[] = ['domains', 'addresses', 'aliases', 'products', 'mailingServices']

/** What stands above and below each list. */
const listWords: Readonly<Record<ListName, readonly [label: string, hint: string]>> = {
  domains: ['Domains that they write from', 'One a line, such as vendor.example. What ends in one of them counts too.'],
  addresses: ['Single addresses that they write from', 'One a line. Only where they have no domain of their own.'],
  aliases: ['Other names that they go by', 'One a line: short forms, former names.'],
  products: ['Their products', 'One a line, such as the name of the poll book.'],
  mailingServices: ['Services that send mail for them', 'One domain a line, such as mailchimpapp.net.'],
}

/** Lines that are not empty. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const never = Object.keys(neverUsesWords) as IdentityBody['neverUses']

function Form({
  identity,
  onClose,
}: {
  readonly identity: IdentityView | undefined
  readonly onClose: () => void
}): ReactNode {
  const announce = useAnnounce()
  const [name, setName] = useState(identity?.name ?? '')
  const [kind, setKind] = useState<IdentityBody['kind']>(identity?.kind ?? 'vendor')
  const [lists, setLists] = useState<Readonly<Record<ListName, string>>>(
    () =>
      Object.fromEntries(listNames.map((each) => [each, (identity?.[each] ?? []).join('\n')])) as Record<
        ListName,
        string
      >,
  )
  const [neverUses, setNeverUses] = useState<IdentityBody['neverUses']>(identity?.neverUses ?? [])
  const [phone, setPhone] = useState(identity?.phone ?? '')
  const [reportAddress, setReportAddress] = useState(identity?.reportAddress ?? '')
  const [source, setSource] = useState(identity?.source ?? '')
  const save = useSend<IdentityBody>({
    method: 'PUT',
    path: '/api/mail-registry',
    concerns: ['mail-registry', 'audit'],
  })
  const { reset } = save
  useEffect(() => () => reset(), [reset])
  const body = (): IdentityBody => ({
    id: identity?.id ?? '',
    kind,
    name: name.trim(),
    ...(Object.fromEntries(listNames.map((each) => [each, linesOf(lists[each])])) as unknown as Lists),
    neverUses,
    phone: phone.trim(),
    reportAddress: reportAddress.trim(),
    source: source.trim(),
  })
  const isEmpty = name.trim() === '' || (linesOf(lists.domains).length === 0 && linesOf(lists.addresses).length === 0)
  const listField = (each: ListName): ReactNode => (
    <TextArea
      label={listWords[each][0]}
      hint={listWords[each][1]}
      rows={3}
      spellCheck={false}
      value={lists[each]}
      onChange={(event) => setLists({ ...lists, [each]: event.target.value })}
    />
  )
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(body(), {
          onSuccess: () => {
            announce('The name is kept.')
            onClose()
          },
        })
      }}
    >
      <TextField label="Name" required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      <SelectField
        label="Who it is"
        value={kind}
        choices={Object.entries(identityKindWords)}
        onChoose={(next) => setKind(next as IdentityBody['kind'])}
      />
      {listField('domains')}
      <TextField
        label="Number to call"
        hint="From a contract or a bill: you will need it when a mail is doubtful."
        type="tel"
        maxLength={100}
        value={phone}
        onChange={(event) => setPhone(event.target.value)}
      />
      <details>
        <summary>More about them</summary>
        <div className="stack edit-identity__more">
          {listField('aliases')}
          {listField('products')}
          {listField('addresses')}
          {listField('mailingServices')}
          <fieldset className="usa-fieldset">
            <legend className="usa-legend">What they never do</legend>
            {never.map((each) => (
              <div className="usa-checkbox" key={each}>
                <input
                  className="usa-checkbox__input"
                  id={`never-${each}`}
                  type="checkbox"
                  checked={neverUses.includes(each)}
                  onChange={(event) =>
                    setNeverUses(
                      event.target.checked ? [...neverUses, each] : neverUses.filter((other) => other !== each),
                    )
                  }
                />
                <label className="usa-checkbox__label" htmlFor={`never-${each}`}>
                  {neverUsesWords[each]}
                </label>
              </div>
            ))}
          </fieldset>
          <TextField
            label="Where they take reports of abuse"
            hint="An address, such as abuse@vendor.example."
            maxLength={200}
            value={reportAddress}
            onChange={(event) => setReportAddress(event.target.value)}
          />
          <TextField
            label="Where this is from"
            hint="So that somebody can look it up again."
            maxLength={500}
            value={source}
            onChange={(event) => setSource(event.target.value)}
          />
        </div>
      </details>
      {save.isError && <Failure error={save.error} />}
      <div className="actions">
        <button type="submit" className="usa-button" disabled={save.isPending || isEmpty}>
          Keep it
        </button>
        <button type="button" className="usa-button usa-button--outline" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  )
}
