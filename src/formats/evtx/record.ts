/** One record of an EVTX log. Its fields are decoded from the chunk's bytes when they are asked for, by the plans of
 *  its shape; a record stays good for as long as it is held, and keeps its chunk of 64 KiB alive. */
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import type { EventField, EventKind, EventScalar, TextProbe } from '../event.ts'
import type { FoldedText } from '../folded-text.ts'
import type { WindowsEvent } from '../windows-event.ts'
import { type EvtxChunk, frameHead } from './chunk.ts'
import { KnownKind, type ValueSpan } from './known-kind.ts'
import type { Plan } from './plan.ts'
import { eventJson } from './render-json.ts'
import { eventXml } from './render-xml.ts'
import type { Shape } from './shape.ts'
import { filetimeMs, uint16At, uint64At, valueAt, valueTypes } from './values.ts'

/** Bytes before a record's XML: magic, size, number, time. */
export const recordHeadBytes = 24
/** Bytes after it: its size again. */
export const recordTailBytes = 4
const filetimeType = 0x11

const found: ValueSpan = { type: -1, at: 0, size: 0 }

const isList = (value: EventField | undefined): value is readonly EventScalar[] => Array.isArray(value)

/** One event. */
export class EvtxRecord implements WindowsEvent {
  /** What could not be read of it, as the end of a sentence. */
  readonly damage: string | undefined
  readonly #chunk: EvtxChunk
  readonly #at: number
  readonly #size: number
  readonly #shape: Shape
  readonly #outer: number
  readonly #inner: number
  readonly #frames: readonly number[] | undefined

  /** `outer` and `inner` are the frames of the record's two fragments; `frames` names all, where it has others. */
  constructor(
    chunk: EvtxChunk,
    at: number,
    size: number,
    shape: Shape,
    outer: number,
    inner: number,
    frames?: readonly number[],
    damage?: string,
  ) {
    this.#chunk = chunk
    this.#at = at
    this.#size = size
    this.#shape = shape
    this.#outer = outer
    this.#inner = inner
    this.#frames = frames
    this.damage = damage
  }

