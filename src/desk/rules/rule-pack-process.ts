/** The process that reads a desk's rules and writes them to one file, whole or not at all. Its argument is a `PackRequest`. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownRulesPath, RuleLibrary } from './rule-library.ts'
import { type PackedSet, type PackRequest, type RulePack, rulePackText } from './rule-pack-file.ts'
import { listSets, setPathOf } from './rule-store.ts'

const { data, configuration, out } = JSON.parse(process.argv[2] ?? '{}') as PackRequest
const kept = await listSets(data)
const paths = [ownRulesPath, ...kept.map(({ name }) => setPathOf(data, name)), ...configuration.paths]
const library = await RuleLibrary.load(paths, {
  cachePath: join(data, 'cache', 'rules'),
  placeholders: configuration.placeholders,
})

/** The sets, in the order in which they were loaded. */
const named: readonly Pick<PackedSet, 'kind' | 'name' | 'from' | 'addedAt'>[] = [
  { kind: 'shipped', name: 'Bellwether', from: ownRulesPath },
  ...kept.map(({ name, from, addedAt }) => ({ kind: 'kept', name, from, addedAt }) as const),
  ...configuration.paths.map((path) => ({ kind: 'configured', name: path, from: path }) as const),
]
const pack: RulePack = {
  rules: library.rules,
  options: library.options,
  sets: named.map((set, index) => ({
    ...set,
    path: paths[index] ?? '',
    files: library.paths[index]?.files ?? 0,
    rules: library.paths[index]?.rules ?? 0,
  })),
  rejects: library.rejects,
}
await writeFile(`${out}.partial`, rulePackText(pack), { mode: 0o600 })
await rename(`${out}.partial`, out)
