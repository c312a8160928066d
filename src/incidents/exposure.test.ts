import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Exposed, Exposure } from '../core/finding.ts'
import { exposedBy } from '../watches/registration/outcome.ts'
import { newSizes } from '../watches/registration/pages.ts'
import type { Extraction } from '../watches/registration/statements/reading.ts'
import { ExposureLedger } from './exposure.ts'

interface Item {
  readonly item: Exposed
  readonly fromDatabase: boolean
}

const table = fc.constantFrom('', 'voters', 'staff')

const key = fc.record({
  by: fc.constant('key' as const),
  page: fc.constantFrom('/status', '/voter/*'),
  key: fc.integer({ min: 0, max: 12 }),
  certain: fc.boolean(),
})
const positions = fc
  .record({
    table,
    ordering: fc.constantFrom('', 'id', 'name'),
    from: fc.nat(40),
    count: fc.nat(9),
    certain: fc.boolean(),
  })
  .map(({ count, ...rest }) => ({ by: 'positions' as const, ...rest, to: rest.from + count }))
/** A set names its table, as the watch makes it. */
const rows = fc
  .record({ table, set: fc.constantFrom('a', 'b'), rowsMin: fc.nat(5), likelyMore: fc.nat(9), maxMore: fc.nat(9) })
  .map(({ table, set, rowsMin, likelyMore, maxMore }) => ({
    by: 'rows' as const,
    table,
    set: `${table} ${set}`,
    rowsMin,
    rowsLikely: rowsMin + likelyMore,
    rowsMax: rowsMin + likelyMore + maxMore,
  }))
const items = fc.array(fc.record({ item: fc.oneof(key, positions, rows), fromDatabase: fc.boolean() }), {
  maxLength: 30,
})

function ledgerOf(...lists: readonly (readonly Item[])[]): ExposureLedger {
  const ledger = new ExposureLedger()
  for (const list of lists) for (const { item, fromDatabase } of list) ledger.add(item, fromDatabase)
  return ledger
}

function merged(...ledgers: readonly ExposureLedger[]): ExposureLedger {
  const sum = new ExposureLedger()
  for (const ledger of ledgers) sum.merge(ledger)
  return sum
}

const add = (item: Exposed): Item => ({ item, fromDatabase: true })
const range = (from: number, to: number, ordering = 'id', certain = true): Item =>
  add({ by: 'positions', table: 'voters', ordering, from, to, certain })
const bounds = ({ recordsMin, recordsLikely, recordsMax }: Exposure): number[] => [
  recordsMin,
  recordsLikely,
  recordsMax,
]

