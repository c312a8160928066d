import { describe, expect, test } from 'vitest'
import { limits } from '../../../core/limits.ts'
import { literalsOf } from './correlate.ts'

describe('literals of a statement', () => {
  test('come without quotes and escapes, each once, in order', () => {
    expect(
      literalsOf("SELECT a FROM t WHERE b = 'O''Brien' AND c = 42 AND d = 'O''Brien' -- 'x'", 'postgresql'),
    ).toEqual(["O'Brien", '42'])
    expect(literalsOf(String.raw`SELECT 'it\'s', "two", N'three', E'f\'our', $q$fi've$q$`, 'any')).toEqual([
      "it's",
      'three',
      "f'our",
      "fi've",
    ])
  })

  test('are the longest ones where there are many', () => {
    const many = Array.from({ length: 100 }, (_, i) => i).join(',')
    const literals = literalsOf(`SELECT ${many}, 'the longest of all'`, 'postgresql')
    expect(literals).toHaveLength(limits.statementLiteralsMax)
    expect(literals).toContain('the longest of all')
  })

  test('are of bounded length', () => {
    expect(literalsOf(`SELECT '${'x'.repeat(10_000)}'`, 'postgresql')[0]).toHaveLength(
      limits.statementLiteralCharactersMax,
    )
  })
})
