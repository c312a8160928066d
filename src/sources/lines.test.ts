import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linesOf, readLines, type SeenLine } from '../../tests/sources/read-whole.ts'
import { EndlessLineInput, ScriptedInput } from '../../tests/sources/scripted-input.ts'
import type { Chunk } from '../formats/format.ts'
import { LineChunker, type LineChunkerBounds } from './lines.ts'

const small: LineChunkerBounds = { chunkBytes: 16, lineBytesMax: 24, recordBytesMax: 64 }
const chunker = (text: string, sizes: number[] = [], bounds = small, isLater = false): LineChunker =>
  new LineChunker('log', new ScriptedInput(Buffer.from(text, 'latin1'), sizes, isLater), bounds)

/** What reading must give: lines that are not too long, and the rejects of those that are. */
function expected(text: string, lineBytesMax: number): { lines: SeenLine[]; rejects: unknown[] } {
  const lines: SeenLine[] = []
  const rejects: unknown[] = []
  let offset = 0
  for (const [index, part] of (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).entries()) {
    const body = part.replace(/\n$/, '')
    if (body.length <= lineBytesMax) lines.push({ line: index + 1, offset, text: part })
    else rejects.push({ line: index + 1, offset, length: part.replace(/\r?\n$/, '').length })
    offset += part.length
  }
  return { lines, rejects }
}

const placesOf = (of: LineChunker): unknown[] =>
  of.rejects.map(({ place }) => ({ line: place.line, offset: place.offset, length: place.length }))

/** Text of few different bytes, so that line ends fall everywhere, lines longer than the bound included. */
const someText = fc
  .array(fc.oneof(fc.constantFrom('\n', '\r\n', 'a', 'bc'), fc.string({ maxLength: 60, unit: fc.constant('x') })))
  .map((parts) => parts.join(''))
const someSizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 })

