/** Logs that the desk found on this machine: one click reads them. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { SuggestionView } from '../../../src/desk/api/sources.ts'
import { suggestionsQuery } from '../../api/queries.ts'
import { Answer, Failure } from '../../parts/answer.tsx'
import { ShortText, StrangeText, visible } from '../../parts/strange-text.tsx'
import { useAnnounce } from '../../shell/announcer.tsx'
import { useAddSource } from './adding.ts'

/** Shows them; nothing where there is none. */
export function Suggestions(): ReactNode {
  const query = useQuery(suggestionsQuery)
  if (query.data?.length === 0) return null
  return (
    <section className="stack" aria-labelledby="found">
      <h2 id="found">Found on this machine</h2>
      <Answer query={query} lines={2}>
        {(suggestions) => (
          <ul className="plain-list list-box">
            {suggestions.map((suggestion) => (
              <Suggestion suggestion={suggestion} key={suggestion.path} />
            ))}
          </ul>
        )}
      </Answer>
    </section>
  )
}

function Suggestion({ suggestion }: { readonly suggestion: SuggestionView }): ReactNode {
  const add = useAddSource()
  const announce = useAnnounce()
  const [isAdded, setAdded] = useState(false)
  const { path, title, message, readable } = suggestion
  return (
    <li className="row row--spread">
      <div className="suggestion">
        <strong>
          <ShortText text={title} charactersShown={80} />
        </strong>{' '}
        <span className="mono small">
          <ShortText text={path} charactersShown={200} />
        </span>
        <p className="small muted">
          <StrangeText text={message} charactersShown={300} />
        </p>
        {add.isError && <Failure error={add.error} />}
      </div>
      {readable && (
        <button
          type="button"
          className="usa-button usa-button--small"
          disabled={add.isPending || isAdded}
          aria-label={`${isAdded ? 'Added' : 'Watch it'}: ${visible(path).slice(0, 120)}`}
          onClick={() =>
            add.mutate(
              { kind: 'follow', title: title.slice(0, 80), paths: [path], from: 'start' },
              {
                onSuccess: () => {
                  setAdded(true)
                  announce(`${visible(title).slice(0, 80)} is being read.`)
                },
              },
            )
          }
        >
          {isAdded ? 'Added' : 'Watch it'}
        </button>
      )}
    </li>
  )
}
