import { describe, expect, test } from 'vitest'
import { emptyMailOffice } from './mail-office.ts'
import { readIdentities } from './read-identities.ts'
import { IdentityRegistry } from './registry.ts'
import { shippedIdentities } from './shipped-identities.ts'
import { foldDeep } from './skeleton.ts'
import { callAdvice } from './words.ts'

const registry = new IdentityRegistry(shippedIdentities)

describe('the shipped identities', () => {
  test('have each a domain, a source and a day', () => {
    for (const { id, domains, source, asOf } of shippedIdentities) {
      expect(domains.length, id).toBeGreaterThan(0)
      expect(source, id).toMatch(/^https:\/\//)
      expect(asOf, id).toMatch(/^\d{4}-\d\d-\d\d$/)
    }
    expect(new Set(shippedIdentities.map(({ id }) => id)).size).toBe(shippedIdentities.length)
  })

  test('look like no other of them', () => {
    const alike = shippedIdentities
      .flatMap(({ domains }) => domains)
      .filter((domain) => registry.lookAlikes.find(domain, true) !== undefined)
    expect(alike).toEqual([])
  })
})

describe('an entry of the office', () => {
  const combined = (text: string): IdentityRegistry => {
    const read = readIdentities(text)
    if (!read.ok) throw new Error(read.error)
    expect(read.value.problems).toEqual([])
    return new IdentityRegistry([...shippedIdentities, ...read.value.identities])
  }

  test.each([
    ['its id', '[{"id":"vr-systems","phone":"555-0100"}]'],
    ['its name', '[{"name":"VR Systems","phone":"555-0100"}]'],
    ['another name of it', '[{"name":"V.R. Systems","telephone":"555-0100"}]'],
    ['a row', 'name,phone\nVR Systems,555-0100\n'],
  ])('adds a number to a known vendor by %s', (_, text) => {
    const made = combined(text)
    const vendor = made.identities[made.indexOf('vr-systems')]
    expect(vendor).toMatchObject({ phone: '555-0100', domains: ['vrsystems.com'], name: 'VR Systems' })
    expect(made.identities).toHaveLength(shippedIdentities.length)
  })

  test('with domains of its own stands for the known one', () => {
    const made = combined('[{"id":"vr-systems","name":"VR Systems","domains":["vrs.example"],"phone":"555-0100"}]')
    expect(made.identities[made.indexOf('vr-systems')]).toMatchObject({ domains: ['vrs.example'], aliases: [] })
  })
})

describe('advice on whom to call', () => {
  test('gives the number of the list, and where there is none says to take it from the contract', () => {
    const vendor = { id: 'a', name: 'VR Systems', kind: 'vendor' } as const
    expect(callAdvice({ ...vendor, phone: '555-0100' })).toContain('at 555-0100')
    expect(callAdvice({ ...vendor, phone: '' })).toContain('from your contract, not from the mail')
    expect(callAdvice({ ...vendor, kind: 'federal', phone: '' })).not.toContain('contract')
    expect(callAdvice({ ...vendor, kind: 'person', phone: '' })).toContain('in person')
  })
})

describe('a list of identities', () => {
  test.each([
    ['JSON', '{"vendors":[{"name":"Acme Voting","authorised_domains":["https://www.acmevoting.com/"]}]}'],
    ['JSON, a bare list', '[{"vendor":"Acme Voting","domain":"acmevoting.com"}]'],
    ['TOML', '[[identities]]\nname = "Acme Voting"\ndomains = ["acmevoting.com"]\n'],
    ['JSON, domains by name', '{"Acme Voting":["acmevoting.com"]}'],
    ['JSON lines', '{"name":"Acme Voting","domains":["acmevoting.com"]}\n{"name":"B","domains":["b.org"]}\n'],
    ['YAML', '# ours\nvendors:\n  - name: Acme Voting\n    domains: [acmevoting.com]\n'],
    ['rows', 'name,domains\nAcme Voting,acmevoting.com\n'],
    ['rows without a head', 'Acme Voting,acmevoting.com\n'],
    ['rows with semicolons and quotes', 'name;domains\n"Acme Voting";"acmevoting.com"\n'],
    ['rows with tabs', 'Name\tDomains\nAcme Voting\tacmevoting.com\n'],
  ])('is read from %s', (_, text) => {
    const read = readIdentities(text)
    expect(read).toMatchObject({
      ok: true,
      value: { problems: [] },
    })
    expect(read.ok && read.value.identities[0]).toMatchObject({ id: 'acme-voting', domains: ['acmevoting.com'] })
  })

  test('may have a comma in a name, and several domains in a cell', () => {
    const read = readIdentities('name,domains\n"Acme Voting, Inc.","acmevoting.com acme.org"\nB, b.org; c.org\n')
    expect(read.ok && read.value.identities.map(({ name, domains }) => [name, domains])).toEqual([
      ['Acme Voting, Inc.', ['acmevoting.com', 'acme.org']],
      ['B', ['b.org', 'c.org']],
    ])
  })

  test('that nests aliases of YAML without end is refused', () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]}, `.repeat(9)}]`),
    ]
    expect(readIdentities(bomb.join('\n'))).toMatchObject({ ok: false })
  })

  test('says what it cannot take, and keeps the rest', () => {
    const read = readIdentities(
      '[{"name":"Acme Voting","domains":["acme voting"],"colour":"red"},{"domains":["x.com"]},{"name":"B","domains":["b.org"]}]',
    )
    expect(read.ok && read.value.identities.map(({ name }) => name)).toEqual(['Acme Voting', 'B'])
    expect(read.ok && read.value.problems).toEqual([
      'Entry 1: the field “colour” is not known and was left out.',
      'Entry 1 (Acme Voting): “acme voting” is not a domain and was left out.',
      'Entry 1 (Acme Voting): no domain or address is given. If it is on the list already, this adds to it; if not, every mail in its name will look as if it were not its own.',
      'Entry 2 has no name and was left out.',
    ])
  })

  test('that is damaged is an error of one sentence', () => {
    expect(readIdentities('{"a":', 'vendors.json')).toMatchObject({ ok: false })
    expect(readIdentities('')).toMatchObject({ ok: false })
  })
})

describe('a name', () => {
  test('is found with its office, and a common word only beside its context', () => {
    const names = (text: string): string[] =>
      registry.namesIn(text, '').map(({ name }) => registry.identities[name.identity]?.id ?? '')
    expect(names('Hart of the matter')).toEqual([])
    expect(names('Hart election support')).toEqual(['hart-intercivic'])
    expect(names('ES&S update')).toEqual(['election-systems-and-software'])
  })

  test('of one of the office’s people is protected', () => {
    const own = new IdentityRegistry([], {
      ...emptyMailOffice,
      domains: ['county.example'],
      people: [{ name: 'Dana Morales', addresses: [] }],
    })
    expect(own.namesIn('Dana Morales', '')).toHaveLength(1)
  })

  test('reads the same as what passes for it', () => {
    expect(foldDeep('vr-systerns')).toBe(foldDeep('VR-Systems'))
    expect(foldDeep('VR Ѕystеms')).toBe(foldDeep('VR Systems'))
    expect(foldDeep('c1earba11ot')).toBe(foldDeep('clearballot'))
  })
})
