/** News for open consoles as server-sent events (HTML Living Standard, 9.2): only that something changed, never what.
 *  A console that does not read is let go, so that it costs nothing; it asks anew when it is back. */
import type { ServerResponse } from 'node:http'
import { limits } from '../core/limits.ts'
import type { DeskEvent } from '../desk/api/today.ts'
import type { Desk } from '../desk/desk.ts'
import type { Role } from '../store/store.ts'
import type { Sessions, Visitor } from './sign-in/sessions.ts'

/** Of which changes a role hears: of none of what it may not read. */
const heardBy: Readonly<Record<Role, readonly DeskEvent['type'][]>> = {
  official: ['incidents', 'sources', 'blocks', 'settings', 'hunts', 'mail', 'rules', 'software', 'today'],
  analyst: ['incidents', 'sources', 'blocks', 'hunts', 'mail', 'rules', 'software', 'today'],
  viewer: ['incidents', 'sources', 'blocks', 'rules', 'software', 'today'],
  tester: [],
}

interface Client {
  readonly visitor: Visitor
  readonly out: ServerResponse
  /** Since when what was written has not been read. */
  stalledSinceMs: number | undefined
}

/** What changed of one kind, until it is told. */
interface News {
  readonly ids: Set<string>
  /** Something changed that has no id, or too much to name it all. */
  isAny: boolean
  atMs: number
}

/** All consoles that wait for news. */
export class EventHub {
  readonly #clients = new Set<Client>()
  readonly #sessions: Sessions
  readonly #desk: Desk
  readonly #gathered = new Map<DeskEvent['type'], News>()
  #sentAtMs = Number.NEGATIVE_INFINITY
  #gathering: NodeJS.Timeout | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #unsubscribe: (() => void) | undefined

  constructor(desk: Desk, sessions: Sessions) {
    this.#desk = desk
    this.#sessions = sessions
    sessions.whenEnded((isEnded) => {
      for (const client of this.#clients) if (isEnded(client.visitor)) this.#drop(client)
    })
  }

  /** Consoles that wait now. */
  get size(): number {
    return this.#clients.size
  }

  /** False where there are as many already as there may be, in all or of one session. */
  hasRoomFor(visitor: Visitor): boolean {
    let own = 0
    for (const client of this.#clients) if (client.visitor.tokenHash === visitor.tokenHash) own++
    return this.#clients.size < limits.eventClientsMax && own < limits.eventClientsPerSessionMax
  }

  /** Adds a console, whose head has not been written yet. */
  add(visitor: Visitor, out: ServerResponse, headers: Record<string, string>): void {
    const client: Client = { visitor, out, stalledSinceMs: undefined }
    out.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
    out.on('close', () => this.#remove(client))
    out.on('error', () => this.#drop(client))
    out.on('drain', () => {
      client.stalledSinceMs = undefined
    })
    this.#clients.add(client)
    this.#start()
    this.#write(client, 'retry: 3000\n\n')
  }

  /** Lets all go: the server stops. */
  close(): void {
    for (const client of [...this.#clients]) this.#end(client)
    this.#stop()
  }

  #start(): void {
    if (this.#heartbeat !== undefined) return
    this.#heartbeat = setInterval(() => void this.#beat(), limits.eventHeartbeatMs)
    this.#heartbeat.unref()
    this.#unsubscribe = this.#desk.subscribe((event) => this.#gather(event))
  }

  #stop(): void {
    clearInterval(this.#heartbeat)
    clearTimeout(this.#gathering)
    this.#heartbeat = undefined
    this.#gathering = undefined
    this.#gathered.clear()
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #remove(client: Client): void {
    this.#clients.delete(client)
    if (this.#clients.size === 0) this.#stop()
  }

  /** Ends it in order: who was signed out gets no broken answer. */
  #end(client: Client): void {
    client.out.end()
    this.#remove(client)
  }

  #drop(client: Client): void {
    client.out.destroy()
    this.#remove(client)
  }

  #write(client: Client, text: string): void {
    const isRead = client.out.write(text)
    if (isRead) return
    client.stalledSinceMs ??= performance.now()
    const hasStalled = performance.now() - client.stalledSinceMs > limits.eventStallMsMax
    if (hasStalled || client.out.writableLength > limits.eventWaitingBytesMax) this.#drop(client)
  }

  /** News goes out together, each thing once: the first after a tenth of a second, what follows twice a second. */
  #gather({ type, id, atMs }: DeskEvent): void {
    const news = this.#gathered.get(type) ?? { ids: new Set<string>(), isAny: false, atMs }
    news.atMs = atMs
    if (id === undefined || news.ids.size >= limits.eventIdsMax) news.isAny ||= id === undefined || !news.ids.has(id)
    else news.ids.add(id)
    this.#gathered.set(type, news)
    const waitMs = this.#sentAtMs + limits.eventSpacingMs - performance.now()
    this.#gathering ??= setTimeout(() => this.#send(), Math.max(limits.eventGatherMs, waitMs))
  }

  #send(): void {
    this.#gathering = undefined
    this.#sentAtMs = performance.now()
    const events = [...this.#gathered].flatMap(([type, { ids, isAny, atMs }]): DeskEvent[] =>
      isAny ? [{ type, atMs }] : [...ids].map((id) => ({ type, id, atMs })),
    )
    this.#gathered.clear()
    const texts = new Map<Role, string>()
    for (const client of this.#clients) {
      const { role } = client.visitor
      const text = texts.get(role) ?? textFor(role, events)
      texts.set(role, text)
      if (text !== '') this.#write(client, text)
    }
  }

  /** A sign of life; and who has been signed out meanwhile is let go. */
  async #beat(): Promise<void> {
    for (const client of [...this.#clients]) {
      const visitor = await this.#sessions.findByHash(client.visitor.tokenHash, false).catch(() => client.visitor)
      if (visitor === undefined || visitor.role !== client.visitor.role) this.#end(client)
      else if (this.#clients.has(client)) this.#write(client, ': here\n\n')
    }
  }
}

/** Ids come from the desk, but a line break in one would end the event: JSON has none. */
const textFor = (role: Role, events: readonly DeskEvent[]): string =>
  events
    .filter(({ type }) => heardBy[role].includes(type))
    .map(({ type, id, atMs }) => `data: ${JSON.stringify({ type, ...(id === undefined ? {} : { id }), atMs })}\n\n`)
    .join('')
