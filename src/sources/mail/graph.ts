/** Looks into mailboxes of Microsoft 365 over Microsoft Graph v1.0 with the rights of a registered application: delta queries
 *  tell which messages are new, `$value` gives each as it was sent. It asks only `login.microsoftonline.com` and
 *  `graph.microsoft.com`, and never changes anything. */
import { limits } from '../../core/limits.ts'
import type { GraphDefinition } from '../definition.ts'
import { showPath } from '../problem.ts'
import { type ApiAnswer, ApiClient, fieldOf, isBusyStatus, listOf, textOf } from './api-client.ts'
import { ApiToken } from './api-token.ts'
import { graphFailure, isForgotten, makeGraphToken } from './graph-answers.ts'
import { freshPlace, type GraphFolderPlace, type GraphPlace, parseGraphPlace } from './graph-place.ts'
import { type MailboxFailure, secretMark } from './mailbox-failure.ts'
import { MailboxPlaces } from './mailbox-places.ts'
import {
  foldersLeftOutSentence,
  type Handing,
  type LookedInto,
  type MailboxPace,
  MailboxRounds,
} from './mailbox-rounds.ts'
import type { Mailbox, MailboxParts } from './received-mail.ts'

const graph = 'https://graph.microsoft.com/v1.0'
/** Looked into each time; folders into which rules sort mail, less often. */
const arrivalFolders = ['inbox', 'junkemail']
const ownFolders = ['drafts', 'sentitems', 'outbox']

/** Opens the mailboxes: from now on they are looked into, until they are closed. `pace` is for tests. */
export function openGraphMailboxes(
  definition: GraphDefinition,
  parts: MailboxParts & { fetch?: typeof fetch },
  pace: Partial<MailboxPace> = {},
): Mailbox {
  const client = new ApiClient('Microsoft 365', ['login.microsoftonline.com', 'graph.microsoft.com'], parts)
  const mark = (): Promise<string> => secretMark(definition.secretPath)
  const token = new ApiToken((stop) => makeGraphToken(client, definition, stop), mark)
  const places = new MailboxPlaces(parts.cursor, parseGraphPlace)
  const names = [...new Set(definition.mailboxes)]
  const boxes = names.map((name) => new GraphMailbox(name, { definition, client, token, places, mark }))
  return new MailboxRounds(boxes, parts, pace)
}

interface GraphParts {
  readonly definition: GraphDefinition
  readonly client: ApiClient
  readonly token: ApiToken
  readonly places: MailboxPlaces<GraphPlace>
  readonly mark: () => Promise<string>
}

/** One mailbox with its folders. */
class GraphMailbox implements LookedInto {
  readonly name: string
  readonly #parts: GraphParts
  readonly #url: string
  /** Names of folders beside those in which mail arrives, by their ids. */
  #sorted = new Map<string, string>()
  #sortedDueMs = 0
  #ownIds: ReadonlySet<string> | undefined
  #foldersLeftOut = 0
  readonly #listedAnewMs = new Map<string, number>()
  /** Mails of the page in hand that are safe already, so that a failure in its middle fetches none of them again. */
  readonly #safe = new Set<string>()
  /** Mails that failed, and how often. */
  readonly #tried = new Map<string, number>()

  constructor(name: string, parts: GraphParts) {
    this.name = name
    this.#parts = parts
    this.#url = `${graph}/users/${encodeURIComponent(name)}`
  }

  secretMark(): Promise<string> {
    return this.#parts.mark()
  }

