/** How much memory a desk takes: idle, and while and after it reads what 50 lines a second bring in a day, as fast as it
 *  takes them or so many lines a second. */
import { createReadStream, createWriteStream, statSync, writeFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { DeskChild, makeScene } from '../tests/fault/desk-child.ts'
import { load, taken } from './desk-process.ts'
import type { MadeLog } from './make-log.ts'

/** Memory at one moment of the reading. */
export interface MemoryAt {
  readonly second: number
  readonly records: number
  readonly megabytes: number
  readonly othersMegabytes: number
}

/** One run. */
export interface Memory {
  readonly idleSeconds: number
  readonly idleMegabytes: number
  readonly lines: number
  readonly readingSeconds: number
  readonly over: readonly MemoryAt[]
  readonly peakMegabytes: number
  /** When all was read and nothing more came for `idleSeconds`. */
  readonly afterMegabytes: number
  readonly load: number
}

/** Runs it once. The log grows while the desk runs, as a log does. */
export async function measureMemory({ path, facts }: MadeLog, idleSeconds = 60, rate = 0): Promise<Memory> {
  const scene = await makeScene()
  writeFileSync(scene.log, '')
  const desk = new DeskChild(scene.data)
  try {
    await desk.ready()
    await delay(idleSeconds * 1000)
    const idle = taken(desk.pid).megabytes
    const over: MemoryAt[] = []
    const began = performance.now()
    const bytesPerTick = Math.ceil((statSync(path).size / facts.lines) * rate * (tickMs / 1000))
    const log = createWriteStream(scene.log, { flags: 'a' })
    const written =
      rate === 0
        ? pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), log)
        : pipeline(createReadStream(path, { highWaterMark: bytesPerTick }), inTicks, log)
    let peak = 0
    for (let records = 0; records < facts.lines; ) {
      await delay(500)
      if (desk.hasEnded) throw new Error(desk.complaints)
      records = (await desk.figure('bellwether_records_total')) || records
      const now = taken(desk.pid)
      peak = Math.max(peak, now.megabytes)
      const second = Math.round((performance.now() - began) / 100) / 10
      over.push({ second, records, megabytes: now.megabytes, othersMegabytes: now.othersMegabytes })
    }
    await written
    const readingSeconds = Math.round((performance.now() - began) / 1000)
    await delay(idleSeconds * 1000)
    return {
      idleSeconds,
      idleMegabytes: Math.round(idle),
      lines: facts.lines,
      readingSeconds,
      over: thinned(over, 12),
      peakMegabytes: Math.round(peak),
      afterMegabytes: Math.round(taken(desk.pid).megabytes),
      load: load(),
    }
  } finally {
    await desk.stop()
    scene.remove()
  }
}

const tickMs = 100

/** One piece a tick, however long the others took. */
async function* inTicks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const began = performance.now()
  let tick = 0
  for await (const piece of pieces) {
    await delay(Math.max(0, began + ++tick * tickMs - performance.now()))
    yield piece
  }
}

/** About so many of a list, evenly, with the last one. */
function thinned<T>(list: readonly T[], count: number): T[] {
  const every = Math.max(1, Math.floor(list.length / count))
  return list.filter((_, index) => index % every === 0 || index === list.length - 1)
}
