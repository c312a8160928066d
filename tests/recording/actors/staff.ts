/** County staff: they sign in, sometimes at the second try, and look up hundreds of voters a day, often in runs of
 *  neighbouring numbers, because paper forms come in batches. */
import { browser } from '../agents.ts'
import type { Visit } from '../exchange.ts'
import { lookupIdOf } from '../site.ts'
import type { Actor, Stage } from '../stage.ts'
import { at, secondMs } from '../stage.ts'

/** One clerk with `perDay` look-ups on each working day. */
export const clerk = (user: string, perDay: number): Actor => ({
  name: `clerk-${user}`,
  label: 'benign',
  technique: 'staff',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const { host, paths, roll } = site.description
    const client = stage.addresses.take(random)
    const agent = browser(random)
    const from = (path: string): string => `https://${host}${path}`
    for (let day = 0; day < stage.days; day++) {
      const weekday = new Date(at(stage, day, '12:00:00')).getUTCDay()
      if (weekday === 0 || weekday === 6) continue
      let timeMs = at(stage, day, '08:20:00') + random.integer(0, 900 * secondMs)
      yield { ...site.page(paths.signIn), timeMs, client, agent, referer: '' }
      for (
        let tries = random.weighted([
          [1, 8],
          [2, 2],
          [3, 1],
        ]);
        tries > 0;
        tries--
      ) {
        timeMs += random.integer(4, 20) * secondMs
        yield { ...site.signIn(user, tries === 1), timeMs, client, agent, referer: from(paths.signIn) }
      }
      yield { ...site.page(paths.staff), timeMs: timeMs + 150, client, agent, referer: from(paths.signIn) }
      const end = at(stage, day, '17:00:00')
      const pauseMax = Math.floor((4 * (end - timeMs)) / perDay)
      let index = random.integer(0, roll.count - 1)
      let referer = from(paths.staff)
      for (let done = 0; done < perDay && timeMs < end; done++) {
        // Four in five forms lie next to the last one; then another batch begins.
        index = random.chance(0.8)
          ? Math.min(roll.count - 1, index + random.integer(1, 2))
          : random.integer(0, roll.count - 1)
        timeMs += random.skewed(6 * secondMs, pauseMax)
        const exchange = site.lookup(lookupIdOf(site, index))
        yield { ...exchange, timeMs, client, agent, referer }
        referer = from(exchange.target)
      }
    }
  },
})
