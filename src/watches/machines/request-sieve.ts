/** Tells of the bytes of a web request that no rule can match it, so that nearly all requests never become events. What it
 *  lets through must be looked at. It looks for the texts of a cover of the rules, as they are and percent-encoded. */
import { limits } from '../../core/limits.ts'
import { type Field, field, fieldCount, type RequestBatch } from '../../formats/request-batch.ts'
import { fieldsBehind } from '../../formats/request-event.ts'
import type { CoverLiteral } from '../../sigma/cover.ts'
import { RawProbe } from '../../sigma/raw-probe.ts'
import { ClearedValues } from './cleared-values.ts'

const percent = 37
const backslash = 92
/** Status codes that are told apart. */
const statusCodes = 1_000
/** Fields that hold few different values. */
const repeated: ReadonlySet<Field> = new Set([field.method, field.referer, field.agent, field.host])
const stride = fieldCount * 2

/** Fields of which most requests have the same few values: rules are better told by others. */
const common: ReadonlySet<string> = new Set(['cs-method', 'sc-status', 'sc-bytes', 'time-taken', 'cs-host'])
export const isCommonField = (name: string): boolean => common.has(name)

/** The value of a hexadecimal digit, -1 for other bytes. */
const digits = Int8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16)
  return Number.isNaN(value) ? -1 : value
})

/** U+212A, the sign for kelvin, which without its case is a k: in UTF-8. */
const kelvin = [0xe2, 0x84, 0xaa] as const

/** Whether a number is as a literal says. */
function holds(text: string, { literal, anchoring }: CoverLiteral): boolean {
  if (anchoring === 'equals') return text === literal
  if (anchoring === 'startswith') return text.startsWith(literal)
  return anchoring === 'endswith' ? text.endsWith(literal) : text.includes(literal)
}

/** The sieve for one cover. */
export class RequestSieve {
  /** Without a cover, every request is let through. */
  readonly #letsAll: boolean
  readonly #probes: readonly {
    readonly of: Field
    readonly probe: RawProbe
    readonly cleared: ClearedValues | undefined
  }[]
  readonly #statuses = new Uint8Array(statusCodes)
  readonly #hasStatuses: boolean
  readonly #decoded = new Uint8Array(limits.requestSieveBytesMax + 8)
  readonly #decodedView = new DataView(this.#decoded.buffer)
  /** Of the batch that was looked at last. */
  #bytes: Uint8Array | undefined
  #view: DataView = new DataView(new ArrayBuffer(0))

  constructor(cover: readonly CoverLiteral[] | undefined) {
    const texts = new Map<Field, string[]>()
    let letsAll = cover === undefined
    let hasStatuses = false
    for (const each of cover ?? []) {
      const names = each.names.length === 0 ? [undefined] : each.names
      for (const name of names) {
        const fields = fieldsBehind(name)
        if (fields !== 'number') {
          for (const of of fields) texts.set(of, [...(texts.get(of) ?? []), each.literal])
        } else if (name !== 'sc-status') letsAll = true
        else {
          hasStatuses = true
          for (let code = 0; code < statusCodes; code++) if (holds(String(code), each)) this.#statuses[code] = 1
        }
      }
    }
    this.#letsAll = letsAll
    this.#hasStatuses = hasStatuses
    this.#probes = [...texts].map(([of, literals]) => ({
      of,
      probe: RawProbe.ofPlain(literals),
      cleared: repeated.has(of) ? new ClearedValues() : undefined,
    }))
  }

  /** False where no rule can match the request. */
  mayMatch(batch: RequestBatch, record: number): boolean {
    if (this.#letsAll) return true
    if (this.#hasStatuses) {
      const status = batch.status[record] as number
      if (status < 0 || status >= statusCodes || this.#statuses[status] === 1) return true
    }
    const { bytes, spans, escaped } = batch
    if (this.#bytes !== bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    for (const { of, probe, cleared } of this.#probes) {
      // Behind a proxy the visitor's address is worked out, and stands in no field as it is.
      if (of === field.client && batch.end(record, field.forwarded) > batch.start(record, field.forwarded)) return true
      const start = spans[record * stride + of * 2] as number
      const end = spans[record * stride + of * 2 + 1] as number
      if (start >= end || cleared?.has(this.#view, start, end) === true) continue
      if (probe.inBytes(bytes, this.#view, start, end)) return true
      if (escaped && holdsByte(bytes, start, end, backslash)) return true
      if (of === field.target && holdsByte(bytes, start, end, percent) && this.#mayDecode(bytes, start, end, probe))
        return true
      cleared?.add(this.#view, start, end)
    }
    return false
  }

  /** Whether the target may hold a text once what is percent-encoded is read. */
  #mayDecode(bytes: Uint8Array, start: number, end: number, probe: RawProbe): boolean {
    if (end - start > limits.requestSieveBytesMax) return true
    const decoded = this.#decoded
    let length = 0
    for (let at = start; at < end; at++) {
      let byte = bytes[at] as number
      if (byte === percent && at + 2 < end) {
        const [high, low] = [digits[bytes[at + 1] as number] as number, digits[bytes[at + 2] as number] as number]
        if (high >= 0 && low >= 0) {
          byte = high * 16 + low
          at += 2
        }
      }
      decoded[length++] = byte
    }
    for (let at = 2; at < length; at++) {
      if (decoded[at] === kelvin[2] && decoded[at - 1] === kelvin[1] && decoded[at - 2] === kelvin[0]) return true
    }
    return probe.inBytes(decoded, this.#decodedView, 0, length)
  }
}

function holdsByte(bytes: Uint8Array, start: number, end: number, wanted: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === wanted) return true
  return false
}
