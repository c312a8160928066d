import { describe, expect, test } from 'vitest'
import { selecting } from './rule-text.fixture.ts'
import { validateRules } from './schema.ts'

const text = { type: 'string' }
const schemas = {
  detection: {
    type: 'object',
    required: ['title', 'status'],
    properties: {
      title: { ...text, maxLength: 8 },
      id: { ...text, format: 'uuid' },
      status: { ...text, oneOf: [{ const: 'stable' }, { const: 'test' }] },
      date: { ...text, pattern: '^\\d{4}-\\d{2}$' },
      tags: { type: 'array', uniqueItems: true, minItems: 1, items: { ...text, minLength: 2 } },
      logsource: { additionalProperties: { type: ['string', 'null'] } },
      references: { anyOf: [text, { type: 'array', items: text }] },
      level: { enum: ['low', 'high'] },
      detection: {},
    },
    additionalProperties: false,
    // As text: lint takes an object with a `then` for a promise.
    ...JSON.parse('{"if": {"properties": {"status": {"const": "stable"}}}, "then": {"required": ["date"]}}'),
  },
  correlation: { required: ['correlation', 'level'] },
  filter: undefined,
}
const problems = (rule: string): string[] =>
  validateRules(rule, 'f.yml', schemas).map(({ line, problem }) => `${line}: ${problem}`)
const rule = (head: string): string => selecting('a: x', head)

describe('rules are held against a schema', () => {
  test.each([
    ['title: T\nstatus: test', []],
    ['title: T', ['1: The rule has no date.', '1: The rule has no status.']],
    ['title: Too long a title\nstatus: test', ['1: title is longer than 8 characters.']],
    ['title: T\nstatus: done', ['2: status is none of stable, test.']],
    ['title: T\nstatus: stable', ['1: The rule has no date.']],
    ['title: T\nstatus: stable\ndate: 2026-7', ['3: date does not have the form ^\\d{4}-\\d{2}$.']],
    ['title: T\nstatus: test\nid: x', ['3: id is not a UUID.']],
    [
      'title: T\nstatus: test\ntags: [ab, ab, c]',
      ['3: tags has the same entry twice.', '3: tags[2] is shorter than 2 characters.'],
    ],
    ['title: T\nstatus: test\ntags: x', ['3: tags is not of type array.']],
    ['title: T\nstatus: test\nreferences: [1]', ['3: references[0] is not of type string.']],
    ['title: T\nstatus: test\nlevel: medium', ['3: level is none of low, high.']],
    ['title: T\nstatus: test\nother: 1', ['3: other is not known there.']],
  ])('%j', (head, expected) => {
    expect(problems(rule(head))).toEqual(expected)
  })

  test('and correlations against one of their own, each document by itself', () => {
    expect(problems(`${rule('title: T\nstatus: test')}---\ntitle: C\ncorrelation: {}\n`)).toEqual([
      '10: The rule has no level.',
    ])
  })

  test('and filters not at all where no schema is given for them', () => {
    expect(problems('title: F\nfilter: {}\n')).toEqual([])
  })
})
