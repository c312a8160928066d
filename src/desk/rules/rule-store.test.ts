import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { RuleLibrary } from './rule-library.ts'
import { type AddedSet, addSet, isSetName, keptSetPaths, listSets, removeSet, setNameOf } from './rule-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-sets-'))
afterAll(() => rmSync(folder, { recursive: true }))
let dataPath = ''
let made = 0
beforeEach(() => {
  dataPath = join(folder, `data${++made}`)
})

const ids = ['a', 'b', 'c', 'd'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`)
const rule = (n: number, selection = 'f: x'): string =>
  `title: Rule ${n}\nid: ${ids[n]}\nlogsource:\n  category: test\ndetection:\n  selection:\n    ${selection}\n  condition: selection\n`

async function add(files: Readonly<Record<string, string>>): Promise<AddedSet> {
  const path = join(folder, 'Sigma Core+.zip')
  writeFileSync(path, zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))))
  const added = await addSet({ path, name: setNameOf(path), dataPath, nowMs: 0, placeholders: {} })
  if (!added.ok) throw new Error(JSON.stringify(added.error))
  return added.value
}
const named = (rules: readonly { readonly title: string }[]): string[] => rules.map(({ title }) => title)

describe('a set of rules', () => {
  test('is kept under a name of its file, and loaded from there', async () => {
    const { set, usable } = await add({ 'rules/../../x/0.yml': rule(0), '1.yml': rule(1) })
    expect([set.name, set.rules, usable]).toEqual(['sigma-core-', 2, 2])
    expect(readdirSync(join(dataPath, 'rules', set.name)).sort()).toEqual(['manifest.json', 'rules.json'])
    const library = await RuleLibrary.load(await keptSetPaths(dataPath), { mappings: {} })
    expect(named(library.rules).sort()).toEqual(['Rule 0', 'Rule 1'])
    expect(await listSets(dataPath)).toEqual([set])
  })

  test('is put in place of an older one, with what was added, changed and removed', async () => {
    await add({ '0.yml': rule(0), '1.yml': rule(1), '2.yml': rule(2) })
    const update = await add({ '0.yml': rule(0), 'moved/1.yml': rule(1, 'f: y'), '3.yml': rule(3) })
    expect(update.isUpdate).toBe(true)
    expect([named(update.added), named(update.changed), named(update.removed)]).toEqual([
      ['Rule 3'],
      ['Rule 1'],
      ['Rule 2'],
    ])
    const again = await add({ '0.yml': rule(0), '1.yml': rule(1, 'f: y'), '3.yml': rule(3) })
    expect([...again.added, ...again.changed, ...again.removed]).toEqual([])
  })

  test('says which rules could be used before and cannot now', async () => {
    const by = (name: string): string =>
      `title: C\nid: ${ids[1]}\ncorrelation:\n  type: event_count\n  rules: [${name}]\n  group-by: [f]\n  timespan: 1m\n  condition:\n    gte: 2\n`
    await add({ '0.yml': rule(0), 'c.yml': by(ids[0] as string) })
    const update = await add({ '0.yml': rule(0), 'c.yml': by('nobody') })
    expect(update.broken.map(({ title }) => title)).toEqual(['C'])
  })

  test('without a rule is not kept, and leaves what was there', async () => {
    await add({ '0.yml': rule(0) })
    const path = join(folder, 'empty')
    mkdirSync(path, { recursive: true })
    const refused = await addSet({ path, name: 'sigma-core-', dataPath, nowMs: 0, placeholders: {} })
    expect(refused.ok).toBe(false)
    expect((await listSets(dataPath))[0]?.rules).toBe(1)
  })

  test('is removed by its name, and by nothing else', async () => {
    await add({ '0.yml': rule(0) })
    for (const name of ['', '.', '..', '../rules', 'nobody', 'sigma-core-/..']) {
      expect(await removeSet(dataPath, name)).toBe(false)
    }
    expect(await removeSet(dataPath, 'sigma-core-')).toBe(true)
    expect(await listSets(dataPath)).toEqual([])
  })
})

test.each([
  ['sigma_core.zip', 'sigma_core'],
  ['/srv/rules/Our Rules/', 'our-rules'],
  ['C:\\Rules\\r2026.zip', 'r2026'],
  ['...zip', 'rules'],
  ['../..', 'rules'],
])('the name of a set of %s is %s', (path, name) => {
  expect(setNameOf(path)).toBe(name)
  expect(isSetName(name)).toBe(true)
})
