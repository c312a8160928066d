/** Values that logs write as lists of names and values, `[{"Name": "To", "Value": "x"}]`, as fields of those names. */
import type { EventField, EventScalar } from '../event.ts'
import type { JsonView } from './json-view.ts'

/** How pairs are written. */
export interface PairKeys {
  readonly names: readonly string[]
  readonly values: readonly string[]
}

/** The value of a name in one of the lists: `LIST.NAME` for that list, `NAME` alone for the first that has it. */
export function pairField(
  view: JsonView,
  field: string,
  lists: readonly string[],
  keys: PairKeys,
): EventField | undefined {
  for (const list of lists) {
    const name = field.startsWith(`${list}.`) ? field.slice(list.length + 1) : field
    const value = view.named(list, name, keys.names, keys.values)
    if (value !== undefined) return value
  }
  return undefined
}

/** A value that was written as JSON inside text: `"\"False\""` is `False`. */
export function unquoted(value: EventField | undefined): EventField | undefined {
  if (value === undefined || value === null) return value
  if (Array.isArray(value)) return value.map((each: EventScalar) => unquotedText(each))
  return unquotedText(value as EventScalar)
}

const unquotedText = (value: EventScalar): EventScalar =>
  typeof value === 'string' && value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1)
    : value
