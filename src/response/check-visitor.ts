/** Checks an address as `check-block.ts` does, and asks a name server whether it is a search engine's: a person who
 *  blocks Google by mistake takes the office off the map on election day. Where no name server answers, the block is
 *  allowed and the person is told that it could not be checked. */
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { parseRange } from '../formats/address.ts'
import type { NeverBlock } from './block.ts'
import { type BlockRefusal, type CheckedBlock, checkBlock, type OwnAddress } from './check-block.ts'
import type { NeverBlockList } from './never-block.ts'
import { type NameLookup, verifySearchEngine } from './search-engines.ts'

/** Whether the network may be blocked; ranges are not looked up. */
export async function checkVisitor(
  network: string,
  neverBlock: readonly NeverBlock[] | NeverBlockList,
  own: readonly OwnAddress[],
  lookup: NameLookup,
): Promise<Result<CheckedBlock, BlockRefusal>> {
  const checked = checkBlock(network, neverBlock, own)
  if (!checked.ok || checked.value.network.includes('/')) return checked
  const verdict = await verifySearchEngine(checked.value.network, lookup)
  switch (verdict.is) {
    case 'engine': {
      const message = `${verdict.message} Voters find the office through it. If it is a burden, limit it in robots.txt.`
      return err({ code: 'search-engine', message })
    }
    case 'unknown': {
      const warnings = [...checked.value.warnings, { code: 'unchecked', message: verdict.message } as const]
      return ok({ ...checked.value, warnings })
    }
    case 'none':
      return checked
  }
}

/** Of these addresses those that are search engines', with the engine's name: for `automaticBlocks`. Only as many are
 *  looked up as could be blocked in a day. */
export async function findSearchEngines(
  addresses: readonly string[],
  lookup: NameLookup,
): Promise<ReadonlyMap<string, string>> {
  const asked = addresses.filter((address) => typeof parseRange(address) !== 'string')
  const engines = new Map<string, string>()
  await Promise.all(
    asked.slice(0, limits.automaticBlocksPerDayMax).map(async (address) => {
      const verdict = await verifySearchEngine(address, lookup)
      if (verdict.is === 'engine') engines.set(address, verdict.engine)
    }),
  )
  return engines
}
