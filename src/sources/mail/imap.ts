/** Looks into a mailbox over IMAP (RFC 3501, RFC 9051) and changes nothing in it: folders are opened with EXAMINE, mails are
 *  fetched with BODY.PEEK. Where the server can (RFC 2177) it says at once that mail came. */
import type { ImapFlow } from 'imapflow'
import { counted } from '../../core/counts.ts'
import { limits } from '../../core/limits.ts'
import { isLoopback } from '../../core/loopback.ts'
import type { ImapDefinition } from '../definition.ts'
import { errorCode, showPath } from '../problem.ts'
import { imapFailure, isExpunged, isMissingFolder, isRefusedCommand } from './imap-failures.ts'
import { type ImapPlace, parseImapPlace, placeToGoOn } from './imap-place.ts'
import { MailboxFailure, readSecret, secretMark } from './mailbox-failure.ts'
import { MailboxPlaces } from './mailbox-places.ts'
import {
  foldersLeftOutSentence,
  type Handing,
  type LookedInto,
  type MailboxPace,
  MailboxRounds,
} from './mailbox-rounds.ts'
import type { Mailbox, MailboxParts } from './received-mail.ts'

/** Opens a mailbox: from now on its folders are looked into, until it is closed. `pace` is for tests. */
export function openImapMailbox(
  definition: ImapDefinition,
  parts: MailboxParts,
  pace: Partial<MailboxPace> = {},
): Mailbox {
  return new MailboxRounds([new ImapAccount(definition, parts)], parts, pace)
}

const dayMs = 86_400_000
const namesShown = 12
const closedMs = 250

/** A folder as it was opened. */
interface Opened {
  readonly uidValidity: string
  readonly uidNext: number | undefined
}

function namesInWords(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).map(showPath).join(', ')
  const more = names.length - namesShown
  return names.length === 0 ? 'none' : more > 0 ? `${shown} and ${counted(more, 'more folder')}` : shown
}

/** One account with its folders. */
class ImapAccount implements LookedInto {
  readonly name: string
  readonly #definition: ImapDefinition
  readonly #places: MailboxPlaces<ImapPlace>
  readonly #folders: readonly string[]
  #client: ImapFlow | undefined
  #trouble: string | undefined
  /** Mail came into the first folder since it was opened. */
  #hasMore = false
  #tell: (() => void) | undefined
  /** Ends what is asked. */
  #lost: () => void = () => undefined
  /** The mail that is fetched, and how often it was tried in a row. */
  #tried = { which: '', times: 0 }

  constructor(definition: ImapDefinition, { cursor }: Pick<MailboxParts, 'cursor'>) {
    this.name = definition.user
    this.#definition = definition
    this.#places = new MailboxPlaces(cursor, parseImapPlace)
    this.#folders = [...new Set(definition.folders.length === 0 ? ['INBOX'] : definition.folders)]
  }

