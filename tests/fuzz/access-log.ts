/** Fuzz targets for the commonest log of all, and for the recognition that every file goes through first. */
import assert from 'node:assert/strict'
import { combined } from '../../src/formats/combined.ts'
import { recogniseFormat } from '../../src/formats/formats.ts'
import type { FuzzTarget } from './engine/target.ts'
import { bytesOf, checkWebFormat, readRequests } from './web-formats.ts'

const line =
  '192.0.2.1 - j.smith [23/Jun/2026:02:52:48 +0000] "GET /status?dl=D1%27 HTTP/1.1" 200 4211 "https://vote.example/" "Mozilla/5.0 (X11)"'

/** Comparing what came of half a million lines takes longer than reading them. */
const checkedBytesMax = 1 << 16

/** What `npm run fuzz` runs. */
export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'formats/combined',
    run(bytes: Uint8Array): void {
      if (bytes.length <= checkedBytesMax) checkWebFormat(combined, bytes)
      else readRequests(combined, bytes)
    },
    seeds: [
      `${line}\n${line} 0.012 "198.51.100.7, 10.0.0.1" vote.example\n`,
      `vote.example:443 ${line} rt=0.5\r\n`,
      '2001:db8::1 - - [23/Jun/2026:02:52:48 -0500] "\\x16\\x03\\x01" 400 -\n',
      '192.0.2.1 - - [23/Jun/2026:02:52:48 +0000] "GET /a\\"b\\\\ HTTP/1.0" 404 0 "-" "-"\n',
    ].map(bytesOf),
  },
  {
    name: 'formats/recognise',
    run(bytes: Uint8Array): void {
      const format = recogniseFormat(bytes.subarray(0, checkedBytesMax))
      assert.ok(format === undefined || format.name.length > 0)
    },
    seeds: [bytesOf(`${line}\n`), bytesOf('{"status":200}\n'), bytesOf('#Fields: date time\n')],
  },
]
