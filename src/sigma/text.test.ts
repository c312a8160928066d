import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, Glob, parsePattern, simpleForm } from './text.ts'

const piece = fc.constantFrom('a', 'b', '*', '?', 'ab')

describe('patterns', () => {
  test('match what a regular expression of the same wildcards matches', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }),
        (pieces, text) => {
          const source = pieces.map((each) => (each === '*' ? '.*' : each === '?' ? '.' : each)).join('')
          expect(new Glob(parsePattern(pieces.join(''))).matches(text)).toBe(new RegExp(`^${source}$`).test(text))
        },
      ),
      { numRuns: 3_000, seed: 4 },
    )
  })

  test('with a wildcard at an end at most are told from others', () => {
    expect(simpleForm(parsePattern('*a*'))).toEqual({ literal: 'a', anchoring: 'contains' })
    expect(simpleForm(parsePattern('a*'))).toEqual({ literal: 'a', anchoring: 'startswith' })
    expect(simpleForm(parsePattern('*a'))).toEqual({ literal: 'a', anchoring: 'endswith' })
    expect(simpleForm(parsePattern('a'))).toEqual({ literal: 'a', anchoring: 'equals' })
    expect(simpleForm(parsePattern(''))).toEqual({ literal: '', anchoring: 'equals' })
    for (const other of ['*', '?', 'a*b', 'a?', '**']) expect(simpleForm(parsePattern(other))).toBeUndefined()
  })
})

describe('folding', () => {
  test('keeps the length of a text, and is the same done twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fold(text)).toHaveLength(text.length)
        expect(fold(fold(text))).toBe(fold(text))
      }),
      { seed: 4 },
    )
  })
})
