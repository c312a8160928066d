import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyOffice } from '../../core/office.ts'
import { readOffice } from './office-file.ts'

const refused = (text: string): string[] => {
  const result = readOffice(text, 'office.toml')
  return result.ok ? [`accepted: ${JSON.stringify(result.value)}`] : result.error.map(({ message }) => message)
}

const officeOf = (text: string): unknown => {
  const read = readOffice(text, 'office.toml')
  return read.ok ? read.value.office : read.error
}

describe('the office file', () => {
  test('gives the office its name and its lists', () => {
    const text = `# our office
[office]
name = "Maple County Clerk"
authorised_scanners = ["198.51.100.7", "203.0.113.0/24"]
known_users = [
  "192.0.2.0/25",   # the front desk
  "j.smith", "2001:db8::/32",
]
trusted_proxies = ["10.0.0.0/8"]
lookup_pages = ["/voter/lookup"]
`
    expect(officeOf(text)).toEqual({
      name: 'Maple County Clerk',
      authorisedScanners: ['198.51.100.7', '203.0.113.0/24'],
      knownUsers: ['192.0.2.0/25', 'j.smith', '2001:db8::/32'],
      trustedProxies: ['10.0.0.0/8'],
      lookupPages: ['/voter/lookup'],
    })
  })

  test('says what a check of mail must know, and may be the configuration of a desk', () => {
    const text = `[office]
name = "Maple County Clerk"
[listen]
port = 7400
[mail]
domains = ["maple.example"]
people = ["Maria Garza", { name = "Jo Lee", addresses = ["jo@home.example"] }]
trusted_servers = ["mx.maple.example"]
lists = ["state.json"]
`
    const read = readOffice(text, 'bellwether.toml')
    expect(read.ok && read.value).toMatchObject({
      mail: {
        name: 'Maple County Clerk',
        domains: ['maple.example'],
        people: [
          { name: 'Maria Garza', addresses: [] },
          { name: 'Jo Lee', addresses: ['jo@home.example'] },
        ],
        trustedServers: ['mx.maple.example'],
      },
      lists: ['state.json'],
    })
    expect(refused('[mail]\ndomains = "x"')[0]).toContain('line 2: domains must be a list of texts')
  })

  test('may be empty, begin with a byte order mark, or have Windows line ends', () => {
    expect(officeOf('')).toEqual(emptyOffice)
    expect(officeOf('\ufeff[office]\r\nname = "A"\r\n')).toEqual({ ...emptyOffice, name: 'A' })
  })

  test.each([
    [
      '[office]\nnaem = "x"',
      'office.toml, line 2: "naem" is not known; below [office] may stand name, authorised_scanners',
    ],
    ['[office]\n\nname = 7', 'office.toml, line 3: name must be text in quotes'],
    [
      '[office]\ntrusted_proxies = "10.0.0.0/8"',
      'office.toml, line 2: trusted_proxies must be a list of texts in quotes',
    ],
    ['[office]\nknown_users = [1, 2]', 'office.toml, line 2: known_users must be a list'],
    [
      '[office]\nauthorised_scanners = [\n  "198.51.100.7",\n  "198.51.100.999",\n]',
      'office.toml, line 4: authorised_scanners: "198.51.100.999". This is not an address. Write an address such as',
    ],
    ['[office]\ntrusted_proxies = ["10.0.0.0/64"]', 'office.toml, line 2: trusted_proxies: "10.0.0.0/64".'],
    [
      '[office]\nknown_users = ["192.0.2.300"]',
      'office.toml, line 2: known_users: "192.0.2.300". This is not an address.',
    ],
    ['[office]\nlookup_pages = ["https://x.gov/lookup"]', 'write only the part behind the host'],
    ['[office]\nlookup_pages = ["lookup?id="]', 'a page begins with "/" and ends before any "?"'],
    ['[office]\nknown_users = [""]', 'known_users has an empty entry'],
    ['name = "x"', 'office.toml, line 1: name stands outside its section; put a line [office] above it.'],
    [
      '\n[offices]\nname = "x"',
      'office.toml, line 2: there is no section [offices]; this file has the sections [office] and [mail].',
    ],
    ['office = 3', 'office.toml, line 1: office must be a section'],
    ['[office]\nname = Maple', 'office.toml, line 2: this is not TOML'],
  ])('%j is refused with line and mend', (text, message) => {
    expect(refused(text)[0]).toContain(message)
  })

  test('all problems are told at once', () => {
    expect(refused('[office]\nname = 1\ntrusted_proxies = ["x", "y"]\nfoo = 2')).toHaveLength(4)
  })

  test('a sign-in name with dots and digits is a name, not a bad address', () => {
    expect(readOffice('[office]\nknown_users = ["10.jones", "clerk7", "cafe", "MAPLE\\\\bob"]', 'o').ok).toBe(true)
  })

  test('a file that is no office file is refused, whatever it is', () => {
    expect(refused('x'.repeat(2_000_000))[0]).toMatch(/too large/)
    expect(refused('192.0.2.1 - - [23/Jun/2026:02:52:48 +0000] "GET / HTTP/1.1" 200 2')[0]).toMatch(
      /line 1: this is not TOML/,
    )
    expect(refused(`[office]\nx = ${'['.repeat(5_000)}`)[0]).toMatch(/^office\.toml/)
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => {
        readOffice(text, 'o')
        readOffice(`[office]\nname = "${text}"\nknown_users = ["${text}"]`, 'o')
      }),
      { numRuns: 500 },
    )
  })
})