  secretMark(): Promise<string> {
    return secretMark(this.#definition.passwordPath)
  }

  trouble(): string | undefined {
    return this.#trouble
  }

  leftOut(): string | undefined {
    return foldersLeftOutSentence(this.name, this.#folders.length - limits.mailboxFoldersMax)
  }

  leave(): void {
    this.#lost()
    this.#client?.close()
    this.#client = undefined
  }

  /** What is asked of the server, until it answers, the connection is lost or left, or the time is over: a server's odd
   *  words can leave the library waiting. */
  async #ask<T>(answer: Promise<T>): Promise<T> {
    const { promise: lost, reject } = Promise.withResolvers<never>()
    const fail = (): void => reject(this.#brokenOff())
    const timer = setTimeout(fail, limits.mailboxAnswerMsMax)
    this.#lost = fail
    answer.catch(() => undefined)
    try {
      return await Promise.race([answer, lost])
    } finally {
      clearTimeout(timer)
      this.#lost = () => undefined
    }
  }

  async look(handing: Handing): Promise<boolean> {
    await this.#places.load()
    try {
      const client = await this.#connected(handing.stop)
      const troubles: string[] = []
      let isMore = false
      for (const folder of this.#folders.slice(0, limits.mailboxFoldersMax)) {
        if (handing.stop.aborted) break
        const found = await this.#readFolder(client, folder, handing)
        if (typeof found === 'string') troubles.push(found)
        else isMore = found || isMore
      }
      await this.#places.save()
      this.#trouble = troubles.length === 0 ? undefined : troubles.join(' ')
      return isMore
    } catch (thrown) {
      const failure = imapFailure(thrown, this.#definition)
      this.leave()
      await this.#places.save()
      throw failure
    }
  }

  /** The first folder is the one that is told of; the others have their turn when the time is over. */
  async waitForMail(ms: number, stop: AbortSignal): Promise<'again' | 'lost'> {
    if (stop.aborted) return 'again'
    const { promise, resolve } = Promise.withResolvers<'again' | 'lost'>()
    const client = this.#client
    const over = (): void => resolve('again')
    const lost = (): void => resolve('lost')
    const timer = setTimeout(over, ms)
    stop.addEventListener('abort', over, { once: true })
    client?.once('close', lost)
    this.#tell = over
    try {
      if (client !== undefined && (await this.#hasNews(client))) return 'again'
      if (client?.usable === true) client.idle().catch(() => undefined)
      return await promise
    } catch {
      return 'lost'
    } finally {
      this.#tell = undefined
      clearTimeout(timer)
      stop.removeEventListener('abort', over)
      client?.off('close', lost)
    }
  }

  /** Opens the first folder, and sees whether something came since it was read. */
  async #hasNews(client: ImapFlow): Promise<boolean> {
    const first = this.#folders[0] as string
    const place = this.#places.get(first)
    if (this.#hasMore || place === undefined) return this.#hasMore
    if (client.mailbox !== false && client.mailbox.path === first) return false
    const opened = await this.#examine(client, first)
    return typeof opened !== 'string' && opened.uidNext !== undefined && opened.uidNext > place.lastUid + 1
  }

  #brokenOff(): MailboxFailure {
    return new MailboxFailure(
      `The connection to ${this.#definition.host} broke off. It is tried again by itself, and goes on where it stopped.`,
    )
  }

  async #connected(stop: AbortSignal): Promise<ImapFlow> {
    if (this.#client?.usable === true) return this.#client
    this.leave()
    const { host, port, security, user, passwordPath, isToken } = this.#definition
    if (security === 'none' && !isLoopback(host))
      throw new MailboxFailure(
        `${host} is another machine, and without encryption everybody on the way could read the password. Choose "tls" or "starttls".`,
        { kind: 'refused' },
      )
    const secret = await readSecret(passwordPath, isToken ? 'access token' : 'password')
    const { ImapFlow } = await import('imapflow')
    // Closed meanwhile: nobody would end what is begun now.
    if (stop.aborted) throw this.#brokenOff()
    const client = new ImapFlow({
      host,
      port,
      secure: security === 'tls',
      doSTARTTLS: security === 'starttls',
      auth: isToken ? { user, accessToken: secret } : { user, pass: secret },
      clientInfo: { name: 'Bellwether' },
      logger: false,
      disableAutoIdle: true,
      disableCompression: true,
      connectionTimeout: limits.mailboxConnectMsMax,
      greetingTimeout: limits.mailboxConnectMsMax,
      socketTimeout: limits.mailboxSilentMsMax,
      maxLineLength: limits.mailboxLineBytesMax,
      maxLiteralSize: limits.mailBytesMax,
      maxResponseSize: limits.mailBytesMax + limits.mailboxLineBytesMax,
    })
    // What fails is told by the call that fails.
    client.on('error', () => undefined)
    client.on('exists', ({ path }) => {
      if (path !== this.#folders[0]) return
      this.#hasMore = true
      this.#tell?.()
    })
    // What is asked fails by itself a moment later, and knows why; if it does not, it is ended.
    client.on('close', () => void setTimeout(() => this.#client === client && this.#lost(), closedMs))
    this.#client = client
    await this.#ask(client.connect())
    return client
  }

  /** True: there may be more. A sentence: the folder cannot be read. */
  async #readFolder(client: ImapFlow, folder: string, handing: Handing): Promise<boolean | string> {
    const opened = await this.#examine(client, folder)
    if (typeof opened === 'string') return opened
    const before = this.#places.get(folder)
    let place = placeToGoOn(before, opened, this.#definition, handing.nowMs())
    const { uidNext } = opened
    const isNothingNew = uidNext !== undefined && place.lastUid >= uidNext - 1
    if (!isNothingNew) {
      const uids = await this.#newUids(client, place)
      for (const uid of uids.slice(0, limits.mailboxTurnMails)) {
        if (handing.stop.aborted) return false
        await this.#readMail(client, folder, uid, handing)
        place = { ...place, lastUid: uid }
        this.#places.set(folder, place)
        await this.#places.saveSome()
      }
      if (uids.length > limits.mailboxTurnMails) return true
      // Those that were not found are too old to be read.
      if (uidNext !== undefined) place = { ...place, lastUid: Math.max(place.lastUid, uidNext - 1) }
    }
    const nowMs = handing.nowMs()
    if (place !== before || nowMs - place.doneMs > limits.mailboxQuietSaveMs)
      this.#places.set(folder, { ...place, doneMs: nowMs })
    return false
  }

  async #examine(client: ImapFlow, folder: string): Promise<Opened | string> {
    try {
      const { uidValidity, uidNext } = await this.#ask(client.mailboxOpen(folder, { readOnly: true }))
      if (folder === this.#folders[0]) this.#hasMore = false
      return { uidValidity: String(uidValidity), uidNext: typeof uidNext === 'number' ? uidNext : undefined }
    } catch (thrown) {
      if (!isRefusedCommand(thrown) || errorCode(thrown) === 'ETHROTTLE') throw thrown
      const { user } = this.#definition
      if (!isMissingFolder(thrown))
        return `The folder ${showPath(folder)} of ${user} may not be opened. Have it shared with this user for reading, or take it out of the configuration.`
      const names = (await this.#ask(client.list())).map(({ path }) => path)
      return `There is no folder ${showPath(folder)} in the mailbox of ${user}. It has ${namesInWords(names)}. Write the folder as it is written there.`
    }
  }

  /** The numbers of mails that are to be read, the oldest first. */
  async #newUids(client: ImapFlow, { lastUid, sinceMs }: ImapPlace): Promise<number[]> {
    // A day more: servers take the day in their own time zone (RFC 3501 section 6.4.4).
    const since = new Date(Math.max(0, sinceMs - dayMs))
    const found = await this.#ask(client.search({ uid: `${lastUid + 1}:*`, since }, { uid: true }))
    if (!Array.isArray(found)) throw new MailboxFailure(`${this.#definition.host} would not search the mailbox.`)
    // `*` is the last mail, also where its number is lower (section 9, seq-range).
    return found.filter((uid) => uid > lastUid).sort((a, b) => a - b)
  }

  async #readMail(client: ImapFlow, folder: string, uid: number, handing: Handing): Promise<void> {
    const which = `number ${uid} in ${folder}`
    if (this.#tried.which !== which) this.#tried = { which, times: 0 }
    if (this.#tried.times >= limits.mailboxMailTriesMax) {
      handing.countLeftOut(which)
      return
    }
    this.#tried.times++
    const fetched = await this.#fetch(client, uid)
    this.#tried.times = 0
    if (fetched === undefined) return
    if (fetched.size > limits.mailBytesMax) handing.countCut()
    const { user } = this.#definition
    await handing.hand({
      bytes: fetched.bytes,
      origin: `${folder} of ${user}`,
      ...(user.includes('@') ? { mailboxes: [user] } : {}),
    })
  }

  /** Undefined where the mail is gone. */
  async #fetch(client: ImapFlow, uid: number): Promise<{ bytes: Uint8Array; size: number } | undefined> {
    const range = String(uid)
    try {
      const source = { start: 0, maxLength: limits.mailBytesMax }
      const fetched = await this.#ask(client.fetchOne(range, { uid: true, size: true, source }, { uid: true }))
      if (fetched !== false && fetched.source !== undefined && fetched.source.length > 0)
        return { bytes: fetched.source, size: fetched.size ?? fetched.source.length }
    } catch (thrown) {
      if (!isExpunged(thrown)) throw thrown
    }
    const found = await this.#ask(client.search({ uid: range }, { uid: true }))
    if (!Array.isArray(found) || !found.includes(uid)) return undefined
    throw new MailboxFailure(`${this.#definition.host} gives no content for a mail. It is tried again by itself.`)
  }
}
