/** MITRE ATT&CK as the tags of rules name it (tags appendix, namespace `attack`): tactics in the order of the matrix, and
 *  techniques. The matrix is that of version 19, in which "defense evasion" became two; rules with the old name count too. */

/** A tactic of the matrix for enterprises. */
export interface Tactic {
  /** As in tags, and in layers of the Navigator. */
  readonly tag: string
  readonly name: string
}

/** The tactics, in the order of the matrix. */
export const tactics: readonly Tactic[] = [
  { tag: 'reconnaissance', name: 'Reconnaissance' },
  { tag: 'resource-development', name: 'Resource Development' },
  { tag: 'initial-access', name: 'Initial Access' },
  { tag: 'execution', name: 'Execution' },
  { tag: 'persistence', name: 'Persistence' },
  { tag: 'privilege-escalation', name: 'Privilege Escalation' },
  { tag: 'stealth', name: 'Stealth' },
  { tag: 'defense-impairment', name: 'Defense Impairment' },
  { tag: 'defense-evasion', name: 'Defense Evasion (old name)' },
  { tag: 'credential-access', name: 'Credential Access' },
  { tag: 'discovery', name: 'Discovery' },
  { tag: 'lateral-movement', name: 'Lateral Movement' },
  { tag: 'collection', name: 'Collection' },
  { tag: 'command-and-control', name: 'Command and Control' },
  { tag: 'exfiltration', name: 'Exfiltration' },
  { tag: 'impact', name: 'Impact' },
]
/** The version of the matrix. */
export const attackVersion = '19'

/** What the tags of a rule say. */
export interface AttackTags {
  /** Tags of tactics. */
  readonly tactics: readonly string[]
  /** As ATT&CK writes them: `T1490`, `T1059.001`. */
  readonly techniques: readonly string[]
  /** Tags of the namespace that are none of ATT&CK. */
  readonly unknown: readonly string[]
}

const known = new Set(tactics.map(({ tag }) => tag))
const technique = /^t\d{4}(?:\.\d{3})?$/
/** Groups, software, data sources, mitigations, assets. */
const otherThing = /^(?:g|s|ds|m|a|c)\d{4}$/

/** Reads the tags of a rule; those of other namespaces are passed over. */
export function readAttackTags(tags: readonly string[]): AttackTags {
  const found = { tactics: [] as string[], techniques: [] as string[], unknown: [] as string[] }
  for (const tag of tags) {
    if (!tag.toLowerCase().startsWith('attack.')) continue
    const word = tag.slice('attack.'.length).toLowerCase().replaceAll('_', '-')
    if (known.has(word)) found.tactics.push(word)
    else if (technique.test(word)) found.techniques.push(word.toUpperCase())
    else if (!otherThing.test(word)) found.unknown.push(tag)
  }
  return found
}
