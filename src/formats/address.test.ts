import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Address, AddressSet, formatAddress, parseAddress } from './address.ts'

const canonical = (text: string, form?: 'plain' | 'endpoint'): string | null => {
  const address = parseAddress(text, form)
  return address === null ? null : formatAddress(address)
}
const setOf = (...list: string[]): AddressSet => {
  const parsed = AddressSet.parse(list)
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join())
  return parsed.value
}

describe('an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s has the canonical text %s', (text, expected) => {
    expect(canonical(text)).toBe(expected)
  })

  test.each(['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'])(
    '%s, an IPv4 address in IPv6 form, is the IPv4 address',
    (text) => {
      expect(canonical(text)).toBe('192.0.2.1')
    },
  )

  test.each([
    '',
    '-',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.4 ',
    '0x7f.0.0.1',
    '2130706433',
    '1.2..4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::1',
    ':1::',
    '1:',
    '::1.2.3',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
    'fe80::1%eth0',
    '[::1]',
    'localhost',
    `${'1'.repeat(200)}.1.1.1`,
  ])('is not %j', (text) => {
    expect(parseAddress(text)).toBeNull()
  })

  test.each([
    ['192.0.2.1:443', '192.0.2.1'],
    [' 192.0.2.1 ', '192.0.2.1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['[::1]x', null],
    ['192.0.2.1:port', null],
    ['192.0.2.1%eth0', null],
    ['unknown', null],
    ['_hidden', null],
  ])('as an endpoint, %s is %s', (text, expected) => {
    expect(canonical(text, 'endpoint')).toBe(expected)
  })

  test('and its canonical text are one and the same', () => {
    const word = fc.oneof(fc.constantFrom(0, 1, 0xffff, 0x10000), fc.nat(0xffffffff))
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.boolean(), (words, isVersion4) => {
        const address: Address = isVersion4 ? { version: 4, words: [0, 0, 0, words[3]] } : { version: 6, words }
        const mapped = !isVersion4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff
        if (!mapped) expect(parseAddress(formatAddress(address))).toEqual(address)
      }),
    )
  })

  test('made of any characters is parsed or refused, never an exception', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789abcfF:.[]%/ ,'), maxLength: 60 })
    fc.assert(
      fc.property(text, (each) => {
        const address = parseAddress(each, 'endpoint')
        if (address !== null) expect(parseAddress(formatAddress(address))).toEqual(address)
      }),
    )
  })
})

describe('a set of addresses', () => {
  test('holds single addresses and ranges of both versions', () => {
    const set = setOf('192.0.2.7', '10.0.0.0/8', '2001:db8::/32', '::1')
    for (const inside of ['192.0.2.7', '10.0.0.0', '10.255.255.255', '2001:db8:ffff::1', '::1']) {
      expect(set.has(inside), inside).toBe(true)
    }
    for (const outside of ['192.0.2.6', '192.0.2.8', '9.255.255.255', '11.0.0.0', '2001:db9::', '::2', 'junk', '']) {
      expect(set.has(outside), outside).toBe(false)
    }
    expect(set.size).toBe(4)
  })

  test('takes addresses as logs and headers write them', () => {
    const set = setOf('10.0.0.0/8', 'fe80::/10')
    for (const text of ['10.1.2.3:443', '::ffff:10.1.2.3', '[fe80::1%eth0]:80']) expect(set.has(text), text).toBe(true)
  })

  test('takes a range whose address lies inside it for the whole range', () => {
    expect(setOf('10.1.2.3/8').has('10.200.0.1')).toBe(true)
  })

  test('takes a range of IPv4 addresses in IPv6 form for the IPv4 range', () => {
    const set = setOf('::ffff:10.0.0.0/104')
    expect(set.has('10.9.9.9')).toBe(true)
    expect(set.has('11.0.0.0')).toBe(false)
  })

  test('of everything in one version holds nothing of the other', () => {
    expect(setOf('0.0.0.0/0').has('2001:db8::1')).toBe(false)
    expect(setOf('0.0.0.0/0').has('255.255.255.255')).toBe(true)
    expect(setOf('::/0').has('192.0.2.1')).toBe(false)
    expect(setOf('::/0').has('ffff::')).toBe(true)
  })

  test('leaves blank entries out', () => {
    expect(setOf('', ' ', ' 192.0.2.1 ').size).toBe(1)
    expect(AddressSet.empty.has('192.0.2.1')).toBe(false)
  })

  test('names every entry that is no address, with what to write instead', () => {
    const parsed = AddressSet.parse([
      '10.0.0.0/8',
      'vote.example',
      '10.0.0.0/33',
      '::/129',
      '1.2.3.4/',
      '::ffff:1.2.3.4/8',
    ])
    expect(parsed.ok).toBe(false)
    const problems = parsed.ok ? [] : parsed.error
    expect(problems.map(({ entry }) => entry)).toEqual([
      'vote.example',
      '10.0.0.0/33',
      '::/129',
      '1.2.3.4/',
      '::ffff:1.2.3.4/8',
    ])
    expect(problems[0]?.message).toContain('192.0.2.0/24')
    expect(problems[1]?.message).toContain('0 to 32')
  })

  test('answers as a walk over all its ranges would', () => {
    const octet = fc.nat(3)
    const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'))
    const entry = fc.tuple(address, fc.integer({ min: 4, max: 32 })).map(([text, bits]) => `${text}/${bits}`)
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), address, (entries, asked) => {
        const value = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
        const inside = entries.some((each) => {
          const [base, bits] = each.split('/') as [string, string]
          const size = 2 ** (32 - Number(bits))
          return Math.floor(value(base) / size) === Math.floor(value(asked) / size)
        })
        expect(setOf(...entries).has(asked)).toBe(inside)
      }),
    )
  })
})
