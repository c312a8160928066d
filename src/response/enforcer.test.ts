import { describe, expect, test } from 'vitest'
import { limits } from '../core/limits.ts'
import { err, ok } from '../core/result.ts'
import { blockOf, noonMs } from './block.fixture.ts'
import type { Block, NeverBlock } from './block.ts'
import { networksInForce } from './block-list.ts'
import { Enforcer, type TargetState } from './enforcer.ts'
import type { BlockTarget } from './targets/target.ts'

const hourMs = 3_600_000

/** A clock that a test moves, with its timers. */
class Clock {
  nowMs = noonMs
  timers: { atMs: number; callback: () => void }[] = []

  readonly now = (): number => this.nowMs
  readonly setTimer = (callback: () => void, ms: number): (() => void) => {
    const timer = { atMs: this.nowMs + ms, callback }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((each) => each !== timer)
    }
  }

  /** Lets time pass, timer by timer, and all work that they cause. */
  async pass(ms: number, enforcer: Enforcer): Promise<void> {
    const endMs = this.nowMs + ms
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.timers = this.timers.filter((each) => each !== next)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.callback()
      await enforcer.settled()
    }
    this.nowMs = endMs
  }
}

/** A target that remembers what it was given, and fails on demand. */
class Remembering implements BlockTarget {
  readonly title = 'a target'
  readonly applied: string[][] = []
  failing = false
  calls = 0
  atOnce = 0
  atOnceMax = 0
  readonly name: string

  constructor(name = 'one') {
    this.name = name
  }

  get held(): string[] {
    return this.applied.at(-1) ?? []
  }

  render(): string {
    return ''
  }

  async apply(blocks: readonly Block[], nowMs: number) {
    this.calls++
    this.atOnce++
    this.atOnceMax = Math.max(this.atOnceMax, this.atOnce)
    await new Promise((resolve) => setTimeout(resolve, 1))
    this.atOnce--
    if (this.failing) return err({ code: 'refused', message: 'It did not take the list.' } as const)
    const wanted = networksInForce(blocks, nowMs).map(({ text }) => text)
    const changed = this.applied.length === 0 || this.held.join() !== wanted.join()
    if (changed) this.applied.push(wanted)
    return ok({ networks: wanted.length, changed, message: `${wanted.length} kept out.` })
  }

  check() {
    return Promise.resolve(ok({ message: 'Ready.' }))
  }
}

function desk(targets: readonly BlockTarget[], blocks: Block[], neverBlock: NeverBlock[] = []) {
  const clock = new Clock()
  const changes: TargetState[] = []
  const parts = { fails: false }
  const enforcer = new Enforcer({
    targets,
    list: () => (parts.fails ? Promise.reject(new Error('the store is away')) : Promise.resolve(blocks)),
    neverBlock: () => Promise.resolve(neverBlock),
    now: clock.now,
    setTimer: clock.setTimer,
    onChange: (state) => changes.push(state),
  })
  return { clock, changes, enforcer, parts }
}

