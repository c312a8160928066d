/** The program as a person runs it, for tests from outside. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const program = join(import.meta.dirname, 'main.ts')

/** How the program ended, and what it said. */
export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Where and as whom it runs. */
export interface RunSettings {
  readonly cwd?: string
  readonly input?: string | Uint8Array
  /** As a user without special rights. */
  readonly uid?: number
}

/** Runs the program from outside, as a person would. */
export function bellwether(parameters: readonly string[], { cwd, input, uid }: RunSettings = {}): Run {
  const rights = uid === undefined ? {} : { uid, gid: uid }
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...parameters], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    timeout: 25_000,
    ...rights,
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? {} : { input }),
  })
  return { status, stdout, stderr }
}

/** A line of an evidence file. */
export interface EvidenceRow {
  readonly file: string
  readonly line: number
  readonly offset: number
  readonly sha256: string
  readonly raw: string
  readonly kinds: readonly string[]
  readonly findings: readonly string[]
}

/** Reads an evidence file. */
export function evidenceAt(path: string): EvidenceRow[] {
  const text = readFileSync(path, 'utf8').trimEnd()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as EvidenceRow)
}
