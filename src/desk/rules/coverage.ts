/** Which tactics and techniques of MITRE ATT&CK rules speak of: as counts, and as a layer for the ATT&CK Navigator. */
import { attackVersion, readAttackTags, tactics } from '../../sigma/attack.ts'
import type { SigmaRule } from '../../sigma/rule.ts'

/** What rules say of one tactic. */
export interface TacticCoverage {
  readonly name: string
  readonly rules: number
  /** Techniques of rules that name the tactic; sub-techniques count by themselves. */
  readonly techniques: number
}

/** What rules cover. */
export interface Coverage {
  readonly tactics: readonly TacticCoverage[]
  /** Technique to the titles of rules that name it, in the order of techniques. */
  readonly techniques: ReadonlyMap<string, readonly string[]>
  readonly rules: number
  /** Rules that name no technique. */
  readonly untagged: number
}

/** Counts; filters cover nothing. */
export function coverageOf(rules: readonly SigmaRule[]): Coverage {
  const byTactic = new Map<string, { rules: number; techniques: Set<string> }>()
  const byTechnique = new Map<string, string[]>()
  let count = 0
  let untagged = 0
  for (const rule of rules) {
    if (rule.kind === 'filter') continue
    count++
    const tags = readAttackTags(rule.tags)
    if (tags.techniques.length === 0) untagged++
    for (const each of new Set(tags.techniques)) {
      const titles = byTechnique.get(each)
      if (titles === undefined) byTechnique.set(each, [rule.title])
      else titles.push(rule.title)
    }
    for (const tag of new Set(tags.tactics)) {
      const tactic = byTactic.get(tag) ?? { rules: 0, techniques: new Set() }
      tactic.rules++
      for (const each of tags.techniques) tactic.techniques.add(each)
      byTactic.set(tag, tactic)
    }
  }
  return {
    tactics: tactics
      .map(({ tag, name }) => ({
        tag,
        name,
        rules: byTactic.get(tag)?.rules ?? 0,
        techniques: byTactic.get(tag)?.techniques.size ?? 0,
      }))
      .filter(({ tag, rules: some }) => some > 0 || tag !== 'defense-evasion')
      .map(({ name, rules: some, techniques }) => ({ name, rules: some, techniques })),
    techniques: new Map([...byTechnique].sort(([a], [b]) => (a < b ? -1 : 1))),
    rules: count,
    untagged,
  }
}

/** Titles that the comment of one technique names. */
const titlesShown = 12

/** A layer for the ATT&CK Navigator (layer format 4.5): each technique is scored by how many rules name it. Rules name
 *  tactics and techniques apart, so that a technique is marked under all its tactics. */
export function navigatorLayer(coverage: Coverage, description: string): unknown {
  const most = Math.max(1, ...[...coverage.techniques.values()].map((titles) => titles.length))
  return {
    name: 'Bellwether rules',
    versions: { attack: attackVersion, navigator: '5.0.0', layer: '4.5' },
    domain: 'enterprise-attack',
    description,
    sorting: 3,
    layout: { layout: 'side', showID: true, showName: true, expandedSubtechniques: 'annotated' },
    hideDisabled: false,
    techniques: [...coverage.techniques].map(([techniqueID, titles]) => ({
      techniqueID,
      score: titles.length,
      comment: [...titles.slice(0, titlesShown), ...(titles.length > titlesShown ? ['...'] : [])].join('\n'),
      enabled: true,
    })),
    gradient: { colors: ['#cfe3f5', '#0b4778'], minValue: 0, maxValue: Math.max(2, Math.min(20, most)) },
    legendItems: [{ label: 'rules that name the technique: the darker, the more', color: '#0b4778' }],
  }
}
