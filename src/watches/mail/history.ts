/** The office's memory of who writes to it, and in which threads: first contacts and hijacked threads show against it.
 *  Event time; bounded; two memories can be merged. Only mails that were not suspicious are learnt. */
import { limits } from '../../core/limits.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { domainOfAddress, registrable } from './domains.ts'
import { fold } from './skeleton.ts'

/** Since when, until when, how often, and how often a server vouched for it. */
type Seen = [firstMs: number, lastMs: number, count: number, passed: number]
/** Addresses of a thread with the names that they go by. */
type People = [address: string, name: string][]

/** The memory as plain data. */
export interface SavedHistory {
  readonly senders: readonly (readonly [string, Readonly<Seen>])[]
  readonly domains: readonly (readonly [string, Readonly<Seen>])[]
  readonly threads: readonly (readonly [id: string, people: readonly (readonly [string, string])[]])[]
  readonly mails: number
  readonly forgotten: number
}

/** What of a mail is learnt. */
export type LearntMail = Pick<MailMessage, 'timeMs' | 'from' | 'to' | 'cc' | 'messageId' | 'references'>

/** Mails that a memory must have before a first contact tells anything. */
const tellingMails = 50
/** Mails and time after which somebody at a private address is a known correspondent. */
const knownMails = 2

/** The memory. */
export class SenderHistory {
  readonly #senders = new Map<string, Seen>()
  readonly #domains = new Map<string, Seen>()
  readonly #threads = new Map<string, People>()
  #mails = 0
  #forgotten = 0

  /** Entries that made room. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** Whether there is enough of it that a sender whom it does not know is news. */
  get isTelling(): boolean {
    return this.#mails >= tellingMails
  }

  /** Whether somebody has written more than once, or was written to in a thread. */
  isKnown(address: string): boolean {
    return (this.#senders.get(address)?.[2] ?? 0) >= knownMails
  }

  /** Whether anybody of a host's registrable domain wrote before. */
  knowsDomain = (host: string): boolean => this.#domains.has(registrable(host))

  /** Whether mail of a host's registrable domain was vouched for before, by its own signature or SPF. */
  hasPassed = (host: string): boolean => (this.#domains.get(registrable(host))?.[3] ?? 0) > 0

  /** Whether an address wrote before, or is one of the office's correspondents. */
  knowsSender = (address: string): boolean => this.#senders.has(address)

  /** The people of the threads that a mail says it belongs to. */
  peopleOf(message: Pick<MailMessage, 'references'>): readonly (readonly [address: string, name: string])[] {
    const ids = [...message.references.slice(-limits.mailReferencesJudgedMax)]
    return ids.flatMap((id) => this.#threads.get(id) ?? [])
  }

  /** Remembers a mail. */
  learn(message: LearntMail, isAuthenticated = false): void {
    this.#mails++
    const { timeMs } = message
    const address = message.from[0]?.address ?? ''
    // No server takes a longer one (RFC 5321, section 4.5.3.1.3).
    if (address !== '' && address.length <= limits.mailAddressCharactersMax) {
      note(this.#senders, address, timeMs, isAuthenticated)
      note(this.#domains, registrable(domainOfAddress(address)), timeMs, isAuthenticated)
    }
    this.#learnThread(message)
    this.#makeRoom()
  }

  #learnThread(message: LearntMail): void {
    const people: People = this.peopleOf(message).map(([address, name]) => [address, name])
    for (const { address, name } of [...message.from, ...message.to, ...message.cc]) {
      if (
        address === '' ||
        address.length > limits.mailAddressCharactersMax ||
        people.length >= limits.mailThreadPeopleMax
      )
        continue
      if (!people.some(([known]) => known === address))
        people.push([address, fold(name).trim().slice(0, limits.identityNameCharactersMax)])
    }
    if (message.messageId !== '' && message.messageId.length <= limits.mailFieldSearchedCharactersMax) {
      this.#threads.set(message.messageId, people)
    }
  }

  #makeRoom(): void {
    this.#forgotten +=
      dropIdle(this.#senders, limits.mailSendersMax) + dropIdle(this.#domains, limits.mailSenderDomainsMax)
    while (this.#threads.size > limits.mailThreadsMax) {
      this.#threads.delete(this.#threads.keys().next().value as string)
      this.#forgotten++
    }
  }

  /** The whole state as plain data. */
  save(): SavedHistory {
    return {
      senders: [...this.#senders],
      domains: [...this.#domains],
      threads: [...this.#threads],
      mails: this.#mails,
      forgotten: this.#forgotten,
    }
  }

  /** Goes on from a saved state, or takes in that of another part of the office: times are spanned, counts summed. */
  merge(saved: SavedHistory): void {
    for (const [map, entries] of [
      [this.#senders, saved.senders],
      [this.#domains, saved.domains],
    ] as const) {
      for (const [key, [firstMs, lastMs, count, passed]] of entries) {
        const seen = map.get(key) ?? [firstMs, lastMs, 0, 0]
        map.set(key, [Math.min(seen[0], firstMs), Math.max(seen[1], lastMs), seen[2] + count, seen[3] + passed])
      }
    }
    for (const [id, people] of saved.threads)
      this.#threads.set(
        id,
        people.map(([address, name]) => [address, name]),
      )
    this.#mails += saved.mails
    this.#forgotten += saved.forgotten
    this.#makeRoom()
  }
}

function note(map: Map<string, Seen>, key: string, timeMs: number, isAuthenticated: boolean): void {
  const passed = isAuthenticated ? 1 : 0
  const time = Number.isNaN(timeMs) ? 0 : timeMs
  const seen = map.get(key)
  if (seen === undefined) map.set(key, [time, time, 1, passed])
  else {
    seen[0] = Math.min(seen[0], time)
    seen[1] = Math.max(seen[1], time)
    seen[2]++
    seen[3] += passed
  }
}

/** Drops a tenth, those silent for longest, when a table is full. */
function dropIdle(map: Map<string, Seen>, max: number): number {
  if (map.size <= max) return 0
  const idle = [...map].sort(([a, x], [b, y]) => x[1] - y[1] || (a < b ? -1 : 1)).slice(0, Math.ceil(max / 10))
  for (const [key] of idle) map.delete(key)
  return idle.length
}
