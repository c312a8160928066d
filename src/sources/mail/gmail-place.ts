/** How far a mailbox of Google Workspace was read: by its history, after a list of what was there at the first look. */
import { readingFromMs } from './mailbox-places.ts'

/** A mailbox's place. */
export interface GmailPlace {
  /** All that came after this number of its history is still to be read. */
  readonly historyId: string
  /** While what was there already is listed: the page that is next (empty: the first); undefined when that is done. */
  readonly listPage: string | undefined
  /** Mail that came before is not listed. */
  readonly sinceMs: number
  /** When it was last read to its end, give or take an hour; 0 before. */
  readonly doneMs: number
}

/** A place as it was kept; undefined for what is none. */
export function parseGmailPlace(value: unknown): GmailPlace | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { historyId, listPage, sinceMs, doneMs } = value as Readonly<Record<string, unknown>>
  if (
    typeof historyId !== 'string' ||
    !/^\d{1,20}$/.test(historyId) ||
    typeof sinceMs !== 'number' ||
    typeof doneMs !== 'number'
  )
    return undefined
  return { historyId, listPage: typeof listPage === 'string' ? listPage : undefined, sinceMs, doneMs }
}

/** The place of a mailbox whose history is at `historyId` and that is listed anew. */
export function listedAnew(before: GmailPlace | undefined, historyId: string, days: number, nowMs: number): GmailPlace {
  const doneMs = before?.doneMs ?? 0
  return { historyId, listPage: '', sinceMs: readingFromMs(doneMs, days, nowMs), doneMs }
}
