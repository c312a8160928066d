/** The files of the recording that the repository holds, as text, and where they lie. */
import { record } from './record.ts'
import { bundled, bundledSeed } from './scenarios.ts'

export const recordingFolder = new URL('../../data/recording/', import.meta.url)

/** File names to their text; a name that ends in `.gz` is compressed on disk. */
export function recordingFiles(): Record<string, string> {
  const recording = record(bundled(), bundledSeed)
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
  return {
    'access.log.gz': text(recording.combined()),
    'postgresql.json.gz': text(recording.database()),
    'truth.json.gz': `${JSON.stringify(recording.truth)}\n`,
  }
}
