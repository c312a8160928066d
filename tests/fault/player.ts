/** Carries out a plan against a desk that may die at any moment: the log is written whether a desk runs or not, senders go
 *  on after what was kept. It holds the desk to its word: what was acknowledged is on disk after a kill. */
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type ChildOptions, DeskChild, journalBytes, type Scene } from './desk-child.ts'
import type { Plan, Rotation } from './plan.ts'

/** How a plan is carried out. */
export interface Playing {
  /** Pause between slices. */
  readonly pauseMs: number
  /** When the desk is killed: waits before each kill, counted from when it was ready. */
  readonly kills?: readonly number[]
  /** Every so many ends is an orderly one. */
  readonly stopEvery?: number
  readonly child?: ChildOptions
  readonly onKill?: (index: number) => void
}

/** What was seen on the way. */
export interface Played {
  readonly stopMs: readonly number[]
  readonly seconds: number
}

/** Plays a plan to its end, waits until all is read, and stops the desk. */
export async function play(scene: Scene, plan: Plan, playing: Playing): Promise<Played> {
  const player = new Player(scene, plan, playing)
  return await player.run()
}

/** How far the log is written ahead of what is sent, as while no desk runs. */
const slicesAheadMax = 2
/** A desk that begins tells its own counts after a second, and reads again what it must in less. */
const steadyMs = 3_000

class Player {
  readonly #scene: Scene
  readonly #plan: Plan
  readonly #playing: Playing
  readonly #syslog: Buffer
  readonly #push: Buffer
  /** Where each slice of what is sent ends. */
  readonly #syslogEnds: number[] = []
  readonly #pushEnds: number[] = []
  readonly #stopMs: number[] = []
  #desk: DeskChild | undefined
  #starts = 0
  #slice = 0
  #pushed = 0
  #syslogAt = 0
  #kept = { sent: 0, pushed: 0 }
  #copies = 0

  constructor(scene: Scene, plan: Plan, playing: Playing) {
    this.#scene = scene
    this.#plan = plan
    this.#playing = playing
    this.#syslog = Buffer.from(plan.slices.map(({ syslog }) => syslog).join(''), 'latin1')
    this.#push = Buffer.from(plan.slices.map(({ push }) => push).join(''), 'latin1')
    let [syslogEnd, pushEnd] = [0, 0]
    for (const { syslog, push } of plan.slices) {
      syslogEnd += syslog.length
      pushEnd += push.length
      this.#syslogEnds.push(syslogEnd)
      this.#pushEnds.push(pushEnd)
    }
  }

