/** A person at a screen: pauses, referers, and the files that a page brings along. */
import type { Exchange, Visit } from '../exchange.ts'
import type { Random } from '../random.ts'
import type { Site } from '../site.ts'
import { secondMs } from '../stage.ts'

/** One person at one screen. */
export interface Sitting {
  readonly site: Site
  readonly random: Random
  readonly visits: Visit[]
  readonly client: string
  readonly agent: string
  timeMs: number
  /** The page on the screen, which becomes the next one's referer. */
  referer: string
}

/** Asks for something after a human pause; what is shown becomes the next request's referer. */
export function go(sitting: Sitting, exchange: Exchange): void {
  const { random, visits, client, agent, referer } = sitting
  sitting.timeMs += random.skewed(3 * secondMs, 95 * secondMs)
  visits.push({ ...exchange, timeMs: sitting.timeMs + exchange.durationMs, client, agent, referer })
  if (exchange.method === 'GET') sitting.referer = `https://${sitting.site.description.host}${exchange.target}`
}

/** The page's files, in a burst behind the first page; a returning visitor's cache answers for most of them. */
export function loadFiles(sitting: Sitting, returning: boolean): void {
  const { site, random, visits, client, agent, referer } = sitting
  for (const file of site.description.files) {
    if (returning && random.chance(0.8)) continue
    const exchange = site.file(file.path, returning)
    visits.push({ ...exchange, timeMs: sitting.timeMs + random.integer(30, 900), client, agent, referer })
  }
}
