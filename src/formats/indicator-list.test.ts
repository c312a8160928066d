import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readIndicatorList } from './indicator-list.ts'

const list = (text: string) => readIndicatorList('list', text)

describe('a list of known addresses', () => {
  test('may be plain, one address a line, with comments and blank lines', () => {
    const { addresses, otherLines } = list('# from the CERT\n\n192.0.2.7\r\n2001:db8::7\n')
    expect([addresses.has('192.0.2.7'), addresses.has('2001:db8::7'), addresses.has('192.0.2.8')]).toEqual([
      true,
      true,
      false,
    ])
    expect([addresses.size, otherLines]).toEqual([2, 0])
  })

  test('may be a CSV with any columns, quoted or not, whose other rows are counted', () => {
    const { addresses, otherLines } = list(
      'INDICATOR_VALUE,TYPE,COMMENT\n"192.0.2.7",IPV4ADDR,"It, too"\nbad.example,FQDN,\n198.51.100.9;IPV4ADDR\nd41d8cd98f00b204e9800998ecf8427e,MD5,\n',
    )
    expect([addresses.has('192.0.2.7'), addresses.has('198.51.100.9'), addresses.size]).toEqual([true, true, 2])
    expect(otherLines).toBe(3)
  })

  test('may be defanged', () => {
    const { addresses } = list('192[.]0[.]2[.]7\n198(.)51(.)100(.)9\n2001[:]db8[:][:]7\n')
    for (const address of ['192.0.2.7', '198.51.100.9', '2001:db8::7']) expect(addresses.has(address)).toBe(true)
  })

  test('may hold ranges', () => {
    const { addresses } = list('192.0.2.0/25\n2001:db8::/32\n')
    expect(['192.0.2.9', '192.0.2.200', '2001:db8:5::1', '2001:db9::1'].map((each) => addresses.has(each))).toEqual([
      true,
      false,
      true,
      false,
    ])
  })

  test('takes nothing for an address that only looks like one', () => {
    const { addresses, otherLines } = list(
      '1.2.3\n1.2.3.4.5\n256.1.1.1\n192.0.2.7/33\n12:30\n::\nversion 2.0.0\n10/8\n',
    )
    expect([addresses.size, otherLines]).toEqual([0, 8])
  })

  test('never fails, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom('1.2.3.4', '/', '::', '[.]', ',', '\n', '33', 'x')).map((parts) => parts.join('')),
        ),
        (text) => {
          const { addresses, otherLines } = list(text)
          expect(addresses.size).toBeGreaterThanOrEqual(0)
          expect(otherLines).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })
})