describe('the enforcer', () => {
  test('puts the list in force at its start, after a decision and at the end of a block', async () => {
    const target = new Remembering()
    const blocks = [blockOf('203.0.113.9', { expiresAtMs: noonMs + hourMs })]
    const { clock, enforcer } = desk([target], blocks)
    expect(enforcer.states()).toMatchObject([{ state: 'pending' }])
    enforcer.start()
    await enforcer.settled()
    expect(target.held).toEqual(['203.0.113.9'])
    expect(enforcer.states()).toMatchObject([{ state: 'in-force', sinceMs: noonMs, sentence: '1 kept out.' }])

    blocks.push(blockOf('198.51.100.7'))
    enforcer.changed()
    expect(enforcer.states()).toMatchObject([{ state: 'pending' }])
    await enforcer.settled()
    expect(target.held).toEqual(['198.51.100.7', '203.0.113.9'])

    await clock.pass(hourMs - 1, enforcer)
    expect(target.held).toContain('203.0.113.9')
    await clock.pass(1, enforcer)
    expect(target.held).toEqual(['198.51.100.7'])
    await enforcer.stop()
  })

  test('tries a failing target again, later each time, and says since when it fails', async () => {
    const target = new Remembering()
    target.failing = true
    const { clock, enforcer } = desk([target], [blockOf('203.0.113.9')])
    enforcer.start()
    await enforcer.settled()
    expect(enforcer.states()).toMatchObject([
      {
        state: 'failing',
        sinceMs: noonMs,
        sentence: 'It did not take the list. The desk tries again in 1 second.',
        nextTryMs: noonMs + 1_000,
      },
    ])
    await clock.pass(1_000, enforcer)
    expect(enforcer.states()).toMatchObject([{ sinceMs: noonMs, nextTryMs: noonMs + 3_000 }])
    await clock.pass(hourMs, enforcer)
    expect(target.calls).toBeLessThan(10 + hourMs / limits.targetRetryMsMax + hourMs / limits.targetRecheckMsMax)
    target.failing = false
    await clock.pass(limits.targetRetryMsMax, enforcer)
    expect(enforcer.states()).toMatchObject([{ state: 'in-force' }])
    expect(target.held).toEqual(['203.0.113.9'])
    await enforcer.stop()
  })

  test('does not let one failing target hold up another', async () => {
    const [bad, good] = [new Remembering('bad'), new Remembering('good')]
    bad.failing = true
    const { enforcer } = desk([bad, good], [blockOf('203.0.113.9')])
    enforcer.start()
    await enforcer.settled()
    expect(enforcer.states().map(({ name, state }) => `${name} ${state}`)).toEqual(['bad failing', 'good in-force'])
    await enforcer.stop()
  })

  test('calls a target once at a time, and once more for all that changed meanwhile', async () => {
    const target = new Remembering()
    const blocks: Block[] = []
    const { enforcer } = desk([target], blocks)
    enforcer.start()
    for (let i = 0; i < 50; i++) {
      blocks.push(blockOf(`198.51.100.${i}`))
      enforcer.changed()
    }
    await enforcer.settled()
    expect(target.atOnceMax).toBe(1)
    expect(target.calls).toBeLessThanOrEqual(2)
    expect(target.held).toHaveLength(50)
    await enforcer.stop()
  })

  test('puts no block in force that the never-block list forbids, whatever is stored', async () => {
    const target = new Remembering()
    const blocks = [blockOf('203.0.113.0/24'), blockOf('198.51.100.7')]
    const { enforcer } = desk([target], blocks, [{ network: '203.0.113.80', reason: 'the state’s monitor' }])
    enforcer.start()
    await enforcer.settled()
    expect(target.held).toEqual(['198.51.100.7'])
    expect(enforcer.leftOut()).toMatchObject([{ block: { network: '203.0.113.0/24' } }])
    expect(enforcer.leftOut()[0]?.why).toContain('the state’s monitor')
    await enforcer.stop()
  })

  test('says when the block list cannot be read, changes nothing, and goes on when it can', async () => {
    const target = new Remembering()
    const { clock, enforcer, parts } = desk([target], [blockOf('203.0.113.9')])
    enforcer.start()
    await enforcer.settled()
    parts.fails = true
    enforcer.changed()
    await enforcer.settled()
    expect(enforcer.states()[0]?.sentence).toContain('The block list could not be read: the store is away')
    expect(target.applied).toHaveLength(1)
    parts.fails = false
    await clock.pass(2_000, enforcer)
    expect(enforcer.states()).toMatchObject([{ state: 'in-force' }])
    await enforcer.stop()
  })

  test('survives a target that throws', async () => {
    const target = new Remembering()
    target.apply = () => Promise.reject(new Error('a bug'))
    const { enforcer } = desk([target], [])
    enforcer.start()
    await enforcer.settled()
    expect(enforcer.states()[0]?.sentence).toContain('A mistake in the desk itself')
    await enforcer.stop()
  })

  test('mends now and then what others changed, without telling of it as a change', async () => {
    const target = new Remembering()
    const { clock, changes, enforcer } = desk([target], [blockOf('203.0.113.9', { expiresAtMs: noonMs + 48 * hourMs })])
    enforcer.start()
    await enforcer.settled()
    const { calls } = target
    await clock.pass(limits.targetRecheckMsMax, enforcer)
    expect(target.calls).toBe(calls + 1)
    expect(changes.map(({ state }) => state)).toEqual(['in-force', 'in-force'])
    expect(enforcer.states()[0]?.sinceMs).toBe(noonMs)
    await enforcer.stop()
  })

  test('does nothing more when it is stopped, and leaves no timer', async () => {
    const target = new Remembering()
    target.failing = true
    const { clock, enforcer } = desk([target], [])
    enforcer.start()
    await enforcer.stop()
    const { calls } = target
    enforcer.changed()
    await clock.pass(hourMs, enforcer)
    expect(target.calls).toBe(calls)
    expect(clock.timers).toEqual([])
  })
})
