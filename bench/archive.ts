/** Measures the archive on records made from a seed, through the real reader, spool and sealing: what a record costs in
 *  the spool, how fast spools are sealed, and how long a hunt takes in a running desk and as a whole process. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { SourceId } from '../src/core/ids.ts'
import type { Result } from '../src/core/result.ts'
import { combined } from '../src/formats/combined.ts'
import { RequestBatch } from '../src/formats/request-batch.ts'
import { Archive } from '../src/store/archive/archive.ts'
import type { HuntQuery } from '../src/store/archive/hunt.ts'
import { ArchiveSpool } from '../src/store/archive/spool.ts'
import { browser } from '../tests/recording/agents.ts'
import { Random } from '../tests/recording/random.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    days: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean' },
    folder: { type: 'string' },
    'row-groups': { type: 'string' },
  },
})
const records = Number(values.records)
const days = Number(values.days)
const data = values.folder ?? join(tmpdir(), 'bellwether-bench', `archive-${records}-${values.seed}`)
const folder = join(data, 'archive')
const dayMs = 86_400_000
const firstDayMs = Date.UTC(2026, 5, 1)
const sources = ['county-web', 'lookup-site'] as SourceId[]
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Addresses: many that come once or twice, some that come all the time; one in twenty is IPv6. */
const addressOf = (number: number): string => {
  const mixed = (Math.imul(number, 0x9e3779b1) ^ 0x5bd1e995) >>> 0
  if (number % 20 === 7)
    return `2001:db8:${(mixed >>> 16).toString(16)}:${(mixed & 0xffff).toString(16)}::${number % 9}`
  return `${1 + ((mixed >>> 24) % 222)}.${(mixed >>> 16) & 255}.${(mixed >>> 8) & 255}.${mixed & 255}`
}
const addressCount = 400_000

