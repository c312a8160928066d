/** Taking in a list of protected names: of a state, of an association, of a vendor. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { counted } from '../../../src/core/counts.ts'
import type { RegistryImportedView } from '../../../src/desk/api/mail.ts'
import { request } from '../../api/request.ts'
import { Failure } from '../../parts/answer.tsx'
import { FileField } from '../../parts/fields.tsx'
import { Notice } from '../../parts/notice.tsx'
import { StrangeText } from '../../parts/strange-text.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'

/** Shows the form, and what came of it. */
export function ImportList(): ReactNode {
  const [file, setFile] = useState<File>()
  const announce = useAnnounce()
  const queries = useQueryClient()
  const load = useMutation({
    mutationFn: async (chosen: File) =>
      request<RegistryImportedView>('POST', '/api/mail-registry/import', {
        name: chosen.name.slice(0, 200),
        text: await chosen.text(),
      }),
    onSuccess: async ({ taken }) => {
      announce(`${counted(taken, 'name')} taken in.`)
      await queries.invalidateQueries({ queryKey: ['mail-registry'] })
    },
  })
  return (
    <section className="panel stack" aria-labelledby="import">
      <h2 id="import">Take in a list</h2>
      <p>
        Your state or an association may have a list of vendors with their domains. The desk takes it as CSV (with the
        columns name and domains, others if you like), JSON or TOML. What your office already changed is overwritten by
        an entry of the same id. To help other offices, hand them{' '}
        <a href="/api/mail-registry/list" download>
          what your office wrote down, signed
        </a>
        .
      </p>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          if (file !== undefined) load.mutate(file)
        }}
      >
        <div className="mail-import__file">
          <FileField label="List" accept=".csv,.json,.toml,.txt" onChoose={setFile} />
        </div>
        <button
          type="submit"
          className="usa-button usa-button--outline"
          disabled={file === undefined || load.isPending}
        >
          Take it in
        </button>
      </form>
      {load.isError && <Failure error={load.error} />}
      {load.data && (
        <Notice tone={load.data.problems.length === 0 ? 'green' : 'gold'} isSpoken>
          <p>{counted(load.data.taken, 'name was', 'names were')} taken in.</p>
          {load.data.signedBy !== undefined && (
            <p>
              Nobody changed the list since it was signed. Ask its author by telephone whether this is the key:{' '}
              <code>{load.data.signedBy}</code>
            </p>
          )}
          {load.data.problems.length > 0 && (
            <ul>
              {load.data.problems.map((problem) => (
                <li key={problem}>
                  <StrangeText text={problem} charactersShown={300} />
                </li>
              ))}
            </ul>
          )}
        </Notice>
      )}
    </section>
  )
}