describe('a chunker', () => {
  test('gives every line once, numbered and placed, whatever the sizes of the reads', async () => {
    await fc.assert(
      fc.asyncProperty(someText, someSizes, fc.boolean(), async (text, sizes, isLater) => {
        const of = chunker(text, sizes, small, isLater)
        const lines = await readLines(of)
        const wanted = expected(text, small.lineBytesMax)
        expect(lines).toEqual(wanted.lines)
        expect(placesOf(of)).toEqual(wanted.rejects)
      }),
      { numRuns: 600 },
    )
  })

  test('cuts at line ends, wherever in a line the reads end', async () => {
    const text = 'first\r\nsecond line\n\nthird\nno end'
    for (let size = 1; size <= text.length + 1; size += 1) {
      const of = chunker(text, [size])
      expect(await readLines(of)).toEqual(expected(text, small.lineBytesMax).lines)
    }
  })

  test('hands again what a reader left, so that a batch which is full loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(someText, someSizes, fc.integer({ min: 1, max: 3 }), async (text, sizes, linesAtOnce) => {
        const of = chunker(text, sizes)
        const seen: SeenLine[] = []
        for (let chunk = await of.next(); chunk !== null; chunk = await of.next()) {
          const taken = linesOf(chunk).slice(0, linesAtOnce)
          seen.push(...taken)
          of.consume({ bytes: taken.reduce((sum, { text: { length } }) => sum + length, 0), lines: taken.length })
        }
        expect(seen).toEqual(expected(text, small.lineBytesMax).lines)
      }),
      { numRuns: 300 },
    )
  })

  test('gives a record of several lines more bytes until it ends', async () => {
    const text = 'a\n(b\nc\nd\ne\nf\ng\nh\ni\nj)\nk\n'
    for (const size of [1, 3, 16]) {
      const of = chunker(text, [size])
      const records: string[] = []
      for (let chunk = await of.next(); chunk !== null; chunk = await of.next()) records.push(...takeRecords(of, chunk))
      expect(records).toEqual(['a\n', '(b\nc\nd\ne\nf\ng\nh\ni\nj)\n', 'k\n'])
    }
  })

  test('calls a record that outgrows the bound the last, then reads on behind it', async () => {
    const of = chunker(`a\n(${'b\n'.repeat(60)}`, [5])
    const lasts: { offset: number; length: number }[] = []
    let bytes = 0
    for (let chunk = await of.next(); chunk !== null; chunk = await of.next()) {
      const before = bytes
      const records = takeRecords(of, chunk)
      bytes += records.join('').length
      if (chunk.last) lasts.push({ offset: chunk.offset, length: bytes - before })
    }
    expect(bytes).toBe(2 + 1 + 120)
    expect(lasts[0]?.offset).toBe(2)
    expect(lasts[0]?.length).toBeGreaterThanOrEqual(small.recordBytesMax)
    expect(lasts[0]?.length).toBeLessThan(small.recordBytesMax + small.chunkBytes)
  })

  test('rejects what a reader refuses to consume at the end, instead of handing it for ever', async () => {
    const of = chunker('a\nb\nc', [])
    for (let chunk = await of.next(); chunk !== null; chunk = await of.next()) of.consume({ bytes: 0, lines: 0 })
    expect(of.rejects).toMatchObject([{ reason: 'truncated', place: { line: 1, offset: 0, length: 5 } }])
  })

  test('does not let a reader claim more than it was given', () => {
    const of = chunker('a\nb\n')
    expect((of.next() as Chunk).end).toBe(4)
    expect(() => of.consume({ bytes: 5, lines: 3 })).toThrow(RangeError)
    expect(() => of.next()).toThrow('not consumed')
  })

  test('shows the head of a source without consuming it', async () => {
    await fc.assert(
      fc.asyncProperty(someText, someSizes, fc.integer({ min: 1, max: 80 }), async (text, sizes, length) => {
        const of = chunker(text, sizes)
        const sample = Buffer.from(await of.peek(length)).toString('latin1')
        expect(text.startsWith(sample)).toBe(true)
        expect(sample.length).toBeLessThanOrEqual(length)
        expect(sample.length > 0 || text === '').toBe(true)
        expect(await readLines(of)).toEqual(expected(text, small.lineBytesMax).lines)
      }),
      { numRuns: 300 },
    )
  })

  test('gives no promise for an input that answers at once', () => {
    const of = chunker('a\n'.repeat(100), [7])
    for (let chunk = of.next(); chunk !== null; chunk = of.next()) {
      expect(chunk).not.toBeInstanceOf(Promise)
      of.consume({ bytes: (chunk as Chunk).end - (chunk as Chunk).start, lines: linesOf(chunk as Chunk).length })
    }
  })
})

test('a line of 1 GB costs less than 10 MB and one reject with its exact place', async () => {
  const input = new EndlessLineInput('before\n', 97, 1_000_000_000, '\r\nafter\n')
  const before = process.memoryUsage()
  const of = new LineChunker('log', input)
  let peak = 0
  const lines: SeenLine[] = []
  for (let chunk = await of.next(); chunk !== null; chunk = await of.next()) {
    lines.push(...linesOf(chunk))
    of.consume({ bytes: chunk.end - chunk.start, lines: linesOf(chunk).length })
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before.arrayBuffers)
  }
  expect(lines.map(({ line, offset, text }) => [line, offset, text])).toEqual([
    [1, 0, 'before\n'],
    [3, 1_000_000_009, 'after\n'],
  ])
  expect(of.rejects).toMatchObject([
    { reason: 'line-too-long', place: { source: 'log', line: 2, offset: 7, length: 1_000_000_000 } },
  ])
  expect(peak).toBeLessThan(10e6)
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(10e6)
})

/** A toy format: a record is a line, or several in parentheses. An open parenthesis at a last chunk is taken whole. */
function takeRecords(of: LineChunker, chunk: Chunk): string[] {
  const text = Buffer.from(chunk.bytes.subarray(chunk.start, chunk.end)).toString('latin1')
  const records = text.match(chunk.last ? /\([^)]*(?:\)\n|$)|[^\n]*\n|[^\n]+$/g : /\([^)]*\)\n|[^(\n]*\n/gy) ?? []
  const taken = records.join('')
  of.consume({ bytes: taken.length, lines: taken.split('\n').length - 1 })
  return records
}
