/** One Windows event written as XML, read into fields. It takes the elements of the event schema as Windows writes them, and
 *  names fields as the readers of EVTX and JSON do. */
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import type { EventField, EventKind, EventScalar, KindOf } from './event.ts'
import { NamedWindowsEvent } from './windows-named-event.ts'
import { windowsTimeMs } from './windows-time.ts'

/** What was read of an event's XML. */
export interface XmlFields {
  readonly system: ReadonlyMap<string, EventField>
  readonly data: ReadonlyMap<string, EventField>
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Text with its references undone (XML 1.0 section 4.1); unknown ones stay. */
export function unescapedXml(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w{2,5});/g, (whole, name: string) => {
    if (name[0] !== '#') return entities[name] ?? whole
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole
  })
}

interface Open {
  readonly name: string
  readonly attributes: readonly (readonly [string, string])[]
  text: string
  hasElements: boolean
}

const withoutPrefix = (name: string): string => name.slice(name.indexOf(':') + 1)
const sections: ReadonlySet<string> = new Set(['EventData', 'UserData', 'RenderingInfo', 'ProcessingErrorData'])

/** Reads the elements of one event. */
class XmlFieldReader {
  readonly system = new Map<string, EventField>()
  readonly data = new Map<string, EventField>()
  readonly #text: string
  readonly #open: Open[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** False where it is no XML that ends. */
  read(): boolean {
    for (;;) {
      const next = this.#text.indexOf('<', this.#at)
      if (next < 0) return false
      const open = this.#open.at(-1)
      if (open !== undefined && next > this.#at) open.text += unescapedXml(this.#text.slice(this.#at, next))
      const step = this.#tag(next)
      if (step !== undefined) return step
    }
  }

  /** One tag; true at the end of the event, false where it cannot be read. */
  #tag(at: number): boolean | undefined {
    const text = this.#text
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at)
      const open = this.#open.at(-1)
      if (end < 0 || open === undefined) return false
      open.text += text.slice(at + 9, end)
      this.#at = end + 3
      return undefined
    }
    if (text.startsWith('<!', at) || text.startsWith('<?', at)) {
      const end = text.startsWith('<!--', at) ? text.indexOf('-->', at) + 2 : text.indexOf('>', at)
      if (end < at + 2) return false
      this.#at = end + 1
      return undefined
    }
    const end = tagEnd(text, at)
    if (end < 0) return false
    this.#at = end + 1
    if (text[at + 1] === '/') return this.#close(withoutPrefix(text.slice(at + 2, end).trim()))
    const isEmpty = text[end - 1] === '/'
    const tag = text.slice(at + 1, isEmpty ? end - 1 : end)
    if (this.#open.length > limits.windowsEventDepthMax) return false
    const parent = this.#open.at(-1)
    if (parent !== undefined) parent.hasElements = true
    const name = /^[^\s/]+/.exec(tag)?.[0] ?? ''
    this.#open.push({
      name: withoutPrefix(name),
      attributes: attributesOf(tag.slice(name.length)),
      text: '',
      hasElements: false,
    })
    return isEmpty ? this.#close(withoutPrefix(name)) : undefined
  }

  #close(name: string): boolean | undefined {
    const closed = this.#open.pop()
    if (closed === undefined || closed.name !== name) return false
    const depth = this.#open.length
    if (depth === 0) return true
    if (this.data.size + this.system.size > limits.evtxFieldsMax) return undefined
    const section = depth === 1 ? name : (this.#open[1]?.name ?? '')
    if (section === 'System') {
      if (depth === 2) this.#put(this.system, name, closed)
    } else if (depth > 1 || closed.attributes.length > 0 || !sections.has(name)) this.#datum(name, section, closed)
    return undefined
  }

  #datum(name: string, section: string, closed: Open): void {
    const given = closed.attributes.find(([attribute]) => attribute === 'Name')?.[1] ?? ''
    const isNamed = (name === 'Data' || name === 'ComplexData') && given !== ''
    const prefix = section === 'RenderingInfo' ? 'RenderingInfo.' : ''
    this.#put(this.data, prefix + (isNamed ? given : name), closed)
  }

  #put(fields: Map<string, EventField>, name: string, closed: Open): void {
    const hasOwnAttributes = closed.attributes.some(([attribute]) => attribute !== 'Name' || closed.name !== 'Data')
    const isBare = closed.text.trim() === '' && (hasOwnAttributes || closed.hasElements)
    if (!isBare) add(fields, name, closed.hasElements ? closed.text.trim() : closed.text)
    for (const [attribute, value] of closed.attributes) {
      if (attribute.startsWith('xmlns') || (attribute === 'Name' && closed.name === 'Data')) continue
      add(fields, `${name}_${attribute}`, value)
    }
  }
}

