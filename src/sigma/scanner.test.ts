import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FoldedText } from '../formats/folded-text.ts'
import type { ScanLiteral } from './scan-literal.ts'
import { Scanner } from './scanner.ts'
import { fold } from './text.ts'

const folded = new FoldedText()
const unit = fc.constantFrom('a', 'b', 'A', 'ä', 'Ä', '\\', '\u212A', 'k', '\u{1F6A9}')
const plain = fc.constantFrom('a', 'b', 'A', '-')
const anchoring = fc.constantFrom('equals', 'startswith', 'endswith', 'contains')

const holds = (text: string, { literal, anchoring: where }: ScanLiteral): boolean => {
  const folded = fold(text)
  if (where === 'equals') return folded === literal
  if (where === 'startswith') return folded.startsWith(literal)
  return where === 'endswith' ? folded.endsWith(literal) : folded.includes(literal)
}

/** Literals of a range of lengths, and texts of which many hold one. */
const inputs = (character: fc.Arbitrary<string>, shortest: number): fc.Arbitrary<[ScanLiteral[], string[]]> => {
  const literal = fc.string({ unit: character, minLength: shortest, maxLength: shortest + 8 }).map(fold)
  const text = fc
    .array(fc.oneof(fc.string({ unit: character, maxLength: 9 }), literal), { maxLength: 5 })
    .map((parts) => parts.join(''))
  const entry = fc.record({ literal, anchoring, output: fc.nat(20) })
  return fc
    .tuple(fc.array(entry, { minLength: 1, maxLength: 12 }), fc.array(text, { minLength: 1, maxLength: 6 }))
    .map(([literals, texts]) => {
      // Texts that are likely to hold a literal: one put between others.
      const between = literals.map(
        (each, i) => `${texts[i % texts.length]}${each.literal.toUpperCase()}${texts.at(-1)}`,
      )
      return [literals, [...texts, ...between]]
    })
}

describe('a scan', () => {
  test.each([
    ['short literals', plain, 1],
    ['literals beyond ASCII', unit, 1],
    ['literals that are all long, where most of a text is stepped over', plain, 9],
    ['long literals beyond ASCII', unit, 9],
  ])('finds what a search for each literal finds: %s', (_, character, shortest) => {
    fc.assert(
      fc.property(inputs(character, shortest), ([literals, texts]) => {
        const scanner = new Scanner(literals)
        for (const text of [...texts, ...texts]) {
          const found = new Set<number>()
          scanner.scan(text, { hit: (output) => found.add(output) })
          const expected = new Set(literals.filter((each) => holds(text, each)).map((each) => each.output))
          expect([text, [...found].sort()]).toEqual([text, [...expected].sort()])
          const bytes = Buffer.from(text)
          if (!folded.takeText(text) && !folded.takeKey(bytes, 0, bytes.length)) continue
          found.clear()
          scanner.scanFolded(folded, { hit: (output) => found.add(output) }, () => text)
          expect([text, [...found].sort()]).toEqual([text, [...expected].sort()])
        }
      }),
      { numRuns: 150, seed: 4 },
    )
  })
})
