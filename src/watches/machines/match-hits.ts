/** Turns matches of Sigma rules into hits: how bad, how sure, on which machine, by whom. It decides nothing about rules. */
import type { Actor, Hit, Level, RuleWords } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import { formatAddress, parseAddress } from '../../formats/address.ts'
import type { EventRecord } from '../../formats/event.ts'
import { addressOf } from '../../formats/event-address.ts'
import type { CorrelationMatch } from '../../sigma/correlator.ts'
import type { EventMatch } from '../../sigma/engine.ts'
import type { SigmaRule } from '../../sigma/rule.ts'

/** Where the account stands that did something, the surest first. */
const accountFields = [
  'SubjectUserName',
  'User',
  'TargetUserName',
  'UserId',
  'userPrincipalName',
  'userIdentity.arn',
  'userIdentity.userName',
  'acct',
  'USER',
  'auid',
  'user',
] as const

const statusConfidence: Readonly<Record<string, number>> = { stable: 0.9, test: 0.8, experimental: 0.6 }
const confidenceUnknown = 0.6
const nobody: ReadonlySet<string> = new Set(['', '-', 'unset', '4294967295', 'unknown', '?'])

/** How bad a rule says its matches are; one that says nothing means them to be looked at. */
const levelOf = (rule: SigmaRule): Level => rule.level ?? 'medium'

const knownWords = new WeakMap<SigmaRule, RuleWords>()

/** What a rule says to a person. */
export function wordsOf(rule: SigmaRule): RuleWords {
  let words = knownWords.get(rule)
  if (words === undefined) {
    words = makeWords(rule)
    knownWords.set(rule, words)
  }
  return words
}

function makeWords(rule: SigmaRule): RuleWords {
  const techniques = rule.tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? [])
  const { words } = rule
  return {
    title: rule.title,
    ...(words === undefined ? {} : { plain: words.plain, doNow: words.doNow }),
    ...(techniques.length === 0 ? {} : { techniques }),
  }
}

/** The rule's name in hits: its id, or its title where it has none. */
export const ruleName = (rule: SigmaRule): string => `sigma/${rule.id ?? rule.title}`

/** The hit of one event. `timeMs` is the event's, or the latest known where it has none. */
export function hitOfEvent({ rule }: EventMatch, event: EventRecord, timeMs: number): Hit {
  const computer = event.computer === '' ? kindOf(event) : event.computer
  const hit: Hit = {
    ...headOf(rule),
    timeMs,
    decidedAtMs: timeMs,
    actor: actorOf(event, computer),
    target: cut(computer),
    place: event.place,
  }
  return withText(hit, event)
}

/** The hit of a correlation: at its latest event, on the machine or for the group that it counted. */
export function hitOfCorrelation(match: CorrelationMatch, last: EventRecord | undefined, place: Place): Hit {
  const group = Object.values(match.group).filter((value) => !nobody.has(value))
  const computer = last?.computer ?? ''
  const target = cut(computer === '' ? (group[0] ?? 'several machines') : computer)
  const hit: Hit = {
    ...headOf(match.rule),
    timeMs: match.timeMs,
    decidedAtMs: match.timeMs,
    actor: actorOfGroup(match) ?? (last === undefined ? { type: 'computer', value: target } : actorOf(last, target)),
    target,
    place,
  }
  return last === undefined ? hit : withText(hit, last)
}

function headOf(rule: SigmaRule) {
  return {
    kind: 'rule-match',
    rule: ruleName(rule),
    level: levelOf(rule),
    confidence: statusConfidence[rule.status] ?? confidenceUnknown,
    part: rule.title,
    words: wordsOf(rule),
  } as const
}

function actorOf(event: EventRecord, computer: string): Actor {
  const address = addressOf(event)
  if (address !== undefined) return { type: 'address', value: address }
  for (const name of accountFields) {
    const text = scalar(event.field(name))
    if (!nobody.has(text) && !text.endsWith('$')) return { type: 'account', value: cut(text) }
  }
  return { type: 'computer', value: cut(computer) }
}

function actorOfGroup({ group }: CorrelationMatch): Actor | undefined {
  for (const [name, value] of Object.entries(group)) {
    const address = parseAddress(value, 'endpoint')
    if (address !== null) return { type: 'address', value: formatAddress(address) }
    if ((accountFields as readonly string[]).includes(name) && !nobody.has(value))
      return { type: 'account', value: cut(value) }
  }
  return undefined
}

/** For logs that name no machine: what kind of log it is. */
function kindOf({ logsource, place }: EventRecord): string {
  const { product, service } = logsource ?? {}
  const words = [product, Array.isArray(service) ? service[0] : service].filter((word) => word !== undefined)
  return words.length === 0 ? place.source : words.join(' ')
}

const scalar = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : Array.isArray(value) ? scalar(value[0]) : ''

const cut = (text: string): string => text.slice(0, limits.actorNameCharactersMax)

/** Writing a record in words costs more than finding it: it is done where somebody asks. */
function withText(hit: Hit, event: EventRecord): Hit {
  if (event.toJSON === undefined) return hit
  return { ...hit, text: () => JSON.stringify(event.toJSON?.()).slice(0, limits.evidenceTextCharactersMax) }
}
