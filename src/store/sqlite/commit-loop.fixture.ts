/** A process that commits without end and says each number on standard output once the store confirmed it; tests end it
 *  at any moment. The argument is the store's path; it goes on behind the number that the store holds. */
import { writeSync } from 'node:fs'
import { commitOf, incident, line, startMs } from '../contract/samples.fixture.ts'
import { StoreError } from '../store.ts'
import { openSqliteStore } from './sqlite-store.ts'

// A file that reaches the limit of its size is an error of writing, not the end of the process.
process.on('SIGXFSZ', () => undefined)

const path = process.argv[2] ?? ''
const opened = await openSqliteStore(path)
if (!opened.ok) throw new Error(opened.error.message)
const store = opened.value
const last = Number((await store.checkpoint())?.version ?? -1)
try {
  for (let number = last + 1; ; number++) {
    const name = `n${number}`
    await store.commit(
      commitOf({
        incidents: [incident(name)],
        evidence: [0, 1, 2].map((ordinal) => line(name, ordinal, { bytes: new Uint8Array(3000).fill(number) })),
        checkpoint: { version: String(number), takenAtMs: startMs, state: new Uint8Array(50_000).fill(number) },
      }),
    )
    await store.audit({ atMs: startMs, who: 'the desk', action: 'test', object: name, details: {} })
    writeSync(1, `${number}\n`)
  }
} catch (error) {
  if (!(error instanceof StoreError)) throw error
  writeSync(1, `${error.problem.code}\n`)
  await store.close()
}
