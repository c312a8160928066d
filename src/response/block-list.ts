/** The block list: which blocks are in force at a moment, which have ended, and the smallest list of networks that says
 *  the same. It has no clock and puts nothing in force. */

import { blockId, type IncidentId } from '../core/ids.ts'
import { limits } from '../core/limits.ts'
import { type AddressRange, compareRanges, formatRange, parseRange, rangeContains } from '../formats/address.ts'
import type { Block, Decider } from './block.ts'
import { oneLine } from './words.ts'

/** What a decision to block says; the network is canonical, as `checkBlock` gives it. */
export interface BlockDecision {
  readonly network: string
  readonly reason: string
  readonly incidentId?: IncidentId
  readonly decided: Decider
  readonly nowMs: number
  /** Brought to at most `limits.blockDurationMsMax` from now. */
  readonly expiresAtMs: number
}

/** The block that a decision makes. The same decision at the same moment makes the same id. */
export function newBlock(decision: BlockDecision): Block {
  const { network, incidentId, decided, nowMs } = decision
  return {
    id: blockId(network, String(nowMs), decided.by === 'person' ? decided.name : `desk ${decided.kind}`),
    network,
    reason: oneLine(decision.reason, limits.blockReasonCharactersMax),
    ...(incidentId === undefined ? {} : { incidentId }),
    decided,
    decidedAtMs: nowMs,
    expiresAtMs: Math.min(decision.expiresAtMs, nowMs + limits.blockDurationMsMax),
    state: 'active',
  }
}

/** Whether a block holds at a moment: active, and its end has not come. */
export const isInForce = (block: Block, nowMs: number): boolean => block.state === 'active' && block.expiresAtMs > nowMs

/** The blocks whose end has come and that are still written down as active, as they now are: what is to be stored. */
export const expire = (blocks: readonly Block[], nowMs: number): Block[] =>
  blocks
    .filter((block) => block.state === 'active' && block.expiresAtMs <= nowMs)
    .map((block) => ({ ...block, state: 'expired' }))

/** When the list next changes by itself; undefined where nothing is in force. */
export function nextExpiryMs(blocks: readonly Block[], nowMs: number): number | undefined {
  let next: number | undefined
  for (const block of blocks) {
    if (isInForce(block, nowMs) && (next === undefined || block.expiresAtMs < next)) next = block.expiresAtMs
  }
  return next
}

/** One network to be kept out, with the latest end of the blocks that name it. */
export interface Network {
  /** Canonical text: an address, or `address/bits`. */
  readonly text: string
  readonly range: AddressRange
  readonly expiresAtMs: number
}

/** The networks in force, without duplicates and without those that another one contains; IPv4 first, by address. A
 *  block whose network cannot be read is left out: nothing but addresses ever reaches a target. */
export function networksInForce(blocks: readonly Block[], nowMs: number): Network[] {
  const latest = blocks
    .filter((block) => isInForce(block, nowMs))
    .sort((a, b) => b.decidedAtMs - a.decidedAtMs)
    .slice(0, limits.blocksInForceMax)
  const byText = new Map<string, Network>()
  for (const block of latest) {
    const range = parseRange(block.network.trim())
    if (typeof range === 'string') continue
    const text = formatRange(range)
    const known = byText.get(text)
    byText.set(text, {
      text,
      range,
      expiresAtMs: Math.max(known?.expiresAtMs ?? 0, Math.min(block.expiresAtMs, nowMs + limits.blockDurationMsMax)),
    })
  }
  const minimal: Network[] = []
  for (const network of [...byText.values()].sort((a, b) => compareRanges(a.range, b.range))) {
    const before = minimal.at(-1)
    if (before === undefined || !rangeContains(before.range, network.range)) minimal.push(network)
  }
  return minimal
}

/** How many blocks in force are not put in force because there are too many. */
export const surplusCount = (blocks: readonly Block[], nowMs: number): number =>
  Math.max(0, blocks.filter((block) => isInForce(block, nowMs)).length - limits.blocksInForceMax)