/** A chunk of a combined access log within one day. */
function makeChunk(random: Random, agents: readonly string[], dayStartMs: number, from: number, of: number): Buffer {
  const lines: string[] = []
  const count = Math.min(16_000, of - from)
  const paths = ['/', '/voter/status', '/voter/lookup', '/register', '/assets/site.css', '/polling-place', '/results']
  for (let i = 0; i < count; i++) {
    const at = new Date(dayStartMs + Math.floor(((from + i) / of) * dayMs))
    const time = `${String(at.getUTCDate()).padStart(2, '0')}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`
    const isBusy = random.integer(0, 9) < 6
    const client = addressOf(isBusy ? random.integer(0, 4_000) : random.integer(0, addressCount - 1))
    const path = paths[random.integer(0, paths.length - 1)] as string
    const query = path.startsWith('/voter')
      ? `?licence=W${random.integer(1_000_000, 9_999_999)}&county=${random.integer(1, 99)}`
      : ''
    const agent = agents[random.integer(0, agents.length - 1)] as string
    lines.push(
      `${client} - - [${time}] "GET ${path}${query} HTTP/1.1" ${random.integer(0, 30) === 0 ? 404 : 200} ${random.integer(200, 60_000)} "https://www.example.gov${path}" "${agent}"\n`,
    )
  }
  return Buffer.from(lines.join(''), 'latin1')
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2)
const must = <T>(result: Result<T, { readonly message: string }>): T => {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

async function fill(archive: Archive): Promise<void> {
  rmSync(data, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const random = new Random(values.seed)
  const agents = Array.from({ length: 300 }, () => browser(random))
  const spool = new ArchiveSpool(folder, { nowMs: () => firstDayMs + days * dayMs })
  must(spool.rewind([]))
  const batch = new RequestBatch()
  let [spoolMs, markMs, sealMs, spoolBytes, sealedBytes, kept] = [0, 0, 0, 0, 0, 0]
  let offset = 0
  for (let day = 0; day < days; day++) {
    const ofDay = Math.floor(records / days)
    for (let from = 0; from < ofDay; ) {
      const bytes = makeChunk(random, agents, firstDayMs + day * dayMs, from, ofDay)
      const chunk = {
        source: '/var/log/nginx/access.log',
        bytes,
        start: 0,
        end: bytes.length,
        offset,
        line: kept + 1,
        last: true,
      }
      combined.open({}).read(chunk, batch, [])
      const startMs = performance.now()
      must(spool.appendRequests(sources[day % 2 === 0 ? 0 : 1] as SourceId, batch))
      spoolMs += performance.now() - startMs
      kept += batch.count
      from += batch.count
      offset += bytes.length
    }
    const markedMs = performance.now()
    const marks = must(spool.marks(day === days - 1))
    markMs += performance.now() - markedMs
    const closed = marks.filter((mark) => mark.isClosed)
    spoolBytes += closed.reduce((sum, mark) => sum + mark.bytes, 0)
    const sealStartMs = performance.now()
    const done = await archive.seal(marks)
    sealMs += performance.now() - sealStartMs
    for (const problem of done.problems) throw new Error(problem.message)
    for (const name of done.sealed) spool.sealed(name)
    sealedBytes += done.bytes
    if (day % 10 === 9) for (const pid of archive.processIds) console.log(`sealing process: ${memoryOf(pid)}`)
  }
  spool.close()
  console.log(
    `records: ${kept}, spools ${(spoolBytes / 1e6).toFixed(0)} MB, sealed ${(sealedBytes / 1e6).toFixed(0)} MB`,
  )
  console.log(`spool: ${((spoolMs * 1000) / kept).toFixed(2)} µs a record; marks ${seconds(markMs)} s in ${days} calls`)
  console.log(`seal: ${seconds(sealMs)} s, ${Math.round(kept / (sealMs / 1000)).toLocaleString('en-US')} records/s`)
}

/** Resident memory now and at its highest, where the system says. */
function memoryOf(pid: number): string {
  const path = `/proc/${pid}/status`
  if (!existsSync(path)) return 'not known on this system'
  const read = (name: string): string =>
    new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(path, 'utf8'))?.[1] ?? '0'
  return `${Math.round(Number(read('VmRSS')) / 1024)} MB now, ${Math.round(Number(read('VmHWM')) / 1024)} MB at most`
}

async function hunts(archive: Archive): Promise<void> {
  const thousand = Array.from({ length: 1000 }, (_, i) => addressOf(i * 397))
  const listPath = join(data, 'indicators.txt')
  writeFileSync(listPath, `${thousand.join('\n')}\n`)
  const until = firstDayMs + 3 * dayMs
  const questions: [string, HuntQuery][] = [
    ['1,000 addresses (first, with the start of the process)', { addresses: thousand, limit: 100 }],
    ['1,000 addresses', { addresses: thousand, limit: 100 }],
    [
      '1,000 addresses and 200 ranges',
      {
        addresses: [
          ...thousand,
          ...thousand.slice(0, 200).map((one) => (one.includes(':') ? `${one}/64` : `${one}/24`)),
        ],
        limit: 100,
      },
    ],
    ['one address', { addresses: [addressOf(397)], limit: 100 }],
    ['a range /16', { addresses: ['101.7.0.0/16'], limit: 100 }],
    ['path contains', { path: 'W7654321', limit: 100 }],
    ['path is', { path: '/register', pathMatch: 'is', limit: 100 }],
    ['agent contains', { agent: 'Firefox/1', limit: 100 }],
    ['three days, status 404', { status: 404, fromMs: firstDayMs, untilMs: until, limit: 100 }],
    ['page 500 of everything', { offset: 50_000, limit: 100 }],
  ]
  for (const [name, query] of questions) {
    const startMs = performance.now()
    const answer = must(await archive.hunt(query))
    console.log(
      `${seconds(performance.now() - startMs)} s  ${name}: ${answer.total} records of ${answer.addresses} addresses`,
    )
  }
  const startMs = performance.now()
  const top = must(await archive.sql('SELECT path, count(*) AS n FROM records GROUP BY path ORDER BY n DESC'))
  console.log(`${seconds(performance.now() - startMs)} s  SQL, grouped by path: ${top.rows.length} rows`)
  for (const pid of archive.processIds) console.log(`sealing or searching process: ${memoryOf(pid)}`)
  for (let round = 0; round < 3; round++) {
    const wholeMs = performance.now()
    const program = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts')
    const asked = ['hunt', '--data', data, '--indicators', listPath, '--rows', '100', '--json']
    const run = spawnSync(process.execPath, [program, ...asked], { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
    if (run.status !== 0) throw new Error(run.stderr)
    const { total, addresses } = JSON.parse(run.stdout) as { total: number; addresses: number }
    const ms = performance.now() - wholeMs
    console.log(
      `${seconds(ms)} s  whole process, 1,000 addresses from a list: ${total} records of ${addresses} addresses`,
    )
  }
}

const archive = new Archive(folder)
try {
  if (!existsSync(folder) || !values.keep) await fill(archive)
  const compactMs = performance.now()
  const { made, replaced } = must(await archive.compact(firstDayMs + (days + 1) * dayMs))
  console.log(`compact: ${seconds(performance.now() - compactMs)} s, ${replaced} files became ${made}`)
  const stats = must(await archive.stats())
  console.log(
    `kept: ${stats.records} records of ${stats.days} days in ${stats.files} files, ${(stats.bytes / 1e6).toFixed(0)} MB`,
  )
  await hunts(archive)
} finally {
  await archive.close()
  if (!values.keep) rmSync(data, { recursive: true, force: true })
}