function add(fields: Map<string, EventField>, name: string, value: EventScalar): void {
  const known = fields.get(name)
  if (known === undefined) fields.set(name, value)
  else fields.set(name, Array.isArray(known) ? [...(known as EventScalar[]), value] : [known as EventScalar, value])
}

/** Where a tag ends, past quoted values of attributes. */
function tagEnd(text: string, from: number): number {
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>') return at
  }
  return -1
}

function attributesOf(text: string): (readonly [string, string])[] {
  const found: (readonly [string, string])[] = []
  let at = 0
  for (;;) {
    const equals = text.indexOf('=', at)
    if (equals < 0) return found
    const name = text.slice(at, equals).trim()
    let from = equals + 1
    while (text[from] === ' ' || text[from] === '\n' || text[from] === '\t' || text[from] === '\r') from++
    const end = text.indexOf(text[from] ?? '', from + 1)
    if ((text[from] !== '"' && text[from] !== "'") || end < 0) return found
    found.push([name, unescapedXml(text.slice(from + 1, end))])
    at = end + 1
  }
}

/** The fields of one `<Event>` element; undefined where it is none that can be read. */
export function readXmlFields(text: string): XmlFields | undefined {
  const reader = new XmlFieldReader(text)
  return reader.read() ? { system: reader.system, data: reader.data } : undefined
}

const isList = (value: EventField | undefined): value is readonly EventScalar[] => Array.isArray(value)

/** One event. */
export class WindowsXmlEvent extends NamedWindowsEvent {
  readonly place: Place
  readonly ref: number
  readonly #fields: XmlFields
  readonly #kindOf: KindOf | undefined

  constructor(fields: XmlFields, place: Place, kindOf: KindOf | undefined) {
    super()
    this.#fields = fields
    this.place = place
    this.ref = place.line
    this.#kindOf = kindOf
  }

  field(name: string): EventField | undefined {
    const { data, system } = this.#fields
    return data.get(name) ?? system.get(name) ?? (name.includes('.') ? this.#atPath(name) : undefined)
  }

  #atPath(path: string): EventField | undefined {
    if (path === 'Message') return undefined
    const parts = path.split('.')
    if (parts[0] === 'Event') parts.shift()
    const [section = '', ...rest] = parts
    const { data, system } = this.#fields
    if (section === 'System') return system.get(rest.join('_'))
    return sections.has(section) ? (data.get(path) ?? data.get(rest.at(-1) ?? '')) : undefined
  }

  systemField(name: string): EventField | undefined {
    return this.#fields.system.get(name)
  }

  get timeMs(): number {
    return windowsTimeMs(this.systemField('TimeCreated_SystemTime'))
  }

  get logsource(): EventKind | undefined {
    return this.#kindOf?.((name) => this.systemField(name) ?? this.field(name))
  }

  get raw(): readonly string[] {
    const { data, system } = this.#fields
    return [...data.values(), ...system.values()].flatMap((value) =>
      isList(value) ? value.map((each) => String(each ?? '')) : [String(value ?? '')],
    )
  }
}
