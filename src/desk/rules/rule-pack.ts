/** The rules of a desk: ours, those that the office keeps in its data folder, and those that its configuration names, as
 *  the analysis takes them. `bellwether rules check` says what cannot be used. */
import { join } from 'node:path'
import type { RulePack } from '../analysis/protocol.ts'
import type { RulesConfiguration } from '../config/config.ts'
import { ownRulesPath, RuleLibrary } from './rule-library.ts'
import { keptSetPaths } from './rule-store.ts'

/** Loads them, ours first. */
export async function loadRulePack(data: string, { paths, placeholders }: RulesConfiguration): Promise<RulePack> {
  const library = await RuleLibrary.load([ownRulesPath, ...(await keptSetPaths(data)), ...paths], {
    cachePath: join(data, 'cache', 'rules'),
    placeholders,
  })
  return { rules: library.rules, options: library.options }
}
