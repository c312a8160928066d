/** Ordinary use that looks like an attack to a simple rule: many people behind one mobile gateway, a registration drive
 *  that checks voter after voter from one tablet, a browser that reloads, a link checker that collects 404s, a campaign
 *  office that looks people up, a clerk who forgot the password. */
import { browser } from '../agents.ts'
import type { Visit } from '../exchange.ts'
import { licenceOf } from '../people.ts'
import { lookupIdOf } from '../site.ts'
import type { Actor, Stage } from '../stage.ts'
import { at, dayMs, ordinaryTime, secondMs } from '../stage.ts'
import { go, type Sitting } from './sitting.ts'
import { mistype, visit } from './visitors.ts'

const ordinary = { label: 'benign' } as const

/** Telephones behind a few gateways of a mobile carrier; one telephone may change gateways between two pages. */
export const mobileCarrier = (perDay: number, gatewayCount = 4): Actor => ({
  ...ordinary,
  name: 'mobile-carrier',
  technique: 'shared-address',
  *plan(stage: Stage): Iterable<Visit> {
    const gateways = stage.addresses.takeMany(stage.random, gatewayCount)
    for (let day = 0; day < stage.days; day++) {
      for (let i = 0; i < perDay; i++) {
        const own = stage.random.fork(`${day}/${i}`)
        const home = own.pick(gateways)
        for (const one of visit(stage.site, own, ordinaryTime(stage, own, day), home, browser(own))) {
          yield own.chance(0.1) ? { ...one, client: own.pick(gateways) } : one
        }
      }
    }
  },
})

/** Volunteers at a table with one tablet: they check the registration of everybody who comes by, on every day of the
 *  scenario, for four hours. */
export const registrationDrive = (votersPerDay: number): Actor => ({
  ...ordinary,
  name: 'registration-drive',
  technique: 'many-lookups',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const { paths, roll } = site.description
    const client = stage.addresses.take(random)
    const agent = browser(random)
    for (let day = 0; day < stage.days; day++) {
      const sitting: Sitting = {
        site,
        random,
        visits: [],
        client,
        agent,
        timeMs: at(stage, day, '11:00:00'),
        referer: '',
      }
      for (let i = 0; i < votersPerDay; i++) {
        sitting.timeMs += random.skewed(10 * secondMs, Math.floor((16 * 3_600 * secondMs) / votersPerDay))
        const index = random.integer(0, roll.count - 1)
        if (random.chance(0.6)) {
          go(sitting, site.page(paths.status))
          if (random.chance(0.1)) go(sitting, site.status(mistype(licenceOf(roll, index), random)))
          go(sitting, site.status(licenceOf(roll, index)))
        } else {
          go(sitting, site.lookup(lookupIdOf(site, index)))
        }
      }
      yield* sitting.visits
    }
  },
})

/** A campaign office or a newspaper that looks up a list of names, one after the other, in an afternoon. */
export const nameSearchers = (names: readonly string[]): Actor => ({
  ...ordinary,
  name: 'name-searchers',
  technique: 'many-lookups',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const sitting: Sitting = {
      site,
      random,
      visits: [],
      client: stage.addresses.take(random),
      agent: browser(random),
      timeMs: at(stage, 0, '14:00:00'),
      referer: '',
    }
    for (const name of names) go(sitting, site.names(name))
    yield* sitting.visits
  },
})

/** A tab that reloads the results page every few seconds, all evening. */
export const reloadingBrowser = (times: number): Actor => ({
  ...ordinary,
  name: 'reloading-browser',
  technique: 'reload',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const path = site.description.reading[0] as string
    const client = stage.addresses.take(random)
    const agent = browser(random)
    for (let i = 0; i < times; i++) {
      const timeMs = at(stage, 0, '19:00:00') + i * 5 * secondMs + random.integer(0, 300)
      yield { ...site.page(path), timeMs, client, agent, referer: `https://${site.description.host}${path}` }
    }
  },
})

/** A university's or a county's own link checker: pages, and old addresses that are gone. */
export const linkChecker = (links: number): Actor => ({
  ...ordinary,
  name: 'link-checker',
  technique: 'crawler',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const client = stage.addresses.take(random)
    for (let day = 0; day < stage.days; day++) {
      let timeMs = stage.startMs + day * dayMs + random.integer(0, dayMs / 2)
      for (let i = 0; i < links; i++) {
        const year = random.integer(2012, 2023)
        const gone = `/news/${year}/${random.pick(['notice', 'agenda', 'minutes', 'results', 'press-release'])}-${random.integer(1, 40)}`
        const exchange = random.chance(0.4) ? site.missing(gone) : site.page(random.pick(site.description.reading))
        timeMs += random.integer(300, 2_000)
        yield {
          ...exchange,
          method: 'HEAD',
          bodyBytes: 0,
          timeMs,
          client,
          agent: 'LinkChecker/10.2 (library.valley-college.example)',
          referer: '',
        }
      }
    }
  },
})

/** A clerk back from leave who tries old passwords, gives up, and comes in an hour later. */
export const forgetfulClerk = (tries: number): Actor => ({
  ...ordinary,
  name: 'forgetful-clerk',
  technique: 'staff',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const { paths, host } = site.description
    const client = stage.addresses.take(random)
    const agent = browser(random)
    const referer = `https://${host}${paths.signIn}`
    let timeMs = at(stage, 0, '08:31:00')
    yield { ...site.page(paths.signIn), timeMs, client, agent, referer: '' }
    for (let i = 0; i < tries; i++) {
      timeMs += random.integer(6, 45) * secondMs
      yield { ...site.signIn('h.quist', false), timeMs, client, agent, referer }
    }
    timeMs += 3_600 * secondMs
    yield { ...site.signIn('h.quist', true), timeMs, client, agent, referer }
    yield { ...site.page(paths.staff), timeMs: timeMs + 200, client, agent, referer }
  },
})
