/** The registry of formats, and the choice of one for a sample. Adding a format is one file and one line here. */
import { combined } from './combined.ts'
import { databaseFormats } from './database-formats.ts'
import { eventFormats } from './event-formats.ts'
import type { Format } from './format.ts'
import { mailRecord } from './mail/mail-event.ts'
import { webFormats } from './web-formats.ts'

export const formats: readonly Format[] = [combined, ...webFormats, ...databaseFormats, ...eventFormats]
export const formatNames: readonly string[] = formats.map((format) => format.name)

/** Below this share of recognised lines a sample is called unknown: a log with some damage is still that log. */
const recognisedShareMin = 0.2

/** The format that is surest of a sample; undefined where none is. */
export function recogniseFormat(sample: Uint8Array): Format | undefined {
  let best: Format | undefined
  let bestShare = recognisedShareMin
  for (const format of formats) {
    const share = format.recognise(sample)
    if (share > bestShare) {
      best = format
      bestShare = share
    }
  }
  return best
}

/** What the desk writes for itself is never recognised, and nobody can name it for a log of theirs. */
const deskFormats: readonly Format[] = [mailRecord]

/** The format of this name, the desk's own among them. */
export const formatNamed = (name: string): Format | undefined =>
  [...formats, ...deskFormats].find((format) => format.name === name)
