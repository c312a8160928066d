/** The advice for a kind of finding: what it means, what to do now, whom to call. The words stand in
 *  data/advice/advice.json, where each step and each contact is written once; this file only looks them up. */
import words from '../../data/advice/advice.json' with { type: 'json' }
import { type Finding, type FindingKind, type Outcome, outcomes } from '../core/finding.ts'
import type { Advice } from './incident.ts'

interface AdviceKeys {
  readonly meaning: string
  readonly now: readonly string[]
  readonly call: readonly string[]
}

/** `any` stands for every outcome that has no text of its own, and for an outcome that is not known. */
type AdviceByOutcome = { readonly any: AdviceKeys } & { readonly [outcome in Outcome]?: AdviceKeys }

const kinds: Readonly<Record<FindingKind, AdviceByOutcome>> = words.kinds
const steps: Readonly<Record<string, string>> = words.steps
const contacts: Readonly<Record<string, string>> = words.contacts

/** Most urgent first: an incident's advice begins with what can hurt voters most. */
const urgency: readonly FindingKind[] = [
  'sql-injection',
  'new-statement',
  'enumeration',
  'password-guessing',
  'password-spraying',
  'scan',
  'after-block',
  'limit-reached',
  'authorised-scan',
]

/** The advice for findings of these kinds, the most urgent kind first; each kind once. `outcome` is that of the whole
 *  incident: a success is laid to the most urgent kind alone, and the others get their general text, because nobody
 *  should be told that a sign-in worked when an injection did. */
export function adviceFor(kindsFound: readonly FindingKind[], outcome?: Outcome): Advice[] {
  const found = urgency.filter((kind) => kindsFound.includes(kind))
  return adviceByKind(found.map((kind, i) => [kind, i === 0 || outcome === 'attempt' ? outcome : undefined]))
}

/** The advice for these findings, with each kind's own worst outcome. */
export function adviceForFindings(findings: readonly Pick<Finding, 'kind' | 'outcome'>[]): Advice[] {
  const worst = new Map<FindingKind, number>()
  for (const { kind, outcome } of findings) {
    const rank = outcome === undefined ? -1 : outcomes.indexOf(outcome)
    worst.set(kind, Math.max(worst.get(kind) ?? -1, rank))
  }
  return adviceByKind(
    urgency.filter((kind) => worst.has(kind)).map((kind) => [kind, outcomes[worst.get(kind) as number]]),
  )
}

/** A step or a contact that an earlier kind has named is left out of the later ones: nobody is told a thing twice. */
function adviceByKind(found: readonly (readonly [FindingKind, Outcome | undefined])[]): Advice[] {
  const said = new Set<string>()
  const unsaid = (keys: readonly string[], texts: Readonly<Record<string, string>>): string[] =>
    keys.filter((key) => !said.has(key) && said.add(key)).map((key) => texts[key] ?? key)
  return found.map(([kind, outcome]) => {
    const byOutcome = kinds[kind]
    const keys = (outcome === undefined ? undefined : byOutcome[outcome]) ?? byOutcome.any
    return { meaning: keys.meaning, now: unsaid(keys.now, steps), call: unsaid(keys.call, contacts) }
  })
}
