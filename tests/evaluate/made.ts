/** Recordings that are made for the evaluation: their logs lie in a temporary folder until they are closed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Recording } from './measure.ts'
import type { LineTruth } from './truth.ts'

/** What a made recording holds: lines without terminators. */
export interface MadeLogs {
  readonly access: readonly string[]
  readonly json?: readonly string[]
  readonly database: readonly string[]
  readonly truth: LineTruth
}

/** Writes the logs (latin-1, as the corpus is read) and gives the recording with the way to remove them. */
export function writeRecording(
  name: string,
  kind: Recording['kind'],
  logs: MadeLogs,
): { recording: Recording; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-evaluate-'))
  const write = (file: string, lines: readonly string[]): string => {
    const path = join(folder, file)
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''), 'latin1')
    return path
  }
  const recording = {
    name,
    kind,
    access: write('access.log', logs.access),
    ...(logs.json === undefined ? {} : { json: write('access.json.log', logs.json) }),
    database: write('database.log', logs.database),
    truth: logs.truth,
  }
  return { recording, close: () => rmSync(folder, { recursive: true }) }
}
