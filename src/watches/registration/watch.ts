/** The registration watch: web requests and database statements of a voter-registration site in, hits out. It is
 *  deterministic and works in event time; its state can be saved and restored at any record and is bounded. It sees no
 *  clock, no file and no socket. */
import type { Hit } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import type { Office } from '../../core/office.ts'
import { AddressSet } from '../../formats/address.ts'
import { clientAddress } from '../../formats/client-address.ts'
import { latin1Bytes, latin1Text } from '../../formats/latin1.ts'
import { field, fieldCount, type RequestBatch } from '../../formats/request-batch.ts'
import type { StatementRecord } from '../../formats/statement.ts'
import { observeAfterBlock } from './after-block.ts'
import { type Agent, AgentTable, type SavedAgents } from './agents.ts'
import { type Client, type ClientFacts, ClientTable, type SavedClients } from './clients.ts'
import { looksLikeKey, observeLookup } from './enumeration.ts'
import { takeFirstLook } from './first-look.ts'
import { observeContext, observeInjection } from './injection.ts'
import { hashOf } from './interner.ts'
import { hashKey, type Lookup, learnSize, numberIn, type Path, Site } from './pages.ts'
import { observeScan } from './scans.ts'
import { type Emit, hitOf, isRefused, isServed, type Seen } from './seen.ts'
import { SignInWatch } from './sign-in.ts'
import { mayCarrySql } from './sqli/prefilter.ts'
import { StatementWatch } from './statement-watch.ts'

const ampersand = 38
const equalsSign = 61
const stride = fieldCount * 2

export class RegistrationWatch {
  readonly name = 'registration'
  readonly #emit: Emit
  readonly #clients: ClientTable
  readonly #site: Site
  readonly #agents = new AgentTable()
  readonly #signIn = new SignInWatch()
  readonly #statements = new StatementWatch()
  readonly #trusted: AddressSet
  readonly #knownUsers: ReadonlySet<string>
  #seen: Seen | undefined
  #lastMs = 0
  #saidForgotten = 0
  #saidCompactions = 0
  #saidAgents = 0

  /** `emit` gets every hit, in the order of the records that decided it. */
  constructor(office: Office, emit: Emit) {
    this.#emit = emit
    // Names among the entries are checked when the office's file is read.
    const scanners = AddressSet.of(office.authorisedScanners)
    const known = AddressSet.of(office.knownUsers)
    this.#trusted = AddressSet.of(office.trustedProxies)
    this.#knownUsers = new Set(office.knownUsers)
    const factsOf = (address: string): ClientFacts => ({ authorised: scanners.has(address), known: known.has(address) })
    this.#clients = new ClientTable(factsOf)
    this.#site = new Site(office.lookupPages)
  }

  /** Says that database records will come, so that requests are kept for tying from the first one on. */
  expectStatements(): void {
    this.#statements.active = true
  }

  /** Looks at records `from` (inclusive) to `to` (exclusive) of a batch. */
  requests(batch: RequestBatch, from = 0, to = batch.count): void {
    if (!batch.looked) takeFirstLook(batch)
    for (let record = from; record < to; record++) this.#request(batch, record)
  }

  statements(records: readonly StatementRecord[], from = 0, to = records.length): void {
    for (let i = from; i < to; i++) {
      const record = records[i] as StatementRecord
      this.#lastMs = record.timeMs
      this.#statements.observe(record, this.#emit)
    }
  }

  /** Decides what still waits for later records: the input has ended. */
  finish(): void {
    this.#signIn.finish(this.#emit)
    this.#statements.finish(this.#emit)
    this.#sayLimits()
  }

