/** Verifies that an address is a search engine's crawler, as the engines tell site owners to: the address's name must lie
 *  in the engine's domain, and that name must lead back to the address. Names in user agents prove nothing. Look-ups come
 *  in from outside; without them nothing is claimed. */
import { limits } from '../core/limits.ts'
import { type Address, formatAddress, parseAddress } from '../formats/address.ts'

/** Domain names, as a name server gives them. Both reject where the server cannot be reached or fails; a name or
 *  address that does not exist is an empty list. */
export interface NameLookup {
  readonly namesOf: (address: string) => Promise<readonly string[]>
  readonly addressesOf: (name: string, version: 4 | 6) => Promise<readonly string[]>
}

/** What is known of an address: `engine` it is one's crawler; `none` it is no known engine's; `unknown` it could not be
 *  checked. `message` is a plain sentence. */
export type EngineVerdict =
  | { readonly is: 'engine'; readonly engine: string; readonly name: string; readonly message: string }
  | { readonly is: 'none'; readonly message: string }
  | { readonly is: 'unknown'; readonly message: string }

/** Domains in which engines' own pages say that their crawlers' names lie. Domains in which customers of the same
 *  company have machines (googleusercontent.com) are left out. DuckDuckGo publishes addresses instead of names: put them
 *  on the never-block list. */
const engines: readonly { readonly engine: string; readonly domains: readonly string[] }[] = [
  { engine: 'Google', domains: ['googlebot.com', 'google.com'] },
  { engine: 'Bing', domains: ['search.msn.com'] },
  { engine: 'Apple', domains: ['applebot.apple.com'] },
  { engine: 'Yahoo', domains: ['crawl.yahoo.net'] },
]

/** The engine in whose domain a name lies. */
function engineOf(name: string): string | undefined {
  const bare = name.toLowerCase().replace(/\.$/, '')
  return engines.find(({ domains }) => domains.some((domain) => bare.endsWith(`.${domain}`)))?.engine
}

/** Asks the name server twice: for the address's name, and for that name's addresses. */
export async function verifySearchEngine(address: string, lookup: NameLookup): Promise<EngineVerdict> {
  const parsed = parseAddress(address.trim())
  if (parsed === null) return { is: 'none', message: 'This is not an address.' }
  const text = formatAddress(parsed)
  const unknown: EngineVerdict = {
    is: 'unknown',
    message: `Whether ${text} is a search engine could not be checked: no name server answered.`,
  }
  const names = await listed(() => lookup.namesOf(text))
  if (names === undefined) return unknown
  const claims = names.flatMap((name) => {
    const engine = engineOf(name)
    return engine === undefined ? [] : [{ engine, name }]
  })
  for (const { engine, name } of claims) {
    const addresses = await listed(() => lookup.addressesOf(name, parsed.version))
    if (addresses === undefined) return unknown
    if (addresses.some((each) => isSame(each, parsed))) {
      return { is: 'engine', engine, name, message: `${text} is a crawler of ${engine}: its name leads back to it.` }
    }
  }
  const message =
    claims.length > 0
      ? `${text} claims to be ${claims[0]?.engine}, but is not: the name that it gives leads elsewhere.`
      : `${text} is no search engine that is known to the desk.`
  return { is: 'none', message }
}

/** The first entries, or undefined where the look-up failed. */
async function listed(ask: () => Promise<readonly string[]>): Promise<readonly string[] | undefined> {
  try {
    return (await ask()).slice(0, limits.namesOfAddressMax)
  } catch {
    return undefined
  }
}

function isSame(text: string, address: Address): boolean {
  const other = parseAddress(text)
  return other !== null && formatAddress(other) === formatAddress(address)
}
