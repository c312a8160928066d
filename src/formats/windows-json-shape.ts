/** Which value of a line of JSON is which field of a Windows event, worked out once for all lines with the same keys. It
 *  knows the forms in which programs write such events: as Windows' own XML (evtx_dump, Chainsaw, Velociraptor), winlogbeat
 *  and the Elastic agent, Wazuh, PowerShell, and flat ones (NXLog, Splunk and others). It sees names, not values. */
import type { EventKind } from './event.ts'
import { aliasOf, powerShellNames, systemAliases, wrappers } from './windows-json-names.ts'

/** A value of a line: the keys that lead to it, and its number. */
export interface LeafPath {
  readonly parts: readonly string[]
  readonly leaf: number
}

/** A kind of log, and how events of it are told from others of their shape. */
export interface TellingKind {
  readonly kind: EventKind
  isOf(bytes: Uint8Array, spans: Int32Array, spansAt: number): boolean
}

/** Values that make one field, where there are several of its name. */
export type Leaves = readonly number[]

/** Where the fields of a line are. */
export interface JsonShape {
  /** Fields of the event's own data, else of its system part, else by the path of their keys. */
  readonly fields: ReadonlyMap<string, Leaves>
  readonly system: ReadonlyMap<string, Leaves>
  readonly data: ReadonlyMap<string, Leaves>
  /** Values that may be its time, the best first. */
  readonly times: Leaves
  /** Of those, the one that is in UTC whatever the office's zone: Sysmon's own. */
  readonly utcTime: number
  /** It can be a Windows event: its number and its log, or who wrote it, are there. */
  readonly isEvent: boolean
  /** Lists of objects with a name and a value each, or of values without a name. */
  readonly lists: Leaves
  /** Where an element of data has its name in a value beside it. */
  readonly dataName: number
  /** The text that Windows shows for the event, where some fields stand only there; else -1. */
  readonly message: number
  /** Kinds of logs that events of this shape were found to be of, the newest first. */
  readonly kinds: TellingKind[]
  /** How many values there are. */
  readonly count: number
  /** Some fields may stand in lists or in the message. */
  readonly isDescribed: boolean
}

const attributeMark = '#attributes'
/** Keys that only hold the text of the element that they are in. */
const textKeys: ReadonlySet<string> = new Set(['#text', '@text', '$text', 'text', 'Value', '_', '__text', 'content'])
const dataSections: ReadonlySet<string> = new Set([
  'EventData',
  'UserData',
  'ProcessingErrorData',
  'event_data',
  'user_data',
])

/** A name of an attribute without the marks of programs that turn XML into JSON. */
const bare = (name: string): string => (/^[@$]\w/.test(name) ? name.slice(1) : name.replace(/_attributes$/, ''))

/** Keys without wrappers, with keys that are paths taken apart. */
function unwrapped(parts: readonly string[]): readonly string[] {
  const flat = parts.flatMap((part) =>
    part.includes('.') && /^(?:winlog|event|host|data|win)\./.test(part) ? part.split('.') : [part],
  )
  let from = 0
  while (from < flat.length - 1 && wrappers.has(flat[from] as string)) from++
  if (flat[from] === 'data' && flat[from + 1] === 'win') from++
  return flat.slice(from)
}

/** The name of an element or attribute in a section: its own, or that of its element with its own. */
function nameIn(parts: readonly string[]): string {
  const isAttribute = parts.some((part) => part === attributeMark || /_attributes$|^[@$]\w/.test(part))
  const names = parts.filter((part) => part !== attributeMark).map(bare)
  while (names.length > 1 && textKeys.has(names.at(-1) as string)) names.pop()
  return isAttribute && names.length > 1 ? names.slice(-2).join('_') : (names.at(-1) as string)
}

class ShapeBuilder {
  readonly data = new Map<string, number[]>()
  readonly paths = new Map<string, number[]>()
  /** Of the system part: as it stands there, and under other names by path. */
  readonly direct = new Map<string, number[]>()
  readonly aliases = new Map<string, Map<string, number>>()
  readonly lists: number[] = []
  message = -1
  readonly #isPowerShell: boolean
  /** Fields of the event's own data stand beside those of the system part. */
  readonly #isFlat: boolean

  constructor(all: readonly LeafPath[]) {
    const top = new Set(all.map(({ parts }) => unwrapped(parts)[0] as string))
    this.#isPowerShell = top.has('LogName') && top.has('ProviderName') && top.has('MachineName')
    this.#isFlat = !['System', 'winlog', 'win', 'EventData'].some((name) => top.has(name))
  }

