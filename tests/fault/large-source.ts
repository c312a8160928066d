/** A followed log of many gigabytes, written while it is read: memory must not grow with it. The text is made of seeded
 *  blocks, so that no more than one is held. */
import { appendFileSync, statfsSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { taken } from '../../bench/desk-process.ts'
import { DeskChild, makeScene } from './desk-child.ts'
import { injection, ordinaries } from './lines.ts'

/** What reading it took. */
export interface LargeSource {
  readonly gigabytes: number
  readonly lines: number
  readonly read: number
  readonly seconds: number
  readonly linesPerSecond: number
  /** Resident memory when a tenth was read, and at its largest after that. */
  readonly firstMegabytes: number
  readonly largestMegabytes: number
  readonly problems: readonly string[]
}

const blockLines = 20_000
/** Text and archive, and room for others. */
const diskShareMax = 0.5
const waitingBlocksMax = 20

/** Reads a source of so many gigabytes, or of what fits half of the free disk. */
export async function readLargeSource(wantedGigabytes: number): Promise<LargeSource> {
  const scene = await makeScene('[archive]\nenabled = false\n')
  const free = statfsSync(scene.folder)
  const gigabytes = Math.min(wantedGigabytes, (free.bavail * free.bsize * diskShareMax) / 1e9)
  writeFileSync(scene.log, '')
  const desk = new DeskChild(scene.data)
  try {
    await desk.ready()
    const began = performance.now()
    let [written, lines, read, first, largest] = [0, 0, 0, 0, 0]
    while (read < lines || written < gigabytes * 1e9) {
      if (desk.hasEnded) throw new Error(desk.complaints)
      if (written < gigabytes * 1e9 && lines - read < waitingBlocksMax * blockLines) {
        const block = injection('203.0.113.9', lines / blockLines) + ordinaries(lines / blockLines, blockLines - 1)
        appendFileSync(scene.log, block, 'latin1')
        written += block.length
        lines += blockLines
      } else await delay(100)
      const now = await desk.figure('bellwether_records_total')
      if (now > read) read = now
      const { megabytes } = taken(desk.pid)
      if (written < gigabytes * 1e8) first = Math.max(first, megabytes)
      else largest = Math.max(largest, megabytes)
    }
    const seconds = (performance.now() - began) / 1000
    const { ended } = await desk.stop()
    const problems = [
      ...(read === lines ? [] : [`large source: ${lines} lines were written, ${read} read`]),
      ...(largest <= first * 1.5 + 50 ? [] : [`large source: memory grew from ${first} MB to ${largest} MB`]),
      ...(ended.code === 0 ? [] : [`large source: the desk ended with ${ended.code}: ${desk.complaints}`]),
    ]
    const linesPerSecond = Math.round(lines / seconds)
    const times = { seconds: Math.round(seconds), linesPerSecond }
    const memory = { firstMegabytes: Math.round(first), largestMegabytes: Math.round(largest) }
    return { gigabytes: Math.round(written / 1e8) / 10, lines, read, ...times, ...memory, problems }
  } finally {
    desk.kill()
    scene.remove()
  }
}
