/** Programs that mean no harm: crawlers, the availability monitor, a broken client, the nightly backup; and the
 *  untargeted noise that every address on the internet gets. */
import { browser, crawlers, monitorAgent } from '../agents.ts'
import type { Chore, Visit } from '../exchange.ts'
import type { Actor, Stage } from '../stage.ts'
import { at, dayMs, minuteMs, ordinaryTime, secondMs } from '../stage.ts'

/** Crawlers read every page they find linked, and old ones that are gone. */
export const searchEngines = (perDay: number): Actor => ({
  name: 'search-engines',
  label: 'benign',
  technique: 'crawler',
  *plan(stage: Stage) {
    const { site, random, addresses, days } = stage
    const { paths, reading } = site.description
    const pages = [paths.home, paths.register, paths.status, paths.place, ...reading]
    const gone = ['/results/2018-primary', '/news/2019/closed-bridge', '/old/index.htm', '/sitemap-2022.xml']
    for (const agent of crawlers) {
      const clients = addresses.takeMany(random, 3)
      for (let day = 0; day < days; day++) {
        const start = stage.startMs + day * dayMs
        yield {
          ...site.file('/robots.txt', false),
          timeMs: start + random.integer(0, dayMs / 4),
          client: random.pick(clients),
          agent,
          referer: '',
        }
        for (let i = 0; i < perDay; i++) {
          const exchange = random.chance(0.08) ? site.missing(random.pick(gone)) : site.page(random.pick(pages))
          yield {
            ...exchange,
            timeMs: start + random.integer(0, dayMs - 1),
            client: random.pick(clients),
            agent,
            referer: '',
          }
        }
      }
    }
  },
})

/** Asks for the health page at a fixed pace, day and night. */
export const monitor = (everyMs: number): Actor => ({
  name: 'monitor',
  label: 'benign',
  technique: 'monitor',
  *plan(stage: Stage) {
    const client = stage.addresses.take(stage.random)
    for (let timeMs = stage.startMs + 7 * secondMs; timeMs < stage.startMs + stage.days * dayMs; timeMs += everyMs) {
      yield {
        ...stage.site.monitor(),
        timeMs: timeMs + stage.random.integer(0, 400),
        client,
        agent: monitorAgent,
        referer: '',
      }
    }
  },
})

/** An old application on somebody's telephone that asks for an icon that never was, again and again. */
export const brokenClient = (perDay: number): Actor => ({
  name: 'broken-client',
  label: 'benign',
  technique: 'broken-client',
  *plan(stage: Stage) {
    const client = stage.addresses.take(stage.random)
    for (let day = 0; day < stage.days; day++) {
      for (let i = 0; i < perDay; i++) {
        const timeMs = stage.startMs + day * dayMs + stage.random.integer(0, dayMs - 1)
        yield {
          ...stage.site.missing('/apple-touch-icon-120x120-precomposed.png'),
          timeMs,
          client,
          agent: 'VoteReminder/1.0.3 CFNetwork/1490.0.4 Darwin/23.2.0',
          referer: '',
        }
      }
    }
  },
})

const noisePaths = [
  '/wp-login.php',
  '/xmlrpc.php',
  '/.env',
  '/.git/config',
  '/phpmyadmin/',
  '/boaform/admin/formLogin',
  '/cgi-bin/luci',
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
  '/actuator/health',
  '/owa/',
] as const

/** Whoever asks the whole internet for one hole; nothing to do with this office. */
export const backgroundNoise = (perDay: number): Actor => ({
  name: 'background-noise',
  label: 'background-scan',
  technique: 'untargeted',
  *plan(stage: Stage) {
    for (let day = 0; day < stage.days; day++) {
      for (let i = 0; i < perDay; i++) {
        const own = stage.random.fork(`${day}/${i}`)
        const client = stage.addresses.take(own)
        const agent = own.pick(['', 'curl/7.58.0', 'Go-http-client/1.1', 'Mozilla/5.0', browser(own)])
        const first = ordinaryTime(stage, own, day)
        for (let n = 0; n < own.integer(1, 3); n++)
          yield {
            ...stage.site.missing(own.pick(noisePaths)),
            timeMs: first + n * own.integer(400, 2_000),
            client,
            agent,
            referer: '',
          }
      }
    }
  },
})

/** The nightly backup and the administrator's own session: other roles, no web request. */
export const databaseChores = (): Actor => ({
  name: 'database-chores',
  label: 'benign',
  technique: 'maintenance',
  *plan(): Iterable<Visit> {},
  *chores(stage: Stage): Iterable<Chore> {
    const { table, roll } = stage.site.description
    for (let day = 0; day < stage.days; day++) {
      const columns = [
        table.id,
        table.licence,
        table.first,
        table.last,
        table.birth,
        table.town,
        table.street,
        table.email,
        table.state,
      ].join(', ')
      const copy = {
        text: `COPY ${table.name} (${columns}) TO stdout;`,
        verb: 'COPY',
        rows: roll.count,
        durationMs: 412.5,
      } as const
      yield {
        timeMs: at(stage, day, '01:30:00') + stage.random.integer(0, minuteMs),
        role: 'backup',
        application: 'pg_dump',
        statements: [copy],
      }
      if (day % 2 === 1) continue
      const count = { text: `SELECT count(*) FROM ${table.name};`, verb: 'SELECT', rows: 1, durationMs: 9.1 } as const
      yield {
        timeMs: at(stage, day, '09:12:00') + stage.random.integer(0, 40 * minuteMs),
        role: 'postgres',
        application: 'psql',
        statements: [count],
      }
    }
  },
})
