import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame } from './database-reader.ts'
import { delimitedFramer, splitDelimited } from './delimited.ts'

const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r', ' ', ';') })
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
const frame = (): Frame => ({ end: 0, next: 0, lines: 0 })
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const frameComma = delimitedFramer(44)

describe('delimited text', () => {
  test('gives back all fields that were quoted by RFC 4180', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
        expect(splitDelimited(fields.map(quoted).join(','))).toEqual(fields)
      }),
      { numRuns: 200, seed: 1 },
    )
  })

  test('ends a record where its fields end, not at a line end within quotes', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
        const bytes = bytesOf(`${fields.map(quoted).join(',')}\r\nnext`)
        const out = frame()
        expect(frameComma(bytes, 0, bytes.length, false, out)).toBe('whole')
        expect(out.next).toBe(bytes.length - 4)
        expect(out.end).toBe(bytes.length - 6)
        expect(out.lines).toBe(1 + fields.join('').split('\n').length - 1)
      }),
      { numRuns: 200, seed: 2 },
    )
  })

  test.each([
    ['a quote within a bare field', 'a"b,c\n', 'broken'],
    ['text behind a closing quote', '"a"b,c\n', 'broken'],
    ['a bare carriage return behind a quote', '"a"\rb\n', 'broken'],
    ['a quote that is not closed', '"a\nb\n', 'open'],
    ['no line end, with more to come', 'a,b', 'open'],
  ])('is refused where it holds %s', (_, text, expected) => {
    const bytes = bytesOf(text)
    expect(frameComma(bytes, 0, bytes.length, false, frame())).toBe(expected)
  })

  test('has empty fields where delimiters stand alone', () => {
    expect(splitDelimited(',,')).toEqual(['', '', ''])
    expect(splitDelimited('"",')).toEqual(['', ''])
    expect(splitDelimited('')).toEqual([''])
    expect(splitDelimited('"a";b', ';')).toEqual(['a', 'b'])
  })

  test('is no list of fields where its quotes are broken', () => {
    for (const text of ['"a', '"a"b', 'a"', '"a""']) expect(splitDelimited(text)).toBeNull()
  })
})
