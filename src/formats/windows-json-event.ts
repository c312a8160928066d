/** One Windows event of a JSON log. Its fields are decoded from the log's bytes when they are asked for; it stays good for
 *  as long as it is held, and keeps the batch of about 1 MiB alive that it was read with. */
import { limits } from '../core/limits.ts'
import type { Place } from '../core/place.ts'
import type { EventField, EventKind, EventScalar, KindOf, TextProbe } from './event.ts'
import { asciiFolds, type FoldedText, kelvinSign } from './folded-text.ts'
import { listedFields, messageFields } from './windows-described.ts'
import { kindBits, valueKinds } from './windows-json-scan.ts'
import type { JsonShape, Leaves, TellingKind } from './windows-json-shape.ts'
import { NamedWindowsEvent } from './windows-named-event.ts'
import { windowsTimeMs } from './windows-time.ts'

/** What events that were read together share. */
export interface JsonBatch {
  readonly source: string
  readonly bytes: Buffer
  readonly view: DataView
  /** Where the batch stands in the source. */
  readonly offset: number
  readonly kindOf: KindOf | undefined
  /** For times without a zone: minutes east of UTC. */
  readonly utcOffsetMinutes: number
  /** See `JsonScan.spans`. */
  spans: Int32Array
  /** See `kelvinSign`. */
  hasKelvin: boolean | undefined
}

const kindMask = (1 << kindBits) - 1
/** Sysmon's events of the registry and of WMI, which have a field EventType of their own. */
const eventsWithType: ReadonlySet<number> = new Set([12, 13, 14, 19, 20, 21])

const backslash = 92
/** How it stands in JSON. */
const kelvinForms = [kelvinSign, '\\u212a', '\\u212A']
/** What a backslash makes of the character behind it; 0 for what takes more than one. */
const escapes = new Uint8Array(256)
for (const [name, byte] of Object.entries({ '"': 34, '\\': 92, '/': 47, b: 8, f: 12, n: 10, r: 13, t: 9 })) {
  escapes[name.charCodeAt(0)] = byte
}

/** The text between two quotes. */
function unescaped(bytes: Buffer, from: number, end: number, kind: number): string {
  const text =
    (kind & valueKinds.beyondAscii) === 0 ? bytes.toString('latin1', from, end) : bytes.toString('utf8', from, end)
  if ((kind & valueKinds.escaped) === 0) return text
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text.replace(/\\(["\\/])/g, '$1')
  }
}

/** Whether a bare word is a number that is shown as it is written. */
function isPlainNumber(bytes: Uint8Array, from: number, end: number): boolean {
  if (end - from > 15 || (bytes[from] === 48 && end - from > 1)) return false
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < 48 || byte > 57) return false
  }
  return true
}

/** Folds a text with escapes; false where there are others than those of one character. */
function foldEscaped(source: Uint8Array, from: number, end: number, into: FoldedText): boolean {
  if (end - from > into.room) return false
  const { bytes } = into
  let length = 0
  for (let at = from; at < end; at++) {
    let byte = source[at] as number
    if (byte === backslash) {
      byte = escapes[source[++at] as number] as number
      if (byte === 0) return false
    }
    bytes[length++] = asciiFolds[byte] as number
  }
  return into.end(length, 0)
}

function bareValue(bytes: Buffer, from: number, end: number): EventScalar {
  const first = bytes[from] as number
  if (first === 110) return null
  if (first === 116) return true
  if (first === 102) return false
  const text = bytes.toString('latin1', from, end)
  const value = Number(text)
  // A number that this machine's numbers cannot hold stays as it is written.
  return Number.isNaN(value) || (!Number.isSafeInteger(value) && !text.includes('.')) ? text : value
}

const isScalar = (value: unknown): value is EventScalar => value === null || typeof value !== 'object'

/** A list of plain values as it is; what is deeper, as JSON text. */
function nestedValue(bytes: Buffer, from: number, end: number): EventField {
  const text = bytes.toString('utf8', from, end)
  try {
    const value = JSON.parse(text) as unknown
    if (!Array.isArray(value)) return text
    return value.map((each: unknown) => (isScalar(each) ? each : JSON.stringify(each)))
  } catch {
    return text
  }
}

