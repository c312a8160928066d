/** Where the fields that rules name stand in the events of one kind of log, and their values. */
import { textOf } from './checks.ts'
import type { FieldValue, SigmaEvent } from './event.ts'

/** Where the values of a field are found in the events of one kind. */
export interface FieldPlace {
  /** The first that the event has counts. */
  readonly names: readonly string[]
  /** Where the event has none of these: other fields that are put together, with a text between them. */
  readonly joined?: { readonly names: readonly string[]; readonly by: string }
  /** Replaces values, by their text. */
  readonly values?: ReadonlyMap<string, string>
}

/** All names that a place asks for. */
export const namesOf = (place: FieldPlace): readonly string[] => [...place.names, ...(place.joined?.names ?? [])]

/** Whether a value is a list. */
export const isListed = (value: FieldValue | undefined): value is readonly (string | number | boolean | null)[] =>
  Array.isArray(value)

/** The value of a field where it is found in this kind of event. */
export function readPlace(event: SigmaEvent, place: FieldPlace): FieldValue | undefined {
  for (const name of place.names) {
    const value = event.field(name)
    if (value === undefined) continue
    if (place.values === undefined) return value
    const text = isListed(value) ? undefined : textOf(value)
    return text === undefined ? value : (place.values.get(text) ?? value)
  }
  return place.joined === undefined ? undefined : joinedValue(event, place.joined.names, place.joined.by)
}

function joinedValue(event: SigmaEvent, names: readonly string[], by: string): string | undefined {
  const texts = names.flatMap((name) => {
    const value = event.field(name)
    return value === undefined || value === null || isListed(value) ? [] : [String(value)]
  })
  return texts.length === 0 ? undefined : texts.join(by)
}
