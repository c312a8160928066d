/** A whole desk with a milter as a process of its own, for the load test: it listens at the socket file that is its one
 *  argument (or for `tcp` at a port), and tells what it did and what kept it when it is asked to end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDesk } from '../../src/desk/compose.ts'
import { freePort } from '../loopback.ts'

/** What it tells. */
export interface MilterTale {
  /** Mails that stand in the desk's list, and those of them that are flagged. */
  readonly judged: number
  readonly flagged: number
  readonly problems: readonly string[]
  /** The longest that the main thread could not answer, and the hundredth of longest. */
  readonly loopDelayMs: { readonly p99: number; readonly max: number }
  readonly gc: { readonly count: number; readonly maxMs: number; readonly totalMs: number }
  /** Of the whole desk, its threads included. */
  readonly rssBytesMax: number
}

async function serve(socket: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-load-'))
  const port = await freePort()
  const where = socket === 'tcp' ? `port = ${port}` : `socket = "${socket}"`
  const source = `[[source]]\nid = "mail"\nkind = "milter"\nmode = "tag"\n${where}\n`
  writeFileSync(join(folder, 'bellwether.toml'), `[mail]\nask_name_servers = false\n${source}`)
  const opened = await openDesk({ dataPath: folder, version: 'load', clock: Date.now })
  if (!opened.ok) throw new Error(opened.error.join(' '))
  const { desk } = opened.value
  const pauses: number[] = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) pauses.push(duration)
  }).observe({ entryTypes: ['gc'] })
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const tell = async (): Promise<MilterTale> => {
    const lists = async () => await desk.mails({ offset: 0, limit: 1 })
    // What was judged last is on its way into the list.
    for (let before = -1, now = await lists(); now.read !== before; now = await lists()) {
      before = now.read
      await sleep(2_000)
    }
    const { read, total } = await lists()
    const [mailSource] = await desk.sources()
    return {
      judged: read,
      flagged: total,
      problems: [...(await desk.health()).problems, ...(mailSource?.lost === 0 ? [] : [`${mailSource?.lost} lost`])],
      loopDelayMs: { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
      gc: {
        count: pauses.length,
        maxMs: Math.max(0, ...pauses),
        totalMs: pauses.reduce((sum, each) => sum + each, 0),
      },
      rssBytesMax: process.resourceUsage().maxRSS * 1_024,
    }
  }
  process.on('message', () => {
    void tell().then(async (tale) => {
      await desk.close()
      rmSync(folder, { recursive: true, force: true })
      process.send?.(tale, () => process.exit(0))
    })
  })
  process.send?.(socket === 'tcp' ? `inet:127.0.0.1:${port}` : `unix:${socket}`)
}

if (process.argv[1]?.endsWith('load-milter.ts') === true) await serve(process.argv[2] as string)
