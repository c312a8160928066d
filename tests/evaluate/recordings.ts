/** Finds the recordings of the corpus: every set's timelines and scenarios. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Recording } from './measure.ts'
import { readCorpusTruth } from './truth.ts'

/** A recording that is read, or made, when it is asked for; `close` removes what was made. */
export interface OpenRecording {
  readonly name: string
  open(): { readonly recording: Recording; close(): void }
}

/** A recording of the corpus, and where its files lie: `prefix` and `access.log.gz`, for example. */
export interface CorpusRecording extends OpenRecording {
  readonly kind: 'timeline' | 'scenario'
  readonly prefix: string
}

/** Nothing was made, so nothing is removed. */
const leave = (): void => undefined

const inFolder = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : [])

/** All recordings below a corpora folder, timelines first; empty where there are none. */
export function corpusRecordings(corpora: string): CorpusRecording[] {
  const root = join(corpora, 'registration-site')
  return inFolder(root).flatMap((set) => {
    const timelines = inFolder(join(root, set, 'timelines')).map((name) =>
      corpusRecording('timeline', name, join(root, set, 'timelines', name, '/')),
    )
    const scenarios = inFolder(join(root, set, 'scenarios'))
      .filter((file) => file.endsWith('.truth.json.gz'))
      .map((file) => file.slice(0, -'.truth.json.gz'.length))
      .map((name) => corpusRecording('scenario', name, join(root, set, 'scenarios', `${name}.`)))
    return [...timelines, ...scenarios]
  })
}

const corpusRecording = (kind: 'timeline' | 'scenario', name: string, prefix: string): CorpusRecording => ({
  name,
  kind,
  prefix,
  open: () => ({
    recording: {
      name,
      kind,
      access: `${prefix}access.log.gz`,
      json: `${prefix}access.json.log.gz`,
      database: `${prefix}postgres.jsonl.gz`,
      truth: readCorpusTruth(prefix),
    },
    close: leave,
  }),
})
