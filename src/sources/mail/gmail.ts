/** Looks into mailboxes of a Google Workspace domain over the Gmail API with a service account that may only read. What is
 *  there at the first look is listed; from then on the mailbox's history tells what is new. It asks only
 *  `oauth2.googleapis.com` and `gmail.googleapis.com`. */
import { limits } from '../../core/limits.ts'
import type { GmailDefinition } from '../definition.ts'
import { type ApiAnswer, ApiClient, listOf, textOf } from './api-client.ts'
import { ApiToken } from './api-token.ts'
import { gmailFailure, isBusy, makeGmailToken } from './gmail-answers.ts'
import { type GmailPlace, listedAnew, parseGmailPlace } from './gmail-place.ts'
import { type MailboxFailure, secretMark } from './mailbox-failure.ts'
import { MailboxPlaces } from './mailbox-places.ts'
import { type Handing, type LookedInto, type MailboxPace, MailboxRounds } from './mailbox-rounds.ts'
import type { Mailbox, MailboxParts } from './received-mail.ts'

/** Opens the mailboxes: from now on they are looked into, until they are closed. `pace` is for tests. */
export function openGmailMailboxes(
  definition: GmailDefinition,
  parts: MailboxParts & { fetch?: typeof fetch },
  pace: Partial<MailboxPace> = {},
): Mailbox {
  const client = new ApiClient('Google', ['oauth2.googleapis.com', 'gmail.googleapis.com'], parts)
  const places = new MailboxPlaces(parts.cursor, parseGmailPlace)
  const names = [...new Set(definition.mailboxes)]
  const boxes = names.map((name) => new GmailMailbox(name, { definition, client, places, nowMs: parts.nowMs }))
  return new MailboxRounds(boxes, parts, pace)
}

interface GmailParts {
  readonly definition: GmailDefinition
  readonly client: ApiClient
  readonly places: MailboxPlaces<GmailPlace>
  readonly nowMs: () => number
}

/** Own mail that is sent or being written is not looked at; what somebody sends to themselves is. */
const isArrival = (labels: readonly unknown[]): boolean =>
  !labels.includes('DRAFT') && (!labels.includes('SENT') || labels.includes('INBOX'))

/** A number of a history (64 bits); empty where there is none. It is kept and asked for, so nothing else is taken for one. */
const historyIdOf = (value: unknown, name = 'historyId'): string => {
  const text = textOf(value, name)
  return /^\d{1,20}$/.test(text) ? text : ''
}

/** One person's mailbox. */
class GmailMailbox implements LookedInto {
  readonly name: string
  readonly #parts: GmailParts
  readonly #url: string
  readonly #token: ApiToken
  #listedAnewMs = Number.NEGATIVE_INFINITY
  /** Mails of the page in hand that are safe already, so that a failure in its middle fetches none of them again. */
  readonly #safe = new Set<string>()
  /** The page of its history that is next, where the history's number alone does not lead on. */
  #historyPage = ''
  /** Mails that failed, and how often. */
  readonly #tried = new Map<string, number>()

