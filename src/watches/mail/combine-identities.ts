/** Puts lists of protected identities together, the shipped one first: a later entry stands for an earlier one of the same
 *  id, and an entry that knows no domain and no address adds to the one it names, so that an office can give a vendor's
 *  telephone number in one line. */
import type { ProtectedIdentity } from './identity.ts'
import { fold } from './skeleton.ts'

const union = <Item>(a: readonly Item[], b: readonly Item[]): Item[] => [...new Set([...a, ...b])]

/** All of them, each id once, in the order in which they came first. */
export function combineIdentities(lists: Iterable<ProtectedIdentity>): ProtectedIdentity[] {
  const byId = new Map<string, ProtectedIdentity>()
  const idOfName = new Map<string, string>()
  for (const identity of lists) {
    const isAddition = identity.domains.length === 0 && identity.addresses.length === 0
    const named = isAddition ? idOfName.get(fold(identity.name)) : undefined
    const earlier = byId.get(identity.id) ?? (named === undefined ? undefined : byId.get(named))
    const combined =
      earlier === undefined ? identity : isAddition ? added(earlier, identity) : replaced(earlier, identity)
    byId.set(combined.id, combined)
    for (const name of [combined.name, ...combined.aliases])
      if (!idOfName.has(fold(name))) idOfName.set(fold(name), combined.id)
  }
  return [...byId.values()]
}

/** What a later entry does not say of whom to call, the earlier one does. */
const replaced = (earlier: ProtectedIdentity, later: ProtectedIdentity): ProtectedIdentity => ({
  ...later,
  phone: later.phone || earlier.phone,
  reportAddress: later.reportAddress || earlier.reportAddress,
})

const added = (earlier: ProtectedIdentity, more: ProtectedIdentity): ProtectedIdentity => ({
  ...earlier,
  aliases: union(earlier.aliases, more.aliases),
  products: union(earlier.products, more.products),
  mailingServices: union(earlier.mailingServices, more.mailingServices),
  neverUses: union(earlier.neverUses, more.neverUses),
  commonWords: union(earlier.commonWords, more.commonWords),
  context: union(earlier.context, more.context),
  phone: more.phone || earlier.phone,
  reportAddress: more.reportAddress || earlier.reportAddress,
})
