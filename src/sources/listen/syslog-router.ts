/** Sorts syslog messages by sending host and program into the journal's streams, one line each: line feeds within a
 *  message become `#012`, as rsyslog writes them. Messages are copied into one piece a stream and handed on every
 *  few milliseconds, so that nothing is made for a single message. */
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { JournalPort } from '../definition.ts'
import type { MessageSink, RejectReason } from './syslog-frames.ts'
import { SyslogPeek } from './syslog-peek.ts'

/** What a router has counted since it was made. */
export interface RouterCounts {
  messages: number
  bytes: number
  readonly rejected: Record<RejectReason, number>
}

/** A host and program, and what waits for its stream. */
interface Route {
  readonly stream: string
  /** Bytes of host and program as they stand in messages, and the sender where the host is missing. */
  readonly key: Uint8Array
  readonly hostBytes: number
  readonly peer: string
  next: Route | undefined
  batch: Buffer
  used: number
  /** Messages in the batch. */
  messages: number
  /** What the last batch came to, so that the next one begins with enough room. */
  expected: number
}

const batchBytesMin = 512
const lineFeed = 10
const escapedLineFeed = Buffer.from('#012')
const programUnknown = 'unnamed'

/** The router of one listener. */
export class SyslogRouter implements MessageSink {
  readonly #journal: JournalPort
  readonly #sourceId: SourceId
  readonly #peek = new SyslogPeek()
  readonly #routes = new Map<number, Route>()
  #routeCount = 0
  #last: Route | undefined
  #touched: Route[] = []
  #isScheduled = false
  #pendingCount = 0
  #idle: (() => void)[] = []
  readonly counts: RouterCounts = {
    messages: 0,
    bytes: 0,
    rejected: { 'too-long': 0, 'framing-lost': 0, 'cut-short': 0 },
  }
  /** The address of whoever sends the messages that are taken now: the host of a message that names none. */
  peer = ''

  constructor(journal: JournalPort, sourceId: SourceId) {
    this.#journal = journal
    this.#sourceId = sourceId
  }

  reject(reason: RejectReason): void {
    this.counts.rejected[reason]++
  }

  take(bytes: Buffer, start: number, end: number, hasLineFeed: boolean): void {
    const length = end - start
    this.counts.messages++
    this.counts.bytes += length
    const route = this.#routeOf(bytes, start, end)
    const room = (hasLineFeed ? escapedLineFeed.length * length : length) + 1
    if (route.used + room > route.batch.length) this.#makeRoom(route, room)
    if (hasLineFeed) this.#copyEscaped(route, bytes, start, end)
    else {
      bytes.copy(route.batch, route.used, start, end)
      route.used += length
    }
    route.batch[route.used++] = lineFeed
    if (route.messages++ === 0) this.#touch(route)
  }

  /** Hands everything to the journal now, and resolves when the journal has it. */
  async flush(): Promise<void> {
    for (const route of this.#touched.splice(0)) this.#send(route)
    if (this.#pendingCount > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #touch(route: Route): void {
    this.#touched.push(route)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setTimeout(() => {
      this.#isScheduled = false
      const touched = this.#touched
      this.#touched = []
      for (const each of touched) this.#send(each)
    }, limits.syslogGatherMs)
  }

  #send(route: Route): void {
    const { messages, used } = route
    if (messages === 0) return
    const lines = route.batch.subarray(0, used)
    route.batch = Buffer.alloc(0)
    route.used = 0
    route.messages = 0
    route.expected = used
    this.#pendingCount++
    this.#journal
      .append(this.#sourceId, route.stream, lines, false)
      // Only a journal that closes while the disk takes nothing refuses what it was given.
      .catch(() => this.#journal.countLost(this.#sourceId, messages))
      .finally(() => {
        if (--this.#pendingCount > 0) return
        for (const resolve of this.#idle.splice(0)) resolve()
      })
  }

  #makeRoom(route: Route, room: number): void {
    if (route.used + room > limits.syslogBatchBytesMax && route.messages > 0) {
      // The route stays among those touched; an empty batch is left out there.
      this.#send(route)
    }
    const wanted = Math.max(route.used + room, 2 * route.batch.length, route.expected, batchBytesMin)
    const grown = Buffer.allocUnsafe(wanted)
    route.batch.copy(grown, 0, 0, route.used)
    route.batch = grown
  }

  #copyEscaped(route: Route, bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const next = bytes.indexOf(lineFeed, at)
      const stop = next < 0 || next > end ? end : next
      route.used += bytes.copy(route.batch, route.used, at, stop)
      if (stop < end) route.used += escapedLineFeed.copy(route.batch, route.used)
      at = stop + 1
    }
  }

  #routeOf(bytes: Buffer, start: number, end: number): Route {
    const peek = this.#peek
    peek.read(bytes, start, end)
    const peer = peek.hostEnd === peek.hostAt ? this.peer : ''
    const last = this.#last
    if (last !== undefined && isRoute(last, bytes, peek, peer)) return last
    const hash = hashOf(bytes, peek, peer)
    for (let route = this.#routes.get(hash); route !== undefined; route = route.next) {
      if (isRoute(route, bytes, peek, peer)) {
        this.#last = route
        return route
      }
    }
    return this.#addRoute(bytes, peek, peer, hash)
  }

  #addRoute(bytes: Buffer, peek: SyslogPeek, peer: string, hash: number): Route {
    if (this.#routeCount >= limits.syslogRoutesMax) {
      for (const route of this.#touched.splice(0)) this.#send(route)
      this.#routes.clear()
      this.#routeCount = 0
    }
    const host = bytes.subarray(peek.hostAt, peek.hostEnd)
    const program = bytes.subarray(peek.programAt, peek.programEnd)
    const hostName = peer === '' ? host.toString('latin1') : peer
    const route: Route = {
      stream: `${hostName}/${program.length === 0 ? programUnknown : program.toString('latin1')}`,
      key: Uint8Array.from(Buffer.concat([host, program])),
      hostBytes: host.length,
      peer,
      next: this.#routes.get(hash),
      batch: Buffer.alloc(0),
      used: 0,
      messages: 0,
      expected: 0,
    }
    this.#routes.set(hash, route)
    this.#routeCount++
    this.#last = route
    return route
  }
}

function isRoute(route: Route, bytes: Uint8Array, peek: SyslogPeek, peer: string): boolean {
  const { key, hostBytes } = route
  if (peek.hostEnd - peek.hostAt !== hostBytes || route.peer !== peer) return false
  if (peek.programEnd - peek.programAt !== key.length - hostBytes) return false
  for (let i = 0, at = peek.hostAt; i < hostBytes; i++, at++) if (key[i] !== bytes[at]) return false
  for (let i = hostBytes, at = peek.programAt; i < key.length; i++, at++) if (key[i] !== bytes[at]) return false
  return true
}

/** FNV-1a over host and program; a sender's address counts by its length only, hits are compared anyway. */
function hashOf(bytes: Uint8Array, peek: SyslogPeek, peer: string): number {
  let hash = 0x811c9dc5 ^ peer.length
  for (let at = peek.hostAt; at < peek.hostEnd; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  hash = Math.imul(hash ^ 0x2f, 0x01000193)
  for (let at = peek.programAt; at < peek.programEnd; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  return hash
}
