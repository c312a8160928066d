/** How rows of the audit trail are chained: each row's hash covers the row before it, so that none can be changed, taken
 *  out or put in between without all later hashes changing. Knows no database. */
import { createHash } from 'node:crypto'
import type { AuditEntry, AuditRow } from './store.ts'

/** What stands before the first row. */
export const chainStart = '0'.repeat(64)

/** JSON with the names of every object in the order of their UTF-16 code units and without spaces (RFC 8785 for the
 *  values that entries hold). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}

/** The hash of an entry behind another: SHA-256 in hexadecimal. */
export function chainHash(previous: string, entry: AuditEntry): string {
  const { atMs, who, action, object, details } = entry
  const json = canonicalJson({ atMs, who, action, object, details })
  return createHash('sha256').update(`${previous}\n${json}`).digest('hex')
}

/** Follows a chain row by row. */
export class ChainCheck {
  #previous: string
  #sequence: number

  /** Begins behind an entry that was followed before; at the start of the chain without one. */
  constructor(sequence = 0, hash: string = chainStart) {
    this.#sequence = sequence
    this.#previous = hash
  }

  /** The sequence that the next row must have. */
  get expected(): number {
    return this.#sequence + 1
  }

  /** The hash of the last row, or what stands before the first. */
  get head(): string {
    return this.#previous
  }

  /** False where the row does not follow the one before. */
  follows(row: AuditRow): boolean {
    if (row.sequence !== this.expected || row.previous !== this.#previous) return false
    if (row.hash !== chainHash(row.previous, row)) return false
    this.#sequence = row.sequence
    this.#previous = row.hash
    return true
  }
}
