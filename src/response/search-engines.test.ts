import { describe, expect, test } from 'vitest'
import { checkVisitor, findSearchEngines } from './check-visitor.ts'
import { type NameLookup, verifySearchEngine } from './search-engines.ts'

/** A name server that knows these names. */
const server = (names: Record<string, string[]>, addresses: Record<string, string[]>): NameLookup => ({
  namesOf: (address) => Promise.resolve(names[address] ?? []),
  addressesOf: (name) => Promise.resolve(addresses[name] ?? []),
})

const crawler = 'crawl-192-0-2-1.googlebot.com'

describe('a visitor that may be a search engine', () => {
  test('is one when its name lies in the engine’s domain and leads back to it', async () => {
    const verdict = await verifySearchEngine(
      '192.0.2.1',
      server({ '192.0.2.1': [crawler] }, { [crawler]: ['192.0.2.1'] }),
    )
    expect(verdict).toMatchObject({ is: 'engine', engine: 'Google', name: crawler })
    const name = 'msnbot-1.SEARCH.msn.com.'
    const six = server({ '2001:db8::1': [name] }, { [name]: ['2001:DB8:0::1'] })
    expect(await verifySearchEngine('2001:0db8::1', six)).toMatchObject({ is: 'engine', engine: 'Bing' })
  })

  test('is none when the name leads elsewhere: whoever has an address may give it any name', async () => {
    const liar = server({ '192.0.2.1': [crawler] }, { [crawler]: ['198.51.100.1'] })
    expect(await verifySearchEngine('192.0.2.1', liar)).toMatchObject({ is: 'none' })
    expect((await verifySearchEngine('192.0.2.1', liar)).message).toContain('claims to be Google, but is not')
  })

  test.each(['googlebot.com.example.org', 'evilgooglebot.com', 'googlebot.com', '7.bc.googleusercontent.com'])(
    'is none when its name is %s',
    async (name) => {
      const found = await verifySearchEngine('192.0.2.1', server({ '192.0.2.1': [name] }, { [name]: ['192.0.2.1'] }))
      expect(found.is).toBe('none')
    },
  )

  test('could not be checked when no name server answers', async () => {
    const silent: NameLookup = {
      namesOf: () => Promise.reject(new Error('no network')),
      addressesOf: () => Promise.reject(new Error('no network')),
    }
    const verdict = await verifySearchEngine('192.0.2.1', silent)
    expect(verdict.is).toBe('unknown')
    expect(verdict.message).toContain('could not be checked')
    const half = { ...server({ '192.0.2.1': [crawler] }, {}), addressesOf: silent.addressesOf }
    expect((await verifySearchEngine('192.0.2.1', half)).is).toBe('unknown')
  })

  test('is none when it has no name, or is no address', async () => {
    expect((await verifySearchEngine('192.0.2.1', server({}, {}))).is).toBe('none')
    expect((await verifySearchEngine('not an address', server({}, {}))).is).toBe('none')
  })
})

describe('a visitor to block', () => {
  const google = server({ '192.0.2.1': [crawler] }, { [crawler]: ['192.0.2.1'] })
  const silent: NameLookup = {
    namesOf: () => Promise.reject(new Error('no network')),
    addressesOf: () => Promise.reject(new Error('no network')),
  }

  test('is refused when it is a verified search engine, and taken when it is not', async () => {
    expect(await checkVisitor('192.0.2.1', [], [], google)).toMatchObject({
      ok: false,
      error: { code: 'search-engine' },
    })
    expect(await checkVisitor('192.0.2.2', [], [], google)).toMatchObject({ ok: true, value: { network: '192.0.2.2' } })
  })

  test('is taken with a warning when it could not be checked', async () => {
    const checked = await checkVisitor('192.0.2.1', [], [], silent)
    expect(checked).toMatchObject({ ok: true })
    expect(checked.ok && checked.value.warnings.at(-1)).toMatchObject({ code: 'unchecked' })
  })

  test('is found among others before the desk blocks by itself', async () => {
    const found = await findSearchEngines(['192.0.2.1', '192.0.2.2', 'a role'], google)
    expect([...found]).toEqual([['192.0.2.1', 'Google']])
    expect((await findSearchEngines(['192.0.2.1'], silent)).size).toBe(0)
  })
})
