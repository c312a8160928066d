/** How far a mailbox of Microsoft 365 was read: for each folder the link that the service gave for going on. */
import { limits } from '../../core/limits.ts'
import { readingFromMs } from './mailbox-places.ts'

/** A folder's place. */
export interface GraphFolderPlace {
  /** `@odata.nextLink` or `@odata.deltaLink`; undefined before the first answer. */
  readonly link: string | undefined
  /** Mail that came before is not read. */
  readonly sinceMs: number
  /** When it was last read to its end, give or take an hour; 0 before. */
  readonly doneMs: number
}

/** A mailbox's place: its folders by their ids. */
export type GraphPlace = Readonly<Record<string, GraphFolderPlace>>

/** A place as it was kept; undefined for what is none. */
export function parseGraphPlace(value: unknown): GraphPlace | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const folders: [string, GraphFolderPlace][] = []
  for (const [id, kept] of Object.entries(value).slice(0, limits.mailboxFoldersMax)) {
    if (typeof kept !== 'object' || kept === null) continue
    const { link, sinceMs, doneMs } = kept as Readonly<Record<string, unknown>>
    if (typeof sinceMs !== 'number' || typeof doneMs !== 'number') continue
    folders.push([id, { link: typeof link === 'string' ? link : undefined, sinceMs, doneMs }])
  }
  return Object.fromEntries(folders)
}

/** The place of a folder that is read for the first time, or again because the service forgot how far it was read. */
export function freshPlace(before: GraphFolderPlace | undefined, days: number, nowMs: number): GraphFolderPlace {
  const doneMs = before?.doneMs ?? 0
  return { link: undefined, sinceMs: readingFromMs(doneMs, days, nowMs), doneMs }
}
