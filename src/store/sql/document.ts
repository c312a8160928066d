/** Documents and bytes as they stand in columns: with a checksum, so that a byte that the disk changed is noticed where
 *  the database itself would not (SQLite has no checksums of its own). */
import { crc32 } from 'node:zlib'
import type { Row, SqlValue } from './step.ts'

const checksumCharacters = 8

/** A row that is not what was written. */
export class DamagedRow extends Error {
  constructor(what: string) {
    super(`a row was changed by something else than this program: ${what}`)
    this.name = 'DamagedRow'
  }
}

/** A value as JSON behind eight hexadecimal digits of its CRC-32. */
export function sealed(value: unknown): string {
  const json = JSON.stringify(value)
  return crc32(json).toString(16).padStart(checksumCharacters, '0') + json
}

/** The value of a column that `sealed` made. */
export function unsealed<T>(row: Row, column: string): T {
  const text = textOf(row, column)
  const json = text.slice(checksumCharacters)
  if (Number.parseInt(text.slice(0, checksumCharacters), 16) !== crc32(json)) throw new DamagedRow(column)
  return JSON.parse(json) as T
}

/** Bytes of a column, with the checksum that stands in another. */
export function checkedBytes(row: Row, column: string, checksumColumn: string): Uint8Array {
  const bytes = row[column]
  if (!(bytes instanceof Uint8Array) || crc32(bytes) !== row[checksumColumn]) throw new DamagedRow(column)
  return bytes
}

/** CRC-32 of bytes. */
export const checksumOf = (bytes: Uint8Array): number => crc32(bytes)

/** The text of a column. */
export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new DamagedRow(column)
  return value
}

/** The number of a column. */
export function numberOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new DamagedRow(column)
  return value
}

/** The text of a column, or undefined where it is empty. */
export const textIfAny = (row: Row, column: string): string | undefined =>
  row[column] === null ? undefined : textOf(row, column)

/** A number that orders and pages rows, or `otherwise` where it is none. */
export const countOr = (value: number, otherwise: number): number =>
  Number.isFinite(value) && value >= 0 ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER) : otherwise

/** A column's value for what may be missing. */
export const orNull = <T extends SqlValue>(value: T | undefined): T | null => value ?? null
