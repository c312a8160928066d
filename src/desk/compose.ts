/** Puts a desk together: the one place that picks adapters. Everything that it opens it closes again, in the order that
 *  loses nothing: listeners, analysis, archive, store. */
import { rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { systemNameLookup } from '../response/name-lookup.ts'
import { isMailSource } from '../sources/definition.ts'
import { Journal } from '../sources/listen/journal.ts'
import { Archive } from '../store/archive/archive.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { type Store, StoreError } from '../store/store.ts'
import { AnalysisThread } from './analysis/analysis-thread.ts'
import { ArchiveUpkeep } from './archive-upkeep.ts'
import { automaticSetting, BlockDesk, neverSetting } from './block-desk.ts'
import { type Configuration, readConfiguration } from './config/config.ts'
import {
  type DataFolder,
  type DeskKeys,
  lockFolder,
  openDataFolder,
  readConfigurationFile,
  readKeys,
} from './data-folder.ts'
import { Demonstration, demonstrationSources } from './demonstration.ts'
import type { Desk } from './desk.ts'
import { type DeskParts, writeDown } from './desk-parts.ts'
import { DeskEvents } from './events.ts'
import { HuntDesk, indicatorSetting } from './hunt-desk.ts'
import { IncidentDesk } from './incident-desk.ts'
import { DeskIntake } from './intake.ts'
import { LiveDesk, watchingSince } from './live-desk.ts'
import { MailPart } from './mail/mail-part.ts'
import { identitiesSetting } from './mail/registry-desk.ts'
import { openSource, softwareShelfPath } from './openings.ts'
import { RuleDesk, rulesOffSetting } from './rule-desk.ts'
import { CatalogueShelf } from './rules/catalogue-shelf.ts'
import { packRules, rulePackPath } from './rules/rule-pack.ts'
import { Comparisons } from './software/comparisons.ts'
import { SoftwareDesk } from './software-desk.ts'
import { mailUploadSource, SourceDesk } from './source-desk.ts'
import { exportsOf, targetsOf } from './targets.ts'

/** How to open a desk. */
export interface DeskOptions {
  readonly dataPath: string
  /** Another configuration file than that of the data folder. */
  readonly configurationPath?: string
  /** PostgreSQL, where the environment names it; the configuration file comes first. */
  readonly databaseUrl?: string
  /** Shows the recording of this folder where the desk has no source yet. */
  readonly demonstrationFolder?: string
  readonly version: string
  readonly clock: () => number
}

/** An open desk, with what the server needs beside it. */
export interface OpenDesk {
  readonly desk: Desk
  readonly store: Store
  readonly keys: DeskKeys
  readonly configuration: Configuration
  readonly folder: DataFolder
}

/** Opens a desk, or says in sentences why it cannot be opened. */
export async function openDesk(options: DeskOptions): Promise<Result<OpenDesk, readonly string[]>> {
  const opened = await openDataFolder(resolve(options.dataPath))
  if (!opened.ok) return err([opened.error])
  const folder = opened.value
  const lock = await lockFolder(folder)
  if (!lock.ok) return err([lock.error])
  const refuse = async (sentences: readonly string[]): Promise<Result<never, readonly string[]>> => {
    await lock.value.release()
    return err(sentences)
  }
  const configurationPath = options.configurationPath ?? folder.configurationPath
  const configuration = await readOwnConfiguration(configurationPath, options.configurationPath === undefined)
  if (!configuration.ok) return await refuse(configuration.error)
  const keys = await readKeys(folder)
  if (!keys.ok) return await refuse([keys.error])
  const store = await openStore(folder, configuration.value.databaseUrl ?? options.databaseUrl)
  if (!store.ok) return await refuse([store.error])
  const assembly = new Assembly(options, folder, configurationPath, configuration.value, store.value, keys.value)
  const desk = await assembly.open(() => lock.value.release())
  if (!desk.ok) {
    await store.value.close()
    return await refuse([desk.error])
  }
  return ok({ desk: desk.value, store: store.value, keys: keys.value, configuration: configuration.value, folder })
}

async function readOwnConfiguration(
  path: string,
  mayWrite: boolean,
): Promise<Result<Configuration, readonly string[]>> {
  const text = await readConfigurationFile(path, mayWrite)
  if (!text.ok) return err([text.error])
  const configuration = readConfiguration(text.value, path)
  return configuration.ok ? configuration : err(configuration.error.map(({ message }) => message))
}

async function openStore(folder: DataFolder, databaseUrl: string | undefined): Promise<Result<Store, string>> {
  if (databaseUrl !== undefined) {
    const { openPostgresStore } = await import('../store/postgres/postgres-store.ts')
    const opened = await openPostgresStore(databaseUrl)
    return opened.ok ? opened : err(opened.error.message)
  }
  const opened = await openSqliteStore(folder.storePath)
  return opened.ok ? opened : err(opened.error.message)
}

/** The parts that the analysis works for. */
interface AnalysedParts {
  readonly sources: SourceDesk
  readonly hunts: HuntDesk
  readonly blocks: BlockDesk
  readonly rules: RuleDesk
}

/** The parts of one desk while they are put together. */
class Assembly {
  readonly #options: DeskOptions
  readonly #folder: DataFolder
  readonly #configurationPath: string
  readonly #configuration: Configuration
  readonly #keys: DeskKeys
  readonly #parts: DeskParts
  readonly #startedAtMs: number
  #analysis: AnalysisThread | undefined
  #rulesTrouble: string | undefined
  readonly #catalogue: CatalogueShelf
  #demonstration: Demonstration | undefined
  #upkeep: ArchiveUpkeep | undefined
  #journal: Journal | undefined
  #mail: MailPart | undefined
  #forgetting: NodeJS.Timeout | undefined

  constructor(
    options: DeskOptions,
    folder: DataFolder,
    configurationPath: string,
    configuration: Configuration,
    store: Store,
    keys: DeskKeys,
  ) {
    this.#options = options
    this.#folder = folder
    this.#configurationPath = configurationPath
    this.#configuration = configuration
    this.#keys = keys
    this.#parts = { store, clock: options.clock, events: new DeskEvents(options.clock) }
    this.#startedAtMs = options.clock()
    this.#catalogue = new CatalogueShelf(rulePackPath(folder.path))
  }

  async open(release: () => Promise<void>): Promise<Result<Desk, string>> {
    const { store, clock, events } = this.#parts
    const journal = await Journal.open(this.#folder.journalPath)
    if (!journal.ok) return err(journal.error.message)
    this.#journal = journal.value
    const mail = await MailPart.open({
      ...this.#parts,
      configuration: this.#configuration.mail,
      officeName: this.#configuration.office.name,
      folder: this.#folder,
      journal: journal.value,
      signingKey: this.#keys.signing,
      hasSource: this.#configuration.sources.some(isMailSource),
    })
    this.#mail = mail
    const intake = await DeskIntake.open(journal.value, this.#folder.uploadsPath, clock, (received) =>
      mail.intake.takePatiently(mailUploadSource.id, received),
    )
    if (!intake.ok) return intake
    await this.#beginDemonstration(journal.value)
    const archive = this.#openArchive()
    const blocks = this.#makeBlocks()
    const sources = new SourceDesk({
      ...this.#parts,
      configured: this.#configuration.sources,
      demonstration: () => (this.#demonstration === undefined ? [] : demonstrationSources),
      privateFolder: this.#folder.path,
      onDefinitions: (definitions) => this.#analysis?.define(definitions),
      open: (definition) =>
        openSource(definition, {
          folder: this.#folder,
          journal: journal.value,
          clock,
          store: this.#parts.store,
          mail: mail.intake,
          notice: (noticed) => this.#analysis?.notice(noticed),
          onSoftware: () => events.say('software'),
        }),
      intake: intake.value,
    })
    await sources.start()
    const hunts = new HuntDesk(this.#parts, archive, (lists) => this.#analysis?.useIndicators(lists))
    const rules = this.#makeRules()
    const software = this.#makeSoftware(sources)
    const incidents = new IncidentDesk(this.#parts, blocks)
    await this.#startAnalysis({ sources, hunts, blocks, rules })
    blocks.start()
    this.#upkeep?.start()
    this.#demonstration?.start()
    this.#keepForgetting()
    await writeDown(this.#parts, 'the desk', 'desk.start', 'the desk', { version: this.#options.version })
    events.say('today')
    const parts = {
      ...this.#parts,
      version: this.#options.version,
      folder: this.#folder,
      configuration: this.#configuration,
      configurationPath: this.#configurationPath,
      startedAtMs: this.#startedAtMs,
      incidents,
      sources,
      blocks,
      hunts,
      mail,
      rules,
      software,
      upkeep: this.#upkeep,
      analysis: () => this.#analysis as AnalysisThread,
      demonstration: () => this.#demonstration,
      troubles: () => this.#troubles(),
      endDemonstration: () => this.#endDemonstration({ sources, hunts, blocks, rules }, intake.value),
      close: async () => {
        clearInterval(this.#forgetting)
        await this.#demonstration?.stop()
        mail.intake.close()
        await Promise.all([sources.stop(), intake.value.close(), blocks.stop()])
        await mail.close()
        await this.#analysis?.stop()
        await this.#upkeep?.stop()
        await journal.value.close()
        await writeDown(this.#parts, 'the desk', 'desk.stop', 'the desk', {}).catch(ignoreStore)
        await store.close()
        await release()
      },
    }
    return ok(new LiveDesk(parts))
  }

  #makeBlocks(): BlockDesk {
    return new BlockDesk({
      ...this.#parts,
      office: this.#configuration.office,
      never: this.#configuration.block.never,
      targets: targetsOf(this.#configuration.block),
      exports: exportsOf(),
      own: ownAddresses(),
      lookup: systemNameLookup(),
    })
  }

  #makeRules(): RuleDesk {
    return new RuleDesk({
      ...this.#parts,
      catalogue: this.#catalogue,
      dataPath: this.#folder.path,
      configurationPath: this.#configurationPath,
      onOff: (off) => this.#analysis?.useRulesOff(off),
    })
  }

  #makeSoftware(sources: SourceDesk): SoftwareDesk {
    const { path } = this.#folder
    return new SoftwareDesk({
      ...this.#parts,
      comparisons: new Comparisons(softwareShelfPath(this.#folder), join(path, 'cache', 'software')),
      definitions: () => sources.definitions,
    })
  }

  #troubles(): readonly string[] {
    const problems = [this.#journal?.problem?.message, this.#upkeep?.problem, this.#rulesTrouble]
    return [...problems.filter((problem) => problem !== undefined), ...(this.#mail?.problems ?? [])]
  }

  /** The recording is shown until somebody ends it, where nothing real was ever read. */
  async #beginDemonstration(journal: Journal): Promise<void> {
    const { demonstrationFolder } = this.#options
    const { store } = this.#parts
    const since = await store.setting(watchingSince)
    if (demonstrationFolder === undefined || this.#configuration.sources.length > 0 || since !== undefined) {
      if (since === undefined) await store.saveSetting(watchingSince, this.#options.clock())
      return
    }
    // A demonstration that was broken off begins anew.
    await this.#clear(journal)
    this.#demonstration = new Demonstration(demonstrationFolder, journal)
  }

  async #clear(journal: Journal): Promise<void> {
    await this.#parts.store.clear()
    for (const { sourceId, stream } of journal.streams()) await journal.remove(sourceId, stream)
    await rm(this.#folder.archivePath, { recursive: true, force: true })
  }

  #openArchive(): Archive | undefined {
    const { archive: settings } = this.#configuration
    if (!settings.enabled) return undefined
    const archive = new Archive(this.#folder.archivePath)
    const onSealed = (names: readonly string[]) => this.#analysis?.sealed(names)
    this.#upkeep = new ArchiveUpkeep(archive, this.#folder.archivePath, settings, this.#options.clock, onSealed)
    return archive
  }

  async #startAnalysis({ sources, hunts, blocks, rules }: AnalysedParts): Promise<void> {
    const { store, events } = this.#parts
    const rulesPath = await packRules(this.#folder.path, this.#configuration.rules, (message) => {
      this.#rulesTrouble = message
    })
    this.#catalogue.renew()
    this.#analysis = new AnalysisThread(
      {
        store,
        office: this.#configuration.office,
        journalFolder: this.#folder.journalPath,
        archiveFolder: this.#configuration.archive.enabled ? this.#folder.archivePath : undefined,
        rulesPath,
        onStored: (commit) => {
          for (const { id } of commit.incidents) events.say('incidents', id)
          if (commit.incidents.length > 0) blocks.look(commit.incidents).catch(ignoreStore)
          if (commit.sources.length > 0) events.say('sources')
          if ((commit.mails ?? []).length > 0) events.say('mail')
        },
        onAcknowledged: (acknowledged) => {
          for (const { sourceId, folder, segment, offset } of acknowledged) {
            this.#journal?.acknowledge(sourceId, folder, segment, offset)
          }
        },
        onEnded: (ended) => {
          for (const { sourceId, folder } of ended) this.#journal?.remove(sourceId, folder).catch(() => undefined)
        },
        onSealable: (marks) => this.#upkeep?.seal(marks),
        onTrouble: () => events.say('today'),
      },
      sources.definitions,
      { indicators: await hunts.lists(), rulesOff: (await rules.off()).map(({ rule }) => rule) },
    )
    await this.#analysis.start()
  }

  /** Takes away all that the demonstration brought, and starts for real. */
  async #endDemonstration(parts: AnalysedParts, intake: DeskIntake): Promise<void> {
    await this.#demonstration?.stop()
    await this.#analysis?.stop()
    for (const { id } of demonstrationSources) await intake.forget(id)
    if (this.#journal !== undefined) await this.#clear(this.#journal)
    this.#demonstration = undefined
    await this.#mail?.clear()
    for (const name of settingsOfPeople) await this.#parts.store.saveSetting(name, [])
    await this.#parts.store.saveSetting(watchingSince, this.#options.clock())
    await this.#startAnalysis(parts)
    await parts.sources.forgetAdded()
  }

  #keepForgetting(): void {
    const { store, clock } = this.#parts
    const forget = (): void => {
      const nowMs = clock()
      const before = {
        evidenceMs: nowMs - limits.evidenceRetainedMs,
        hoursMs: nowMs - limits.hoursKeptMs,
        ...(this.#mail === undefined ? {} : { mailMs: this.#mail.keptFromMs }),
        nowMs,
      }
      store.forget(before).catch(ignoreStore)
      // A disk that fails is said by the journal.
      this.#mail?.forget().catch(() => undefined)
    }
    this.#forgetting = setInterval(forget, limits.forgetMs)
    this.#forgetting.unref()
  }
}

/** What people try out in a demonstration does not hold for real. */
const settingsOfPeople = [neverSetting, automaticSetting, indicatorSetting, identitiesSetting, rulesOffSetting]

/** A store that is away is said elsewhere; the next round tries again. */
function ignoreStore(error: unknown): void {
  if (!(error instanceof StoreError)) throw error
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one === undefined ? [] : [one.address.split('%')[0] as string]))
