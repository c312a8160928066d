/** `npm run load:milter [-- --rate 50 --seconds 60 --kill --tcp]`: sends generated mail through a real postfix to the milter of a whole
 *  desk, each sixth mail past it, and says what was lost, how much later judged mail is taken, and what kept it. With
 *  `--kill` the milter's process is killed in the middle. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { makeMailSet } from '../mail-generator/mail-set.ts'
import type { LoadOrder, Taken } from './load-client.ts'
import type { MilterTale } from './load-milter.ts'
import { PostfixServer, postfixFolder, whyNoPostfix } from './postfix-server.ts'

/** What a run of mail through postfix came to. */
export interface LoadFigures {
  readonly sent: number
  readonly delivered: number
  /** Numbers of mails that were taken and did not arrive, or arrived twice. */
  readonly lost: readonly number[]
  readonly doubled: readonly number[]
  /** Milliseconds from a mail's content to the server's answer, sorted. */
  readonly judged: readonly number[]
  readonly plain: readonly number[]
  /** Undefined where the milter was killed. */
  readonly tale: MilterTale | undefined
}

/** The share of latencies at or below the answer. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** What is sent, and how. */
export interface Load {
  /** Mails a second through the milter. */
  readonly rate: number
  readonly seconds: number
  readonly killAfterMs?: number | undefined
  /** Over a port instead of a socket file. */
  readonly isTcp?: boolean
}

/** Sends mail for so long. */
export async function runLoad({ rate, seconds, killAfterMs, isTcp = false }: Load): Promise<LoadFigures> {
  const folder = postfixFolder()
  const milter = fork(join(import.meta.dirname, 'load-milter.ts'), [isTcp ? 'tcp' : join(folder, 'milter')])
  const [where] = (await once(milter, 'message')) as [string]
  const server = await PostfixServer.start(where)
  const killer = killAfterMs === undefined ? undefined : setTimeout(() => milter.kill('SIGKILL'), killAfterMs)
  try {
    const mails = makeMailSet(1, { campaigns: 1, recipients: 1, negatives: 80, ham: 150 }).mails.map(({ bytes }) =>
      Buffer.from(bytes).toString('latin1'),
    )
    const taken = await sendAll({ port: server.port, plainPort: server.plainPort, rate, seconds, mails })
    const tale = killAfterMs === undefined ? await askTale(milter) : undefined
    const numbers = (await server.waitFor(taken.length, 120_000)).map((text) =>
      Number(/^X-Load: (\d+)$/m.exec(text)?.[1] ?? Number.NaN),
    )
    const arrived = new Set(numbers)
    const latencies = (isPlain: boolean): number[] =>
      taken
        .filter((each) => each.isPlain === isPlain)
        .map(({ latencyMs }) => latencyMs)
        .sort((a, b) => a - b)
    return {
      sent: taken.length,
      delivered: numbers.length,
      lost: taken.map(({ number }) => number).filter((number) => !arrived.has(number)),
      doubled: numbers.filter((number, index) => numbers.indexOf(number) !== index),
      judged: latencies(false),
      plain: latencies(true),
      tale,
    }
  } finally {
    clearTimeout(killer)
    milter.kill('SIGKILL')
    server.stop()
    rmSync(folder, { recursive: true })
  }
}

async function askTale(milter: ChildProcess): Promise<MilterTale> {
  milter.send('end')
  const [tale] = (await once(milter, 'message')) as [MilterTale]
  return tale
}

function sendAll(order: LoadOrder): Promise<Taken[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'load-client.ts'), { workerData: order })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

const ms = (value: number): string => `${value.toFixed(1)} ms`

function show({ sent, delivered, lost, doubled, judged, plain, tale }: LoadFigures): void {
  const line = (name: string, sorted: readonly number[]): string =>
    `${name}: ${sorted.length}; p50 ${ms(quantile(sorted, 0.5))}, p99 ${ms(quantile(sorted, 0.99))}, longest ${ms(quantile(sorted, 1))}`
  console.log(`taken ${sent}, delivered ${delivered}, lost ${lost.length}, twice ${doubled.length}`)
  console.log(line('past the milter', plain))
  console.log(line('through the milter', judged))
  console.log(
    `added: p50 ${ms(quantile(judged, 0.5) - quantile(plain, 0.5))}, p99 ${ms(quantile(judged, 0.99) - quantile(plain, 0.99))}`,
  )
  if (tale === undefined) return
  const { loopDelayMs, gc, problems } = tale
  console.log(`in the desk's list: ${tale.judged}, flagged ${tale.flagged}`)
  console.log(
    `the desk's main thread could not answer for: p99 ${ms(loopDelayMs.p99)}, longest ${ms(loopDelayMs.max)}; of it collecting garbage ${gc.count} times, longest ${ms(gc.maxMs)}, ${ms(gc.totalMs)} in all; ${Math.round(tale.rssBytesMax / 1e6)} MB at most`,
  )
  if (problems.length > 0) console.log(`problems: ${[...new Set(problems)].join(' ')}`)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '60' },
      kill: { type: 'boolean', default: false },
      tcp: { type: 'boolean', default: false },
    },
  })
  const skip = whyNoPostfix()
  if (skip !== '') console.log(`Skipped: ${skip}.`)
  else {
    const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
    const figures = await runLoad({
      rate,
      seconds,
      killAfterMs: values.kill ? (seconds * 1_000) / 2 : undefined,
      isTcp: values.tcp,
    })
    show(figures)
    if (figures.lost.length > 0) process.exitCode = 1
  }
}
