/** What a figure was measured on: enough to compare, nothing that names the machine or the day. */
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGigabytes: number
  readonly system: string
  readonly node: string
}

export const describeMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 1e9),
  system: `${type()} ${release().split('.').slice(0, 2).join('.')} ${process.arch}`,
  node: process.version,
})
