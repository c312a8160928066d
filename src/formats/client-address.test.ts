import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressSet } from './address.ts'
import { clientAddress } from './client-address.ts'

const parsed = AddressSet.parse(['10.0.0.0/8', '2001:db8:ffff::/48'])
const proxies = parsed.ok ? parsed.value : AddressSet.empty

describe('the client behind proxies', () => {
  test.each([
    ['is the peer where no proxy is trusted', '203.0.113.9', '192.0.2.1', '203.0.113.9'],
    ['is the address that the trusted proxy heard from', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['is found behind a chain of trusted proxies', '10.0.0.1', '192.0.2.1, 10.0.0.3, 10.0.0.2', '192.0.2.1'],
    ['is not what the visitor wrote in front', '10.0.0.1', '127.0.0.1, 198.51.100.7, 192.0.2.1', '192.0.2.1'],
    ['is not a proxy that the visitor claims to be', '10.0.0.1', '10.9.9.9, 192.0.2.1', '192.0.2.1'],
    ['is the proxy where it passed nothing on', '10.0.0.1', '', '10.0.0.1'],
    ['is the proxy where the header holds a dash', '10.0.0.1', '-', '10.0.0.1'],
    ['is the furthest address where all are trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['may stand behind spaces, tabs and empty elements', '10.0.0.1', ' 192.0.2.1 ,,\t10.0.0.2 , ', '192.0.2.1'],
    ['may carry a port', '10.0.0.1:4433', '192.0.2.1:51234', '192.0.2.1'],
    ['may have IPv6 addresses, which get their canonical text', '2001:DB8:FFFF:0::1', '2001:0db8::0001', '2001:db8::1'],
    ['may be an IPv4 address in IPv6 form', '::ffff:10.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
    [
      'is the last good address where junk stands left of it',
      '10.0.0.1',
      "192.0.2.1, ' or 1=1--, 10.0.0.2",
      '10.0.0.2',
    ],
    ['is the proxy where junk stands last', '10.0.0.1', '192.0.2.1, unknown', '10.0.0.1'],
    ['stays as it is where the peer is a socket and no address', 'unix:', '192.0.2.1', 'unix:'],
  ])('%s', (_fact, peer, forwardedFor, expected) => {
    expect(clientAddress(peer, forwardedFor, proxies)).toBe(expected)
  })

  test.each([
    ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60'],
    ['for=192.0.2.43, For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['by=10.0.0.1; FOR = "192.0.2.1:80" ;host=a.example', '192.0.2.1'],
    ['for=192.0.2.1, for=10.0.0.2', '192.0.2.1'],
    ['for=unknown', '10.0.0.1'],
    ['for=_gazonk', '10.0.0.1'],
    ['proto=https', '10.0.0.1'],
  ])('is read from Forwarded (RFC 7239): %s', (forwarded, expected) => {
    expect(clientAddress('10.0.0.1', forwarded, proxies)).toBe(expected)
  })

  test.each(['for=1.1.1.1', '"', 'for="', 'for="1.1.1.1', '1.1.1.1;', '\\', ' '.repeat(5000), `${'"'.repeat(999)}=`])(
    'is not hidden by a visitor who sends %j in the header',
    (sent) => {
      expect(clientAddress('10.0.0.1', `${sent}, 192.0.2.1`, proxies)).toBe('192.0.2.1')
      expect(clientAddress('10.0.0.1', `${sent}, for=192.0.2.1`, proxies)).toBe('192.0.2.1')
    },
  )

  test('is what our proxy appended, whatever the visitor sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (sent) => {
        expect(clientAddress('10.0.0.1', `${sent},192.0.2.1`, proxies)).toBe('192.0.2.1')
      }),
    )
  })

  test('is found in a header of a megabyte without delay', () => {
    for (const unit of [',', ' ', '10.0.0.1,', 'for=', 'for="', ';']) {
      // More than linear time would end in the test's own limit.
      expect(() => clientAddress('10.0.0.1', unit.repeat(1_000_000 / unit.length), proxies), unit).not.toThrow()
    }
  })
})
