/** How many lines a second a desk takes in from a followed log, with everything on: detections, evidence, incidents, store,
 *  archive. The log is there when the desk starts; the time runs from the first record to the last. */
import { copyFileSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DeskChild, makeScene } from '../tests/fault/desk-child.ts'
import { load, taken } from './desk-process.ts'
import type { MadeLog } from './make-log.ts'

/** One run. */
export interface Ingest {
  readonly lines: number
  readonly seconds: number
  readonly linesPerSecond: number
  /** Of all threads, and of the archive's process. */
  readonly cpuSeconds: number
  readonly peakMegabytes: number
  readonly peakWithArchiveMegabytes: number
  readonly findings: number
  readonly load: number
}

/** Runs it once; `profileFolder` gets CPU profiles of the process's threads. */
export async function measureIngest({ path, facts }: MadeLog, profileFolder?: string): Promise<Ingest> {
  const scene = await makeScene()
  copyFileSync(path, scene.log)
  const flags = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]
  const desk = new DeskChild(scene.data, { flags })
  try {
    await desk.ready()
    let began = performance.now()
    let peak = 0
    let peakAll = 0
    for (let records = 0; records < facts.lines; ) {
      await delay(100)
      const now = taken(desk.pid)
      peak = Math.max(peak, now.megabytes)
      peakAll = Math.max(peakAll, now.megabytes + now.othersMegabytes)
      if (desk.hasEnded) throw new Error(desk.complaints)
      const before = records
      records = (await desk.figure('bellwether_records_total')) || before
      if (before === 0 && records === 0) began = performance.now()
    }
    const seconds = (performance.now() - began) / 1000
    const { cpuSeconds } = taken(desk.pid)
    const findings = await desk.figure('bellwether_findings_total')
    return {
      lines: facts.lines,
      seconds: Number(seconds.toFixed(2)),
      linesPerSecond: Math.round(facts.lines / seconds),
      cpuSeconds,
      peakMegabytes: Math.round(peak),
      peakWithArchiveMegabytes: Math.round(peakAll),
      findings,
      load: load(),
    }
  } finally {
    await desk.stop()
    scene.remove()
  }
}

/** Profiles that a run left, the largest first. */
export const profilesIn = (folder: string): string[] => globSync(join(folder, '*.cpuprofile'))