const isList = (value: EventField | undefined): value is readonly EventScalar[] => Array.isArray(value)

/** The kind of log of events of one shape whose telling values are the same, byte for byte. */
class KnownKind implements TellingKind {
  readonly kind: EventKind
  readonly #leaves: readonly number[]
  /** The telling values, each behind its size and kind. */
  readonly #values: Int32Array

  constructor(kind: EventKind, leaves: readonly number[], bytes: Uint8Array, spans: Int32Array, spansAt: number) {
    this.kind = kind
    this.#leaves = leaves
    const values: number[] = []
    for (const leaf of leaves) {
      const [at = 0, size = 0] = spans.subarray(spansAt + leaf * 2, spansAt + leaf * 2 + 2)
      values.push(size, ...bytes.subarray(at, at + (size >>> kindBits)))
    }
    this.#values = Int32Array.from(values)
  }

  isOf(bytes: Uint8Array, spans: Int32Array, spansAt: number): boolean {
    const values = this.#values
    let next = 0
    for (const leaf of this.#leaves) {
      const at = spans[spansAt + leaf * 2] as number
      const size = spans[spansAt + leaf * 2 + 1] as number
      if (values[next++] !== size) return false
      const length = size >>> kindBits
      for (let i = 0; i < length; i++) if (bytes[at + i] !== values[next++]) return false
    }
    return true
  }
}

/** One event. */
export class WindowsJsonEvent extends NamedWindowsEvent {
  readonly #batch: JsonBatch
  readonly #shape: JsonShape
  readonly #spansAt: number
  readonly #at: number
  readonly #length: number
  readonly #line: number
  /** Fields that stand in lists or in the rendered text, once they were asked for. */
  #described: ReadonlyMap<string, EventField> | undefined

  constructor(batch: JsonBatch, shape: JsonShape, spansAt: number, at: number, length: number, line: number) {
    super()
    this.#batch = batch
    this.#shape = shape
    this.#spansAt = spansAt
    this.#at = at
    this.#length = length
    this.#line = line
  }

  get ref(): number {
    return this.#line
  }

