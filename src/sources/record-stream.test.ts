import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatNamed } from '../formats/formats.ts'
import type { StatementRecord } from '../formats/statement.ts'
import type { Delivery, Feed, FeedRequest } from './feed.ts'
import { drainInOrder, RecordStream } from './record-stream.ts'

const statement = (source: string, line: number, timeMs: number): StatementRecord => ({
  phase: 'statement',
  timeMs,
  place: { source, line, offset: line * 10, length: 9 },
  role: '',
  database: '',
  session: '',
  application: '',
  remoteHost: '',
  text: '',
})

/** A source of one log, with the times of its lines and how many lines come at a time. */
interface Scripted {
  readonly times: readonly number[]
  readonly cuts: readonly number[]
  readonly waits: boolean
}

function streamOf(name: string, { times, cuts, waits }: Scripted, headMs = times[0] ?? 0): RecordStream {
  const records = times.map((timeMs, i) => statement(name, i + 1, timeMs))
  let [at, turn] = [0, 0]
  const feed: Feed = {
    next(): Delivery | null | Promise<Delivery | null> {
      if (at >= records.length) return null
      const count = cuts[turn++ % cuts.length] ?? 1
      const delivery = { statements: records.slice(at, at + count), rejects: [], bytes: count * 10 }
      at += count
      return waits ? Promise.resolve(delivery) : delivery
    },
    problems: [],
    reread: undefined,
    bytesRead: 0,
    dispose: () => undefined,
  }
  const format = formatNamed('postgresql-json')
  if (format === undefined) throw new Error('the format is there')
  const request = { file: { path: name }, format, formatOptions: {}, sourceOptions: {} } as unknown as FeedRequest
  return new RecordStream(request, headMs, () => feed)
}

/** The records of all streams as a sink gets them: name and line. */
async function orderOf(streams: readonly RecordStream[]): Promise<StatementRecord[]> {
  const got: StatementRecord[] = []
  const sink = {
    requests: () => undefined,
    events: () => undefined,
    statements: (records: readonly StatementRecord[], from: number, to: number) => {
      got.push(...records.slice(from, to))
    },
  }
  await drainInOrder(streams, sink, () => undefined)
  return got
}

const names = (records: readonly StatementRecord[]): string[] =>
  records.map(({ place }) => `${place.source}${place.line}`)

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
const log = (times: fc.Arbitrary<number[]>): fc.Arbitrary<Scripted> =>
  fc.record({ times, cuts: sizes, waits: fc.boolean() })
const someTimes = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 25 })
const ordered = someTimes.map((times) => times.sort((a, b) => a - b))

describe('several logs read together', () => {
  test('come in the order of events, each line once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(log(ordered), { maxLength: 4 }), async (logs) => {
        const got = await orderOf(logs.map((each, i) => streamOf('abcd'.charAt(i), each)))
        const times = got.map(({ timeMs }) => timeMs)
        expect(times).toEqual([...times].sort((a, b) => a - b))
        const all = logs.flatMap(({ times }, i) => times.map((_, line) => `${'abcd'.charAt(i)}${line + 1}`))
        expect(names(got).sort()).toEqual(all.sort())
      }),
    )
  })

  test('keep the order of their own lines, though a clock was set back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(log(someTimes), { maxLength: 3 }), async (logs) => {
        const got = await orderOf(logs.map((each, i) => streamOf('abc'.charAt(i), each)))
        for (const [i, { times }] of logs.entries()) {
          const lines = got.filter(({ place }) => place.source === 'abc'.charAt(i)).map(({ place }) => place.line)
          expect(lines).toEqual(times.map((_, line) => line + 1))
        }
      }),
    )
  })

  test('come in the same order however their bytes are cut and whether a source lets wait', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(log(someTimes), { maxLength: 3 }), sizes, fc.boolean(), async (logs, cuts, waits) => {
        const one = await orderOf(logs.map((each, i) => streamOf('abc'.charAt(i), each)))
        const other = await orderOf(logs.map((each, i) => streamOf('abc'.charAt(i), { ...each, cuts, waits })))
        expect(names(other)).toEqual(names(one))
      }),
    )
  })

  test('come in the same order where a clock was set back at the cut', async () => {
    const orders = [1, 2, 3].map((cut) =>
      orderOf([
        streamOf('a', { times: [33], cuts: [1], waits: false }),
        streamOf('b', { times: [0, 33, 0], cuts: [cut], waits: false }),
      ]),
    )
    for (const order of await Promise.all(orders)) expect(names(order)).toEqual(['b1', 'b2', 'b3', 'a1'])
  })

  test('come in the order of events though the head of one promised an earlier time', async () => {
    const late = streamOf('a', { times: [50, 60], cuts: [1], waits: false }, Number.NEGATIVE_INFINITY)
    const early = streamOf('b', { times: [10, 55], cuts: [2], waits: false })
    expect(names(await orderOf([late, early]))).toEqual(['b1', 'a1', 'b2', 'a2'])
  })

  test('are counted, with the times of their first and last line', async () => {
    const stream = streamOf('a', { times: [5, 7, 9], cuts: [2], waits: true })
    await orderOf([stream, streamOf('b', { times: [], cuts: [1], waits: false })])
    expect(stream.count).toMatchObject({ records: 3, rejects: 0, firstTimeMs: 5, lastTimeMs: 9 })
  })
})
