/** Ordinary people: they come from a search or a link, load the page's files, look up their own registration, mistype
 *  numbers, search for words that look like SQL, and leave. A campus sends many of them through one address. */
import { browser } from '../agents.ts'
import type { Visit } from '../exchange.ts'
import { lastNames, streets, towns } from '../people.ts'
import type { Random } from '../random.ts'
import type { Site } from '../site.ts'
import { lookupIdOf } from '../site.ts'
import type { Actor, Stage } from '../stage.ts'
import { hourMs, ordinaryTime, secondMs } from '../stage.ts'
import { go, loadFiles, type Sitting } from './sitting.ts'

/** What people write into a search box. */
export const searchWords = [
  'select board candidates',
  'where do i vote',
  'union hall polling place',
  'drop off my ballot',
  'drop box hours',
  'update my address',
  'delete me from the list',
  "can't find my polling place",
  'ballot "measure 3" text',
  '1 or 2 copies',
  'order by mail',
  'table of results 2024',
  'insert into return envelope',
  "what's on my ballot?",
  'C++ club room booking',
  '50% plus one rule',
  "O'Fallon Mills library",
  'having trouble signing in',
  'id and proof of address',
  'from when to when is early voting',
  'primary -- closed or open',
  '(absentee) deadline',
  'sleep in line overnight?',
  'null and void ballots',
  'join the poll workers',
] as const

/** A number as its owner types it the first time round. */
export function mistype(value: string, random: Random): string {
  const place = random.integer(1, value.length - 2)
  const swapped = value.slice(0, place) + value[place + 1] + value[place] + value.slice(place + 2)
  return random.weighted([
    [swapped, 4],
    [value.replaceAll('-', ''), 4],
    [value.slice(0, -1), 3],
    [value.toLowerCase(), 3],
    [` ${value} `, 2],
    [`${value}'`, 0.25],
    [value.replaceAll('-', "'"), 0.25],
  ])
}

function checkStatus(sitting: Sitting): void {
  const { site, random } = sitting
  const { paths } = site.description
  go(sitting, site.page(paths.status))
  const own = site.randomVoter(random)
  if (random.chance(0.14)) go(sitting, site.status(mistype(own.licence, random)))
  go(sitting, site.status(own.licence))
}

function checkCard(sitting: Sitting): void {
  const { site, random } = sitting
  go(sitting, site.page(site.description.lookupInPath ? site.description.paths.place : site.description.paths.lookup))
  const own = lookupIdOf(site, random.integer(0, site.description.roll.count - 1))
  if (random.chance(0.1)) go(sitting, site.lookup(own.slice(0, -1)))
  go(sitting, site.lookup(own))
}

function findPlace(sitting: Sitting): void {
  const { site, random } = sitting
  go(sitting, site.page(site.description.paths.place))
  go(sitting, site.place(`${random.integer(1, 980)} ${random.pick(streets)}`, random.pick(towns)))
}

function applyToVote(sitting: Sitting): void {
  const { site, random } = sitting
  go(sitting, site.page(site.description.paths.register))
  sitting.timeMs += random.integer(60, 400) * secondMs
  go(sitting, site.register(site.randomVoter(random)))
  go(sitting, site.page(`${site.description.paths.register}/received`))
}

const purposes: readonly (readonly [(sitting: Sitting) => void, number])[] = [
  [checkStatus, 26],
  [checkCard, 20],
  [findPlace, 22],
  [applyToVote, 9],
  [(sitting) => go(sitting, sitting.site.names(sitting.random.pick(lastNames))), 5],
  [(sitting) => go(sitting, sitting.site.search(sitting.random.pick(searchWords))), 9],
  [(sitting) => go(sitting, sitting.site.page(sitting.random.pick(sitting.site.description.reading))), 30],
]

const entrances: readonly (readonly [string, number])[] = [
  ['', 40],
  ['https://www.google.com/', 34],
  ['https://www.bing.com/', 8],
  ['https://duckduckgo.com/', 4],
  ['https://m.facebook.com/', 6],
  ['https://www.wrenfield-news.example/local/how-to-vote?utm_source=letter&id=7', 8],
]

/** One person's sitting: one to three purposes. */
export function visit(site: Site, random: Random, timeMs: number, client: string, agent: string): Visit[] {
  const returning = random.chance(0.35)
  const sitting: Sitting = { site, random, visits: [], client, agent, timeMs, referer: random.weighted(entrances) }
  go(sitting, site.page(random.chance(0.7) ? site.description.paths.home : random.pick(site.description.reading)))
  loadFiles(sitting, returning)
  const purposeCount = random.weighted([
    [1, 6],
    [2, 3],
    [3, 1],
  ])
  for (let i = 0; i < purposeCount; i++) random.weighted(purposes)(sitting)
  return sitting.visits
}

/** People at home and on the road, each with an address of their own. */
export const visitors = (perDay: number): Actor => ({
  name: 'visitors',
  label: 'benign',
  technique: 'ordinary',
  *plan({ site, random, addresses, days, ...rest }: Stage) {
    for (let day = 0; day < days; day++) {
      for (let i = 0; i < perDay; i++) {
        const own = random.fork(`${day}/${i}`)
        const timeMs = ordinaryTime({ site, random, addresses, days, ...rest }, own, day)
        yield* visit(site, own, timeMs, addresses.take(own), browser(own))
      }
    }
  },
})

/** A college behind one address: many people, many browsers, many voters' numbers. */
export const campus = (perDay: number): Actor => ({
  name: 'campus',
  label: 'benign',
  technique: 'shared-address',
  *plan(stage: Stage) {
    const client = stage.addresses.take(stage.random)
    for (let day = 0; day < stage.days; day++) {
      for (let i = 0; i < perDay; i++) {
        const own = stage.random.fork(`${day}/${i}`)
        const drive = own.chance(0.5)
        // A registration drive at noon brings half of the day's people within two hours.
        const timeMs = drive
          ? stage.startMs + day * 24 * hourMs + 12 * hourMs + own.integer(0, 2 * hourMs)
          : ordinaryTime(stage, own, day)
        yield* visit(stage.site, own, timeMs, client, browser(own))
      }
    }
  },
})
