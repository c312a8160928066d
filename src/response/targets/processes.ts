/** Looks at running processes by their number: whether one runs, and who its children are. It ends none. */
import { readFile } from 'node:fs/promises'
import { limits } from '../../core/limits.ts'

/** The number in a pid file, or undefined where there is none. */
export async function readPid(path: string): Promise<number | undefined> {
  try {
    const text = (await readFile(path, { encoding: 'latin1' })).trim()
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}

/** Whether the process runs; one that belongs to somebody else does, too. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Asks a process to do something. */
export function sendSignal(pid: number, signal: 'SIGHUP' | 'SIGUSR1'): 'sent' | 'gone' | 'not-permitted' {
  try {
    process.kill(pid, signal)
    return 'sent'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'not-permitted' : 'gone'
  }
}

/** The children of a process, or undefined where the system does not tell (proc(5), Linux only). */
export async function childrenOf(pid: number): Promise<ReadonlySet<number> | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, { encoding: 'latin1' })
    return new Set(text.split(' ').filter(Boolean).map(Number))
  } catch {
    return undefined
  }
}

/** Waits until the process has children that it did not have before, as web servers get with each reload, and the ones
 *  from before are gone or only finishing. `unknown`: it runs, but the system does not tell of children. */
export async function awaitNewChildren(
  pid: number,
  before: ReadonlySet<number> | undefined,
): Promise<'new' | 'none' | 'gone' | 'unknown'> {
  let newSinceMs: number | undefined
  for (let waitedMs = 0; waitedMs < limits.reloadSettleMsMax; waitedMs += pauseMs) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    if (!isRunning(pid)) return 'gone'
    const now = await childrenOf(pid)
    if (before === undefined || now === undefined) {
      if (waitedMs >= limits.reloadLingerMsMax) return 'unknown'
      continue
    }
    const children = [...now]
    if (newSinceMs === undefined && children.some((child) => !before.has(child))) newSinceMs = waitedMs
    if (newSinceMs === undefined) continue
    if (!children.some((child) => before.has(child)) || waitedMs - newSinceMs >= limits.reloadLingerMsMax) return 'new'
  }
  return isRunning(pid) ? 'none' : 'gone'
}

const pauseMs = 25
