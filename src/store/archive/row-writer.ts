/** Writes rows of a spool into one buffer: bytes are copied from the batch, and a string is made for a client only when
 *  it was not seen lately. It knows the order of columns, and nothing of files. */
import { limits } from '../../core/limits.ts'
import { type AddressSet, formatAddress, parseAddress } from '../../formats/address.ts'
import { clientAddress } from '../../formats/client-address.ts'
import type { EventRecord } from '../../formats/event.ts'
import { addressOf } from '../../formats/event-address.ts'
import { latin1Bytes } from '../../formats/latin1.ts'
import { type Field, field, type RequestBatch } from '../../formats/request-batch.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { addressKey, textKey } from './address-key.ts'
import { archiveText, writeEscapedText, writeText } from './spool-text.ts'

const tab = 9
const lineFeed = 10
const dot = 0x2e
const request = new TextEncoder().encode('request')
const statement = new TextEncoder().encode('statement')
const event = new TextEncoder().encode('event')
const hexDigits = new TextEncoder().encode('0123456789abcdef')
const { archiveFieldBytesMax, archiveNameBytesMax, archivePathBytesMax, archiveStatementBytesMax } = limits

/** The buffer rows are written to. The owner takes `bytes` up to `length` and sets `length` back to 0. */
export class RowWriter {
  /** Room for a row stands behind the mark at which the owner must empty it. */
  readonly bytes: Buffer = Buffer.allocUnsafe(limits.archiveWriteBytes + limits.archiveRowBytesMax)
  length = 0
  readonly #trusted: AddressSet
  /** Address and key as archive text, by peer and forwarded header. */
  readonly #clients = new Map<string, Uint8Array>()
  #file = ''
  #fileText: Uint8Array = new Uint8Array(0)

  constructor(trusted: AddressSet) {
    this.#trusted = trusted
  }

  get isFull(): boolean {
    return this.length >= limits.archiveWriteBytes
  }

  writeRequest(batch: RequestBatch, record: number): void {
    this.#number(batch.timeMs[record] as number)
    this.#copy(request)
    this.#client(batch, record)
    this.#field(batch, record, field.method, archiveNameBytesMax)
    this.#target(batch, record)
    this.#known(batch.status[record] as number)
    this.#known(batch.bodyBytes[record] as number)
    this.#known(batch.durationMs[record] as number)
    this.#field(batch, record, field.agent, archiveFieldBytesMax)
    this.#field(batch, record, field.referer, archiveFieldBytesMax)
    this.#field(batch, record, field.user, archiveNameBytesMax)
    this.#field(batch, record, field.host, archiveNameBytesMax)
    // phase, role, database, session, text, rows
    this.#tabs(6)
    const { source } = batch
    this.#place(source, batch.line[record] as number, batch.offset[record] as number, batch.length[record] as number)
  }

  /** A statement. Bound values and the server's message are `Private` and stay out. */
  writeStatement(record: StatementRecord): void {
    this.#number(record.timeMs)
    this.#copy(statement)
    const remote = parseAddress(record.remoteHost, 'endpoint')
    this.#string(remote === null ? record.remoteHost : formatAddress(remote), archiveNameBytesMax)
    this.#string(remote === null ? '' : addressKey(remote), archiveNameBytesMax)
    // method, path, query, status, body_bytes
    this.#tabs(5)
    this.#known(record.durationMs ?? -1)
    this.#string(record.application, archiveNameBytesMax)
    // referer, user_name, host
    this.#tabs(3)
    this.#string(record.phase, archiveNameBytesMax)
    this.#string(record.role, archiveNameBytesMax)
    this.#string(record.database, archiveNameBytesMax)
    this.#string(record.session, archiveNameBytesMax)
    this.#string(record.text, archiveStatementBytesMax)
    this.#known(record.rows ?? -1)
    const { source, line, offset, length } = record.place
    this.#place(source, line, offset, length)
  }

  /** An event: when, on which computer, from which address, and its line as it stands. */
  writeEvent(record: EventRecord, line: Uint8Array | undefined): void {
    this.#number(record.timeMs)
    this.#copy(event)
    const address = addressOf(record)
    this.#string(address ?? '', archiveNameBytesMax)
    this.#string(address === undefined ? '' : textKey(address), archiveNameBytesMax)
    // method, path, query, status, body_bytes, duration, agent, referer, user_name
    this.#tabs(9)
    this.#string(record.computer, archiveNameBytesMax)
    // phase, role, database, session
    this.#tabs(4)
    if (line !== undefined)
      this.length = writeText(line, 0, line.length, this.bytes, this.length, archiveStatementBytesMax)
    this.bytes[this.length++] = tab
    // rows
    this.#tabs(1)
    const { source, line: number, offset, length } = record.place
    this.#place(source, number, offset, length)
  }

