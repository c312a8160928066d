/** Writes EVTX logs for tests: chunks with their heads and checksums, records, templates and values, as Windows lays them
 *  out. It writes what it is told, also what no Windows would. */
import { crc32 } from 'node:zlib'

/** A place for a value. */
export interface HoleSpec {
  readonly slot: number
  readonly type: number
  readonly isOptional?: boolean
}
/** An element of a template. */
export interface ElementSpec {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string | HoleSpec>>
  readonly content?: readonly (string | HoleSpec | ElementSpec)[]
}
/** A template, known by its number. */
export interface TemplateSpec {
  readonly id: number
  readonly root: ElementSpec
}
/** A template with its values. */
export interface InstanceSpec {
  readonly template: TemplateSpec
  readonly values: readonly ValueSpec[]
}
/** A typed value: its bytes, or a template filled in. */
export type ValueSpec = { readonly type: number; readonly bytes: Buffer } | InstanceSpec
/** One record. */
export interface RecordSpec extends InstanceSpec {
  readonly id: number
  readonly timeMs: number
}

export const chunkSize = 65_536
export const fileHeadSize = 4_096
const firstRecord = 512

/** A FILETIME. */
export function filetimeBytes(timeMs: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(Math.round(timeMs) + 11_644_473_600_000) * 10_000n)
  return bytes
}

export const textValue = (text: string): ValueSpec => ({ type: 1, bytes: Buffer.from(text, 'utf16le') })
export const noValue: ValueSpec = { type: 0, bytes: Buffer.alloc(0) }
/** An integer of some bytes, without a sign. */
export function numberValue(type: number, size: number, value: number): ValueSpec {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)))
  return { type, bytes: bytes.subarray(0, size) }
}

