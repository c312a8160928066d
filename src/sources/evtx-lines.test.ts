import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type EvtxRecord, readEvtx } from '../formats/evtx/evtx.ts'
import { cleanings, openDesk, pack, put } from './drop/drop.fixture.ts'
import { EvtxLines, isEvtx } from './evtx-lines.ts'
import { MemoryInput } from './listen/memory-input.ts'

const corpus = join(process.env.BELLWETHER_CORPORA ?? '../shared/corpora', 'evtx-attack-samples')
const files = existsSync(corpus) ? globSync('**/*.evtx', { cwd: corpus }).sort().slice(0, 12) : []

afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean()
})

async function linesOf(
  bytes: Buffer,
  earlier?: ConstructorParameters<typeof EvtxLines>[2],
): Promise<{ lines: string[]; input: EvtxLines }> {
  const input = new EvtxLines('x.evtx', new MemoryInput(bytes), earlier)
  const parts: Buffer[] = []
  const piece = Buffer.alloc(10_000)
  for (let count = await input.read(piece, 0, 10_000); count > 0; count = await input.read(piece, 0, 10_000)) {
    parts.push(Buffer.from(piece.subarray(0, count)))
  }
  return { lines: Buffer.concat(parts).toString('utf8').split('\n').slice(0, -1), input }
}

describe('a Windows event log in a bundle', () => {
  test.skipIf(files.length === 0)('gives each event as a line, whole and in order', async () => {
    for (const file of files) {
      const bytes = readFileSync(join(corpus, file))
      const records: EvtxRecord[] = []
      readEvtx(file, bytes, { record: (record) => records.push(record), reject: () => undefined })
      const { lines } = await linesOf(bytes)
      expect(isEvtx(bytes)).toBe(true)
      expect([...lines].sort()).toEqual(records.map((record) => JSON.stringify(record)).sort())
    }
  })

  test.skipIf(files.length === 0)('gives nothing again that an earlier copy held', async () => {
    const bytes = readFileSync(join(corpus, files[0] as string))
    const first = await linesOf(bytes)
    expect((await linesOf(bytes, first.input.last)).lines).toEqual([])
  })

  test.skipIf(files.length === 0)('is imported by a drop folder, once', async () => {
    const desk = await openDesk()
    const bytes = readFileSync(join(corpus, files[0] as string))
    const { lines } = await linesOf(bytes)
    put(desk, await pack(desk, { 'c/logs/system.evtx': bytes }), '1.bundle')
    await expect.poll(() => desk.imported.length, { timeout: 15_000 }).toBe(1)
    const [stream] = desk.imported[0]?.streams ?? []
    expect(stream?.lines).toBe(lines.length)
    expect(desk.text(stream?.stream ?? '').split('\n')[0]).toBe(lines[0])
    put(desk, await pack(desk, { 'c/logs/system.evtx': Buffer.concat([bytes, Buffer.alloc(8)]) }), '2.bundle')
    await expect.poll(() => desk.imported.length, { timeout: 15_000 }).toBe(2)
    expect(desk.imported[1]?.streams[0]?.lines).toBe(0)
  })

  test('that is damaged says so', async () => {
    const bytes = Buffer.alloc(70_000, 1)
    bytes.write('ElfFile\0', 0, 'latin1')
    const { lines, input } = await linesOf(bytes)
    expect(lines).toEqual([])
    expect(input.problem?.message).toMatch(/is damaged in/)
  })
})
