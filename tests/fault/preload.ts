/** Loaded before the desk by tests alone (`--import`): makes it fail where the plan in the environment says so. It replaces
 *  methods and bounds from outside, so that the product has no switch for it. */
import { readFileSync } from 'node:fs'
import { limits } from '../../src/core/limits.ts'
import { field, type RequestBatch } from '../../src/formats/request-batch.ts'

/** What is to go wrong. */
export interface FaultPlan {
  /** Bounds other than the product's. */
  readonly limits?: Readonly<Record<string, number>>
  /** A record whose bytes hold this makes the watch throw, or hang. */
  readonly poison?: { readonly text: string; readonly does: 'throw' | 'hang' }
  /** A file with a number of milliseconds by which the clock is off. */
  readonly clockFile?: string
}

const plan = JSON.parse(process.env.BELLWETHER_FAULT ?? '{}') as FaultPlan
Object.assign(limits, plan.limits)

if (plan.clockFile !== undefined) {
  const { clockFile } = plan
  const real = Date.now
  let readAtMs = 0
  let shiftMs = 0
  Date.now = () => {
    const nowMs = real()
    if (nowMs - readAtMs > 50) {
      readAtMs = nowMs
      shiftMs = Number(readFileSync(clockFile, 'utf8')) || 0
    }
    return nowMs + shiftMs
  }
}

if (plan.poison !== undefined) {
  const { text, does } = plan.poison
  const { RegistrationWatch } = await import('../../src/watches/registration/watch.ts')
  const original = RegistrationWatch.prototype.requests
  RegistrationWatch.prototype.requests = function (batch: RequestBatch, from = 0, to = batch.count): void {
    let shown = from
    for (let record = from; record < to; record++) {
      if (!batch.text(record, field.target).includes(text)) continue
      original.call(this, batch, shown, record)
      shown = record
      fail(does)
    }
    original.call(this, batch, shown, to)
  }
}

function fail(does: 'throw' | 'hang'): void {
  if (does === 'throw') throw new Error('a poisoned record')
  for (;;) Math.random()
}
