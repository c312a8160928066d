/** What a list shows, as it stands in the address bar: so that it can be kept, shared and gone back to. */
import { useSearchParams } from 'react-router'

/** Choices by name, and where in the list the page begins. */
export type AddressFields = { readonly offset: number } & Readonly<Record<string, string | number>>

const offsetOf = (text: string | null): number => {
  const offset = Number(text ?? 0)
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0
}

/** Reads the fields from the address; what is not there is as at first. */
export function readFields<T extends AddressFields>(search: URLSearchParams, first: T): T {
  const read = Object.keys(first).map((name) => [
    name,
    name === 'offset' ? offsetOf(search.get(name)) : search.get(name) || first[name],
  ])
  return Object.fromEntries(read) as T
}

/** Writes them, leaving out what is as at first. */
export const writeFields = <T extends AddressFields>(fields: T, first: T): URLSearchParams =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => (value === first[name] ? [] : [[name, String(value)]])),
  )

/** The fields of the page that is shown. */
export interface ShownFields<T> {
  readonly fields: T
  /** Changes some; the list begins anew unless `offset` says where. Only a turn of the page is a step to go back to. */
  readonly change: (part: Partial<T>) => void
  readonly clear: () => void
}

/** Reads and changes the fields of the page that is shown. */
export function useAddressFields<T extends AddressFields>(first: T): ShownFields<T> {
  const [search, setSearch] = useSearchParams()
  const fields = readFields(search, first)
  return {
    fields,
    change: (part) =>
      setSearch(writeFields({ ...fields, offset: 0, ...part }, first), { replace: part.offset === undefined }),
    clear: () => setSearch(new URLSearchParams()),
  }
}
