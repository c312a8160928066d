/** Look-ups at the machine's name servers, for the verification of search engines. Nothing else is asked of them, and an
 *  answer that takes too long counts as none. */
import { Resolver } from 'node:dns/promises'
import { limits } from '../core/limits.ts'
import type { NameLookup } from './search-engines.ts'

/** The system's name servers. */
export function systemNameLookup(): NameLookup {
  const resolver = new Resolver({ timeout: limits.nameLookupMsMax, tries: 1 })
  return {
    namesOf: (address) => existing(resolver.reverse(address)),
    addressesOf: (name, version) => existing(version === 4 ? resolver.resolve4(name) : resolver.resolve6(name)),
  }
}

/** A name that does not exist is an answer: an empty list. */
async function existing(answer: Promise<string[]>): Promise<string[]> {
  try {
    return await answer
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOTFOUND' || code === 'ENODATA') return []
    throw error
  }
}