  #place(source: string, line: number, offset: number, length: number): void {
    if (source !== this.#file) {
      this.#file = source
      const bytes = Buffer.from(source, 'utf8')
      const out = Buffer.alloc(archivePathBytesMax)
      this.#fileText = out.subarray(0, writeText(bytes, 0, bytes.length, out, 0, archivePathBytesMax))
    }
    this.#copy(this.#fileText)
    this.#number(line)
    this.#number(offset)
    this.#number(length)
    this.bytes[this.length - 1] = lineFeed
  }

  /** The path and the query: what stands before and after the first `?`; a fragment (`#`) counts to the query. */
  #target(batch: RequestBatch, record: number): void {
    const start = batch.start(record, field.target)
    const end = batch.end(record, field.target)
    const { bytes } = batch
    let p = start
    let mark = 0
    while (p < end) {
      mark = bytes[p] as number
      if (mark === 0x3f || mark === 0x23) break
      p++
    }
    this.#span(batch, start, p, archiveFieldBytesMax)
    this.#span(batch, p < end && mark === 0x3f ? p + 1 : p, end, archiveFieldBytesMax)
  }

  #field(batch: RequestBatch, record: number, of: Field, bytesMax: number): void {
    this.#span(batch, batch.start(record, of), batch.end(record, of), bytesMax)
  }

  #span(batch: RequestBatch, start: number, end: number, bytesMax: number): void {
    if (start < end) {
      const write = batch.escaped ? writeEscapedText : writeText
      this.length = write(batch.bytes, start, end, this.bytes, this.length, bytesMax)
    }
    this.bytes[this.length++] = tab
  }

  /** The client's address and its key. An IPv4 address that no proxy passed on, which is nearly all, is copied. */
  #client(batch: RequestBatch, record: number): void {
    const { bytes } = batch
    const start = batch.start(record, field.client)
    const end = batch.end(record, field.client)
    const isDirect =
      this.#trusted.size === 0 || batch.start(record, field.forwarded) >= batch.end(record, field.forwarded)
    const value = isDirect ? version4Value(bytes, start, end) : -1
    if (value >= 0) {
      for (let p = start; p < end; p++) this.bytes[this.length++] = bytes[p] as number
      this.bytes[this.length++] = tab
      this.bytes[this.length++] = 0x34
      for (let shift = 28; shift >= 0; shift -= 4)
        this.bytes[this.length++] = hexDigits[(value >>> shift) & 15] as number
      this.bytes[this.length++] = tab
      return
    }
    const peer = batch.text(record, field.client)
    const forwarded = batch.text(record, field.forwarded)
    // No address holds a line feed, so that two pairs never share a key that matters.
    const pair = `${peer}\n${forwarded}`
    const known = this.#clients.get(pair)
    if (known !== undefined) return this.#copy(known)
    const text = clientAddress(peer, forwarded, this.#trusted)
    const shown = archiveText(latin1Bytes(text), archiveNameBytesMax)
    const made = Buffer.from(`${shown}\t${textKey(text)}`)
    if (this.#clients.size >= limits.archiveClientsKeptMax) this.#clients.clear()
    if (pair.length <= limits.archiveClientCharactersMax) this.#clients.set(pair, made)
    this.#copy(made)
  }

  #string(text: string, bytesMax: number): void {
    const bytes = Buffer.from(text, 'utf8')
    this.length = writeText(bytes, 0, bytes.length, this.bytes, this.length, bytesMax)
    this.bytes[this.length++] = tab
  }

  #copy(text: Uint8Array): void {
    this.bytes.set(text, this.length)
    this.length += text.length
    this.bytes[this.length++] = tab
  }

  #tabs(count: number): void {
    for (let i = 0; i < count; i++) this.bytes[this.length++] = tab
  }

  /** A number that is negative where it is not known. */
  #known(value: number): void {
    if (value >= 0) this.#number(value)
    else this.bytes[this.length++] = tab
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) this.#digits(value)
    else if (Number.isFinite(value)) this.length += this.bytes.write(String(value), this.length, 'latin1')
    this.bytes[this.length++] = tab
  }

  #digits(value: number): void {
    if (value < 1e9) return this.#padded(value, digitCount(value))
    const high = Math.floor(value / 1e9)
    this.#digits(high)
    this.#padded(value - high * 1e9, 9)
  }

  /** `count` digits of a number below 1e9. */
  #padded(value: number, count: number): void {
    let rest = value | 0
    for (let p = this.length + count - 1; p >= this.length; p--) {
      const next = (rest / 10) | 0
      this.bytes[p] = 0x30 + rest - next * 10
      rest = next
    }
    this.length += count
  }
}

function digitCount(value: number): number {
  let count = 1
  for (let bound = 10; bound <= value; bound *= 10) count++
  return count
}

/** The IPv4 address of bytes that are nothing but one, as `parseAddress` takes it, or -1. */
function version4Value(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 15) return -1
  let value = 0
  let octet = -1
  let dots = 0
  for (let p = start; p < end; p++) {
    const byte = bytes[p] as number
    if (byte === dot) {
      if (octet < 0 || ++dots > 3) return -1
      value = value * 256 + octet
      octet = -1
    } else {
      const digit = byte - 0x30
      if (digit < 0 || digit > 9 || octet === 0) return -1
      octet = octet < 0 ? digit : octet * 10 + digit
      if (octet > 255) return -1
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1
}
