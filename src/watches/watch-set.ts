/** The watches of one context, each shown the records that it looks at. A watch is made when its first record comes, so
 *  that an office without such logs pays nothing for it. */
import type { Hit } from '../core/finding.ts'
import type { Office } from '../core/office.ts'
import { AddressSet } from '../formats/address.ts'
import { clientAddress } from '../formats/client-address.ts'
import type { EventRecord } from '../formats/event.ts'
import { MailEvent } from '../formats/mail/mail-event.ts'
import { field, type RequestBatch } from '../formats/request-batch.ts'
import { requestKindOf } from '../formats/request-event.ts'
import type { StatementRecord } from '../formats/statement.ts'
import { statementEvent } from '../formats/statement-event.ts'
import { MachinesWatch, type MakeEngine, type SeenMatch } from './machines/watch.ts'
import { JudgedMails, type OnMail } from './mail/judged-mails.ts'
import type { MailDocument } from './mail/mail-document.ts'
import { RegistrationWatch } from './registration/watch.ts'

/** What the watches are made of. */
export interface WatchParts {
  readonly office: Office
  /** Gets every hit, in the order of the records that decided it. */
  readonly emit: (hit: Hit) => void
  readonly makeEngine: MakeEngine
  /** Some rules are about web requests: they are shown to them, too. Asked when the first requests come. */
  readonly hasRequestRules?: () => boolean
  readonly onMatch?: (match: SeenMatch) => void
  /** Told of every mail that was judged when it came in. */
  readonly onMail?: OnMail
}

/** What `WatchSet.save` gives. */
interface SavedWatches {
  readonly registration?: unknown
  readonly machines?: unknown
  readonly mails?: readonly string[]
}

/** The watches of one context. */
export class WatchSet {
  readonly #parts: WatchParts
  #registration: RegistrationWatch | undefined
  #machines: MachinesWatch | undefined
  #mails: JudgedMails | undefined
  #expectsStatements = false
  #hasRequestRules: boolean | undefined
  readonly #trusted: AddressSet

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#trusted = AddressSet.of(parts.office.trustedProxies)
  }

  /** Says that database records will come, so that requests are kept for tying from the first one on. */
  expectStatements(): void {
    this.#expectsStatements = true
    this.#registration?.expectStatements()
  }

  /** Requests go to the registration watch, and as events to the rules for web servers, where there are such. `format` is
   *  the name of the format that read them. */
  requests(batch: RequestBatch, from: number, to: number, format: string): void {
    this.#registrationWatch().requests(batch, from, to)
    this.#hasRequestRules ??= this.#parts.hasRequestRules?.() ?? false
    if (this.#hasRequestRules) this.#machinesWatch().requests(batch, from, to, requestKindOf(format), this.#clientOf)
  }

  readonly #clientOf = (batch: RequestBatch, record: number): string | undefined => {
    if (this.#trusted.size === 0 || batch.end(record, field.forwarded) <= batch.start(record, field.forwarded)) {
      return undefined
    }
    return clientAddress(batch.text(record, field.client), batch.text(record, field.forwarded), this.#trusted)
  }

  /** Statements go to the registration watch, and as events to the rules for databases. */
  statements(records: readonly StatementRecord[], from: number, to: number, format: string): void {
    if (!this.#expectsStatements) this.expectStatements()
    this.#registrationWatch().statements(records, from, to)
    this.#machinesWatch().events(records.slice(from, to).map((record) => statementEvent(record, format)))
  }

  /** Events go to the rules; those of a log of mail, which are mails one and all, to the mail watch. */
  events(records: readonly EventRecord[], from: number, to: number): void {
    if (records[from] instanceof MailEvent) {
      this.#mailEvents(records, from, to)
      return
    }
    this.#machinesWatch().events(records, from, to)
  }

  #mailEvents(records: readonly EventRecord[], from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const record = records[i]
      // Written by this program: what its fields are is checked where they are written.
      if (record instanceof MailEvent)
        this.#judgedMails().take(record.document as unknown as MailDocument, record.place)
    }
  }

  /** Decides what still waits for later records: the input has ended. */
  finish(): void {
    this.#registration?.finish()
    this.#machines?.finish()
  }

  /** All that the watches remember, as data for a structured clone. */
  save(): unknown {
    return {
      ...(this.#registration === undefined ? {} : { registration: this.#registration.save() }),
      ...(this.#machines === undefined ? {} : { machines: this.#machines.save() }),
      ...(this.#mails === undefined ? {} : { mails: this.#mails.save() }),
    } satisfies SavedWatches
  }

  /** Takes back what `save` gave, from a structured clone of it. */
  restore(saved: unknown): void {
    const { registration, machines, mails } = saved as SavedWatches
    if (registration !== undefined) this.#registrationWatch().restore(registration)
    if (machines !== undefined) this.#machinesWatch().restore(machines)
    if (mails !== undefined) this.#judgedMails().restore(mails)
  }

  #registrationWatch(): RegistrationWatch {
    if (this.#registration === undefined) {
      const { office, emit } = this.#parts
      this.#registration = new RegistrationWatch(office, emit)
      if (this.#expectsStatements) this.#registration.expectStatements()
    }
    return this.#registration
  }

  #judgedMails(): JudgedMails {
    this.#mails ??= new JudgedMails(this.#parts.emit, this.#parts.onMail)
    return this.#mails
  }

  #machinesWatch(): MachinesWatch {
    const { makeEngine, emit, onMatch } = this.#parts
    this.#machines ??= new MachinesWatch(makeEngine, emit, onMatch)
    return this.#machines
  }
}