  async run(): Promise<Played> {
    const began = performance.now()
    writeFileSync(this.#scene.log, '')
    await this.#start()
    const lanes = [this.#writeLog(), this.#sendSyslog(), this.#sendPush()]
    const written = Promise.all(lanes).then(() => true)
    written.catch(() => undefined)
    await this.#endAgainAndAgain()
    await written
    await this.#allRead()
    await this.#end(true)
    return { stopMs: this.#stopMs, seconds: (performance.now() - began) / 1000 }
  }

  async #start(): Promise<void> {
    const desk = new DeskChild(this.#scene.data, this.#playing.child)
    await desk.ready()
    // What is rotated away before the desk first looked is not its business; from its first checkpoint on, everything is.
    while (this.#starts === 0 && !((await desk.figure('bellwether_checkpoint_bytes')) > 0)) await delay(50)
    this.#starts++
    this.#desk = desk
  }

  /** Ends the desk, and looks what it had kept. */
  async #end(isOrderly: boolean): Promise<void> {
    const desk = this.#desk as DeskChild
    this.#desk = undefined
    const acknowledged = this.#pushed
    if (isOrderly) {
      const { ms, ended } = await desk.stop()
      this.#stopMs.push(ms)
      if (ended.code !== 0) throw new Error(`the desk ended with ${ended.code} ${ended.signal}: ${desk.complaints}`)
    } else {
      desk.kill()
      await desk.ended
    }
    if (/Error|at file:/.test(desk.complaints)) throw new Error(`the desk complained: ${desk.complaints}`)
    const { data } = this.#scene
    this.#kept = { sent: journalBytes(data, 'sent'), pushed: journalBytes(data, 'pushed') }
    if (this.#kept.pushed < acknowledged) {
      throw new Error(`${acknowledged} bytes of push were acknowledged, ${this.#kept.pushed} kept`)
    }
  }

  async #endAgainAndAgain(): Promise<void> {
    const { kills = [], stopEvery = Number.POSITIVE_INFINITY, onKill } = this.#playing
    for (const [index, afterMs] of kills.entries()) {
      await delay(afterMs)
      await this.#end((index + 1) % stopEvery === 0)
      onKill?.(index)
      await this.#start()
    }
  }

  async #writeLog(): Promise<void> {
    const { log } = this.#scene
    for (const { log: text, rotation } of this.#plan.slices) {
      appendFileSync(log, text, 'latin1')
      if (rotation !== undefined) await this.#rotate(rotation)
      this.#slice++
      await delay(this.#playing.pauseMs)
      // A slice is minutes of the log's time: senders that lag by hours would be seen as late, and judged otherwise.
      while (this.#slice - this.#slowestSlice() > slicesAheadMax) await delay(10)
    }
  }

  #slowestSlice(): number {
    const sent = this.#syslogEnds.findLastIndex((end) => end <= this.#syslogAt) + 1
    const pushed = this.#pushEnds.findLastIndex((end) => end <= this.#pushed) + 1
    return Math.min(sent, pushed)
  }

  async #rotate(how: Rotation): Promise<void> {
    const { log } = this.#scene
    for (let number = this.#copies; number > 0; number--) renameSync(`${log}.${number}`, `${log}.${number + 1}`)
    this.#copies++
    if (how === 'copy-and-truncate') {
      copyFileSync(log, `${log}.1`)
      truncateSync(log, 0)
      return
    }
    renameSync(log, `${log}.1`)
    if (how === 'rename-and-create') writeFileSync(log, '')
    await delay(50)
  }

  /** The desk that runs now, or the next one that does. */
  async #running(): Promise<DeskChild> {
    while (this.#desk === undefined) await delay(20)
    return this.#desk
  }

  async #sendPush(): Promise<void> {
    for (let start = 0; this.#pushed < this.#push.length; ) {
      const desk = await this.#running()
      if (start !== this.#starts) this.#pushed = this.#kept.pushed
      start = this.#starts
      const end = this.#pushEnds.findLast((_, slice) => slice < Math.max(1, this.#slice)) as number
      if (end <= this.#pushed) {
        await delay(this.#playing.pauseMs)
        continue
      }
      const status = await this.#pushTo(desk, this.#push.subarray(this.#pushed, end))
      if (start !== this.#starts) continue
      if (status === 200) this.#pushed = end
      else if (status === 0 || status === 503) await delay(100)
      else throw new Error(`push was answered with ${status}`)
      await delay(this.#playing.pauseMs)
    }
  }

  async #pushTo(desk: DeskChild, body: Buffer): Promise<number> {
    try {
      const headers = { authorization: `Bearer ${this.#scene.pushToken}`, 'content-type': 'text/plain' }
      const url = `${desk.origin}/api/push/pushed`
      const answer = await fetch(url, { method: 'POST', headers, body: Uint8Array.from(body) })
      await answer.arrayBuffer()
      return answer.status
    } catch {
      return 0
    }
  }

  /** Sends until all is on the desk's disk. */
  async #sendSyslog(): Promise<void> {
    for (;;) {
      await this.#running()
      const start = this.#starts
      const from = this.#kept.sent
      const socket = await this.#connect()
      if (socket !== undefined) await this.#feed(socket, from, start)
      // The kept bytes are known once the desk has ended; while it lives, they are looked at.
      while (start === this.#starts && this.#desk !== undefined) {
        if (this.#slice >= this.#plan.slices.length && journalBytes(this.#scene.data, 'sent') === this.#syslog.length) {
          socket?.destroy()
          return
        }
        await delay(100)
      }
      socket?.destroy()
      while (start === this.#starts || this.#desk === undefined) await delay(20)
    }
  }

  async #feed(socket: Socket, from: number, start: number): Promise<void> {
    for (let at = from; at < this.#syslog.length && start === this.#starts && !socket.destroyed; ) {
      const end = this.#syslogEnds.findLast((_, slice) => slice < Math.max(1, this.#slice)) as number
      if (end > at) {
        const isTaken = socket.write(this.#syslog.subarray(at, end))
        at = end
        if (!isTaken) await new Promise<void>((resolve) => void socket.once('drain', resolve).once('close', resolve))
      }
      this.#syslogAt = at
      await delay(this.#playing.pauseMs)
    }
  }

  #connect(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const socket = connect(this.#scene.syslogPort, '127.0.0.1', () => resolve(socket))
      socket.on('error', () => resolve(undefined))
    })
  }

  /** Waits until the running desk has read all and stored it. */
  async #allRead(): Promise<void> {
    const { records, rejects } = this.#plan
    const wanted = Object.values(records).reduce((sum, count) => sum + count, 0)
    const until = performance.now() + 30_000
    // After a kill the store tells what the desk before had read, until this one has read it again: it must stay so.
    for (let since = Number.NaN; ; ) {
      const desk = this.#desk as DeskChild
      const read = await desk.figure('bellwether_records_total')
      const rejected = await desk.figure('bellwether_rejects_total')
      const isAll = read === wanted && rejected === rejects.followed + rejects.sent + rejects.pushed
      if (!isAll) since = Number.NaN
      else if (Number.isNaN(since)) since = performance.now()
      else if (performance.now() - since > steadyMs) return
      if (read > wanted) throw new Error(`${read} records were counted, ${wanted} were written`)
      if (performance.now() > until) throw new Error(`${read} of ${wanted} records read, ${rejected} rejects`)
      await delay(100)
    }
  }
}
