/** The milter with all its checks as a process of its own, for the load test: it listens at the socket file that is its one
 *  argument (or for `tcp` at a port), and tells what it did and what kept it when it is asked to end. */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { examine } from '../../src/formats/documents/examine.ts'
import { mailGate } from '../../src/sources/mail/mail-gate.ts'
import { Milter } from '../../src/sources/mail/milter.ts'
import { MailChecker } from '../../src/watches/mail/check.ts'
import { shippedIdentities } from '../../src/watches/mail/shipped-identities.ts'

/** What it tells. */
export interface MilterTale {
  readonly judged: number
  readonly flagged: number
  readonly problems: readonly string[]
  /** Milliseconds that each mail's judging took, sorted. */
  readonly judgeMs: readonly number[]
  /** The longest that the thread could not answer, and the hundredth of longest. */
  readonly loopDelayMs: { readonly p99: number; readonly max: number }
  readonly gc: { readonly count: number; readonly maxMs: number; readonly totalMs: number }
  readonly rssBytesMax: number
}

async function serve(socket: string): Promise<void> {
  const checker = new MailChecker({ identities: shippedIdentities, examine })
  const problems: string[] = []
  const judgeMs: number[] = []
  const pauses: number[] = []
  let flagged = 0
  const gate = mailGate({
    mode: 'tag',
    check: (message, context) => checker.check(message, context),
    report: (_message, { verdict }) => void (verdict === 'clean' || flagged++),
    reportUnreadable: ({ message }) => problems.push(message),
  })
  const milter = new Milter({
    judge: async (mail) => {
      const startedMs = performance.now()
      const decision = await gate(mail)
      judgeMs.push(performance.now() - startedMs)
      return decision
    },
    tell: (problem) => problems.push(problem),
    ownHeaders: new Set(['x-bellwether-verdict', 'x-bellwether-reason']),
  })
  const where = socket === 'tcp' ? `inet:127.0.0.1:${await milter.listen(0)}` : `unix:${socket}`
  if (socket !== 'tcp') await milter.listenAt(socket, { group: 'postfix' })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) pauses.push(duration)
  }).observe({ entryTypes: ['gc'] })
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  process.on('message', () => {
    const tale: MilterTale = {
      judged: judgeMs.length,
      flagged,
      problems,
      judgeMs: judgeMs.sort((a, b) => a - b),
      loopDelayMs: { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
      gc: {
        count: pauses.length,
        maxMs: Math.max(0, ...pauses),
        totalMs: pauses.reduce((sum, each) => sum + each, 0),
      },
      rssBytesMax: process.resourceUsage().maxRSS * 1_024,
    }
    process.send?.(tale, () => process.exit(0))
  })
  process.send?.(where)
}

if (process.argv[1]?.endsWith('load-milter.ts') === true) await serve(process.argv[2] as string)