  get place(): Place {
    const { source, offset } = this.#batch
    return { source, line: this.#line, offset: offset + this.#at, length: this.#length }
  }

  get timeMs(): number {
    const { times, utcTime } = this.#shape
    for (const leaf of times) {
      const timeMs = windowsTimeMs(this.#value(leaf), leaf === utcTime ? 0 : this.#batch.utcOffsetMinutes)
      if (!Number.isNaN(timeMs)) return timeMs
    }
    return Number.NaN
  }

  get logsource(): EventKind | undefined {
    const { kindOf, bytes, spans } = this.#batch
    if (kindOf === undefined) return undefined
    const { kinds } = this.#shape
    for (const known of kinds) if (known.isOf(bytes, spans, this.#spansAt)) return known.kind
    const leaves = new Set<number>()
    const kind = kindOf((name) => {
      for (const leaf of this.#shape.system.get(name) ?? this.#shape.fields.get(name) ?? []) leaves.add(leaf)
      return this.systemField(name) ?? this.field(name)
    })
    if (this.#described === undefined) {
      if (kinds.length >= limits.windowsShapeKindsMax) kinds.length = 0
      kinds.unshift(new KnownKind(kind, [...leaves], bytes, spans, this.#spansAt))
    }
    return kind
  }

  field(name: string): EventField | undefined {
    const shape = this.#shape
    const leaves = shape.fields.get(name)
    if (leaves === undefined) return shape.isDescribed ? this.#fieldsDescribed().get(name) : undefined
    if (name === 'EventType' && shape.message >= 0 && eventsWithType.has(this.eventId)) {
      // NXLog writes a severity in place of what Sysmon says.
      return this.#fieldsDescribed().get(name) ?? this.#values(leaves)
    }
    return this.#values(leaves)
  }

  fold(name: string, into: FoldedText): boolean {
    const leaves = this.#shape.fields.get(name)
    if (leaves === undefined || leaves.length !== 1 || name === 'EventType') return false
    const { spans, bytes } = this.#batch
    const span = this.#spansAt + (leaves[0] as number) * 2
    const at = spans[span] as number
    const size = spans[span + 1] as number
    const kind = size & kindMask
    const end = at + (size >>> kindBits)
    if (kind === valueKinds.text) return into.takeBytes(bytes, at, end)
    if (kind === valueKinds.bare) return isPlainNumber(bytes, at, end) && into.takeBytes(bytes, at, end)
    if (kind === valueKinds.nested) return false
    if (kind === (valueKinds.text | valueKinds.escaped) && foldEscaped(bytes, at, end, into)) return true
    return into.takeKey(bytes, at, end)
  }

  systemField(name: string): EventField | undefined {
    const leaves = this.#shape.system.get(name)
    return leaves === undefined ? undefined : this.#values(leaves)
  }

  mayHold(probe: TextProbe): boolean {
    const batch = this.#batch
    const { bytes, view } = batch
    batch.hasKelvin ??= kelvinForms.some((form) => bytes.includes(form))
    return batch.hasKelvin || probe.inBytes(bytes, view, this.#at, this.#at + this.#length)
  }

  get raw(): readonly string[] {
    const texts: string[] = []
    const { spans } = this.#batch
    for (let leaf = 0; leaf < this.#shape.count; leaf++) {
      const isNested = ((spans[this.#spansAt + leaf * 2 + 1] as number) & valueKinds.nested) !== 0
      const value = this.#value(leaf)
      if (isList(value)) for (const each of value) texts.push(String(each ?? ''))
      else if (value !== null && !isNested) texts.push(String(value))
    }
    if (this.#shape.lists.length > 0) for (const value of this.#fieldsDescribed().values()) texts.push(String(value))
    return texts
  }

  #fieldsDescribed(): ReadonlyMap<string, EventField> {
    this.#described ??= this.#describe()
    return this.#described
  }

  #describe(): ReadonlyMap<string, EventField> {
    const { lists, dataName, message } = this.#shape
    const fields = new Map<string, EventField>()
    if (dataName >= 0) {
      const [name, value] = [this.#value(dataName), this.field('Data')]
      if (typeof name === 'string' && value !== undefined) fields.set(name, value)
    }
    for (const leaf of lists) {
      for (const [name, value] of listedFields(this.#parsed(leaf))) fields.set(name, value)
    }
    if (message >= 0 && this.provider.includes('Sysmon')) {
      for (const [name, value] of messageFields(this.#text(message))) if (!fields.has(name)) fields.set(name, value)
    }
    return fields
  }

  #text(leaf: number): string {
    const value = this.#value(leaf)
    return isList(value) ? value.join('\n') : String(value ?? '')
  }

  #parsed(leaf: number): unknown {
    const { spans, bytes } = this.#batch
    const at = spans[this.#spansAt + leaf * 2] as number
    const size = spans[this.#spansAt + leaf * 2 + 1] as number
    if ((size & valueKinds.nested) === 0) return undefined
    try {
      return JSON.parse(bytes.toString('utf8', at, at + (size >>> kindBits)))
    } catch {
      return undefined
    }
  }

  #values(leaves: Leaves): EventField {
    if (leaves.length === 1) return this.#value(leaves[0] as number)
    return leaves.flatMap((leaf) => this.#value(leaf))
  }

  #value(leaf: number): EventField {
    const { spans, bytes } = this.#batch
    const at = spans[this.#spansAt + leaf * 2] as number
    const size = spans[this.#spansAt + leaf * 2 + 1] as number
    const kind = size & kindMask
    const end = at + (size >>> kindBits)
    if (kind === valueKinds.text) return bytes.toString('latin1', at, end)
    if (kind === valueKinds.bare) return bareValue(bytes, at, end)
    return kind === valueKinds.nested ? nestedValue(bytes, at, end) : unescaped(bytes, at, end, kind)
  }
}
