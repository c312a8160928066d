import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../../tests/sources/temp-folder.ts'
import { parseRules } from '../../sigma/parse-rules.ts'
import { readRulePack, readRulePackHead, rulePackText } from './rule-pack-file.ts'

const packAt = (logsource: string): string => {
  const { rules } = parseRules(
    `title: A\nstatus: test\nlogsource: ${logsource}\ndetection: {s: {a: b}, condition: s}\n`,
    'a.yml',
  )
  const path = join(makeFolder({}), 'pack')
  writeFileSync(path, rulePackText({ rules, options: { placeholders: { a: ['b'] } }, sets: [], rejects: [] }))
  return path
}

test('the head of a file of rules says whether some are about web requests, without the rest', () => {
  expect(readRulePackHead(packAt('{category: webserver}'))).toEqual({ hasRequestRules: true })
  expect(readRulePackHead(packAt('{product: iis, service: iis}'))).toEqual({ hasRequestRules: true })
  expect(readRulePackHead(packAt('{product: windows}'))).toEqual({ hasRequestRules: false })
  expect(readRulePackHead('/nowhere/pack')).toEqual({ hasRequestRules: false })
})

test('the rest is the rules as they were read', () => {
  const { rules, options } = readRulePack(packAt('{category: webserver}'))
  expect(rules.map(({ title }) => title)).toEqual(['A'])
  expect(options).toEqual({ placeholders: { a: ['b'] } })
})
