/** NIST SP 1500-101 election event logs as XML: only the elements of its schema are read, as they come; nothing outside the
 *  file is ever looked up. */
import { Buffer } from 'node:buffer'
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import type { EventRecord } from '../event.ts'
import type { EventProblem } from '../events/event-values.ts'
import type { Chunk, EventFormat, EventReader, FormatOptions, Progress } from '../format.ts'
import { isDeviceEvent, type Members } from './device-event.ts'
import { HeldEvents } from './held-events.ts'

const name = 'nist-event-log-xml'
const lineFeed = 10
const cutOff: EventProblem = { reason: 'truncated', message: 'The log ends before this event does.' }
const noEvent: EventProblem = {
  reason: 'damaged',
  message: 'This event lacks what every event of an election event log has: Id, Type or TimeStamp.',
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Text of an element: entities of XML itself are undone, others stay as they are. */
function plainText(text: string): string {
  const open = text.replace(/^\s{0,64}<!\[CDATA\[([\s\S]*)\]\]>\s{0,64}$/, '$1')
  if (open !== text) return open
  return text
    .trim()
    .replace(
      /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g,
      (whole, decimal?: string, hex?: string, word?: string) => {
        if (word !== undefined) return Object.hasOwn(entities, word) ? (entities[word] as string) : whole
        const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
      },
    )
}

const leaf =
  /<(?:[\w.-]{1,32}:)?([A-Za-z]{1,32})(?:\s[^<>]{0,512})?>([^<]*|\s{0,64}<!\[CDATA\[(?:(?!\]\]>)[\s\S])*\]\]>\s{0,64})<\/(?:[\w.-]{1,32}:)?\1\s{0,16}>/g

function membersOf(text: string): Members {
  const members: Record<string, string> = {}
  for (const [, member = '', value = ''] of text.matchAll(leaf)) members[member] ??= plainText(value)
  return members
}

/** A tag's local name where it is one of the three that matter; `/` before the name of an end tag. */
const tag = /^<(\/?)(?:[\w.-]{1,32}:)?(ElectionEventLog|Device|Event)(?=[\s/>])/

/** Where reading goes on, and what was wrong before it. */
interface Step {
  readonly next: number
  readonly problem?: EventProblem
  readonly place?: Place
}

class EventLogXmlReader implements EventReader {
  readonly #held: HeldEvents
  #isInDevice = false
  /** No event ends in the rest of the chunk. */
  #hasNoEnd = false

  constructor(options: FormatOptions) {
    this.#held = new HeldEvents(name, options)
  }

  read(chunk: Chunk, records: EventRecord[], rejects: Reject[]): Progress {
    const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength).subarray(0, chunk.end)
    this.#hasNoEnd = false
    let at = chunk.start
    let line = chunk.line
    while (at < chunk.end) {
      const { next, problem, place } = this.#step(bytes, at, chunk, line, records)
      if (problem !== undefined && place !== undefined) rejects.push({ place, ...problem })
      if (next <= at) break
      line += linesIn(bytes, at, next)
      at = next
    }
    if (chunk.last) this.#held.endDevice(records)
    const isOpenLine = chunk.last && chunk.end > chunk.start && bytes[chunk.end - 1] !== lineFeed
    return { bytes: at - chunk.start, lines: line - chunk.line + (isOpenLine ? 1 : 0) }
  }

  /** Takes what begins at `at`: an event, a member of the log or the device, or what is passed over. */
  #step(bytes: Buffer, at: number, chunk: Chunk, line: number, records: EventRecord[]): Step {
    const open = bytes.indexOf(60, at)
    if (open < 0) return { next: chunk.end }
    if (open > at) return { next: open }
    const isTooLong = chunk.end - at > limits.recordBytesMax
    const wait = chunk.last || isTooLong ? chunk.end : at
    if (bytes.subarray(at, at + 4).equals(commentStart)) {
      const end = bytes.indexOf('-->', at)
      return { next: end < 0 ? wait : end + 3 }
    }
    const close = bytes.indexOf(62, at)
    if (close < 0) return { next: wait }
    const found = tag.exec(bytes.toString('latin1', at, Math.min(close + 1, at + 80)))
    if (found?.[2] === 'Event' && found[1] === '') return this.#event(bytes, at, chunk, line, records)
    if (found?.[2] === 'Device') {
      this.#held.endDevice(records)
      this.#isInDevice = found[1] === ''
      return { next: close + 1 }
    }
    if (found !== null || bytes[at + 1] === 47 || bytes[close - 1] === 47 || bytes[at + 1] === 63)
      return { next: close + 1 }
    return { next: this.#member(bytes, at, close, wait) }
  }

  #event(bytes: Buffer, at: number, chunk: Chunk, line: number, records: EventRecord[]): Step {
    const window = this.#hasNoEnd ? '' : bytes.toString('latin1', at, Math.min(chunk.end, at + limits.recordBytesMax))
    const end = /<\/(?:[\w.-]{1,32}:)?Event\s{0,16}>/.exec(window)
    this.#hasNoEnd = end === null
    const isWhole = end !== null
    if (!isWhole && !chunk.last && chunk.end - at <= limits.recordBytesMax) return { next: at }
    const next = isWhole ? at + end.index + end[0].length : bytes.indexOf(62, at) + 1
    const place = { source: chunk.source, line, offset: chunk.offset + at - chunk.start, length: next - at }
    if (!isWhole) return { next, place, problem: cutOff }
    const members = membersOf(bytes.toString('utf8', at, next))
    if (!isDeviceEvent(members)) return { next, place, problem: noEvent }
    this.#held.event(members, place, records)
    return { next }
  }

  /** A member beside the events: of the device, or of the log. */
  #member(bytes: Buffer, at: number, close: number, wait: number): number {
    const end = bytes.indexOf(62, close + 1)
    const isLeaf = end < 0 || bytes.subarray(close + 1, end).indexOf('</') >= 0
    if (!isLeaf) return close + 1
    if (end < 0) return wait === at ? at : close + 1
    const members = membersOf(bytes.toString('utf8', at, end + 1))
    if (this.#isInDevice) this.#held.device(members)
    else this.#held.log(members)
    return end + 1
  }
}

const commentStart = Buffer.from('<!--')

function linesIn(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let p = from; p < to; p++) if (bytes[p] === lineFeed) count++
  return count
}

export const eventLogXml: EventFormat = {
  kind: 'events',
  name,
  title: 'Voting devices: NIST election event log (XML)',
  cut: { chunkBytesMin: limits.eventChunkBytesMin },
  recognise: (sample) => {
    const head = Buffer.from(sample.buffer, sample.byteOffset, Math.min(sample.length, 8_192)).toString('latin1')
    if (!/<(?:[\w.-]{1,32}:)?ElectionEventLog(?=[\s>])/.test(head)) return 0
    return head.includes('itl.nist.gov/ns/voting/1500-101') ? 1 : 0.9
  },
  open: (options) => new EventLogXmlReader(options),
}
