/** Runs a command as a whole process and says how long it took and how much memory it had, by GNU time where that is
 *  installed. Without it the peak of memory is not known. */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export interface Measured {
  readonly seconds: number
  /** User and system time of the process and its children. */
  readonly cpuSeconds?: number
  readonly peakMegabytes?: number
  readonly exitCode: number
  /** What a failed command wrote to its standard error: the line that names an error, or the first. */
  readonly complaint: string
}

const gnuTime = '/usr/bin/time'

/** Standard output goes to a file and is dropped afterwards: to /dev/null grep would stop at its first match. */
export function measure(command: Command): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-measure-'))
  const figures = join(folder, 'time')
  const isTimed = existsSync(gnuTime)
  const program = isTimed ? gnuTime : command.program
  const args = isTimed ? ['-f', '%U %S %M', '-o', figures, command.program, ...command.args] : command.args
  const sink = openSync(join(folder, 'output'), 'w')
  const startNs = process.hrtime.bigint()
  const done = spawnSync(program, args, {
    stdio: ['ignore', sink, 'pipe'],
    env: { ...process.env, ...command.environment },
    maxBuffer: 64 * 1024 * 1024,
  })
  const seconds = Number(process.hrtime.bigint() - startNs) / 1e9
  closeSync(sink)
  const said =
    done.stderr
      ?.toString()
      .split('\n')
      .filter((line) => line.trim() !== '') ?? []
  const complaint = said.find((line) => /^\w*(?:Error|error)\b/.test(line)) ?? said[0] ?? done.error?.message ?? ''
  const [user, system, kilobytes] = (isTimed ? (readFileSync(figures, 'utf8').trim().split('\n').at(-1) ?? '') : '')
    .split(' ')
    .map(Number)
  rmSync(folder, { recursive: true, force: true })
  return {
    seconds,
    exitCode: done.status ?? -1,
    complaint,
    ...(user === undefined || system === undefined || kilobytes === undefined
      ? {}
      : { cpuSeconds: user + system, peakMegabytes: Math.round(kilobytes / 1_000) }),
  }
}

/** True where the command can be started at all. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined

export const versionOf = (program: string): string =>
  spawnSync(program, ['--version'])
    .stdout?.toString()
    .split('\n')[0]
    ?.replace(/[. ]+$/, '') ?? ''

/** The middle value; of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
