/** Fuzz targets for what arrives as syslog: any bytes, however they are cut on their way, give the same messages, and
 *  names of hosts and programs are plain. */
import assert from 'node:assert/strict'
import { SyslogFramer } from '../../src/sources/listen/syslog-frames.ts'
import { SyslogPeek } from '../../src/sources/listen/syslog-peek.ts'
import type { FuzzTarget } from './engine/target.ts'
import { bytesOf } from './web-formats.ts'

/** Small, so that fuzzed messages reach it. */
const messageBytesMax = 100

/** All messages and rejects, where the input comes in pieces of the given sizes, again and again. */
function messagesOf(bytes: Buffer, sizes: readonly number[]): string[] {
  const found: string[] = []
  const framer = new SyslogFramer(
    {
      take(piece, start, end, hasLineFeed) {
        const text = piece.toString('latin1', start, end)
        assert.ok(end > start && end - start <= messageBytesMax)
        assert.equal(hasLineFeed, text.includes('\n'))
        found.push(text)
      },
      reject: (reason) => found.push(`reject ${reason}`),
    },
    messageBytesMax,
  )
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const next = at + (sizes[turn % sizes.length] as number)
    framer.push(Buffer.from(bytes.subarray(at, next)))
    assert.ok(framer.heldBytes <= messageBytesMax + 1)
    at = next
  }
  framer.end()
  return found
}

/** Longer input comes in larger pieces: each piece costs a call. */
const bytewiseBytesMax = 16_384
const whole = Number.MAX_SAFE_INTEGER

/** What `npm run fuzz` runs. */
export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'syslog/frames',
    run(input: Uint8Array): void {
      const bytes = Buffer.from(input)
      const expected = messagesOf(bytes, [whole])
      if (bytes.length < bytewiseBytesMax) assert.deepEqual(messagesOf(bytes, [1]), expected)
      assert.deepEqual(messagesOf(bytes, [64, 1, 1000]), expected)
      assert.deepEqual(messagesOf(bytes, [99, 300]), expected)
    },
    seeds: [
      '11 <13>1 - - -20 <13>Jun 23 02:52:48\n\n7 <1>a\nb7 <13>abc',
      '<13>Jun 23 02:52:48 web1 app: one\r\n<13>two\0<13>three\n',
      '200 <13>abc\n<14>x\n4 <1>y',
    ].map(bytesOf),
  },
  {
    name: 'syslog/peek',
    run(input: Uint8Array): void {
      const bytes = Buffer.from(input)
      const peek = new SyslogPeek()
      peek.read(bytes, 0, bytes.length)
      for (const [at, end] of [
        [peek.hostAt, peek.hostEnd],
        [peek.programAt, peek.programEnd],
      ] as const) {
        assert.ok(at >= 0 && at <= end && end <= bytes.length)
        assert.match(bytes.toString('latin1', at, end), /^[!-~]{0,255}$/)
      }
    },
    seeds: [
      '<190>Jun 23 02:52:48 web1 nginx: 192.0.2.1 - - "GET / HTTP/1.1" 200 4',
      '<34>1 2026-06-23T02:52:48.003Z web1.example su - ID47 [x@1 a="b"] text',
      '<13>2026-06-23T02:52:48.003Z web1 app[12]: text',
    ].map(bytesOf),
  },
]
