/** The advice for a kind of finding: what it means, what to do now, whom to call. The words stand in
 *  data/advice/advice.json, where each step and each contact is written once; this file only looks them up. */
import words from '../../data/advice/advice.json' with { type: 'json' }
import { type Finding, type FindingKind, levelRank, type Outcome, outcomes } from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import type { Advice } from './incident.ts'

interface AdviceKeys {
  readonly meaning: string
  readonly now: readonly string[]
  readonly call: readonly string[]
}

/** `any` stands for every outcome that has no text of its own, and for an outcome that is not known; `routine` for
 *  findings of level low and below that came to nothing. */
type AdviceByOutcome = { readonly any: AdviceKeys; readonly routine?: AdviceKeys } & {
  readonly [outcome in Outcome]?: AdviceKeys
}

const kinds: Readonly<Record<FindingKind, AdviceByOutcome>> = words.kinds
const steps: Readonly<Record<string, string>> = words.steps
const contacts: Readonly<Record<string, string>> = words.contacts

/** Most urgent first: an incident's advice begins with what can hurt voters most. */
const urgency: readonly FindingKind[] = [
  'sql-injection',
  'mail-impersonation',
  'mail-campaign',
  'mail-phishing',
  'software-changed',
  'rule-match',
  'new-statement',
  'enumeration',
  'password-guessing',
  'password-spraying',
  'scan',
  'after-block',
  'bundle-refused',
  'source-silent',
  'source-clock',
  'messages-lost',
  'record-set-aside',
  'mail-unreadable',
  'limit-reached',
  'authorised-scan',
]

/** What is known of the findings of one kind. */
interface KindFound {
  readonly kind: FindingKind
  readonly outcome?: Outcome | undefined
  readonly isRoutine: boolean
}

/** The advice for findings of these kinds, the most urgent kind first; each kind once. `outcome` is that of the whole
 *  incident: a success is laid to the most urgent kind alone, and the others get their general text, because nobody
 *  should be told that a sign-in worked when an injection did. Where the findings are at hand, `adviceForFindings`
 *  knows better. */
export function adviceFor(kindsFound: readonly FindingKind[], outcome?: Outcome): Advice[] {
  const found = urgency.filter((kind) => kindsFound.includes(kind))
  return adviceByKind(
    found.map((kind, i) => ({
      kind,
      outcome: i === 0 || outcome === 'attempt' ? outcome : undefined,
      isRoutine: false,
    })),
  )
}

/** The advice for these findings, with each kind's own worst outcome, and calmer words for what is routine. */
export function adviceForFindings(
  findings: readonly Pick<Finding, 'kind' | 'outcome' | 'level' | 'words'>[],
): Advice[] {
  const found = urgency.flatMap((kind): KindFound[] => {
    const ofKind = findings.filter((finding) => finding.kind === kind)
    if (ofKind.length === 0) return []
    const worst = ofKind.reduce((rank, finding) => Math.max(rank, outcomeRank(finding.outcome)), -1)
    const isLow = ofKind.every(({ level }) => levelRank(level) <= levelRank('low'))
    return [{ kind, outcome: outcomes[worst], isRoutine: isLow && outcomes[worst] !== 'success' }]
  })
  return [...adviceOfRules(findings), ...adviceByKind(found)]
}

/** What rules themselves say, the gravest first. */
function adviceOfRules(findings: readonly Pick<Finding, 'kind' | 'level' | 'words'>[]): Advice[] {
  const advice = new Map<string, Advice>()
  for (const { kind, words } of findings.toSorted((a, b) => levelRank(b.level) - levelRank(a.level))) {
    if (kind !== 'rule-match' || words?.plain === undefined || advice.size >= limits.rulesSpelledOutMax) continue
    advice.set(words.plain, { meaning: words.plain, now: words.doNow ?? [], call: [] })
  }
  return [...advice.values()]
}

const outcomeRank = (outcome: Outcome | undefined): number => (outcome === undefined ? -1 : outcomes.indexOf(outcome))

/** A step or a contact that an earlier kind has named is left out of the later ones: nobody is told a thing twice. */
function adviceByKind(found: readonly KindFound[]): Advice[] {
  const said = new Set<string>()
  const unsaid = (keys: readonly string[], texts: Readonly<Record<string, string>>): string[] =>
    keys.filter((key) => !said.has(key) && said.add(key)).map((key) => texts[key] ?? key)
  // Beside something pressing, "do nothing today" would be wrong.
  const allRoutine = found.every(({ isRoutine }) => isRoutine)
  return found.map(({ kind, outcome, isRoutine }) => {
    const of = kinds[kind]
    const routine = isRoutine && allRoutine ? of.routine : undefined
    const keys = routine ?? (outcome === undefined ? undefined : of[outcome]) ?? of.any
    return { meaning: keys.meaning, now: unsaid(keys.now, steps), call: unsaid(keys.call, contacts) }
  })
}