  #request(batch: RequestBatch, record: number): void {
    const seen = this.#look(batch, record)
    const { client, path, timeMs, status, agent } = seen
    this.#lastMs = timeMs
    if (client.authorised) {
      this.#authorised(seen)
      return
    }
    const page = path.page
    const hasQuery = seen.queryEnd > seen.queryStart
    // A client that has injected, and a request that the site failed at, are looked at whatever their bytes.
    const suspect = hasQuery && (status >= 500 || (client.injection?.count ?? 0) > 0)
    const injected =
      suspect || this.#mayInject(seen)
        ? observeInjection(seen, this.#emit)
        : hasQuery && observeContext(seen, this.#emit)
    if (this.#statements.active && (hasQuery || batch.bytes[batch.start(record, field.method)] === 80)) {
      this.#statements.observeRequest(seen, this.#emit)
    }
    if (isServed(status)) {
      path.served++
      page.ok++
      if (!injected && status === 200 && (hasQuery || path.keyEnd > path.keyStart))
        learnSize(page.sizes, seen.bodyBytes)
    } else if (status === 404) page.notFound++
    else if (isRefused(status) || status === 401) page.refused++
    else if (status >= 500) page.failed++
    observeScan(seen, this.#emit)
    this.#signIn.expire(timeMs, this.#emit)
    this.#signIn.observe(seen, this.#emit)
    observeAfterBlock(seen, this.#emit)
    const looksUp = !injected && (hasQuery || path.keyEnd > path.keyStart) && this.#lookup(seen)
    if (!looksUp && isServed(status) && agent.tool === undefined) client.lastPageMs = timeMs
    client.lastMs = timeMs
    if (isServed(status)) client.served++
    if (status === 200 && path.text === '/') this.#site.frontBytes = seen.bodyBytes
    this.#sayLimits()
  }

  /** A scanner that the office ordered: all it sends is reported as that, and nothing is learned from it. */
  #authorised(seen: Seen): void {
    if (this.#statements.active) this.#statements.observeRequest(seen, this.#emit)
    const tool = seen.agent.tool
    this.#emit(
      hitOf(seen, {
        kind: 'authorised-scan',
        rule: 'registration/authorised-scan',
        level: 'informational',
        confidence: 1,
        ...(tool === undefined ? {} : { tool: tool.name }),
      }),
    )
  }

  /** Fills the one `Seen` that all detections look at. */
  #look(batch: RequestBatch, record: number): Seen {
    const base = record * stride
    const spans = batch.spans
    const bytes = batch.bytes
    const targetStart = spans[base + field.target * 2] as number
    const targetEnd = spans[base + field.target * 2 + 1] as number
    const { firstLook } = batch
    const pathEnd = firstLook.pathEnd[record] as number
    const timeMs = batch.timeMs[record] as number
    this.#clients.sweep(timeMs)
    const client = this.#client(batch, record, timeMs)
    const path = this.#site.path(bytes, targetStart, pathEnd, firstLook.pathHash[record] as number, timeMs)
    const agent = this.#agents.of(
      bytes,
      spans[base + field.agent * 2] as number,
      spans[base + field.agent * 2 + 1] as number,
      firstLook.agentHash[record] as number,
    )
    this.#seen ??= emptySeen(batch, client, path, agent)
    const seen = this.#seen
    seen.batch = batch
    seen.record = record
    seen.timeMs = timeMs
    seen.status = batch.status[record] as number
    seen.bodyBytes = batch.bodyBytes[record] as number
    seen.durationMs = batch.durationMs[record] as number
    seen.client = client
    seen.path = path
    seen.agent = agent
    seen.queryStart = Math.min(pathEnd + 1, targetEnd)
    seen.queryEnd = targetEnd
    seen.frontBytes = this.#site.frontBytes
    return seen
  }

  #client(batch: RequestBatch, record: number, timeMs: number): Client {
    const start = batch.start(record, field.client)
    const end = batch.end(record, field.client)
    const forwardedEnd = batch.end(record, field.forwarded)
    if (this.#trusted.size > 0 && forwardedEnd > batch.start(record, field.forwarded)) {
      const text = clientAddress(batch.text(record, field.client), batch.text(record, field.forwarded), this.#trusted)
      const bytes = latin1Bytes(text)
      return this.#clients.of(bytes, 0, bytes.length, hashOf(bytes), timeMs)
    }
    return this.#clients.of(batch.bytes, start, end, batch.firstLook.clientHash[record] as number, timeMs)
  }

