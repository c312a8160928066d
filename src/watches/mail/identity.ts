/** A protected identity: somebody in whose name an attacker would write to an election office, and how the true one can
 *  be told. What stands here is public fact or the office's own knowledge; no secret. */

/** What an identity is. `brand`: known to everybody and not of elections; it counts for general phishing only.
 *  `office`: the office itself; `person`: one of its people. */
export const identityKinds = ['vendor', 'federal', 'state', 'association', 'brand', 'office', 'person'] as const
export type IdentityKind = (typeof identityKinds)[number]

/** What an identity never does, by its own word: used as one more sign where it happens. */
export const neverUses = ['free-mail', 'attachments', 'links', 'macros', 'archives'] as const
export type NeverUse = (typeof neverUses)[number]

/** One entry of the registry. Lists are empty where nothing is known. */
export interface ProtectedIdentity {
  /** Stable, in lower case, for example `vr-systems`. */
  readonly id: string
  readonly kind: IdentityKind
  readonly name: string
  /** Other names, abbreviations, former names. */
  readonly aliases: readonly string[]
  /** Names of what it makes or runs. */
  readonly products: readonly string[]
  /** Domains from which it writes; their subdomains are meant too. */
  readonly domains: readonly string[]
  /** Whole addresses from which it writes though their domain is not its own. */
  readonly addresses: readonly string[]
  /** Domains of services that send its mail (their Return-Path, their links). */
  readonly mailingServices: readonly string[]
  readonly neverUses: readonly NeverUse[]
  /** Names that are common words: each counts only where one of `context` stands near. */
  readonly commonWords: readonly string[]
  readonly context: readonly string[]
  /** A number to call, from a public source or from the office; empty where none is known. */
  readonly phone: string
  /** Where to report mail that poses as it; empty where unknown. */
  readonly reportAddress: string
  /** Where the facts are published. */
  readonly source: string
  /** When they were looked up, `YYYY-MM-DD`. */
  readonly asOf: string
}

/** An identity with nothing but its name. */
export const emptyIdentity: ProtectedIdentity = {
  id: '',
  kind: 'vendor',
  name: '',
  aliases: [],
  products: [],
  domains: [],
  addresses: [],
  mailingServices: [],
  neverUses: [],
  commonWords: [],
  context: [],
  phone: '',
  reportAddress: '',
  source: '',
  asOf: '',
}
