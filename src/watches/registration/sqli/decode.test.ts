import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readings } from './decode.ts'
import { encoders } from './payloads.fixture.ts'

describe('an encoded value is read', () => {
  const text = "1' OR 'a'>'b"
  const kept = Object.keys(encoders).filter(
    (name) =>
      !/space|comments|case|logic|LIKE|notation|null byte|wide|tabs|percent signs/.test(name) ||
      name.startsWith('percent, with'),
  )
  test.each(kept)('in the encoding: %s', (name) => {
    expect(readings((encoders[name] as (text: string) => string)(text))).toContain(text)
  })

  test.each([
    ['%C0%A7', "'"],
    ['%EF%BC%87', "'"],
    ['%u0027', "'"],
    ['&#x27;', "'"],
    ['%S%E%L%E%C%T', 'SELECT'],
    ['SEL/**/ECT', 'SELECT'],
    ['UN%00ION', 'UNION'],
    ['a%2Bb', 'a+b'],
    ['a+b', 'a b'],
  ])('%s as %s', (raw, read) => {
    expect(readings(raw)).toContain(read)
  })
})

describe('everyday text is left as it is', () => {
  test.each(['100% sure', 'AT&T', 'C++', '50%', 'R&D', 'a % b', '20%25 off'])('%s', (raw) => {
    expect(readings(raw).some((text) => text === raw || text === raw.replaceAll('+', ' ') || text === '20% off')).toBe(
      true,
    )
    expect(readings(raw).length).toBeLessThanOrEqual(2)
  })
})

test('a value has at most a dozen readings, none longer than the value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const raw = Buffer.from(text, 'utf8').toString('latin1')
      const found = readings(raw)
      expect(found.length).toBeLessThanOrEqual(12)
      for (const reading of found) expect(reading.length).toBeLessThanOrEqual(raw.length)
    }),
    { numRuns: 500 },
  )
})
