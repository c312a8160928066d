import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRange, rangeContains, rangesOverlap } from '../formats/address.ts'
import { RangeIndex } from './range-index.ts'

const few = fc.constantFrom(0, 1, 2, 127, 128, 255)
const version4 = fc.tuple(few, few, fc.integer({ min: 8, max: 32 })).map(([a, b, bits]) => `203.0.${a}.${b}/${bits}`)
const version6 = fc
  .tuple(few, few, fc.integer({ min: 16, max: 128 }))
  .map(([a, b, bits]) => `2001:db8:${a.toString(16)}::${b.toString(16)}/${bits}`)
const network = fc.oneof(version4, version6)

test('the index finds what looking at every network finds', () => {
  fc.assert(
    fc.property(fc.array(network, { maxLength: 30 }), network, (list, asked) => {
      const index = new RangeIndex([...list, 'nonsense'], (each) => each)
      const range = parseRange(asked)
      if (typeof range === 'string') throw new Error(asked)
      const where = (holds: (other: Exclude<ReturnType<typeof parseRange>, string>) => boolean): string[] =>
        list.filter((each) => {
          const other = parseRange(each)
          return typeof other !== 'string' && holds(other)
        })
      expect(index.containing(range).sort()).toEqual(where((other) => rangeContains(other, range)).sort())
      const overlapping = where((other) => rangesOverlap(other, range))
      const found = index.overlapping(range)
      expect(found !== undefined).toBe(overlapping.length > 0)
      if (found !== undefined) expect(overlapping).toContain(found)
    }),
    { numRuns: 2_000 },
  )
})
