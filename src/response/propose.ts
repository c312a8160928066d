/** What an incident suggests to block: its attackers' addresses, each with a reason in plain words, a suggested end,
 *  and why it may not be blocked where that is so. It proposes; a person decides. */

import { counted } from '../core/counts.ts'
import {
  type Actor,
  type Finding,
  type FindingKind,
  type Level,
  levelRank,
  maxLevel,
  watchOf,
} from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import { formatRange, parseRange } from '../formats/address.ts'
import type { Incident } from '../incidents/incident.ts'
import type { Block, NeverBlock } from './block.ts'
import { isInForce } from './block-list.ts'
import { checkBlock, type OwnAddress } from './check-block.ts'
import { NeverBlockList } from './never-block.ts'
import { RangeIndex } from './range-index.ts'
import { oneLine } from './words.ts'

/** One address of an incident. */
export interface Proposal {
  /** Canonical text of the address; the role's name where the attacker is known only as a database role. */
  readonly network: string
  /** What this address did, in one sentence. */
  readonly reason: string
  readonly level: Level
  readonly confidence: number
  readonly suggestedEndMs: number
  /** A better network to block: the /64 around an IPv6 address. */
  readonly suggestion?: string
  /** Plain sentences: who else may sit behind this address. */
  readonly warnings: readonly string[]
  /** Why it may not be blocked, as a plain sentence. */
  readonly refusal?: string
  /** The block in force that already keeps it out. */
  readonly block?: Block
}

/** What proposals are made of, besides the incident and the lists. */
export interface ProposalContext {
  readonly nowMs: number
  /** Addresses of the desk and of whoever looks at the proposals. */
  readonly own?: readonly OwnAddress[]
}

const hourMs = 3_600_000

/** How long to block at first: longer for what did more harm. Addresses change hands, so an end always comes. */
const suggestedMs: Readonly<Record<Level, number>> = {
  informational: 6 * hourMs,
  low: 6 * hourMs,
  medium: 24 * hourMs,
  high: 7 * 24 * hourMs,
  critical: 30 * 24 * hourMs,
}

/** When a block for something of this level should end, if nobody says otherwise. */
export const suggestedEndMs = (level: Level, nowMs: number): number => nowMs + suggestedMs[level]

/** Proposals for all attackers of an incident, the gravest first. */
export function proposeBlocks(
  incident: Incident,
  neverBlock: readonly NeverBlock[],
  active: readonly Block[],
  context: ProposalContext,
): Proposal[] {
  const list = new NeverBlockList(neverBlock)
  const held = new RangeIndex(
    active.filter((block) => isInForce(block, context.nowMs)),
    ({ network }) => network,
  )
  return [...byActor(incident)]
    .map(([, { actor, findings }]) => propose(actor, findings, incident, list, held, context))
    .sort(
      (a, b) =>
        levelRank(b.level) - levelRank(a.level) || b.confidence - a.confidence || (a.network < b.network ? -1 : 1),
    )
}

interface ActorFindings {
  readonly actor: Actor
  readonly findings: Finding[]
}

/** The findings of each actor of the incident, also of those that have none left. */
function byActor(incident: Incident): Map<string, ActorFindings> {
  const actors = new Map<string, ActorFindings>()
  for (const actor of incident.actors) actors.set(`${actor.type} ${actor.value}`, { actor, findings: [] })
  for (const finding of incident.findings) {
    actors.get(`${finding.actor.type} ${finding.actor.value}`)?.findings.push(finding)
  }
  return actors
}

