import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../core/limits.ts'
import { parseRange, rangeContains } from '../formats/address.ts'
import { blockOf, noonMs } from './block.fixture.ts'
import { expire, networksInForce, newBlock, nextExpiryMs, surplusCount } from './block-list.ts'

const hourMs = 3_600_000
const texts = (blocks: Parameters<typeof networksInForce>[0], nowMs = noonMs): string[] =>
  networksInForce(blocks, nowMs).map(({ text }) => text)

describe('the block list', () => {
  test('holds a block until its end and not at it', () => {
    const blocks = [blockOf('203.0.113.9', { expiresAtMs: noonMs + hourMs })]
    expect(texts(blocks, noonMs + hourMs - 1)).toEqual(['203.0.113.9'])
    expect(texts(blocks, noonMs + hourMs)).toEqual([])
    expect(expire(blocks, noonMs + hourMs - 1)).toEqual([])
    expect(expire(blocks, noonMs + hourMs)).toMatchObject([{ network: '203.0.113.9', state: 'expired' }])
    expect(nextExpiryMs(blocks, noonMs)).toBe(noonMs + hourMs)
    expect(nextExpiryMs(blocks, noonMs + hourMs)).toBeUndefined()
  })

  test('does not hold what was lifted', () => {
    expect(texts([blockOf('203.0.113.9', { state: 'lifted' })])).toEqual([])
  })

  test('names each network once, leaves out what another one contains, and puts IPv4 first', () => {
    const blocks = ['2001:db8::1', '203.0.113.9', '203.0.113.0/24', '203.0.113.9', '2001:db8::/64', '198.51.100.7']
    expect(texts(blocks.map((network) => blockOf(network)))).toEqual([
      '198.51.100.7',
      '203.0.113.0/24',
      '2001:db8::/64',
    ])
  })

  test('holds an address again when the shorter block around it has ended', () => {
    const blocks = [
      blockOf('203.0.113.9', { expiresAtMs: noonMs + 2 * hourMs }),
      blockOf('203.0.113.0/24', { expiresAtMs: noonMs + hourMs }),
    ]
    expect(texts(blocks)).toEqual(['203.0.113.0/24'])
    expect(texts(blocks, noonMs + hourMs)).toEqual(['203.0.113.9'])
  })

  test('holds of two blocks of one address the longer', () => {
    const blocks = [1, 3, 2].map((hours) => blockOf('203.0.113.9', { expiresAtMs: noonMs + hours * hourMs }))
    expect(networksInForce(blocks, noonMs)).toMatchObject([{ expiresAtMs: noonMs + 3 * hourMs }])
  })

  test('puts no more in force than targets take, the latest decisions first, and says how many are left', () => {
    const max = limits.blocksInForceMax
    const blocks = Array.from({ length: max + 5 }, (_, i) =>
      blockOf(`198.18.${i >>> 8}.${i & 255}`, { decidedAtMs: noonMs + i }),
    )
    const held = texts(blocks)
    expect(held).toHaveLength(max)
    expect(held).not.toContain('198.18.0.4')
    expect(held).toContain('198.18.0.5')
    expect(surplusCount(blocks, noonMs)).toBe(5)
  })

  test('keeps out exactly what its blocks keep out', () => {
    const network = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 16, max: 32 }))
      .map(([a, b, bits]) => `203.0.${a}.${b}/${bits}`)
    fc.assert(
      fc.property(fc.array(network, { maxLength: 20 }), (list) => {
        const held = networksInForce(
          list.map((each) => blockOf(each)),
          noonMs,
        )
        const all = list.map(parseRange)
        const isCovered = all.every(
          (range) => typeof range !== 'string' && held.some((each) => rangeContains(each.range, range)),
        )
        const isMinimal = held.every((a) => held.every((b) => a === b || !rangeContains(a.range, b.range)))
        const isNoMore = held.every((each) =>
          list.some((entry) => parseRange(entry) !== '' && entry.endsWith(`/${each.range.bits}`)),
        )
        return isCovered && isMinimal && isNoMore
      }),
    )
  })
})

describe('a new block', () => {
  const decision = {
    network: '203.0.113.9',
    reason: 'Tried to break in\r\n  deny all;\u202e\u0000',
    decided: { by: 'person', name: 'Dana' },
    nowMs: noonMs,
    expiresAtMs: noonMs + 10 * 366 * 24 * hourMs,
  } as const

  test('ends within a year, has a reason of one line, and an id of its content', () => {
    const block = newBlock(decision)
    expect(block.expiresAtMs).toBe(noonMs + limits.blockDurationMsMax)
    expect(block.reason).toBe('Tried to break in deny all;')
    expect(block.state).toBe('active')
    expect(newBlock(decision).id).toBe(block.id)
    expect(newBlock({ ...decision, network: '203.0.113.10' }).id).not.toBe(block.id)
  })
})
