/** The identities that ship with Bellwether: public facts of US election vendors and bodies, and names known to
 *  everybody, each with where the fact is published. They stand in data/identities. */
import brands from '../../../data/identities/brands.json' with { type: 'json' }
import bodies from '../../../data/identities/public-bodies.json' with { type: 'json' }
import states from '../../../data/identities/states.json' with { type: 'json' }
import vendors from '../../../data/identities/vendors.json' with { type: 'json' }
import type { ProtectedIdentity } from './identity.ts'
import { readIdentity } from './read-identities.ts'

/** Entries of one shipped file; a mistake in it is a mistake of ours, so it throws. */
function shipped(file: { readonly title: string; readonly identities: readonly unknown[] }): ProtectedIdentity[] {
  const problems: string[] = []
  const identities = file.identities.flatMap(
    (entry, i) => readIdentity(entry, `${file.title} ${i + 1}`, problems) ?? [],
  )
  if (problems.length > 0) throw new Error(problems[0])
  return identities
}

export const shippedIdentities: readonly ProtectedIdentity[] = [
  ...shipped(vendors),
  ...shipped(bodies),
  ...shipped(states),
  ...shipped(brands),
]
