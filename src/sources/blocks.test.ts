import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BlockChunker } from './blocks.ts'
import { MemoryInput } from './listen/memory-input.ts'

/** Reads records of `size` bytes, as a format would. */
async function readAll(bytes: Uint8Array, bytesMin: number, size: number, pieces: number) {
  const memory = new MemoryInput(Buffer.from(bytes))
  const input = Object.assign(Object.create(memory) as MemoryInput, {
    read: (into: Uint8Array, at: number, length: number) => memory.read(into, at, Math.min(length, pieces)),
  })
  const chunker = new BlockChunker('a.evtx', input, bytesMin)
  const records: { readonly offset: number; readonly bytes: Uint8Array }[] = []
  for (;;) {
    const chunk = await chunker.next()
    if (chunk === null) break
    if (!chunk.last) expect(chunk.end - chunk.start).toBeGreaterThanOrEqual(bytesMin)
    const isWhole = chunk.end - chunk.start >= size
    if (isWhole) records.push({ offset: chunk.offset, bytes: chunk.bytes.subarray(chunk.start, chunk.start + size) })
    chunker.consume({ bytes: isWhole ? size : 0, lines: isWhole ? 1 : 0 })
  }
  return { records, rejects: chunker.rejects }
}

describe('bytes without lines', () => {
  test('come whole and in order however they are read, and records stay what they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 4_000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 500 }),
        async (bytes, bytesMin, size, pieces) => {
          const { records, rejects } = await readAll(bytes, bytesMin, size, pieces)
          const whole = Math.floor(bytes.length / size)
          expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: whole }, (_, i) => i * size))
          expect(Buffer.concat(records.map((record) => record.bytes))).toEqual(
            Buffer.from(bytes.subarray(0, whole * size)),
          )
          const rest = bytes.length - whole * size
          expect(rejects.map(({ place }) => [place.offset, place.length])).toEqual(
            rest > 0 ? [[whole * size, rest]] : [],
          )
        },
      ),
      { numRuns: 100 },
    )
  })

  test('a reader that claims more than it was given is a bug', async () => {
    const chunker = new BlockChunker('a', new MemoryInput(Buffer.from('abc')), 1)
    await chunker.next()
    expect(() => chunker.consume({ bytes: 9, lines: 0 })).toThrow(RangeError)
  })
})
