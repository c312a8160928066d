import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { eventOf } from './event.ts'
import { parseRules } from './parse-rules.ts'
import { compiled, selecting, testLogsource } from './rule-text.fixture.ts'

const target = selecting('a: x', 'title: Target\nname: target\nid: 6f3e2987-db24-4c78-a860-b4f4095a7095')
const filter = (rules: string, condition: string, category = 'test'): string =>
  `title: Filter\nlogsource: {category: ${category}}\nfilter:\n  rules: ${rules}\n  selection: {user|startswith: adm_}\n  condition: ${condition}\n`

const finds = (documents: readonly string[], user: string): boolean =>
  compiled(documents).engine.match(eventOf({ a: 'x', user }, { logsource: testLogsource })).length > 0

describe('a filter', () => {
  test.each([
    ['by id', '[6f3e2987-db24-4c78-a860-b4f4095a7095]'],
    ['by name', '[target]'],
    ['by title', '[Target]'],
    ['that is for any rule', 'any'],
  ])('names its rules: %s', (_, rules) => {
    for (const condition of ['selection', 'not selection']) {
      expect(finds([target, filter(rules, condition)], 'adm_ada')).toBe(false)
      expect(finds([target, filter(rules, condition)], 'bob')).toBe(true)
    }
  })

  test('leaves rules of another log source alone', () => {
    expect(finds([target, filter('any', 'selection', 'other')], 'adm_ada')).toBe(true)
  })

  test('may be one of several', () => {
    const second = filter('any', 'selection').replace('adm_', 'svc_').replace('Filter', 'Second')
    expect(
      ['adm_a', 'svc_b', 'c'].map((user) => finds([target, filter('any', 'not selection'), second], user)),
    ).toEqual([false, false, true])
  })

  test('that names a rule which is not loaded says so, and holds for the others', () => {
    const { rejects } = compile(
      parseRules([target, filter('[target, gone]', 'selection')].join('\n---\n'), 'f.yml').rules,
    )
    expect(rejects.map(({ title, problem }) => [title, problem])).toEqual([
      ['Filter', 'The filter names rules of its log source that are not loaded: gone.'],
    ])
  })
})

describe('two rules of one id', () => {
  test('are one: the second is left out, with the place of the first', () => {
    const { engine, rejects } = compile(parseRules([target, target].join('\n---\n'), 'f.yml').rules)
    expect(engine.size.detections).toBe(1)
    expect(rejects.map(({ line, problem }) => [line, problem])).toEqual([
      [11, expect.stringContaining('f.yml, line 1.')],
    ])
  })
})
