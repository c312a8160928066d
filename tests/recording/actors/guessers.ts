/** Sign-in abuse: many passwords for one name from one address, or one password for many names from many addresses.
 *  The passwords themselves travel in the body and stand in no log. */
import { browser } from '../agents.ts'
import type { Visit } from '../exchange.ts'
import type { Actor, Stage } from '../stage.ts'
import { at, minuteMs } from '../stage.ts'

export interface SprayPlan {
  readonly addressCount: number
  readonly triesPerAddress: number
  readonly day: number
  readonly clock: string
  readonly lastsMs: number
}

const userNames = [
  'admin',
  'clerk',
  'deputy',
  'elections',
  'front.desk',
  'j.abernathy',
  'm.garza',
  'office',
  'registrar',
  's.okafor',
  'scanner1',
  'temp',
  't.vance',
  'webmaster',
] as const

export const passwordSpray = (plan: SprayPlan): Actor => ({
  name: `spray-${plan.addressCount}-addresses`,
  label: 'attack',
  technique: 'password-spraying',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const clients = stage.addresses.takeMany(random, plan.addressCount)
    const agent = browser(random)
    const start = at(stage, plan.day, plan.clock)
    const tries = plan.addressCount * plan.triesPerAddress
    for (let i = 0; i < tries; i++) {
      const timeMs = Math.round(start + (i * plan.lastsMs) / tries + random.integer(0, minuteMs / 2))
      yield {
        ...site.signIn(userNames[i % userNames.length] as string, false),
        timeMs,
        client: clients[i % clients.length] as string,
        agent,
        referer: '',
      }
    }
  },
})

export interface GuessPlan {
  readonly user: string
  readonly tries: number
  readonly day: number
  readonly clock: string
  readonly pauseMs: readonly [number, number]
  readonly agent?: string
}

export const passwordGuessing = (plan: GuessPlan): Actor => ({
  name: 'guesser',
  label: 'attack',
  technique: 'password-guessing',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const client = stage.addresses.take(random)
    let timeMs = at(stage, plan.day, plan.clock)
    for (let i = 0; i < plan.tries; i++) {
      timeMs += random.integer(plan.pauseMs[0], plan.pauseMs[1])
      yield {
        ...site.signIn(plan.user, false),
        timeMs,
        client,
        agent: plan.agent ?? 'Mozilla/5.0 (Hydra)',
        referer: '',
      }
    }
  },
})
