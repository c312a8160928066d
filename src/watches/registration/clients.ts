/** What the watch remembers of each address. States of single detections hang on a client and exist only once that
 *  detection has something to remember, so that an ordinary visitor costs a few numbers. */

import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import { Interner } from './interner.ts'

/** A record kept so that it can be flagged in hindsight. */
export interface KeptRecord {
  readonly timeMs: number
  readonly place: Place
  readonly target: string
  readonly part: string
  readonly agent: number
}

/** See `scans.ts`. */
export interface ScanState {
  evidence: number
  badCount: number
  requestCount: number
  lastBadMs: number
  lastNovelBytes: number
  probes: number
  alarmed: boolean
  agent: number
  kept: KeptRecord[]
}

/** See `enumeration.ts`: one client on one look-up page. */
export interface WalkState {
  readonly lookup: number
  readonly keys: Set<number>
  /** Different keys since the last long silence. */
  visitKeys: number
  /** The last numeric keys, newest last. */
  recent: number[]
  sequence: number
  bare: number
  lastMs: number
  alarmed: boolean
  kept: KeptRecord[]
  /** Keys whose records were shown before the alarm. */
  shownKeys: number[]
}

/** See `sign-in.ts`. */
export interface GuessState {
  failures: number
  evidence: number
  lastMs: number
  alarmed: boolean
  kept: KeptRecord[]
}

/** See `after-block.ts`. */
export interface BlockState {
  refused: number
  alarmed: boolean
  kept: KeptRecord[]
}

/** Lengths of payloads whose answers are of one size but for them. */
export interface Lengths {
  last: number
  /** How often the length changed from one to the next. */
  different: number
  min: number
  max: number
}

/** See `injection.ts`. */
export interface InjectionState {
  count: number
  lastMs: number
  /** The user agent that sent the last injection: a shared address has other, innocent ones. */
  agent: number
  page: number
  part: string
  sizes: Set<number>
  /** Requests of a run that show no payload. */
  hidden: number
  /** Odd values at which the site failed. */
  oddFailures: number
  /** Whether the page shows the payload back; see `outcome.ts`. */
  echo: { form: number; bare: number; lengths: Map<number, Lengths>[] }
  /** Sizes of answers to true and to false conditions; see `outcome.ts`. */
  oracle: { works: boolean; whenTrue: number[]; whenFalse: number[] }
  weak: KeptRecord[]
}

/** One address, with what the detections remember of it. Times are event times in milliseconds. */
export interface Client {
  readonly address: string
  readonly authorised: boolean
  readonly known: boolean
  firstMs: number
  lastMs: number
  /** The last time that it asked for something else than a look-up, and was served. */
  lastPageMs: number
  /** The last time that it signed in; 0 for never. */
  signedInMs: number
  /** The last time that a sign-in was answered with a redirect of which it is not clear where it led; 0 for none. */
  redirectedMs: number
  served: number
  scan?: ScanState
  walks?: WalkState[]
  guess?: GuessState
  block?: BlockState
  injection?: InjectionState
}

/** True while something is being watched about this client that must not be forgotten. */
const matters = (client: Client): boolean =>
  client.injection !== undefined ||
  client.scan?.alarmed === true ||
  client.guess !== undefined ||
  client.block !== undefined ||
  client.walks?.some((walk) => walk.alarmed) === true

/** What the office's lists say of an address. */
export interface ClientFacts {
  readonly authorised: boolean
  readonly known: boolean
}

const sweepMs = 24 * 3_600_000
const idleMs = 24 * 3_600_000
/** An attacker is known for a month, failed sign-ins add up for some days. */
const pendingMs = { injection: 30 * 24 * 3_600_000, guess: 3 * 24 * 3_600_000 }

const isPending = (client: Client, nowMs: number): boolean =>
  (client.injection !== undefined && client.injection.count > 0 && nowMs - client.lastMs < pendingMs.injection) ||
  (client.guess !== undefined && nowMs - client.lastMs < pendingMs.guess)

/** All clients, by the bytes of their address. */
export class ClientTable {
  #addresses: Interner
  #clients: Client[] = []
  readonly #capacity: number
  readonly #factsOf: (address: string) => ClientFacts
  /** How many clients had to be forgotten to make room. */
  forgotten = 0
  #sweptMs = Number.NEGATIVE_INFINITY

  constructor(factsOf: (address: string) => ClientFacts, capacity: number = limits.clientsMax) {
    this.#capacity = capacity
    this.#factsOf = factsOf
    this.#addresses = new Interner(capacity)
  }

  get size(): number {
    return this.#clients.length
  }

  /** The client with this address, made where it is new. `hash` is `hashSpan` of it. */
  of(bytes: Uint8Array, start: number, end: number, hash: number, timeMs: number): Client {
    let id = this.#addresses.internHashed(bytes, start, end, hash)
    if (id < 0) {
      this.#forgetIdle()
      id = this.#addresses.internHashed(bytes, start, end, hash)
    }
    const known = this.#clients[id]
    if (known !== undefined) return known
    const address = this.#addresses.text(id)
    const client: Client = {
      address,
      ...this.#factsOf(address),
      firstMs: timeMs,
      lastMs: timeMs,
      lastPageMs: Number.NEGATIVE_INFINITY,
      signedInMs: 0,
      redirectedMs: 0,
      served: 0,
    }
    this.#clients[id] = client
    return client
  }

  /** Lets go of clients of whom nothing is watched any more: whoever comes back after a day is judged anew in any case.
   *  Called with each record's time; it looks through the table once in a while. */
  sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < sweepMs) return
    this.#sweptMs = nowMs
    const kept = this.#clients.filter((client) => nowMs - client.lastMs < idleMs || isPending(client, nowMs))
    if (kept.length < this.#clients.length / 2) this.#load(kept)
  }

  /** Keeps the clients that matter and the half that was seen last. */
  #forgetIdle(): void {
    const times = this.#clients.map((client) => client.lastMs).sort((a, b) => a - b)
    const cut = times[times.length >> 1] as number
    let kept = this.#clients.filter((client) => client.lastMs > cut || matters(client))
    if (kept.length > this.#capacity * 0.9) kept = kept.filter((client) => client.lastMs > cut)
    this.forgotten += this.#clients.length - kept.length
    this.#load(kept)
  }

  #load(clients: readonly Client[]): void {
    this.#addresses = Interner.restore(
      this.#capacity,
      clients.map((client) => client.address),
    )
    this.#clients = [...clients]
  }

  save(): SavedClients {
    return { clients: this.#clients, sweptMs: this.#sweptMs }
  }

  restore({ clients, sweptMs }: SavedClients): void {
    this.#load(clients)
    this.#sweptMs = sweptMs
  }
}

/** What a table of clients is restored from. */
export interface SavedClients {
  readonly clients: readonly Client[]
  readonly sweptMs: number
}

/** Adds a record to a list that keeps the newest `limits.hindsightRecordsMax`. */
export function keep<T>(list: T[], record: T): void {
  if (list.length >= limits.hindsightRecordsMax) list.shift()
  list.push(record)
}
