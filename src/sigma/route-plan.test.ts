import { expect, test } from 'vitest'
import { compile } from './compile.ts'
import { eventOf } from './event.ts'
import { parseRules } from './parse-rules.ts'

const logsource = { category: 'x' }
const text = `title: both
status: test
logsource: { category: x }
detection: { s: { f|contains: alpha, g|contains: beta }, condition: s }
---
title: other
status: test
logsource: { category: x }
detection: { s: { f|contains: gamma }, condition: s }
`

test('what was rare becomes common, and the other way round: rules are still noticed', () => {
  const { engine } = compile(parseRules(text, 'a.yml').rules, { learnAfter: 40 })
  const matches = (f: string, g: string): string[] =>
    engine.match(eventOf({ f, g }, { logsource })).map(({ rule }) => rule.title)
  // First g tells more than f; later every g does what rules ask, so that f must tell, though it was no longer looked at.
  for (let i = 0; i < 1_300; i++) matches(i % 3 > 0 ? 'an alpha' : 'nothing', i % 20 === 0 ? 'a beta' : 'plain')
  for (let i = 0; i < 1_400; i++) matches('nothing', 'a beta')
  expect(matches('an alpha', 'a beta')).toEqual(['both'])
  expect(matches('gamma and alpha', 'beta')).toEqual(['both', 'other'])
  expect(matches('an alpha', 'plain')).toEqual([])
})

test('a field that no rule was noticed by is looked at again when one must be', () => {
  const { engine } = compile(parseRules(text.split('---')[0] ?? '', 'a.yml').rules, { learnAfter: 40 })
  const matches = (f: string, g: string): number => engine.match(eventOf({ f, g }, { logsource })).length
  for (let i = 0; i < 100; i++) matches(i % 3 === 0 ? 'an alpha' : 'nothing', 'plain')
  for (let i = 0; i < 300; i++) matches('nothing', 'a beta')
  expect(matches('an alpha', 'a beta')).toBe(1)
})
