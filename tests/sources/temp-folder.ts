/** A temporary folder for a test file, and what tests put into it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { expandPaths, type SourceFile } from '../../src/sources/paths.ts'

/** Makes a folder that is removed when the running test ends. */
export function makeFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) writeInto(folder, name, content)
  return folder
}

export function writeInto(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

/** The one source that a path stands for. */
export async function fileAt(path: string): Promise<SourceFile> {
  const { files, problems } = await expandPaths([path])
  const [file] = files
  if (file === undefined) throw new Error(`no source: ${JSON.stringify(problems)}`)
  return file
}

export function makePipe(path: string): void {
  execFileSync('mkfifo', [path])
}

/** Log lines that compress like real ones: about eight times. */
export function logText(lines: number, seed = 1): string {
  let state = seed
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % below
  }
  const out: string[] = []
  for (let line = 0; line < lines; line += 1) {
    const time = new Date(Date.UTC(2026, 0, 1) + line * 700).toISOString()
    out.push(
      `198.51.100.${next(256)} - - [${time}] "GET /status?dl=${next(1e9)} HTTP/1.1" 200 ${next(9000)} "-" "Firefox"\n`,
    )
  }
  return out.join('')
}

const nobody = 65_534

/** Runs a test as a user without special rights, also where all tests run as root. */
export async function asOrdinaryUser<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return run()
  process.seteuid?.(nobody)
  try {
    return await run()
  } finally {
    process.seteuid?.(0)
  }
}
