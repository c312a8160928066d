import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chop, excerpt, printable, wrap } from './printable.ts'

describe('printable text', () => {
  test('escape sequences, bidirectional controls, zero-width and C1 characters are named, not sent', () => {
    expect(printable('\u001b[2J\u202Egpj.exe\u200b\u009b31m\u0007\u061c\u2028\ufeff')).toBe(
      '<U+001B>[2J<U+202E>gpj.exe<U+200B><U+009B>31m<U+0007><U+061C><U+2028><U+FEFF>',
    )
  })

  test('right-to-left letters, stacked accents, tags and lone surrogates cannot disturb a line', () => {
    expect(printable('\u05d0z\u0335\u{e0041}\ud800')).toBe('<U+05D0>z<U+0335><U+E0041><U+D800>')
  })

  test("names of the office's people stay readable", () => {
    expect(printable('Doña Ana, Coös – O’Brien Nguyễn')).toBe('Doña Ana, Coös – O’Brien Nguyễn')
  })

  test('whatever comes in, only printable one-cell characters go out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 10, max: 90 }), (text, columns) => {
        const shown = excerpt(text, 200)
        expect(shown).toMatch(/^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u024f\u1e00-\u1eff–—‘’“”…]*$/)
        for (const line of [...wrap(shown, columns), ...chop(shown, columns)])
          expect(line.length).toBeLessThanOrEqual(columns)
        expect(chop(shown, columns).join('')).toBe(shown)
      }),
      { numRuns: 300 },
    )
  })

  test('a line of a hundred million characters is cut without being read to its end', () => {
    const shown = excerpt('\u0000'.repeat(100_000_000), 100)
    expect(shown).toMatch(/^(<U\+0000>){12} \.\.\. \([\d,]+ more characters\)$/)
  })
})
