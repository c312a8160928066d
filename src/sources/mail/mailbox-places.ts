/** How far each folder or mailbox of a source was read. A place moves only behind a mail that is safe, and is kept now and
 *  then, so that after a crash some mails are offered twice and none is missing. */
import { limits } from '../../core/limits.ts'
import { errorCode } from '../problem.ts'
import { MailboxFailure } from './mailbox-failure.ts'
import type { MailCursor } from './received-mail.ts'

const dayMs = 86_400_000

/** From when on mail is read at the first look (`days` back), and where it is no longer known how far was read: from the day
 *  before it was last read to its end (`doneMs`, 0 before), for all that came earlier was read. */
export const readingFromMs = (doneMs: number, days: number, nowMs: number): number =>
  doneMs === 0 ? nowMs - days * dayMs : doneMs - dayMs

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The places of one source, by what they belong to. */
export class MailboxPlaces<Place> {
  readonly #cursor: MailCursor
  readonly #parse: (value: unknown) => Place | undefined
  readonly #places = new Map<string, Place>()
  #isLoaded = false
  #unsaved = 0

  /** `parse` answers undefined for what is no place; it then begins anew. */
  constructor(cursor: MailCursor, parse: (value: unknown) => Place | undefined) {
    this.#cursor = cursor
    this.#parse = parse
  }

  /** Must be called before the others; does nothing the second time. */
  async load(): Promise<void> {
    if (this.#isLoaded) return
    const kept = await this.#cursor.load().catch((error: unknown) => {
      throw notKept(error)
    })
    if (isRecord(kept) && isRecord(kept.places)) {
      for (const [key, value] of Object.entries(kept.places)) {
        const place = this.#parse(value)
        if (place !== undefined) this.#places.set(key, place)
      }
    }
    this.#isLoaded = true
  }

  get(key: string): Place | undefined {
    return this.#places.get(key)
  }

  /** Remembers a place; it is kept with the next save, for which one that is no news (nothing was read) is no reason. */
  set(key: string, place: Place, isNews = true): void {
    this.#places.set(key, place)
    if (isNews) this.#unsaved++
  }

  /** Saves once enough has changed. */
  async saveSome(): Promise<void> {
    if (this.#unsaved >= limits.mailboxSaveMails) await this.save()
  }

  /** Saves what has changed. */
  async save(): Promise<void> {
    if (this.#unsaved === 0) return
    const count = this.#unsaved
    await this.#cursor.save({ version: 1, places: Object.fromEntries(this.#places) }).catch((error: unknown) => {
      throw notKept(error)
    })
    this.#unsaved -= count
  }
}

const notKept = (error: unknown): MailboxFailure =>
  new MailboxFailure(
    `How far the mailbox was read cannot be kept (${errorCode(error)}). Look whether the disk of the desk is full; it goes on by itself.`,
    { kind: 'not-kept', cause: error },
  )
