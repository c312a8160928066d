/** What is said of a store that a newer program wrote, wherever it is kept. */
import type { StoreProblem } from '../store.ts'

/** The store is of a version that this program does not know. */
export const newerVersion = (store: string, found: number, known: number): StoreProblem => ({
  code: 'newer-version',
  message:
    `The store ${store} was written by a newer Bellwether (version ${found} of the store; this program knows ${known}). ` +
    'Start the newer program, or restore a backup that this one made.',
})

/** The trail was changed by something else than this program. */
export const trailBroken = (store: string, sequence: number): StoreProblem => ({
  code: 'damaged',
  message:
    `The audit trail in ${store} was changed at entry ${sequence} by something else than this program. ` +
    'Keep the store as it is and compare it with a backup.',
})