function propose(
  actor: Actor,
  findings: readonly Finding[],
  incident: Incident,
  neverBlock: NeverBlockList,
  held: RangeIndex<Block>,
  context: ProposalContext,
): Proposal {
  const level = findings.reduce<Level>((level, finding) => maxLevel(level, finding.level), 'informational')
  const base = {
    network: networkOf(actor),
    reason: reasonFor(findings, incident),
    level,
    confidence: Math.max(0, ...findings.map((finding) => finding.confidence)),
    suggestedEndMs: suggestedEndMs(level, context.nowMs),
  }
  if (actor.type === 'role') {
    const name = oneLine(actor.value, limits.partNameCharactersMax)
    const refusal = `Only the database’s role ${name} is known, not an address. Ask IT who uses that role.`
    return { ...base, warnings: [], refusal }
  }
  if (actor.type === 'account' || actor.type === 'computer') {
    const name = oneLine(actor.value, limits.partNameCharactersMax)
    const what = actor.type === 'account' ? 'account' : 'computer'
    const refusal = `Only the ${what} ${name} is known, not an address. Ask IT to lock the account or unplug the computer.`
    return { ...base, warnings: [], refusal }
  }
  if (actor.type === 'sender') {
    const refusal = 'A mail’s sender is stopped at the mail server, not by blocking an address of the network.'
    return { ...base, warnings: [], refusal }
  }
  const checked = checkBlock(actor.value, neverBlock, context.own)
  if (!checked.ok) return { ...base, warnings: [], refusal: checked.error.message }
  const { network, suggestion, warnings } = checked.value
  const range = parseRange(network)
  const block = typeof range === 'string' ? undefined : held.containing(range)[0]
  const ordered = findings.length > 0 && findings.every((finding) => finding.kind === 'authorised-scan')
  return {
    ...base,
    network,
    warnings: warnings.map((warning) => warning.message),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(block === undefined ? {} : { block }),
    ...(ordered
      ? { refusal: 'Your office ordered this scan. Ask the scanner’s owner to stop if it is a burden.' }
      : {}),
  }
}

function networkOf(actor: Actor): string {
  const range = actor.type === 'address' ? parseRange(actor.value.trim()) : ''
  return typeof range === 'string' ? oneLine(actor.value, limits.addressCharactersMax) : formatRange(range)
}

/** What an attacker of this kind did, as the beginning of a sentence; undefined where nobody attacked. */
function deed(finding: Finding): string | undefined {
  const where = oneLine(finding.target, 80)
  switch (finding.kind) {
    case 'sql-injection':
      return finding.outcome === 'success'
        ? `made the voter database answer to them through ${where}`
        : `tried to break into the voter database through ${where}`
    case 'enumeration':
      return `collected voter records one by one from ${where}`
    case 'scan':
      return 'searched the site for weak spots'
    case 'password-guessing':
    case 'password-spraying':
      return finding.outcome === 'success' ? `guessed a password at ${where}` : `tried to guess passwords at ${where}`
    case 'after-block':
      return 'kept trying after the site had turned it away'
    case 'new-statement':
      return `asked the voter database ${where} something it was never asked before`
    case 'mail-impersonation':
      return `sent mail in the name of ${where}`
    case 'mail-phishing':
      return 'sent mail that is out for passwords or money'
    case 'mail-campaign':
      return 'sent the same bad mail to several people'
    case 'authorised-scan':
      return 'scanned the site as your office ordered'
    default:
      return undefined
  }
}

/** What the address did, as one sentence without its subject: `Tried to …, and searched … (214 log lines).` */
export function reasonFor(findings: readonly Finding[], incident: Incident): string {
  const gravest = [...findings].sort((a, b) => levelRank(b.level) - levelRank(a.level) || b.hitCount - a.hitCount)
  const kinds = new Map<FindingKind, string>()
  for (const finding of gravest) {
    const text = deed(finding)
    if (text !== undefined && !kinds.has(finding.kind)) kinds.set(finding.kind, text)
  }
  const deeds = [...kinds.values()].slice(0, 3)
  if (deeds.length === 0) return oneLine(`Part of the incident: ${incident.title}`, limits.blockReasonCharactersMax)
  const said = deeds.length === 1 ? deeds[0] : `${deeds.slice(0, -1).join(', ')}, and ${deeds.at(-1)}`
  const lines = findings.reduce((sum, finding) => sum + finding.hitCount, 0)
  const isMail = findings.every(({ kind }) => watchOf[kind] === 'mail')
  const shownBy = isMail
    ? counted(lines, 'piece of evidence', 'pieces of evidence')
    : counted(lines, 'log line', 'log lines')
  const text = `${(said as string).charAt(0).toUpperCase()}${(said as string).slice(1)} (${shownBy}).`
  return oneLine(text, limits.blockReasonCharactersMax)
}
