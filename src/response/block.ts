/** A block: an address or range that is kept out, with its reason, its end and who decided it. Where blocks are put in
 *  force is said by the targets, not here. */
import type { BlockId, IncidentId } from '../core/ids.ts'

/** Who decided: a person, by the account's name, or the desk itself for a kind that the office switched on. */
export type Decider = { readonly by: 'person'; readonly name: string } | { readonly by: 'desk'; readonly kind: string }

/** `active` until its end or until it is lifted. */
export type BlockState = 'active' | 'expired' | 'lifted'

/** One entry of the block list. Times are milliseconds since the epoch, UTC. */
export interface Block {
  readonly id: BlockId
  /** An address or CIDR range in its canonical text (RFC 5952 for IPv6). */
  readonly network: string
  readonly reason: string
  readonly incidentId?: IncidentId
  readonly decided: Decider
  readonly decidedAtMs: number
  /** When it ends by itself; blocks without an end are not made. */
  readonly expiresAtMs: number
  readonly state: BlockState
  /** When and by whom it was lifted. */
  readonly liftedAtMs?: number
  readonly liftedBy?: string
}

/** An address or range that is never blocked, with the reason for a person to read. */
export interface NeverBlock {
  readonly network: string
  readonly reason: string
}
