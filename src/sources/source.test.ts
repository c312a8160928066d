import { appendFileSync, chmodSync, createWriteStream, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readLines, readWhole } from '../../tests/sources/read-whole.ts'
import { asOrdinaryUser, fileAt, logText, makeFolder, makePipe, writeInto } from '../../tests/sources/temp-folder.ts'
import { limits } from '../core/limits.ts'
import type { Chunk } from '../formats/format.ts'
import { openSource, readSample, type Source } from './source.ts'

const log = logText(40_000)

async function opened(path: string): Promise<Source> {
  const source = await openSource(await fileAt(path))
  if (!source.ok) throw new Error(source.error.message)
  return source.value
}

const firstChunk = async (source: Source): Promise<Chunk> => (await source.next()) as Chunk
const consumeAll = (source: Source, chunk: Chunk): void =>
  source.consume({
    bytes: chunk.end - chunk.start,
    lines: Buffer.from(chunk.bytes.subarray(chunk.start, chunk.end)).toString('latin1').split('\n').length - 1,
  })

describe('a source', () => {
  test.each([
    ['plain', log],
    ['gzip', gzipSync(log)],
    ['zstd', zstdCompressSync(log)],
  ])('that is %s gives its text and lines whole, with places and a measure of how far it is', async (_, bytes) => {
    const folder = makeFolder({ 'access.log': bytes })
    const source = await opened(join(folder, 'access.log'))
    const lines = await readLines(source)
    expect(lines.map(({ text }) => text).join('')).toBe(log)
    expect(lines.at(-1)).toMatchObject({ line: 40_000, offset: log.lastIndexOf('\n', log.length - 2) + 1 })
    expect(source.bytesRead).toBe(bytes.length)
    expect(source.bytesTotal).toBe(bytes.length)
    expect(source.problems).toEqual([])
    source.dispose()
  })

  test('ends lines at line feeds alone and needs none at its end', async () => {
    const folder = makeFolder({ 'a.log': 'one\r\n\r\ntwo\n\nthree' })
    const { lines } = await readWhole(await fileAt(join(folder, 'a.log')))
    expect(lines.map(({ line, offset, text }) => [line, offset, text])).toEqual([
      [1, 0, 'one\r\n'],
      [2, 5, '\r\n'],
      [3, 7, 'two\n'],
      [4, 11, '\n'],
      [5, 12, 'three'],
    ])
  })

  test('shows its head before anything is consumed', async () => {
    const folder = makeFolder({ 'a.log': log, 'b.log.gz': gzipSync(log), 'short.log': 'one\ntwo' })
    for (const name of ['a.log', 'b.log.gz']) {
      const source = await opened(join(folder, name))
      expect(source.sample.length).toBeGreaterThan(limits.sampleBytesMax - 200)
      expect(log.startsWith(Buffer.from(source.sample).toString())).toBe(true)
      expect(source.sample.at(-1)).toBe(10)
      expect((await readLines(source)).map(({ text }) => text).join('')).toBe(log)
      source.dispose()
    }
    const file = await fileAt(join(folder, 'short.log'))
    expect(await readSample(file)).toEqual({ ok: true, value: new Uint8Array(Buffer.from('one\ntwo')) })
    expect((await readWhole(file)).text).toBe('one\ntwo')
  })

  test('that is a named pipe can be sampled and then read from its start', async () => {
    const path = join(makeFolder(), 'pipe')
    makePipe(path)
    const written = writeFile(path, log)
    const file = await fileAt(path)
    const sample = await readSample(file)
    expect(sample.ok && log.startsWith(Buffer.from(sample.value).toString())).toBe(true)
    expect((await readWhole(file)).text).toBe(log)
    await written
  })

  test('that is a pipe may be compressed and may pause', async () => {
    const path = join(makeFolder(), 'pipe')
    makePipe(path)
    const bytes = gzipSync(log)
    const writer = createWriteStream(path)
    writer.write(bytes.subarray(0, 5))
    setTimeout(() => writer.write(bytes.subarray(5, 50_000)), 30)
    setTimeout(() => writer.end(bytes.subarray(50_000)), 60)
    expect((await readWhole(await fileAt(path))).text).toBe(log)
  })
})