describe('what was exposed', () => {
  test('is the same whichever of two ledgers is merged into the other', () => {
    fc.assert(
      fc.property(items, items, (a, b) => {
        const [one, other] = [ledgerOf(a), ledgerOf(b)]
        expect(merged(one, other).total()).toEqual(merged(other, one).total())
      }),
    )
  })

  test('is the same in whichever groups ledgers are merged', () => {
    fc.assert(
      fc.property(items, items, items, (a, b, c) => {
        const left = merged(merged(ledgerOf(a), ledgerOf(b)), ledgerOf(c))
        const right = merged(ledgerOf(a), merged(ledgerOf(b), ledgerOf(c)))
        expect(left.total()).toEqual(right.total())
      }),
    )
  })

  test('does not grow when the same is merged again', () => {
    fc.assert(
      fc.property(items, (a) => {
        const once = ledgerOf(a)
        expect(merged(once, once, ledgerOf(a)).total()).toEqual(once.total())
      }),
    )
  })

  test('is the same merged from parts as counted in one go, in any order', () => {
    fc.assert(
      fc.property(items, items, (a, b) => {
        expect(merged(ledgerOf(a), ledgerOf(b)).total()).toEqual(ledgerOf(a, b).total())
        expect(ledgerOf(a, b).total()).toEqual(ledgerOf([...b].reverse(), [...a].reverse()).total())
      }),
    )
  })

  test('is bounded from both sides, the estimate in between', () => {
    fc.assert(
      fc.property(items, (a) => {
        const [min, likely, max] = bounds(ledgerOf(a).total()) as [number, number, number]
        expect(min).toBeGreaterThanOrEqual(0)
        expect(likely).toBeGreaterThanOrEqual(min)
        expect(max).toBeGreaterThanOrEqual(likely)
      }),
    )
  })

  test('never shrinks when more is seen in the same log', () => {
    fc.assert(
      fc.property(items, items, fc.boolean(), (a, b, fromDatabase) => {
        const all = [...a, ...b].map(({ item }) => ({ item, fromDatabase }))
        const few = bounds(ledgerOf(all.slice(0, a.length)).total())
        const more = bounds(ledgerOf(all).total())
        for (const [i, bound] of few.entries()) {
          if (a.length === 0 && fromDatabase) continue
          expect(more[i]).toBeGreaterThanOrEqual(bound)
        }
      }),
    )
  })

  test('counts a voter key once, however often it was fetched', () => {
    const fetched = (key: number, certain: boolean): Item => add({ by: 'key', page: '/status', key, certain })
    expect(
      bounds(ledgerOf([fetched(1, false), fetched(1, true), fetched(1, false), fetched(2, false)]).total()),
    ).toEqual([1, 2, 2])
  })

  test('counts a table position once where two dumps in the same order overlap', () => {
    expect(bounds(ledgerOf([range(0, 10), range(20, 30), range(5, 25)]).total())).toEqual([30, 30, 30])
    expect(bounds(ledgerOf([range(0, 10), range(10, 20)]).total())).toEqual([20, 20, 20])
  })

  test('of dumps in different orders may be the same records or different ones', () => {
    expect(bounds(ledgerOf([range(0, 10, 'id'), range(0, 10, 'name')]).total())).toEqual([10, 20, 20])
  })

  test('counts positions that were only asked for as a possibility', () => {
    expect(bounds(ledgerOf([range(0, 10, 'id', true), range(10, 40, 'id', false)]).total())).toEqual([10, 10, 40])
  })

  test('of an empty ledger is nothing, and it says so', () => {
    expect(new ExposureLedger().isEmpty).toBe(true)
    expect(bounds(new ExposureLedger().total())).toEqual([0, 0, 0])
  })

  test('says for each page and table how it was counted, in words', () => {
    const { basis } = ledgerOf([add({ by: 'key', page: '/status', key: 7, certain: true }), range(0, 25)]).total()
    expect(basis[0]).toBe('1 voter key answered by the page /status')
    expect(basis[1]).toContain('about 25 rows of the table “voters”, counted from the database log')
  })

  test('in one answer has its estimate within its bounds, whatever was extracted and whatever the answer’s size', () => {
    const kinds = ['position', 'prefix', 'key', 'aggregate', 'all', 'count'] as const
    const extraction = fc.record({
      kind: fc.constantFrom(...kinds),
      table: fc.constant('voters'),
      ordering: fc.constantFrom('', 'id'),
      blind: fc.boolean(),
      place: fc.constant('union' as const),
      columns: fc.array(fc.constantFrom('name', 'licence'), { maxLength: 12 }),
    })
    const limit = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined })
    const size = fc.integer({ min: -1, max: 200_000 })
    fc.assert(
      fc.property(
        extraction,
        limit,
        size,
        fc.array(fc.nat(9_000), { maxLength: 6 }),
        fc.boolean(),
        (e, limit, bytes, usual, ok) => {
          const sizes = newSizes()
          for (const known of usual) {
            sizes.count++
            sizes.bytesMin = Math.min(sizes.bytesMin, known)
            sizes.bytesMax = Math.max(sizes.bytesMax, known)
            sizes.seen.set(known, (sizes.seen.get(known) ?? 0) + 1)
          }
          const asked: Extraction = { ...e, ...(limit === undefined ? {} : { limit }) }
          for (const item of exposedBy({ bodyBytes: bytes, sizes }, asked, ok)) {
            if (item.by !== 'rows') continue
            expect(item.rowsLikely).toBeGreaterThanOrEqual(item.rowsMin)
            expect(item.rowsMax).toBeGreaterThanOrEqual(item.rowsLikely)
          }
        },
      ),
    )
  })
})
