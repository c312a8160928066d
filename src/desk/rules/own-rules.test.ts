import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CheckedRules, checkRules } from './check-rules.ts'
import { parseFiles } from './parsed-cache.ts'
import { readRuleFiles } from './rule-files.ts'
import { mappingsPath, ownRulesPath } from './rule-library.ts'
import { rulePackText } from './rule-pack-file.ts'
import { testRules } from './test-rules.ts'

/** Values that stand for an office's: rules that ask for some are compiled too. */
const placeholders = {
  election_machines: ['EMS-*', 'BMD-*'],
  ems_folders: ['C:\\Maple Voting\\'],
  backup_hosts: ['192.0.2.9'],
}

describe('our rules', () => {
  let checked: CheckedRules
  beforeAll(async () => {
    checked = await checkRules([ownRulesPath], placeholders)
  }, 120_000)

  test('are written as the specification and we ask, and compile', () => {
    expect(checked.problems).toEqual([])
    expect(checked.waiting).toEqual([])
    expect(checked.usable).toBe(checked.rules)
  })

  test('ask nothing of web requests: a scan of web logs does without them', async () => {
    const { rules } = parseFiles((await readRuleFiles(ownRulesPath)).files)
    expect(JSON.parse(rulePackText({ rules, options: {}, sets: [], rejects: [] }).split('\n')[0] ?? '')).toEqual({
      hasRequestRules: false,
    })
  })

  test('are as many as an election office needs, each in a folder of its kind of system', async () => {
    const { rules } = parseFiles((await readRuleFiles(ownRulesPath)).files)
    expect(rules.filter(({ kind }) => kind === 'detection').length).toBeGreaterThanOrEqual(70)
    expect(rules.filter(({ kind }) => kind === 'correlation').length).toBeGreaterThanOrEqual(14)
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
    expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length)
    const folders = [...new Set(rules.map(({ place }) => place.file.split('/').at(-2)))].sort()
    expect(folders).toEqual([
      'cloud',
      'ems',
      'identity',
      'linux',
      'network',
      'registration-database',
      'voting-devices',
      'workstations',
    ])
  })

  test('say to a clerk what they mean', async () => {
    const { rules } = parseFiles((await readRuleFiles(ownRulesPath)).files)
    expect(rules.filter(({ words }) => words === undefined).map(({ place }) => place.file)).toEqual([])
  })

  test.skipIf(!existsSync(join(mappingsPath, 'windows.json')))(
    'fire on their firing cases and stay quiet on their quiet ones',
    async () => {
      const { wrong, problems, cases, untested } = await testRules([ownRulesPath], placeholders)
      expect(problems).toEqual([])
      expect(wrong.map(({ case: each, fired }) => `${each.file}: ${each.name}: fired ${fired}`)).toEqual([])
      expect(untested).toBe(0)
      expect(cases).toBeGreaterThanOrEqual(2 * checked.rules)
    },
    300_000,
  )
})