describe('a file that changes while it is read', () => {
  test('and shrinks is read to where it now ends, and said', async () => {
    const path = join(makeFolder({ 'a.log': log }), 'a.log')
    const source = await opened(path)
    consumeAll(source, await firstChunk(source))
    const at = log.lastIndexOf('\n', 1_500_000) + 1
    truncateSync(path, at)
    const rest = await readLines(source)
    expect(rest.at(-1)?.text).toBe(log.slice(log.lastIndexOf('\n', at - 2) + 1, at))
    expect(source.problems).toMatchObject([{ code: 'shrank', message: expect.stringContaining('became shorter') }])
    source.dispose()
  })

  test('and is emptied ends without a line more', async () => {
    const path = join(makeFolder({ 'a.log': log }), 'a.log')
    const source = await opened(path)
    consumeAll(source, await firstChunk(source))
    truncateSync(path, 0)
    await readLines(source)
    expect(source.problems.map(({ code }) => code)).toEqual(['shrank'])
    source.dispose()
  })

  test('and grows is read to its size at opening and on to the end of that line', async () => {
    const whole = log.slice(0, log.lastIndexOf('\n', 300_000) + 1)
    const path = join(makeFolder({ 'a.log': `${whole}198.51.100.7 - - [half` }), 'a.log')
    const source = await opened(path)
    appendFileSync(path, ' a line\nanother line\nand a half')
    const lines = await readLines(source)
    expect(lines.map(({ text }) => text).join('')).toBe(`${whole}198.51.100.7 - - [half a line\n`)
    expect(source.bytesRead).toBe(source.bytesTotal)
    source.dispose()

    const ended = await opened(writeInto(makeFolder(), 'b.log', whole))
    appendFileSync(path, 'another line\n')
    expect((await readLines(ended)).map(({ text }) => text).join('')).toBe(whole)
    ended.dispose()
  })

  test('and is rotated away is still read, for it is open', async () => {
    const path = join(makeFolder({ 'a.log': log }), 'a.log')
    const source = await opened(path)
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'new\n')
    expect((await readLines(source)).map(({ text }) => text).join('')).toBe(log)
    source.dispose()
  })

  test('while compressed and shrinks is said once', async () => {
    const path = join(makeFolder({ 'a.gz': gzipSync(log, { level: 0 }) }), 'a.gz')
    const source = await opened(path)
    truncateSync(path, 600_000)
    await readLines(source)
    expect(source.problems.map(({ code }) => code)).toEqual(['shrank'])
    source.dispose()
  })
})