  leftOut(): string | undefined {
    return foldersLeftOutSentence(this.name, this.#foldersLeftOut)
  }

  async look(handing: Handing): Promise<boolean> {
    const { places } = this.#parts
    await places.load()
    try {
      if (await this.#readFolders(arrivalFolders, handing)) return true
      if (handing.nowMs() < this.#sortedDueMs) return false
      if (this.#sorted.size === 0) await this.#askFolders(handing.stop)
      if (await this.#readFolders([...this.#sorted.keys()], handing)) return true
      this.#sorted.clear()
      this.#sortedDueMs = handing.nowMs() + limits.mailboxSortedFoldersMs
      return false
    } finally {
      await places.save()
    }
  }

  async #readFolders(folders: readonly string[], handing: Handing): Promise<boolean> {
    let isMore = false
    for (const folder of folders) {
      if (handing.stop.aborted) return false
      isMore = (await this.#readFolder(folder, handing)) || isMore
    }
    return isMore
  }

  /** True: there may be more. */
  async #readFolder(folder: string, handing: Handing): Promise<boolean> {
    const { days } = this.#parts.definition
    let place = this.#placeOf(folder) ?? freshPlace(undefined, days, handing.nowMs())
    let mails = 0
    for (let page = 0; page < limits.apiPagesATurn && mails < limits.mailboxTurnMails; page++) {
      const answer = await this.#ask(place.link ?? this.#firstLink(folder), handing.stop)
      if (place.link !== undefined && isForgotten(answer)) {
        if (!this.#mayListAnew(folder)) throw this.#failure(answer)
        this.#keep(folder, freshPlace(place, days, handing.nowMs()), true)
        return true
      }
      if (answer.status === 404 && this.#sorted.has(folder)) return false
      if (answer.status !== 200) throw this.#failure(answer)
      const next = textOf(answer.json, '@odata.nextLink')
      const delta = textOf(answer.json, '@odata.deltaLink')
      // A page that leads to itself would be asked for without end.
      if (!isLink(next === '' ? delta : next) || (next !== '' && next === place.link)) throw this.#failure(answer)
      const entries = newEntries(answer.json, place.sinceMs)
      for (const entry of entries) {
        if (handing.stop.aborted) return false
        await this.#readMail(entry, folder, handing)
      }
      mails += entries.length
      this.#safe.clear()
      const isDone = next === ''
      const nowMs = handing.nowMs()
      const isNews = entries.length > 0 || !isDone || nowMs - place.doneMs > limits.mailboxQuietSaveMs
      place = { ...place, link: isDone ? delta : next, doneMs: isDone && isNews ? nowMs : place.doneMs }
      this.#keep(folder, place, isNews)
      if (isDone) return false
    }
    return true
  }

  #mayListAnew(folder: string): boolean {
    const nowMs = performance.now()
    if (nowMs - (this.#listedAnewMs.get(folder) ?? Number.NEGATIVE_INFINITY) < limits.mailboxListAnewMs) return false
    this.#listedAnewMs.set(folder, nowMs)
    return true
  }

  async #readMail({ id, receivedAt }: Entry, folder: string, handing: Handing): Promise<void> {
    if (this.#safe.has(id)) return
    const url = `${this.#url}/messages/${encodeURIComponent(id)}/$value`
    const answer = await this.#ask(url, handing.stop, limits.mailBytesMax)
    // Deleted since it was listed.
    if (answer.status === 404 || answer.status === 410) return
    if (answer.status !== 200 || answer.bytes.length === 0) {
      const failure = this.#failure(answer)
      if (isBusyStatus(answer)) throw failure
      const times = (this.#tried.get(id) ?? 0) + 1
      this.#tried.set(id, times)
      if (times < limits.mailboxMailTriesMax) throw failure
      this.#tried.delete(id)
      handing.countLeftOut(`one that came to ${this.name} at ${receivedAt}`)
      return
    }
    if (answer.isCut) handing.countCut()
    const origin = `${this.#sorted.get(folder) ?? folder} of ${this.name}`
    await handing.hand({ bytes: answer.bytes, origin, mailboxes: [this.name] })
    this.#tried.delete(id)
    this.#safe.add(id)
  }

  /** Folders in which neither mail arrives nor own mail lies. */
  async #askFolders(stop: AbortSignal): Promise<void> {
    this.#ownIds ??= await this.#askIds([...arrivalFolders, ...ownFolders], stop)
    let foldersLeftOut = 0
    let link = `${this.#url}/mailFolders/delta?$select=displayName`
    for (let page = 0; page < limits.apiPagesATurn; page++) {
      const answer = await this.#ask(link, stop)
      if (answer.status !== 200) throw this.#failure(answer)
      for (const folder of listOf(answer.json, 'value')) {
        const id = textOf(folder, 'id')
        if (id === '' || this.#ownIds.has(id) || fieldOf(folder, '@removed') !== undefined) continue
        if (this.#sorted.size < limits.mailboxFoldersMax - arrivalFolders.length)
          this.#sorted.set(id, showPath(textOf(folder, 'displayName')))
        else foldersLeftOut++
      }
      link = textOf(answer.json, '@odata.nextLink')
      if (link === '') break
    }
    this.#foldersLeftOut = foldersLeftOut
  }

  async #askIds(names: readonly string[], stop: AbortSignal): Promise<ReadonlySet<string>> {
    const ids = new Set<string>()
    for (const name of names) {
      const answer = await this.#ask(`${this.#url}/mailFolders/${name}?$select=id`, stop)
      if (answer.status === 200) ids.add(textOf(answer.json, 'id'))
      else if (answer.status !== 404) throw this.#failure(answer)
    }
    return ids
  }

  /** The whole folder is listed, ids alone: with a filter by date the service lists at most 5,000 mails. */
  #firstLink(folder: string): string {
    const path = `mailFolders/${encodeURIComponent(folder)}/messages/delta`
    return `${this.#url}/${path}?changeType=created&$select=receivedDateTime`
  }

  async #ask(url: string, stop: AbortSignal, bytesMax?: number): Promise<ApiAnswer> {
    const { client, token } = this.#parts
    const prefer = `IdType="ImmutableId", odata.maxpagesize=${limits.apiPageEntries}`
    return await client.askAs(token, url, { headers: { prefer }, stop, bytesMax })
  }

  #failure(answer: ApiAnswer): MailboxFailure {
    return graphFailure(answer, this.name, this.#parts.definition)
  }

  #placeOf(folder: string): GraphFolderPlace | undefined {
    return this.#parts.places.get(this.name)?.[folder]
  }

  #keep(folder: string, place: GraphFolderPlace, isNews: boolean): void {
    const { places } = this.#parts
    places.set(this.name, { ...places.get(this.name), [folder]: place }, isNews)
  }
}

/** Links are kept: a changed answer must not fill the store. */
const isLink = (link: string): boolean => link !== '' && link.length <= limits.apiLinkCharactersMax

interface Entry {
  readonly id: string
  readonly receivedAt: string
}

/** Those of a page that are to be read, the oldest first. */
function newEntries(page: unknown, sinceMs: number): Entry[] {
  return listOf(page, 'value')
    .filter((entry) => fieldOf(entry, '@removed') === undefined && textOf(entry, 'id') !== '')
    .map((entry) => ({ id: textOf(entry, 'id'), receivedAt: textOf(entry, 'receivedDateTime') }))
    .filter(({ receivedAt }) => !(Date.parse(receivedAt) < sinceMs))
    .sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))
}
