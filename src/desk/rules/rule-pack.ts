/** The rules of a desk: ours, those that the office keeps in its data folder, and those that its configuration names, as
 *  the analysis takes them. What cannot be used is said once, in the desk's log. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RulePack } from '../analysis/protocol.ts'
import type { RulesConfiguration } from '../config/config.ts'
import { ownRulesPath, RuleLibrary } from './rule-library.ts'

/** Where a data folder keeps rules that were added, one folder a set. */
export const keptRulesFolder = (data: string): string => join(data, 'rules')

/** The paths from which a desk with this data folder takes its rules, ours first. */
export async function rulePathsOf(data: string, paths: readonly string[]): Promise<string[]> {
  const kept = await readdir(keptRulesFolder(data), { withFileTypes: true }).catch(() => [])
  const sets = kept.filter((entry) => entry.isDirectory()).map(({ name }) => join(keptRulesFolder(data), name))
  return [ownRulesPath, ...sets.sort(), ...paths]
}

/** Loads them. */
export async function loadRulePack(data: string, { paths, placeholders }: RulesConfiguration): Promise<RulePack> {
  const library = await RuleLibrary.load(await rulePathsOf(data, paths), {
    cachePath: join(data, 'cache', 'rules'),
    placeholders,
  })
  return { rules: library.rules, options: library.options }
}