  add({ parts, leaf }: LeafPath): void {
    const path = unwrapped(parts)
    const plain = path.filter((part) => part !== attributeMark).map(bare)
    for (const name of new Set([parts.join('.'), path.join('.'), plain.join('.')])) put(this.paths, name, leaf)
    const [section = '', ...rest] = path
    if (section === 'System' && rest.length > 0) this.#systemPart(rest, leaf)
    else if (section === 'winlog') this.#winlog(rest, leaf)
    else if (section === 'win') this.#wazuh(rest, leaf)
    else if (dataSections.has(section)) this.#dataPart(rest, section, leaf)
    else this.#other(path, leaf)
  }

  #systemPart(rest: readonly string[], leaf: number): void {
    const [element = '', ...inner] = rest.filter((part) => part !== attributeMark).map(bare)
    const last = inner.at(-1)
    put(this.direct, last === undefined || textKeys.has(last) ? element : `${element}_${last}`, leaf)
  }

  #winlog(rest: readonly string[], leaf: number): void {
    const [section = ''] = rest
    if (dataSections.has(section) && rest.length > 1) this.#dataPart(rest.slice(1), section, leaf)
    else this.#alias(`winlog.${rest.join('.')}`, leaf)
  }

  #wazuh(rest: readonly string[], leaf: number): void {
    const [section = '', name = ''] = rest
    if (section === 'system') this.#alias(`win.${name}`, leaf)
    // Wazuh writes the first letter small.
    else if (name !== '') put(this.data, name.charAt(0).toUpperCase() + name.slice(1), leaf)
  }

  #dataPart(rest: readonly string[], section: string, leaf: number): void {
    if (rest.some((part) => bare(part).startsWith('xmlns'))) return
    if (rest.length === 0) put(this.data, section, leaf)
    else {
      if (bare(rest[0] as string) === 'Data') this.lists.push(leaf)
      put(this.data, nameIn(rest), leaf)
    }
  }

  #other(path: readonly string[], leaf: number): void {
    const [name = ''] = path
    const whole = path.join('.')
    if (name === 'Message' || whole === 'message' || whole === 'RenderingInfo.Message') {
      if (this.message < 0 && this.#isFlat) this.message = leaf
      put(this.data, 'Message', leaf)
    } else if (this.#isPowerShell) {
      if (name === 'Properties') this.lists.push(leaf)
      const system = powerShellNames[whole]
      if (system !== undefined) put(this.direct, system, leaf)
    } else {
      this.#alias(whole, leaf)
      if (path.length === 1 && this.#isFlat) put(this.data, name, leaf)
    }
  }

  /** Notes a value under the name of the system part that it stands for. */
  #alias(path: string, leaf: number): void {
    const name = aliasOf.get(path)
    if (name === undefined) return
    const known = this.aliases.get(name)
    if (known === undefined) this.aliases.set(name, new Map([[path, leaf]]))
    else known.set(path, leaf)
  }

  /** Values for a name of the system part, the best first. */
  system(name: string): readonly number[] {
    const found = this.aliases.get(name)
    const aliased = (systemAliases[name] ?? []).flatMap((path) => found?.get(path) ?? [])
    return [...(this.direct.get(name) ?? []), ...aliased]
  }
}

function put(fields: Map<string, number[]>, name: string, leaf: number): void {
  const known = fields.get(name)
  if (known === undefined) fields.set(name, [leaf])
  else if (!known.includes(leaf)) known.push(leaf)
}

/** Works out where the fields are of lines with these values. */
export function buildShape(leaves: readonly LeafPath[]): JsonShape {
  const builder = new ShapeBuilder(leaves)
  for (const leaf of leaves) builder.add(leaf)
  const { data, direct, aliases, paths, lists, message } = builder
  const system = new Map<string, Leaves>(direct)
  for (const name of aliases.keys()) if (!system.has(name)) system.set(name, builder.system(name).slice(0, 1))
  const fields = new Map<string, Leaves>(paths)
  for (const part of [system, data]) for (const [name, found] of part) fields.set(name, found)
  const dataName = data.get('Data_Name')?.[0] ?? -1
  return {
    fields,
    system,
    data,
    times: builder.system('TimeCreated_SystemTime'),
    utcTime: paths.get('UtcTime')?.[0] ?? -1,
    isEvent: system.has('EventID') && (system.has('Channel') || system.has('Provider_Name')),
    lists,
    dataName,
    message,
    kinds: [],
    count: leaves.length,
    isDescribed: lists.length > 0 || message >= 0,
  }
}
