/** `npm run load:milter [-- --rate 50 --seconds 60]`: sends generated mail through a real postfix to the milter with all its
 *  checks, and says what was lost and how much later mail is taken than without. */

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { examine } from '../../src/formats/documents/examine.ts'
import { mailGate } from '../../src/sources/mail/mail-gate.ts'
import { Milter } from '../../src/sources/mail/milter.ts'
import { MailChecker } from '../../src/watches/mail/check.ts'
import { shippedIdentities } from '../../src/watches/mail/shipped-identities.ts'
import { makeMailSet } from '../mail-generator/mail-set.ts'
import type { LoadOrder } from './load-client.ts'
import { PostfixServer, whyNoPostfix } from './postfix-server.ts'

/** What a run of mail through postfix came to. */
export interface LoadFigures {
  readonly sent: number
  readonly delivered: number
  readonly judged: number
  readonly flagged: number
  readonly problems: readonly string[]
  /** Milliseconds from the mail's content to the server's answer, sorted. */
  readonly latencies: readonly number[]
}

/** The share of latencies at or below the answer. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** Sends `rate` mails a second for so long; with `isAway` postfix asks no milter. */
export async function runLoad(rate: number, seconds: number, isAway = false): Promise<LoadFigures> {
  const checker = new MailChecker({ identities: shippedIdentities, examine })
  const problems: string[] = []
  let judged = 0
  let flagged = 0
  const milter = new Milter({
    judge: mailGate({
      mode: 'tag',
      check: (message, context) => checker.check(message, context),
      report: (_message, { verdict }) => {
        judged++
        if (verdict !== 'clean') flagged++
      },
      reportUnreadable: ({ message }) => problems.push(message),
    }),
    tell: (problem) => problems.push(problem),
    ownHeaders: new Set(['x-bellwether-verdict', 'x-bellwether-reason']),
  })
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-milter-'))
  chmodSync(folder, 0o755)
  const socket = join(folder, 'milter')
  await milter.listenAt(socket)
  const server = await PostfixServer.start(isAway ? '' : `unix:${socket}`)
  try {
    const mails = makeMailSet(1, { campaigns: 1, recipients: 1, negatives: 80, ham: 150 }).mails.map(({ bytes }) =>
      Buffer.from(bytes).toString('latin1'),
    )
    const latencies = await sendAll(server.port, mails, rate, rate * seconds)
    const delivered = await server.waitFor(latencies.length, 60_000)
    return {
      sent: latencies.length,
      delivered: delivered.length,
      judged,
      flagged,
      problems,
      latencies: latencies.sort((a, b) => a - b),
    }
  } finally {
    server.stop()
    await milter.close()
    rmSync(folder, { recursive: true })
  }
}

function sendAll(port: number, mails: readonly string[], rate: number, count: number): Promise<number[]> {
  const order: LoadOrder = { port, rate, count, mails }
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'load-client.ts'), { workerData: order })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

const show = (name: string, { sent, delivered, judged, flagged, latencies, problems }: LoadFigures): void =>
  console.log(
    `${name}: sent ${sent}, delivered ${delivered}, judged ${judged}, flagged ${flagged}; p50 ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms${problems.length === 0 ? '' : `; problems: ${[...new Set(problems)].join(' ')}`}`,
  )

if (import.meta.main) {
  const { values } = parseArgs({
    options: { rate: { type: 'string', default: '50' }, seconds: { type: 'string', default: '60' } },
  })
  const skip = whyNoPostfix()
  if (skip !== '') console.log(`Skipped: ${skip}.`)
  else {
    const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
    const without = await runLoad(rate, Math.min(20, seconds), true)
    show('without the milter', without)
    const through = await runLoad(rate, seconds)
    show('with the milter', through)
    console.log(
      `added at p99: ${(quantile(through.latencies, 0.99) - quantile(without.latencies, 0.99)).toFixed(1)} ms`,
    )
    if (through.delivered < through.sent) process.exitCode = 1
  }
}