describe('a bad input', () => {
  const codeOf = async (path: string): Promise<string | undefined> => {
    const source = await openSource(await fileAt(path))
    if (source.ok) source.value.dispose()
    return source.ok ? undefined : `${source.error.code}: ${source.error.message}`
  }

  test('is named where it is a known kind of file, and otherwise called binary', async () => {
    const random = Uint8Array.from({ length: 5000 }, (_, index) => Math.imul(index + 1, 2654435761) >>> 24)
    const folder = makeFolder({
      'random.log': random,
      'nul.log': new Uint8Array(1000),
      'short.log': 'ab\0',
      'utf16.log': Buffer.from('no byte order mark\n', 'utf16le'),
      'logs.tar.gz': gzipSync(Buffer.concat([tarHeader('access.log'), Buffer.from(log)])),
      'logs.zip': Buffer.from('PK\x03\x04 and so on'),
      'a.log.xz': new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2, 3]),
      'twice.gz': gzipSync(gzipSync(log)),
    })
    for (const name of ['random.log', 'nul.log', 'short.log']) {
      expect(await codeOf(join(folder, name))).toMatch(/^binary: .*is binary data, not a text log/)
    }
    expect(await codeOf(join(folder, 'utf16.log'))).toContain('save it as UTF-8')
    expect(await codeOf(join(folder, 'logs.tar.gz'))).toContain('is a tar archive (unpack it first')
    expect(await codeOf(join(folder, 'logs.zip'))).toContain('is a zip archive')
    expect(await codeOf(join(folder, 'a.log.xz'))).toContain('xz -dk')
    expect(await codeOf(join(folder, 'twice.gz'))).toContain('compressed twice')
  })

  test('is not what a log becomes by a block of zeros, a few control bytes in every line, or colours', async () => {
    const lines = log.slice(0, 100_000).split('\n')
    const folder = makeFolder({
      'crash.log': Buffer.concat([Buffer.from(log.slice(0, 20_000)), new Uint8Array(4096), Buffer.from(log)]),
      'attacker.log': lines.map((line) => line.replace('GET', 'G\0T')).join('\n'),
      'colour.log': lines.map((line) => `\u001b[31m${line}\u001b[0m`).join('\n'),
      'latin1.log': Buffer.from(lines.map((line) => line.replace('status', '\u00e9t\u00e9')).join('\n'), 'latin1'),
    })
    for (const name of ['crash.log', 'attacker.log', 'colour.log', 'latin1.log']) {
      expect(await codeOf(join(folder, name))).toBeUndefined()
    }
  })

  test('that unpacks to nothing, or is cut in its header, does not open', async () => {
    const folder = makeFolder({
      'nothing.gz': gzipSync(''),
      'nothing.zst': zstdCompressSync(''),
      'bom.csv': '\ufeff',
      'header.gz': gzipSync(log).subarray(0, 6),
      'header.zst': zstdCompressSync(log).subarray(0, 5),
    })
    expect(await codeOf(join(folder, 'nothing.gz'))).toMatch(/^empty/)
    expect(await codeOf(join(folder, 'nothing.zst'))).toMatch(/^empty/)
    expect(await codeOf(join(folder, 'header.gz'))).toMatch(/^truncated-compression/)
    expect(await codeOf(join(folder, 'header.zst'))).toMatch(/^truncated-compression/)
    expect(await codeOf('/dev/null')).toMatch(/^empty/)
    expect(await codeOf('/dev/zero')).toMatch(/^binary/)
  })

  test('that vanishes or is closed to this user after it was listed says so', async () => {
    const folder = makeFolder({ 'a.log': log, 'b.log': log })
    chmodSync(folder, 0o755)
    const [gone, closed] = [await fileAt(join(folder, 'a.log')), await fileAt(join(folder, 'b.log'))]
    renameSync(gone.openPath, join(folder, 'elsewhere'))
    chmodSync(closed.openPath, 0o000)
    expect(await openSource(gone)).toMatchObject({ ok: false, error: { code: 'not-found' } })
    expect(await asOrdinaryUser(() => openSource(closed))).toMatchObject({
      ok: false,
      error: { code: 'no-permission', message: expect.stringContaining('sudo') },
    })
  })

  test('with a line of 1 GB in a file costs little memory and loses only that line', async () => {
    const path = join(makeFolder({ 'a.log': log.slice(0, 200_000) }), 'a.log')
    const handle = await open(path, 'r+')
    await handle.truncate(1_000_000_000)
    await handle.write('\nlast line\n', 1_000_000_000)
    await handle.close()
    const before = process.memoryUsage().arrayBuffers
    const source = await opened(path)
    let peak = 0
    let last = ''
    for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
      last = Buffer.from(chunk.bytes.slice(chunk.start, chunk.end)).toString().slice(-10)
      consumeAll(source, chunk)
    }
    const lineStart = log.lastIndexOf('\n', 199_999) + 1
    expect(source.rejects).toMatchObject([
      { reason: 'line-too-long', place: { offset: lineStart, length: 1_000_000_000 - lineStart } },
    ])
    expect(last).toBe('last line\n')
    expect(peak).toBeLessThan(10e6)
    source.dispose()
  })
})

/** The first block of a tar archive (POSIX.1-1988 ustar): a name, and the magic at 257. */
function tarHeader(name: string): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('ustar\0' + '00', 257)
  return header
}
