import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyOffice } from '../core/office.ts'
import { parseRange } from '../formats/address.ts'
import { checkBlock } from './check-block.ts'
import { defaultNeverBlock } from './never-block.ts'

/** The canonical form, or the code of the refusal. */
function check(network: string, neverBlock: readonly string[] = [], own: readonly string[] = []): string {
  const checked = checkBlock(
    network,
    neverBlock.map((entry) => ({ network: entry, reason: 'the state’s network' })),
    own.map((address) => ({ address, whose: 'person' })),
  )
  return checked.ok ? checked.value.network : checked.error.code
}

const warnings = (network: string): string[] => {
  const checked = checkBlock(network, [])
  return checked.ok ? checked.value.warnings.map(({ code }) => code) : []
}

describe('a network to block', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    [' 203.0.113.9/32 ', '203.0.113.9'],
    ['203.0.113.9/24', '203.0.113.0/24'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:1:2:3::/64', '2001:db8:1:2::/64'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.0/120', '203.0.113.0/24'],
  ])('is brought to one form: %s is %s', (written, canonical) => expect(check(written)).toBe(canonical))

  test.each([
    ['not an address', 'not-an-address'],
    ['203.0.113.9; }', 'not-an-address'],
    ['203.0.113.9\n', '203.0.113.9'],
    ['203.0.113.09', 'not-an-address'],
    ['203.0.113.9/33', 'not-an-address'],
    ['example.org', 'not-an-address'],
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['255.255.255.255', 'broadcast'],
    ['224.0.0.251', 'multicast'],
    ['ff02::1', 'multicast'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['203.0.0.0/15', 'too-wide'],
    ['0.0.0.0/0', 'too-wide'],
    ['2001:db8::/31', 'too-wide'],
    ['::/0', 'too-wide'],
    // ::/32 holds loopback.
    ['::/32', 'loopback'],
  ])('%s is refused or taken: %s', (network, code) => expect(check(network)).toBe(code))

  test('may be as wide as /16 and, of IPv6, /32', () => {
    expect(check('203.0.0.0/16')).toBe('203.0.0.0/16')
    expect(check('2001:db8::/32')).toBe('2001:db8::/32')
  })

  test('that overlaps the never-block list in either direction is refused', () => {
    expect(check('198.51.100.7', ['198.51.100.0/24'])).toBe('never-block')
    expect(check('198.51.100.0/24', ['198.51.100.7'])).toBe('never-block')
    expect(check('198.51.101.0/24', ['198.51.100.7'])).toBe('198.51.101.0/24')
    expect(check('2001:db8::1', ['2001:db8::/48'])).toBe('never-block')
    expect(check('2001:db8::/48', ['2001:db8::1'])).toBe('never-block')
    expect(check('198.51.100.7', ['::ffff:198.51.100.0/120'])).toBe('never-block')
    const checked = checkBlock('198.51.100.7', [{ network: '198.51.100.0/24', reason: 'the state’s network' }])
    expect(checked.ok ? '' : checked.error.message).toContain('the state’s network')
  })

  test('that holds the address of whoever decides, or of the desk, is refused', () => {
    expect(check('198.51.100.0/24', [], ['198.51.100.7'])).toBe('own-address')
    expect(check('198.51.100.7', [], ['::ffff:198.51.100.7'])).toBe('own-address')
    expect(check('2001:db8::/64', [], ['2001:db8::7%eth0'])).toBe('own-address')
    const own = checkBlock('198.51.100.7', [], [{ address: '198.51.100.7', whose: 'desk' }])
    expect(own.ok ? '' : own.error.message).toContain('desk’s own address')
  })

  test('comes with a word about who else may sit there', () => {
    expect(warnings('10.1.2.3')).toEqual(['private'])
    expect(warnings('fd00:1::/64')).toEqual(['private'])
    expect(warnings('100.64.1.1')).toEqual(['carrier-nat'])
    expect(warnings('203.0.113.9')).toEqual(['may-be-shared'])
    expect(warnings('203.0.113.9/24')).toEqual(['rewritten', 'may-be-shared', 'range'])
    expect(warnings('64:ff9b::203.0.113.9')).toContain('translated')
    expect(warnings('2001:db8:1:2::/64')).toEqual([])
    expect(warnings('2001:db8:1::/48')).toEqual(['range'])
  })

  test('that is one IPv6 address comes with the /64 around it, unless that may not be blocked', () => {
    expect(checkBlock('2001:db8:1:2::3', [])).toMatchObject({ ok: true, value: { suggestion: '2001:db8:1:2::/64' } })
    const kept = checkBlock('2001:db8:1:2::3', [{ network: '2001:db8:1:2::99', reason: 'a monitor' }])
    expect(kept).toMatchObject({ ok: true, value: { network: '2001:db8:1:2::3' } })
    expect(kept.ok && kept.value.suggestion).toBeUndefined()
  })

  test('is never one that is forbidden, whatever is written', () => {
    const written = fc.oneof(
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6(),
      fc.string(),
      fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: -1, max: 130 })).map(([a, bits]) => `${a}/${bits}`),
    )
    fc.assert(
      fc.property(written, (network) => {
        const checked = checkBlock(network, [{ network: '198.51.100.0/24', reason: 'ours' }])
        if (!checked.ok) return checked.error.message.length > 10
        const range = parseRange(checked.value.network)
        if (typeof range === 'string') return false
        const again = checkBlock(checked.value.network, [])
        return (
          again.ok &&
          again.value.network === checked.value.network &&
          /^[0-9a-f.:]+(?:\/\d+)?$/.test(checked.value.network)
        )
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the never-block list of every desk', () => {
  test('holds loopback and the office’s own networks, users, proxies and scanners, and no sign-in names', () => {
    const office = {
      ...emptyOffice,
      knownUsers: ['dana', '198.51.100.20'],
      trustedProxies: ['192.0.2.0/24'],
      authorisedScanners: ['203.0.113.5'],
    }
    const list = defaultNeverBlock(office, ['10.20.0.0/16', 'nonsense'])
    expect(list.map(({ network }) => network)).toEqual([
      '127.0.0.0/8',
      '::1',
      '10.20.0.0/16',
      '192.0.2.0/24',
      '198.51.100.20',
      '203.0.113.5',
    ])
  })
})
