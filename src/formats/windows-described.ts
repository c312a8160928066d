/** Fields of Windows events that stand as pairs of names and values in a list, or only in the text that Windows shows for
 *  the event. It knows how they are written, not which event they are of. */
import { limits } from '../core/limits.ts'
import type { EventField, EventScalar } from './event.ts'

type Members = Readonly<Record<string, unknown>>
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isScalar = (value: unknown): value is EventScalar => value === null || typeof value !== 'object'

/** The first of some members that an object has. */
function firstOf(members: Members, names: readonly string[]): unknown {
  for (const name of names) if (Object.hasOwn(members, name)) return members[name]
  return undefined
}

const nameKeys = ['Name', '@Name', '$Name', 'name', '@name', '-Name']
const valueKeys = ['#text', 'text', '@text', '$text', 'Value', 'value', 'content', '__text', '_', '#content', 'Text']

function add(fields: Map<string, EventField>, name: string, value: unknown): void {
  const scalar = isScalar(value) ? (value ?? null) : JSON.stringify(value)
  const known = fields.get(name)
  if (known === undefined) fields.set(name, scalar)
  else fields.set(name, Array.isArray(known) ? [...(known as EventScalar[]), scalar] : [known as EventScalar, scalar])
}

/** Fields of a list as programs make it of `<Data Name="X">value</Data>`; values without a name are of the field Data. */
export function listedFields(list: unknown): ReadonlyMap<string, EventField> {
  const fields = new Map<string, EventField>()
  if (!Array.isArray(list)) return fields
  for (const each of list.slice(0, limits.evtxFieldsMax)) {
    if (!isMembers(each)) {
      add(fields, 'Data', each)
      continue
    }
    const attributes = isMembers(each['#attributes']) ? each['#attributes'] : isMembers(each.$) ? each.$ : each
    const name = firstOf(attributes, nameKeys)
    add(fields, typeof name === 'string' && name !== '' ? name : 'Data', firstOf(each, valueKeys) ?? null)
  }
  return fields
}

/** Fields of a text of lines such as `Image: C:\Windows\cmd.exe`, as Sysmon writes it: names are those of its fields. */
export function messageFields(text: string): ReadonlyMap<string, EventField> {
  const fields = new Map<string, EventField>()
  for (const line of text.split('\n', limits.evtxFieldsMax)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim()
    if (colon <= 0 || name.length > limits.evtxNameCharactersMax || /\W/.test(name)) continue
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim())
  }
  return fields
}