/** The system part that all records of these logs have; its values are made by `systemValues`. */
export const systemTemplate: TemplateSpec = {
  id: 1,
  root: {
    name: 'Event',
    attributes: { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
    content: [
      {
        name: 'System',
        content: [
          { name: 'Provider', attributes: { Name: 'Test-Provider', Guid: { slot: 0, type: 15, isOptional: true } } },
          { name: 'EventID', content: [{ slot: 1, type: 6 }] },
          { name: 'TimeCreated', attributes: { SystemTime: { slot: 2, type: 17 } } },
          { name: 'EventRecordID', content: [{ slot: 3, type: 10 }] },
          { name: 'Channel', content: ['Security'] },
          { name: 'Computer', content: [{ slot: 4, type: 1 }] },
        ],
      },
      { slot: 5, type: 33, isOptional: true },
    ],
  },
}

const bySource = new Map<string, TemplateSpec>([['Security', systemTemplate]])

/** The system part of another log. */
function templateFor(channel: string): TemplateSpec {
  const known = bySource.get(channel)
  if (known !== undefined) return known
  const text = JSON.stringify(systemTemplate.root).replace('Security', channel)
  const made = { id: 1_000 + bySource.size, root: JSON.parse(text) as ElementSpec }
  bySource.set(channel, made)
  return made
}

/** A record of the usual form: the system part with the event's own data inside. */
export function usualRecord(id: number, eventId: number, inner: InstanceSpec, channel = 'Security'): RecordSpec {
  const timeMs = 1_793_692_800_000 + id
  return {
    id,
    timeMs,
    template: templateFor(channel),
    values: [
      noValue,
      numberValue(6, 2, eventId),
      { type: 17, bytes: filetimeBytes(timeMs) },
      numberValue(10, 8, id),
      textValue('ems-1'),
      inner,
    ],
  }
}

/** Writes one chunk. */
class ChunkWriter {
  readonly bytes = Buffer.alloc(chunkSize)
  at = firstRecord
  readonly #names = new Map<string, number>()
  readonly #templates = new Map<number, number>()
  #lastRecordAt = firstRecord

  #u8(value: number): void {
    this.at = this.bytes.writeUInt8(value, this.at)
  }
  #u16(value: number): void {
    this.at = this.bytes.writeUInt16LE(value, this.at)
  }
  #u32(value: number): void {
    this.at = this.bytes.writeUInt32LE(value, this.at)
  }
  #put(bytes: Buffer): void {
    this.at += bytes.copy(this.bytes, this.at)
  }

  #name(name: string): void {
    const known = this.#names.get(name)
    this.#u32(known ?? this.at + 4)
    if (known !== undefined) return
    this.#names.set(name, this.at)
    this.#u32(0)
    this.#u16(0)
    this.#u16(name.length)
    this.#put(Buffer.from(`${name}\0`, 'utf16le'))
  }

  #text(text: string): void {
    this.#u8(0x05)
    this.#u8(0x01)
    this.#u16(text.length)
    this.#put(Buffer.from(text, 'utf16le'))
  }

  #piece(piece: string | HoleSpec): void {
    if (typeof piece === 'string') {
      this.#text(piece)
      return
    }
    this.#u8(piece.isOptional === true ? 0x0e : 0x0d)
    this.#u16(piece.slot)
    this.#u8(piece.type)
  }

  #element({ name, attributes = {}, content = [] }: ElementSpec): void {
    const list = Object.entries(attributes)
    this.#u8(list.length > 0 ? 0x41 : 0x01)
    this.#u16(0xffff)
    const sizeAt = this.at
    this.#u32(0)
    this.#name(name)
    if (list.length > 0) {
      this.#u32(0)
      for (const [index, [attribute, value]] of list.entries()) {
        this.#u8(index < list.length - 1 ? 0x46 : 0x06)
        this.#name(attribute)
        this.#piece(value)
      }
    }
    if (content.length === 0) this.#u8(0x03)
    else {
      this.#u8(0x02)
      for (const each of content) {
        if (typeof each === 'object' && 'name' in each) this.#element(each)
        else this.#piece(each)
      }
      this.#u8(0x04)
    }
    this.bytes.writeUInt32LE(this.at - sizeAt - 4, sizeAt)
  }

  #fragmentHead(): void {
    this.#put(Buffer.from([0x0f, 1, 1, 0]))
  }

  #definition({ id, root }: TemplateSpec): void {
    this.#u32(0)
    this.#u32(id)
    this.#put(Buffer.alloc(12))
    const sizeAt = this.at
    this.#u32(0)
    this.#fragmentHead()
    this.#element(root)
    this.#u8(0)
    this.bytes.writeUInt32LE(this.at - sizeAt - 4, sizeAt)
  }

  #instance({ template, values }: InstanceSpec): void {
    this.#fragmentHead()
    this.#u8(0x0c)
    this.#u8(1)
    this.#u32(template.id)
    const known = this.#templates.get(template.id)
    this.#u32(known ?? this.at + 4)
    if (known === undefined) {
      this.#templates.set(template.id, this.at)
      this.#definition(template)
    }
    this.#u32(values.length)
    const headsAt = this.at
    this.at += values.length * 4
    for (const [index, value] of values.entries()) {
      const from = this.at
      if ('template' in value) this.#instance(value)
      else this.#put(value.bytes)
      this.bytes.writeUInt16LE(this.at - from, headsAt + index * 4)
      this.bytes.writeUInt8('template' in value ? 0x21 : value.type, headsAt + index * 4 + 2)
    }
  }

  record(record: RecordSpec): void {
    const from = this.at
    this.#lastRecordAt = from
    this.#u32(0x2a2a)
    this.#u32(0)
    this.at = this.bytes.writeBigUInt64LE(BigInt(record.id), this.at)
    this.#put(filetimeBytes(record.timeMs))
    this.#instance(record)
    this.#u32(this.at + 4 - from)
    this.bytes.writeUInt32LE(this.at - from, from + 4)
  }

  /** The chunk, with its head. */
  finish(firstId: number, lastId: number): Buffer {
    const { bytes } = this
    bytes.write('ElfChnk\0', 0, 'latin1')
    for (const at of [8, 24]) bytes.writeBigUInt64LE(BigInt(firstId), at)
    for (const at of [16, 32]) bytes.writeBigUInt64LE(BigInt(lastId), at)
    bytes.writeUInt32LE(128, 40)
    bytes.writeUInt32LE(this.#lastRecordAt, 44)
    bytes.writeUInt32LE(this.at, 48)
    return sealChunk(bytes)
  }
}

/** Sets a chunk's checksums to what they must be. */
export function sealChunk(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(crc32(bytes.subarray(firstRecord, bytes.readUInt32LE(48))), 52)
  bytes.writeUInt32LE(crc32(bytes.subarray(128, firstRecord), crc32(bytes.subarray(0, 120))), 124)
  return bytes
}

/** One chunk with these records. */
export function buildChunk(records: readonly RecordSpec[]): Buffer {
  const writer = new ChunkWriter()
  for (const record of records) writer.record(record)
  return writer.finish(records[0]?.id ?? 0, records.at(-1)?.id ?? 0)
}

/** A log with these chunks. */
export function buildEvtx(chunks: readonly (readonly RecordSpec[])[]): Buffer {
  const head = Buffer.alloc(fileHeadSize)
  head.write('ElfFile\0', 0, 'latin1')
  head.writeBigUInt64LE(BigInt(Math.max(0, chunks.length - 1)), 16)
  head.writeUInt32LE(128, 32)
  head.writeUInt16LE(1, 36)
  head.writeUInt16LE(3, 38)
  head.writeUInt16LE(fileHeadSize, 40)
  head.writeUInt16LE(chunks.length, 42)
  head.writeUInt32LE(crc32(head.subarray(0, 120)), 124)
  return Buffer.concat([head, ...chunks.map(buildChunk)])
}
