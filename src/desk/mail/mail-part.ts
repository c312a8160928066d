/** All of the desk that is about mail, put together: the process that judges, what is kept, the registry, the pages. */
import { join } from 'node:path'
import type { JournalPort } from '../../sources/definition.ts'
import type { MailOffice } from '../../watches/mail/mail-office.ts'
import type { MailConfiguration } from '../config/mail-section.ts'
import type { DataFolder } from '../data-folder.ts'
import type { DeskParts } from '../desk-parts.ts'
import { KeptMail } from './kept-mail.ts'
import { MailDesk } from './mail-desk.ts'
import { MailIntake } from './mail-intake.ts'
import { MailProcess } from './mail-process.ts'
import { RegistryDesk } from './registry-desk.ts'

/** What it is made of. */
export interface MailPartOptions extends DeskParts {
  readonly configuration: MailConfiguration
  readonly officeName: string
  readonly folder: DataFolder
  readonly journal: JournalPort
  /** The desk's own key: PKCS8 PEM. */
  readonly signingKey: string
  /** A source brings mail by itself. */
  readonly hasSource: boolean
}

const dayMs = 86_400_000

/** The desk's mail. */
export class MailPart {
  readonly intake: MailIntake
  readonly desk: MailDesk
  readonly registry: RegistryDesk
  readonly #judging: MailProcess
  readonly #kept: KeptMail
  readonly #keptMs: number
  readonly #clock: () => number
  #trouble: string | undefined

  private constructor(options: MailPartOptions, registry: RegistryDesk) {
    const { configuration, officeName, folder, journal, hasSource, store, clock, events } = options
    const office: MailOffice = { ...configuration.office, name: officeName }
    this.registry = registry
    this.#clock = clock
    this.#keptMs = configuration.keepDays * dayMs
    this.#kept = new KeptMail(join(folder.mailPath, 'kept'))
    this.#judging = new MailProcess(
      {
        office,
        identities: registry.own,
        memoryFolder: folder.mailPath,
        asksNameServers: configuration.asksNameServers,
      },
      (message) => {
        this.#trouble = message
        events.say('today')
      },
    )
    this.intake = new MailIntake({ judging: this.#judging, kept: this.#kept, journal, clock })
    this.desk = new MailDesk({
      ...{ store, clock, events },
      ...{ kept: this.#kept, judging: this.#judging, office, hasSource },
      reportFrom: configuration.reportFrom,
    })
  }

  /** Reads the registry, and puts the rest together. The process starts with the first mail. */
  static async open(options: MailPartOptions): Promise<MailPart> {
    const { configuration, folder, store, clock, events } = options
    let part: MailPart | undefined
    const registry = new RegistryDesk({
      ...{ store, clock, events },
      lists: configuration.lists,
      folder: folder.path,
      listKeys: configuration.listKeys,
      signingKey: options.signingKey,
      onChange: (identities) => part?.use(identities),
    })
    await registry.start()
    part = new MailPart(options, registry)
    return part
  }

  use(identities: RegistryDesk['own']): void {
    this.#judging.use(identities)
  }

  /** What is wrong now, in sentences. */
  get problems(): readonly string[] {
    return [...this.registry.problems, ...(this.#trouble === undefined ? [] : [this.#trouble])]
  }

  /** Before which time mail is kept no more. */
  get keptFromMs(): number {
    return this.#clock() - this.#keptMs
  }

  /** Lets go of old mail. */
  async forget(): Promise<void> {
    await this.#kept.forget(this.keptFromMs)
  }

  /** Takes all mail away: a demonstration ends. */
  async clear(): Promise<void> {
    await this.#kept.forget(Number.POSITIVE_INFINITY)
  }

  /** Ends the process; the intake was closed before, so that no source waits for it. */
  async close(): Promise<void> {
    this.intake.close()
    await this.#judging.close()
  }
}
