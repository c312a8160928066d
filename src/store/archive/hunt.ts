/** What a hunt asks of the archive and what it is answered: plain data, which crosses processes and is kept in the store.
 *  It knows nothing of SQL. */
import type { SourceId } from '../../core/ids.ts'
import type { KeyRange } from './address-key.ts'

/** How a path is compared. `is` and `begins` heed case as paths do; `contains` does not, and looks into the query too. */
export type PathMatch = 'is' | 'begins' | 'contains'

/** A question to the archive. All that is given must hold; texts may have `\xHH` for a byte, as answers show it. */
export interface HuntQuery {
  /** Addresses and CIDR ranges, IPv4 and IPv6; a record matches any of them. Empty or absent: any address. */
  readonly addresses?: readonly string[]
  readonly path?: string
  /** `contains` where not given. */
  readonly pathMatch?: PathMatch
  /** Text within the user agent, without regard to case. */
  readonly agent?: string
  /** Text within a database statement, without regard to case. */
  readonly statement?: string
  readonly sourceId?: SourceId
  readonly status?: number
  /** Event time from (inclusive) and until (exclusive). */
  readonly fromMs?: number
  readonly untilMs?: number
  /** The page of rows, the latest first. */
  readonly offset?: number
  readonly limit?: number
}

/** A query as the archive process gets it: addresses as ranges of keys, which are sorted and disjoint. */
export interface PreparedHunt extends Omit<HuntQuery, 'addresses'> {
  readonly keys?: readonly KeyRange[]
}

/** A record of the archive. Texts are archive text: `\xHH` for what does not print. */
export interface HuntRow {
  /** Absent where the log's time made no sense. */
  readonly timeMs?: number
  readonly sourceId: string
  readonly kind: 'request' | 'statement' | 'event'
  readonly address: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly status?: number
  readonly bytes?: number
  readonly durationMs?: number
  readonly agent: string
  readonly referer: string
  readonly user: string
  readonly host: string
  readonly role: string
  readonly database: string
  readonly session: string
  readonly text: string
  readonly rows?: number
  readonly file: string
  readonly line: number
  readonly offset: number
  readonly length: number
}

/** What one address did that matched. */
export interface AddressCount {
  readonly address: string
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

/** The answer to a hunt. */
export interface HuntAnswer {
  /** Records that match. */
  readonly total: number
  /** Addresses that match, and the busiest of them. */
  readonly addresses: number
  readonly byAddress: readonly AddressCount[]
  readonly rows: readonly HuntRow[]
  /** The oldest record that is kept: "nothing was found" holds from then on. Absent where nothing is kept. */
  readonly keptSinceMs?: number
  /** Records that were searched. */
  readonly recordsSearched: number
  /** Files of the archive that could not be read and were left out; a person should know. */
  readonly unreadable: readonly string[]
  readonly tookMs: number
}

/** The answer to free SQL. */
export interface SqlAnswer {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlCell[])[]
  /** More rows were there than are given. */
  readonly isCut: boolean
  readonly tookMs: number
}
export type SqlCell = string | number | boolean | null

/** How much is kept. */
export interface ArchiveStats {
  /** Days of which something is kept, and the first of them (`YYYY-MM-DD`). */
  readonly days: number
  readonly firstDay?: string
  readonly keptSinceMs?: number
  readonly records: number
  readonly files: number
  readonly bytes: number
  readonly unreadable: readonly string[]
}

/** Why there is no answer. */
export interface ArchiveProblem {
  /** `bad-query`: the question cannot be asked so. `too-slow`, `too-large`: it took more time or memory than is allowed.
   *  `crashed`: the archive process ended by itself. `damaged`: a file is not what it should be. `disk`: the disk is
   *  full or cannot be written. `closed`: the archive was closed. */
  readonly code: 'bad-query' | 'too-slow' | 'too-large' | 'crashed' | 'damaged' | 'disk' | 'closed'
  /** One or two sentences: what happened and what to do. */
  readonly message: string
}
export type HuntProblem = ArchiveProblem
