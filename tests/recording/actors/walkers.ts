/** A walk through the look-up page without a quote character: one voter's number after the other, from one address or
 *  shared out among many, in order or at random. */
import { browser } from '../agents.ts'
import type { Visit } from '../exchange.ts'
import { licenceOf } from '../people.ts'
import { lookupIdOf } from '../site.ts'
import type { Actor, Stage } from '../stage.ts'
import { at } from '../stage.ts'

export interface WalkPlan {
  readonly addressCount: number
  readonly records: number
  readonly day: number
  readonly clock: string
  /** How long the whole walk takes. */
  readonly lastsMs: number
  readonly order: 'sequential' | 'random'
  /** Share of the numbers asked that nobody has. */
  readonly missShare?: number
  /** `status` walks the status page with licence numbers that the attacker has from elsewhere. Default: `lookup`. */
  readonly through?: 'lookup' | 'status'
  /** Each request comes with the look-up page as its referer and each address with a browser of its own. */
  readonly disguised?: boolean
}

export const lookupWalk = (plan: WalkPlan): Actor => ({
  name: `walk-${plan.addressCount}-addresses`,
  label: 'attack',
  technique: 'enumeration',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const { roll } = site.description
    const clients = stage.addresses.takeMany(random, plan.addressCount)
    // A herd of one script shares few user agents.
    const agentCount = plan.disguised === true ? clients.length : Math.min(3, clients.length)
    const agents = Array.from({ length: agentCount }, () => browser(random))
    const { host, paths } = site.description
    const page = plan.through === 'status' ? paths.status : paths.lookup
    const referer = plan.disguised === true ? `https://${host}${page}` : ''
    const start = at(stage, plan.day, plan.clock)
    const first = random.integer(0, Math.max(0, roll.count - plan.records * 2))
    const order = Array.from({ length: plan.records }, (_, i) => first + i)
    const indices = plan.order === 'sequential' ? order : random.shuffle(order)
    const slotMs = plan.lastsMs / plan.records
    for (const [i, index] of indices.entries()) {
      const asked = random.chance(plan.missShare ?? 0) ? roll.count + index : index
      const exchange =
        plan.through === 'status' ? site.status(licenceOf(roll, asked)) : site.lookup(lookupIdOf(site, asked))
      const turn = i % clients.length
      const timeMs = Math.round(start + i * slotMs + random.integer(0, Math.floor(slotMs * 2)))
      yield {
        ...exchange,
        timeMs,
        client: clients[turn] as string,
        agent: agents[turn % agents.length] as string,
        referer,
      }
    }
  },
})
