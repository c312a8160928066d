/** How far one folder was read over IMAP. Numbers of mails hold as long as the folder's UIDVALIDITY does (RFC 3501 section
 *  2.3.1.1); when that changes, or the numbers go back, the folder is read anew. */
import type { ImapDefinition } from '../definition.ts'
import { readingFromMs } from './mailbox-places.ts'

/** A folder's place. */
export interface ImapPlace {
  readonly uidValidity: string
  /** All mails up to this number were read, or are older than what is read. */
  readonly lastUid: number
  /** Mail that the server got before this day is not read. */
  readonly sinceMs: number
  /** When it was last read to its end. */
  readonly doneMs: number
}

/** A place as it was kept; undefined for what is none. */
export function parseImapPlace(value: unknown): ImapPlace | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { uidValidity, lastUid, sinceMs, doneMs } = value as Readonly<Record<string, unknown>>
  const isNumber = (each: unknown): each is number => typeof each === 'number' && Number.isFinite(each)
  return typeof uidValidity === 'string' && isNumber(lastUid) && isNumber(sinceMs) && isNumber(doneMs)
    ? { uidValidity, lastUid, sinceMs, doneMs }
    : undefined
}

/** Where reading goes on, given how the folder is now; anew where its numbers no longer hold. */
export function placeToGoOn(
  kept: ImapPlace | undefined,
  folder: { readonly uidValidity: string; readonly uidNext: number | undefined },
  { days }: Pick<ImapDefinition, 'days'>,
  nowMs: number,
): ImapPlace {
  const isSame = kept !== undefined && kept.uidValidity === folder.uidValidity
  const isBack = kept !== undefined && folder.uidNext !== undefined && kept.lastUid >= folder.uidNext
  if (isSame && !isBack) return kept
  // No days: only what comes from now on.
  const lastUid = kept === undefined && days === 0 ? (folder.uidNext ?? 1) - 1 : 0
  const doneMs = kept?.doneMs ?? 0
  const sinceMs = Math.max(0, readingFromMs(doneMs, days, nowMs))
  return { uidValidity: folder.uidValidity, lastUid, sinceMs, doneMs }
}
