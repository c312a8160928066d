/** Blocks that the desk makes by itself, for the kinds of findings that the office switched on; none is switched on from
 *  the start. Only what we are sure of, only what happened just now, and only so many a day: what is withheld is said. */
import { type Finding, type FindingKind, type Level, levelRank, maxLevel } from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import { parseRange } from '../formats/address.ts'
import type { Incident } from '../incidents/incident.ts'
import type { Block, NeverBlock } from './block.ts'
import { isInForce, newBlock } from './block-list.ts'
import { checkBlock, isCarrierNat, isPrivate, type OwnAddress } from './check-block.ts'
import { NeverBlockList } from './never-block.ts'
import { reasonFor, suggestedEndMs } from './propose.ts'
import { RangeIndex } from './range-index.ts'

/** Kinds that an office may switch on: what an address did, seen in the web server's own log. */
export const automaticKinds = [
  'sql-injection',
  'enumeration',
  'scan',
  'password-guessing',
  'password-spraying',
  'after-block',
] as const satisfies readonly FindingKind[]

/** The same 0.9 at which an incident's story says "We are sure of this.": below it the watch itself tells a person to
 *  look first, and a wrong block keeps voters out. */
export const automaticConfidenceMin = 0.9

/** What the office decided, and what is known now. */
export interface AutomaticPolicy {
  /** Kinds switched on; others than `automaticKinds` are ignored. */
  readonly kinds: readonly string[]
  readonly neverBlock: readonly NeverBlock[]
  /** Addresses of the desk and of people signed in to it. */
  readonly own?: readonly OwnAddress[]
  /** All blocks that are known: those in force are not made again; one that a person lifted is not made again for the
   *  same incident, nor for any within a day; those of the last 24 hours count against the day's number. */
  readonly blocks: readonly Block[]
  readonly nowMs: number
  /** Addresses that were verified to be a search engine's, with its name. */
  readonly searchEngines?: ReadonlyMap<string, string>
}

/** What came of it. */
export interface AutomaticOutcome {
  readonly blocks: readonly Block[]
  /** Addresses that would have been blocked but for the reason, a plain sentence; a person decides about them. */
  readonly withheld: readonly { readonly network: string; readonly why: string }[]
}

/** The blocks that an incident causes by itself now. */
export function automaticBlocks(incident: Incident, policy: AutomaticPolicy): AutomaticOutcome {
  const kinds = new Set<string>(automaticKinds.filter((kind) => policy.kinds.includes(kind)))
  const blocks: Block[] = []
  const withheld: { network: string; why: string }[] = []
  if (kinds.size === 0) return { blocks, withheld }
  let left = limits.automaticBlocksPerDayMax - madeToday(policy)
  const neverBlock = new NeverBlockList(policy.neverBlock)
  const known = new RangeIndex(
    policy.blocks.filter(({ state }) => state !== 'expired'),
    ({ network }) => network,
  )
  const made = new Set<string>()
  for (const candidate of candidates(incident, kinds, policy.nowMs)) {
    const { network, why } = networkFor(candidate.address, incident, policy, neverBlock, known)
    if (network === undefined) {
      if (why !== undefined) withheld.push({ network: candidate.address, why })
      continue
    }
    if (made.has(network)) continue
    made.add(network)
    if (left <= 0) {
      const why = `The desk has made ${limits.automaticBlocksPerDayMax} blocks by itself within a day and leaves the rest to you.`
      withheld.push({ network, why })
      continue
    }
    left--
    blocks.push(
      newBlock({
        network,
        reason: reasonFor(candidate.findings, incident),
        incidentId: incident.id,
        decided: { by: 'desk', kind: (candidate.findings[0] as Finding).kind },
        nowMs: policy.nowMs,
        expiresAtMs: suggestedEndMs(candidate.level, policy.nowMs),
      }),
    )
  }
  return { blocks, withheld }
}

const madeToday = ({ blocks, nowMs }: AutomaticPolicy): number =>
  blocks.filter((block) => block.decided.by === 'desk' && block.decidedAtMs > nowMs - 24 * 3_600_000).length

interface Candidate {
  readonly address: string
  readonly level: Level
  readonly findings: readonly Finding[]
}

/** Attackers with a finding that is sure, of a kind that is switched on, of medium level at least (the scanning that
 *  every site sees is low), and seen lately; the gravest first. */
function candidates(incident: Incident, kinds: ReadonlySet<string>, nowMs: number): Candidate[] {
  const byAddress = new Map<string, Finding[]>()
  for (const finding of incident.findings) {
    const isMeant = finding.actor.type === 'address' && kinds.has(finding.kind)
    const isSure = finding.confidence >= automaticConfidenceMin && levelRank(finding.level) >= levelRank('medium')
    const isRecent = finding.lastSeenMs >= nowMs - limits.automaticBlockAgeMsMax
    if (!isMeant || !isSure || !isRecent) continue
    const known = byAddress.get(finding.actor.value)
    if (known === undefined) byAddress.set(finding.actor.value, [finding])
    else known.push(finding)
  }
  return [...byAddress]
    .map(([address, findings]) => ({
      address,
      findings,
      level: findings.reduce<Level>((level, finding) => maxLevel(level, finding.level), 'informational'),
    }))
    .sort((a, b) => levelRank(b.level) - levelRank(a.level) || (a.address < b.address ? -1 : 1))
}

/** The network to block for an address, or why none; neither where nothing is to be done. */
function networkFor(
  address: string,
  incident: Incident,
  policy: AutomaticPolicy,
  neverBlock: NeverBlockList,
  known: RangeIndex<Block>,
): { readonly network?: string; readonly why?: string } {
  const checked = checkBlock(address, neverBlock, policy.own)
  if (!checked.ok) return { why: checked.error.message }
  const network = checked.value.suggestion ?? checked.value.network
  const range = parseRange(network)
  if (typeof range === 'string') return { why: range }
  if (isPrivate(range) || isCarrierNat(range)) {
    return {
      why: `${network} may be a proxy or a shared address with all visitors behind it. The desk does not block it by itself.`,
    }
  }
  const engine = policy.searchEngines?.get(address)
  if (engine !== undefined) return { why: `${address} is verified to belong to ${engine}.` }
  const covering = known.containing(range)
  if (covering.some((block) => isInForce(block, policy.nowMs))) return {}
  const dayAgoMs = policy.nowMs - 24 * 3_600_000
  const isRespected = (block: Block): boolean =>
    block.state === 'lifted' && (block.incidentId === incident.id || (block.liftedAtMs ?? 0) > dayAgoMs)
  if (covering.some(isRespected)) {
    return { why: `Somebody lifted the block of ${network}. The desk does not make it again.` }
  }
  return { network }
}
