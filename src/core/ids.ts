/** Branded identifiers. Ids are derived from content, so that a replay of the same input makes the same ids
 *  and never a duplicate. */
import { createHash } from 'node:crypto'

declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** `finding-` and 32 hexadecimal digits. */
export type FindingId = Brand<string, 'FindingId'>
/** `incident-` and 32 hexadecimal digits. */
export type IncidentId = Brand<string, 'IncidentId'>

/** 128 bits of SHA-256 over the parts, each preceded by its length so that no two lists of parts collide. */
function digest(prefix: string, parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:${part}`)
  return `${prefix}-${hash.digest('hex').slice(0, 32)}`
}

/** The id of the finding with this content. */
export const findingId = (...parts: string[]): FindingId => digest('finding', parts) as FindingId
/** The id of the incident with this content. */
export const incidentId = (...parts: string[]): IncidentId => digest('incident', parts) as IncidentId

/** A name of lower-case letters, digits and hyphens, unique on one desk, for example `web-logs`. */
export type SourceId = Brand<string, 'SourceId'>
/** `account-` and 32 hexadecimal digits. */
export type AccountId = Brand<string, 'AccountId'>
/** `block-` and 32 hexadecimal digits. */
export type BlockId = Brand<string, 'BlockId'>

/** The id of the block with this content (address, time of the proposal or decision). */
export const blockId = (...parts: string[]): BlockId => digest('block', parts) as BlockId
/** The id of the account with this content (name, time of making). */
export const accountId = (...parts: string[]): AccountId => digest('account', parts) as AccountId

const sourceIdForm = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/
/** True for a text that can name a source: it also stands in paths and URLs. */
export const isSourceId = (text: string): text is SourceId => sourceIdForm.test(text)
