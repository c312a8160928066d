import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wideText } from './utf16.ts'

test('text of UTF-16 is whole characters of what there is, wherever it begins and ends', () => {
  const position = fc.integer({ min: -3, max: 40 })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 33 }), position, position, fc.boolean(), (bytes, start, end, isBuffer) => {
      const from = Math.min(Math.max(0, start), bytes.length)
      const units: number[] = []
      for (let at = from; at + 2 <= Math.min(end, bytes.length); at += 2) {
        units.push((bytes[at] as number) | ((bytes[at + 1] as number) << 8))
      }
      expect(wideText(isBuffer ? Buffer.from(bytes) : bytes, start, end)).toBe(String.fromCharCode(...units))
    }),
  )
  expect(wideText(Uint8Array.of(65, 0, 66, 0))).toBe('AB')
})
