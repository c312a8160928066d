/** The process that reads a desk's rules and writes them to one file, whole or not at all. Its argument is a `PackRequest`. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownRulesPath, RuleLibrary } from './rule-library.ts'
import type { PackRequest, RulePack } from './rule-pack-file.ts'
import { keptSetPaths } from './rule-store.ts'

const { data, configuration, out } = JSON.parse(process.argv[2] ?? '{}') as PackRequest
const library = await RuleLibrary.load([ownRulesPath, ...(await keptSetPaths(data)), ...configuration.paths], {
  cachePath: join(data, 'cache', 'rules'),
  placeholders: configuration.placeholders,
})
const pack: RulePack = { rules: library.rules, options: library.options }
await writeFile(`${out}.partial`, JSON.stringify(pack), { mode: 0o600 })
await rename(`${out}.partial`, out)
