/** What a running desk takes of the machine, as Linux counts it: memory of its process and of its archive's, and
 *  processor time. */
import { existsSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'

/** Memory and time of a desk at one moment. */
export interface Taken {
  /** Resident, of the desk's own process. */
  readonly megabytes: number
  /** Resident, of processes that it started (the archive's, which ends when idle). */
  readonly othersMegabytes: number
  readonly cpuSeconds: number
}

const ticksPerSecond = 100
const round = (value: number, digits = 1): number => Number(value.toFixed(digits))

/** Looks at a process and its children. */
export function taken(pid: number): Taken {
  const others = childrenOf(pid)
  return {
    megabytes: round(residentOf(pid)),
    othersMegabytes: round(others.reduce((sum, child) => sum + residentOf(child), 0)),
    cpuSeconds: round(
      [pid, ...others].reduce((sum, each) => sum + cpuOf(each), 0),
      2,
    ),
  }
}

/** Processes that wait for a processor, over the last minute: what else the machine had to do. */
export const load = (): number => round(loadavg()[0] ?? 0)

function residentOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))
  return (Number(found?.[1] ?? 0) * 1024) / 1e6
}

function cpuOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
}

const childrenOf = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)

const read = (path: string): string => {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  } catch {
    // It ended between the two looks.
    return ''
  }
}
