/** A fuzz target for the recognition of formats, which every file goes through first. */
import assert from 'node:assert/strict'
import { recogniseFormat } from '../../src/formats/formats.ts'
import type { FuzzTarget } from './engine/target.ts'
import { bytesOf } from './web-formats.ts'

/** Samples are the head of a file. */
const sampleBytesMax = 64 * 1024

/** What `npm run fuzz` runs. */
export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'formats/recognition',
    run(bytes: Uint8Array): void {
      const format = recogniseFormat(bytes.subarray(0, sampleBytesMax))
      assert.ok(format === undefined || format.name.length > 0)
    },
    seeds: [
      '192.0.2.1 - - [23/Jun/2026:02:52:48 +0000] "GET / HTTP/1.1" 200 4\n',
      '{"status":200}\n',
      '#Fields: date time\n',
    ].map(bytesOf),
  },
]
