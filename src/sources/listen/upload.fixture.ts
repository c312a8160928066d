/** A process that takes the upload `big.log` of a folder, or goes on with it, and says `begun` and, in a later run, `done`.
 *  A test kills it. */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { SourceId } from '../../core/ids.ts'
import { Journal } from './journal.ts'
import { Uploads } from './upload.ts'

const folder = process.argv[2] as string
const sourceId = 'web' as SourceId
const opened = await Journal.open(join(folder, 'journal'), { segmentBytesMax: 500_000 })
if (!opened.ok) throw new Error(opened.error.message)
const journal = opened.value
const isDone = journal.streams().some(({ isEnded }) => isEnded)
process.stdout.write(isDone ? 'done' : 'begun')
const uploads = await Uploads.open({ folder: join(folder, 'uploads'), journal, sourceId, nowMs: Date.now })
if (!uploads.ok) throw new Error(uploads.error.message)
if (!isDone) {
  const path = join(folder, 'big.log')
  const taken = await uploads.value.acceptUpload('big.log', createReadStream(path) as AsyncIterable<Uint8Array>)
  if (taken.ok) await taken.value.imported
  // What an earlier run has taken goes on by itself.
  else while (!journal.streams().some(({ isEnded }) => isEnded)) await new Promise((resolve) => setTimeout(resolve, 5))
}
await uploads.value.close()
await journal.close()
