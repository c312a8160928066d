/** Lines of made-up logs with times of today, for desks in tests. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

/** A moment as the combined log format writes it, in UTC. */
export function clfTime(ms: number): string {
  const at = new Date(ms)
  const day = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}

/** What a line can be given; everything is written as it is. */
export interface LogLine {
  readonly atMs: number
  readonly address: string
  readonly user?: string
  readonly method?: string
  readonly path: string
  readonly status?: number
  readonly bytes?: number
  readonly referer?: string
  readonly agent?: string
}

/** One line of the combined log format, with its end. */
export function combinedLine(line: LogLine): string {
  const { atMs, address, user = '-', method = 'GET', path, status = 200, bytes = 1_200, referer = '-' } = line
  const agent = line.agent ?? 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0'
  return `${address} - ${user} [${clfTime(atMs)}] "${method} ${path} HTTP/1.1" ${status} ${bytes} "${referer}" "${agent}"\n`
}

/** An hour of ordinary visitors that ends at a moment. */
export function ordinaryLines(endMs: number, count = 240): string {
  const pages = ['/', '/hours', '/register', '/status', '/forms/absentee.pdf', '/styles.css']
  return Array.from({ length: count }, (_, index) =>
    combinedLine({
      atMs: endMs - 3_600_000 + Math.floor((index / count) * 3_600_000),
      address: `198.51.100.${1 + (index % 60)}`,
      path: pages[(index * 7) % pages.length] ?? '/',
      bytes: 900 + ((index * 37) % 4_000),
    }),
  ).join('')
}