  /** The byte filter over all parts of the request that may carry a payload. */
  #mayInject(seen: Seen): boolean {
    const { batch, record, path } = seen
    const { bytes } = batch
    if (path.mayCarrySql || seen.agent.mayCarrySql) return true
    const targetStart = batch.start(record, field.target)
    // Of a longer path only the beginning is remembered, so what is known of it is not known of its end.
    const longPath = seen.queryStart - targetStart > limits.pathBytesMax
    if (longPath && mayCarrySql(bytes, targetStart, seen.queryStart)) return true
    return batch.firstLook.marks[record] !== 0
  }

  /** Hands every value that may be a voter key to the enumeration tests; true where there was one. */
  #lookup(seen: Seen): boolean {
    const { batch, path } = seen
    const { bytes } = batch
    let found = false
    if (path.keyEnd > path.keyStart && !path.asset && path.page.ok > 0) {
      const start = batch.start(seen.record, field.target)
      const lookup = this.#site.findLookup(path.page, 0) ?? this.#site.addLookup(path.page, 0, 'path')
      lookup.requests++
      found = this.#observeKey(seen, lookup, start + path.keyStart, start + path.keyEnd)
    }
    const end = Math.min(seen.queryEnd, seen.queryStart + limits.queryBytesMax)
    let nameStart = seen.queryStart
    while (nameStart < end) {
      let equals = nameStart
      while (equals < end && bytes[equals] !== equalsSign && bytes[equals] !== ampersand) equals++
      let valueEnd = equals
      while (valueEnd < end && bytes[valueEnd] !== ampersand) valueEnd++
      if (equals > nameStart && valueEnd > equals + 1) {
        const isKey = looksLikeKey(bytes, equals + 1, valueEnd)
        const lookup = this.#lookupOf(seen, nameStart, equals, isKey)
        if (lookup !== undefined) {
          lookup.requests++
          if (isKey) found = this.#observeKey(seen, lookup, equals + 1, valueEnd)
        }
      }
      nameStart = valueEnd + 1
    }
    return found
  }
  /** The look-up of a parameter; one that never held a key has none. */
  #lookupOf(seen: Seen, nameStart: number, nameEnd: number, isKey: boolean): Lookup | undefined {
    const { bytes } = seen.batch
    const hash = hashKey(bytes, nameStart, nameEnd) || 1
    const known = this.#site.findLookup(seen.path.page, hash)
    if (known !== undefined || !isKey || seen.path.page.lookups.length >= limits.pageLookupsMax) return known
    const name = latin1Text(bytes, nameStart, Math.min(nameEnd, nameStart + 40))
    return this.#site.addLookup(seen.path.page, hash, `parameter ${name}`)
  }

  #observeKey(seen: Seen, lookup: Lookup, start: number, end: number): true {
    if (this.#isNamedUser(seen)) return true
    const { bytes } = seen.batch
    const key = { hash: hashKey(bytes, start, end), number: numberIn(bytes, start, end) }
    observeLookup(seen, lookup, key, isReferred(seen), this.#emit)
    return true
  }

  /** The office's list of known users may hold sign-in names, which some logs show. */
  #isNamedUser(seen: Seen): boolean {
    if (this.#knownUsers.size === 0) return false
    const user = seen.batch.text(seen.record, field.user)
    return user !== '' && this.#knownUsers.has(user)
  }

  /** A bound that was reached is said, not kept quiet (DESIGN.md, "Every watch has the same shape"). */
  #sayLimits(): void {
    if (this.#clients.forgotten > this.#saidForgotten) {
      this.#saidForgotten = this.#clients.forgotten
      this.#emit(this.#limitHit('addresses'))
    }
    if (this.#site.compactions > this.#saidCompactions) {
      this.#saidCompactions = this.#site.compactions
      this.#emit(this.#limitHit('paths'))
    }
    if (this.#agents.forgotten > this.#saidAgents) {
      this.#saidAgents = this.#agents.forgotten
      this.#emit(this.#limitHit('user agents'))
    }
  }

  #limitHit(target: string): Hit {
    return {
      kind: 'limit-reached',
      rule: `registration/limit-reached/${target}`,
      level: 'low',
      confidence: 1,
      timeMs: this.#lastMs,
      decidedAtMs: this.#lastMs,
      actor: { type: 'role', value: 'bellwether' },
      target,
      place: this.#seen?.batch.place(this.#seen.record) ?? { source: '-', line: 0, offset: 0, length: 0 },
    }
  }

  /** All that the watch remembers, as data for a structured clone. */
  save(): unknown {
    return {
      clients: this.#clients.save(),
      site: this.#site.save(),
      agents: this.#agents.save(),
      signIn: this.#signIn.save(),
      statements: this.#statements.save(),
      lastMs: this.#lastMs,
    }
  }

  /** Takes back what `save` gave, from a structured clone of it. */
  restore(saved: unknown): void {
    const state = saved as {
      clients: SavedClients
      site: Parameters<Site['restore']>[0]
      agents: SavedAgents
      signIn: Parameters<SignInWatch['restore']>[0]
      statements: unknown
      lastMs: number
    }
    this.#clients.restore(state.clients)
    this.#site.restore(state.site)
    this.#agents.restore(state.agents)
    this.#saidAgents = this.#agents.forgotten
    this.#signIn.restore(state.signIn)
    this.#statements.restore(state.statements)
    this.#lastMs = state.lastMs
  }
}

function emptySeen(batch: RequestBatch, client: Client, path: Path, agent: Agent): Seen {
  return {
    batch,
    record: 0,
    timeMs: 0,
    status: 0,
    bodyBytes: 0,
    durationMs: 0,
    client,
    path,
    agent,
    queryStart: 0,
    queryEnd: 0,
    frontBytes: -1,
  }
}

const isReferred = (seen: Seen): boolean =>
  seen.batch.end(seen.record, field.referer) > seen.batch.start(seen.record, field.referer)