  get recordId(): number {
    return uint64At(this.#chunk.bytes, this.#at + 8)
  }

  get ref(): number {
    return this.recordId
  }

  /** When Windows wrote the record: on a collector of forwarded events, later than it happened. */
  get writtenMs(): number {
    return filetimeMs(this.#chunk.bytes, this.#at + 16)
  }

  get timeMs(): number {
    const { time } = this.#shape
    if (time !== undefined && time.slot >= 0) {
      const { bytes, frames } = this.#chunk
      const frame = this.#frameOf(time.frame)
      if (time.slot < (frames[frame] as number)) {
        const at = (frames[frame + 1] as number) + time.slot * 4
        if (bytes[at + 2] === filetimeType && bytes[at] === 8) {
          return filetimeMs(bytes, frames[frame + frameHead + time.slot] as number)
        }
      }
    }
    const parsed = time === undefined ? Number.NaN : Date.parse(this.textOf(time))
    return Number.isNaN(parsed) ? this.writtenMs : parsed
  }

  /** Where the record stands; for `line`, its number among the log's records. */
  get place(): Place {
    const { source, offset } = this.#chunk
    return { source, line: this.recordId, offset: offset + this.#at, length: this.#size }
  }

  get eventId(): number {
    const { eventId } = this.#shape
    const value = eventId === undefined ? undefined : this.#decode(eventId)
    return typeof value === 'number' ? value : Number(value ?? 0) || 0
  }

  get channel(): string {
    return this.textOf(this.#shape.channel)
  }

  get provider(): string {
    return this.textOf(this.#shape.provider)
  }

  get computer(): string {
    return this.textOf(this.#shape.computer)
  }

  get logsource(): EventKind | undefined {
    const { kindOf } = this.#chunk.store
    if (kindOf === undefined) return undefined
    const { kinds, system } = this.#shape
    const { bytes } = this.#chunk
    for (const known of kinds) if (known.isOf(bytes, this)) return known.kind
    const plans = new Set<Plan>()
    const kind = kindOf((name) => {
      for (const plan of [system.get(name), this.#planOf(name)]) if (plan !== undefined) plans.add(plan)
      return this.systemField(name) ?? this.field(name)
    })
    const known = KnownKind.of(kind, plans, bytes, this)
    if (known !== undefined) {
      if (kinds.length >= limits.windowsShapeKindsMax) kinds.length = 0
      kinds.unshift(known)
    }
    return kind
  }

  /** The record has more fields than are read. */
  get isCut(): boolean {
    return this.#shape.isCut
  }

  field(name: string): EventField | undefined {
    const plan = this.#planOf(name)
    return plan === undefined ? undefined : this.#decode(plan)
  }

  #planOf(name: string): Plan | undefined {
    return this.#shape.fields.get(name) ?? (name.includes('.') ? this.#planAt(name) : undefined)
  }

  fold(name: string, into: FoldedText): boolean {
    const plan = this.#shape.fields.get(name)
    if (plan === undefined || plan.slot < 0) return false
    const { bytes, frames } = this.#chunk
    const from = this.#frameOf(plan.frame)
    if (from < 0 || plan.slot >= (frames[from] as number)) return false
    const head = (frames[from + 1] as number) + plan.slot * 4
    if (bytes[head + 2] !== valueTypes.text) return false
    const at = frames[from + frameHead + plan.slot] as number
    let end = at + (uint16At(bytes, head) & ~1)
    while (end > at && bytes[end - 1] === 0 && bytes[end - 2] === 0) end -= 2
    return into.takeUnits(bytes, at, (end - at) / 2)
  }

  systemField(name: string): EventField | undefined {
    const plan = this.#shape.system.get(name)
    return plan === undefined ? undefined : this.#decode(plan)
  }

  #planAt(path: string): Plan | undefined {
    const parts = path.split('.')
    if (parts[0] === 'Event') parts.shift()
    const [section, ...rest] = parts
    const { system, data } = this.#shape
    const [first = ''] = rest
    const name = rest.join('.')
    switch (section) {
      case 'System':
        return system.get(name) ?? system.get(name.replace('.', '_'))
      case 'EventData':
        return data.get(name)
      case 'UserData':
        return data.get(rest.at(-1) ?? first)
      default:
        return data.get(path)
    }
  }

  /** Names of all fields, those of the event's own data first. */
  get names(): readonly string[] {
    return [...this.#shape.fields.keys()]
  }

  mayHold(probe: TextProbe): boolean {
    const { bytes, view, hasKelvin } = this.#chunk
    return hasKelvin || this.#shape.texts.mayHold(probe, bytes, view, this)
  }

  get raw(): readonly string[] {
    const texts: string[] = []
    for (const plans of [this.#shape.data, this.#shape.system]) {
      for (const plan of plans.values()) {
        const value = this.#decode(plan)
        if (value === undefined || value === null) continue
        if (isList(value)) for (const each of value) texts.push(String(each ?? ''))
        else texts.push(String(value))
      }
    }
    return texts
  }

  /** The whole event as Windows shows it in XML. */
  toXml(): string {
    return eventXml(this.#shape.tree, (frame, slot) => this.slotValue(frame, slot))
  }

  /** The whole event as an object: attributes under `#attributes`, the text beside them under `#text`. */
  toJSON(): unknown {
    return eventJson(this.#shape.tree, (frame, slot) => this.slotValue(frame, slot))
  }

  #frameOf(frame: number): number {
    return frame === 0 ? this.#outer : frame === 1 ? this.#inner : (this.#frames?.[frame] ?? -1)
  }

  /** Where a value stands; good until the next is asked for. */
  find(frame: number, slot: number): ValueSpan {
    const { bytes, frames } = this.#chunk
    const from = this.#frameOf(frame)
    found.type = -1
    found.size = 0
    if (from < 0 || slot >= (frames[from] as number)) return found
    const head = (frames[from + 1] as number) + slot * 4
    found.type = bytes[head + 2] as number
    found.at = frames[from + frameHead + slot] as number
    found.size = uint16At(bytes, head)
    return found
  }

  /** The value of a slot of a frame, undefined where the record has none. */
  slotValue(frame: number, slot: number): EventField | undefined {
    const { bytes, frames } = this.#chunk
    const from = this.#frameOf(frame)
    if (from < 0 || slot >= (frames[from] as number)) return undefined
    const head = (frames[from + 1] as number) + slot * 4
    const at = frames[from + frameHead + slot] as number
    return valueAt(bytes, bytes[head + 2] as number, at, uint16At(bytes, head))
  }

  #decode(plan: Plan): EventField | undefined {
    if (plan.slot >= 0) {
      const value = this.slotValue(plan.frame, plan.slot)
      return value === undefined || value === null ? (plan.isOptional ? undefined : null) : value
    }
    if (plan.parts === undefined) return plan.text
    if (plan.isList) return plan.parts.flatMap((part) => this.#decode(part) ?? null)
    return this.textOf(plan)
  }

  /** A field as text; empty where it has no value. */
  textOf(plan: Plan | undefined): string {
    if (plan === undefined) return ''
    if (plan.slot < 0 && plan.parts !== undefined) {
      let text = ''
      for (const part of plan.parts) {
        text += this.textOf(part)
        if (text.length > limits.evtxTextCharactersMax) return text.slice(0, limits.evtxTextCharactersMax)
      }
      return text
    }
    const value = this.#decode(plan)
    return isList(value) ? value.join(' ') : String(value ?? '')
  }
}