  constructor(name: string, parts: GmailParts) {
    this.name = name
    this.#parts = parts
    this.#url = `https://gmail.googleapis.com/gmail/v1/users/${encodeURIComponent(name)}`
    this.#token = new ApiToken(
      (stop) => makeGmailToken(parts.client, name, parts.definition, { stop, nowMs: parts.nowMs() }),
      () => this.secretMark(),
    )
  }

  secretMark(): Promise<string> {
    return secretMark(this.#parts.definition.keyPath)
  }

  async look(handing: Handing): Promise<boolean> {
    const { places } = this.#parts
    await places.load()
    try {
      const place = places.get(this.name) ?? (await this.#begin(undefined, handing))
      return place.listPage === undefined
        ? await this.#readHistory(place, handing)
        : await this.#readList(place, handing)
    } finally {
      await places.save()
    }
  }

  /** The history's number is asked for before anything is listed, so that nothing comes in between unseen. */
  async #begin(before: GmailPlace | undefined, handing: Handing): Promise<GmailPlace> {
    const answer = await this.#ask('profile', {}, handing.stop)
    const historyId = historyIdOf(answer.json)
    if (answer.status !== 200 || historyId === '') throw this.#failure(answer)
    const place = listedAnew(before, historyId, this.#parts.definition.days, handing.nowMs())
    this.#parts.places.set(this.name, place)
    return place
  }

  /** One page of what was there. True: there is more, be it history. */
  async #readList(place: GmailPlace, handing: Handing): Promise<boolean> {
    const page = place.listPage ?? ''
    const answer = await this.#ask(
      'messages',
      {
        q: `after:${Math.floor(place.sinceMs / 1_000)} -in:drafts -in:chats`,
        includeSpamTrash: 'true',
        maxResults: String(limits.apiPageEntries),
        ...(page === '' ? {} : { pageToken: page }),
      },
      handing.stop,
    )
    // A page's mark that the service no longer knows: the list begins anew.
    if (page !== '' && answer.status === 400) {
      this.#parts.places.set(this.name, { ...place, listPage: '' })
      return true
    }
    if (answer.status !== 200) throw this.#failure(answer)
    for (const message of listOf(answer.json, 'messages')) {
      if (handing.stop.aborted) return false
      await this.#readMail(textOf(message, 'id'), handing)
    }
    this.#safe.clear()
    const next = textOf(answer.json, 'nextPageToken')
    // A page that leads to itself would be asked for without end.
    if (next.length > limits.apiLinkCharactersMax || (next !== '' && next === page)) throw this.#failure(answer)
    this.#parts.places.set(this.name, { ...place, listPage: next === '' ? undefined : next })
    return true
  }

  /** One page of what is new. True: there is more. */
  async #readHistory(place: GmailPlace, handing: Handing): Promise<boolean> {
    const { places } = this.#parts
    const answer = await this.#ask(
      'history',
      {
        startHistoryId: place.historyId,
        historyTypes: 'messageAdded',
        maxResults: String(limits.apiPageEntries),
        ...(this.#historyPage === '' ? {} : { pageToken: this.#historyPage }),
      },
      handing.stop,
    )
    const page = this.#historyPage
    this.#historyPage = ''
    // Forgotten (404), or malformed, which no waiting would mend.
    if (answer.status === 404 || answer.status === 400) {
      if (performance.now() - this.#listedAnewMs < limits.mailboxListAnewMs) throw this.#failure(answer)
      this.#listedAnewMs = performance.now()
      await this.#begin(place, handing)
      return true
    }
    if (answer.status !== 200) throw this.#failure(answer)
    let { historyId } = place
    for (const record of listOf(answer.json, 'history')) {
      for (const added of listOf(record, 'messagesAdded')) {
        if (handing.stop.aborted) return false
        const id = textOf(added, 'message', 'id')
        if (isArrival(listOf(added, 'message', 'labelIds'))) await this.#readMail(id, handing)
      }
      historyId = historyIdOf(record, 'id') || historyId
      places.set(this.name, { ...place, historyId })
      await places.saveSome()
    }
    this.#safe.clear()
    const next = textOf(answer.json, 'nextPageToken')
    if (next !== '') {
      // Asked for from the last record on, whose number holds longer than a page's mark; a page may be empty, though.
      if (historyId === place.historyId) {
        if (next === page) throw this.#failure(answer)
        this.#historyPage = next
      }
      return true
    }
    const latest = historyIdOf(answer.json) || historyId
    const nowMs = handing.nowMs()
    const isNews = latest !== place.historyId || nowMs - place.doneMs > limits.mailboxQuietSaveMs
    places.set(this.name, { ...place, historyId: latest, doneMs: isNews ? nowMs : place.doneMs }, isNews)
    return false
  }

  async #readMail(id: string, handing: Handing): Promise<void> {
    if (id === '' || this.#safe.has(id)) return
    const answer = await this.#ask(
      `messages/${encodeURIComponent(id)}`,
      { format: 'raw' },
      handing.stop,
      mailAnswerBytes,
    )
    // Deleted for good since it was listed.
    if (answer.status === 404) return
    const json = answer.isCut ? undefined : answer.json
    const raw = textOf(json, 'raw')
    if (answer.status !== 200 || raw === '') {
      const failure = this.#failure(answer)
      if (isBusy(answer)) throw failure
      const times = answer.isCut ? limits.mailboxMailTriesMax : (this.#tried.get(id) ?? 0) + 1
      this.#tried.set(id, times)
      if (times < limits.mailboxMailTriesMax) throw failure
      this.#tried.delete(id)
      handing.countLeftOut(`message ${/^\w{1,40}$/.test(id) ? id : ''} of ${this.name}`)
      return
    }
    const labels = listOf(json, 'labelIds')
    if (isArrival(labels)) {
      const origin = `${labels.includes('SPAM') ? 'spam' : labels.includes('INBOX') ? 'inbox' : 'mail'} of ${this.name}`
      await handing.hand({ bytes: Buffer.from(raw, 'base64url'), origin, mailboxes: [this.name] })
    }
    this.#tried.delete(id)
    this.#safe.add(id)
  }

  async #ask(
    path: string,
    query: Readonly<Record<string, string>>,
    stop: AbortSignal,
    bytesMax?: number,
  ): Promise<ApiAnswer> {
    const url = `${this.#url}/${path}?${new URLSearchParams(query).toString()}`
    return await this.#parts.client.askAs(this.#token, url, { stop, bytesMax })
  }

  #failure(answer: ApiAnswer): MailboxFailure {
    return gmailFailure(answer, this.name)
  }
}

/** Four letters of base64 hold three bytes; the rest of the answer is small. */
const mailAnswerBytes = Math.ceil((limits.mailBytesMax * 4) / 3) + limits.apiAnswerBytesMax
