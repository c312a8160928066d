import { constants, crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readWhole } from '../../tests/sources/read-whole.ts'
import { ScriptedInput } from '../../tests/sources/scripted-input.ts'
import { fileAt, logText, makeFolder } from '../../tests/sources/temp-folder.ts'
import type { ByteInput } from './byte-input.ts'
import { openText } from './compression.ts'
import { GzipInput } from './gzip-input.ts'
import type { Problem } from './problem.ts'
import { ZstdInput } from './zstd-input.ts'

const log = logText(4000)
const join = (...parts: (string | Uint8Array)[]): Uint8Array => Buffer.concat(parts.map((part) => Buffer.from(part)))

async function readAll(input: ByteInput): Promise<string> {
  const pieces: Buffer[] = []
  const piece = new Uint8Array(10_000)
  for (let count = await input.read(piece, 0, piece.length); count > 0; ) {
    pieces.push(Buffer.from(piece.slice(0, count)))
    count = await input.read(piece, 0, piece.length)
  }
  return Buffer.concat(pieces).toString()
}

/** The text of bytes that arrive in reads of `size`, and the problem met. */
async function unpack(bytes: Uint8Array, size = 70_000): Promise<{ text: string; problem: Problem | undefined }> {
  const { input } = await openText('log', new ScriptedInput(bytes, [size], true))
  return { text: await readAll(input), problem: input.problem }
}

/** A member with every optional part of the header (RFC 1952 section 2.3.1). */
function memberWithEverything(text: string): Uint8Array {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(text), 0)
  trailer.writeUInt32LE(Buffer.byteLength(text), 4)
  const header = [0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3]
  return join(new Uint8Array(header), '\x03\x00abc', 'name.log\0', 'a comment\0', 'cc', deflateRawSync(text), trailer)
}

describe('gzip', () => {
  test('is read by its content, whatever the name says', async () => {
    const folder = makeFolder({ 'access.log': gzipSync(log), 'plain.gz': log, 'other.zst': gzipSync(log) })
    for (const name of ['access.log', 'plain.gz', 'other.zst']) {
      const { text, problems } = await readWhole(await fileAt(`${folder}/${name}`))
      expect(text).toBe(log)
      expect(problems).toEqual([])
    }
  })

  test('members behind one another are one text, however the reads fall', async () => {
    const bytes = join(gzipSync('one\n'), gzipSync(''), memberWithEverything('two\n'), gzipSync('three\n'))
    for (let size = 1; size <= bytes.length; size += 1) {
      expect(await unpack(bytes, size)).toEqual({ text: 'one\ntwo\nthree\n', problem: undefined })
    }
  })

  test('zeros behind a member are padding, and a member behind them is read', async () => {
    const zeros = new Uint8Array(1000)
    expect(await unpack(join(gzipSync('one\n'), zeros))).toEqual({ text: 'one\n', problem: undefined })
    expect(await unpack(join(gzipSync('one\n'), zeros, gzipSync('two\n'), zeros))).toEqual({
      text: 'one\ntwo\n',
      problem: undefined,
    })
  })

  test('cut anywhere gives what stands before the cut and says so', async () => {
    const text = logText(30)
    const bytes = join(gzipSync(text, { level: 1 }), gzipSync('second\n'))
    for (let length = 3; length < bytes.length; length += 7) {
      const cut = await unpack(bytes.subarray(0, length), 50)
      expect(`${text}second\n`.startsWith(cut.text)).toBe(true)
      if (cut.problem === undefined) expect(cut.text).toBe(text)
      else expect(cut.problem.code).toBe('truncated-compression')
    }
    const half = await unpack(gzipSync(log).subarray(0, gzipSync(log).length / 2))
    expect(half.text.length).toBeGreaterThan(log.length * 0.4)
    expect(half.problem?.message).toContain('cut short')
  })

  test('with a broken byte in a file gives every line before the damage but the last few', async () => {
    const bytes = gzipSync(log)
    const at = Math.floor(bytes.length * 0.9)
    bytes.fill(0xff, at, at + 40)
    const intactText = (await unpack(bytes.subarray(0, at))).text
    const folder = makeFolder({ 'broken.gz': bytes })
    const { text, problems } = await readWhole(await fileAt(`${folder}/broken.gz`))
    expect(problems.map(({ code }) => code)).toEqual(['corrupt-compression'])
    expect(intactText.length - commonLength(text, intactText)).toBeLessThan(2000)
    expect(commonLength(text, log)).toBeGreaterThan(log.length * 0.85)
  })

  test('with a wrong checksum, a wrong length or other bytes behind it loses no line', async () => {
    const wrong = gzipSync(log)
    wrong[wrong.length - 8] = (wrong[wrong.length - 8] as number) ^ 1
    const wrongLength = gzipSync(log)
    wrongLength[wrongLength.length - 1] = 77
    for (const bytes of [wrong, wrongLength, join(gzipSync(log), 'a plain line was appended\n')]) {
      const { text, problem } = await unpack(bytes)
      expect(text).toBe(log)
      expect(problem?.code).toBe('corrupt-compression')
    }
  })

  test('members that go on after one with a wrong checksum are read', async () => {
    const wrong = gzipSync('one\n')
    wrong[wrong.length - 8] = (wrong[wrong.length - 8] as number) ^ 1
    const { text, problem } = await unpack(join(wrong, gzipSync('two\n')))
    expect(text).toBe('one\ntwo\n')
    expect(problem?.code).toBe('corrupt-compression')
  })
})

describe('zstd', () => {
  const withChecksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }
  const skippable = join(new Uint8Array([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), 'index')

  test('is read by its content, whatever the name says', async () => {
    const folder = makeFolder({ 'access.log': zstdCompressSync(log), 'other.gz': zstdCompressSync(log, withChecksum) })
    for (const name of ['access.log', 'other.gz']) {
      const { text, problems } = await readWhole(await fileAt(`${folder}/${name}`))
      expect(text).toBe(log)
      expect(problems).toEqual([])
    }
  })

  test('frames behind one another are one text and skippable frames are none, however the reads fall', async () => {
    const bytes = join(skippable, zstdCompressSync('one\n'), skippable, zstdCompressSync('two\n', withChecksum))
    const all = join(bytes, zstdCompressSync(''), zstdCompressSync('three\n'), skippable)
    for (let size = 1; size <= all.length; size += 1) {
      expect(await unpack(all, size)).toEqual({ text: 'one\ntwo\nthree\n', problem: undefined })
    }
  })

  test('cut anywhere gives what stands before the cut and says so', async () => {
    const bytes = join(zstdCompressSync(log, withChecksum), zstdCompressSync('second\n'))
    const frameEnd = zstdCompressSync(log, withChecksum).length
    for (let length = 5; length < bytes.length; length += 997) {
      const cut = await unpack(bytes.subarray(0, length))
      expect(`${log}second\n`.startsWith(cut.text)).toBe(true)
      expect(cut.problem?.code).toBe('truncated-compression')
    }
    expect(await unpack(bytes.subarray(0, frameEnd))).toEqual({ text: log, problem: undefined })
  })

  test('with a broken block gives every block before it', async () => {
    const bytes = zstdCompressSync(log, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
    const at = Math.floor(bytes.length * 0.9)
    bytes.fill(0xff, at, at + 40)
    const { text, problem } = await unpack(bytes)
    expect(problem?.code).toBe('corrupt-compression')
    expect(log.startsWith(text)).toBe(true)
    expect(log.length - text.length).toBeLessThan(log.length * 0.1 + 2 * 128 * 1024)
  })

  test('with a wrong checksum or other bytes behind it loses no line', async () => {
    const wrong = zstdCompressSync(log, withChecksum)
    wrong[wrong.length - 1] = (wrong[wrong.length - 1] as number) ^ 1
    for (const bytes of [wrong, join(zstdCompressSync(log), 'a plain line was appended\n')]) {
      const { text, problem } = await unpack(bytes)
      expect(text).toBe(log)
      expect(problem?.code).toBe('corrupt-compression')
    }
  })

  test('that needs more memory than a scan may use says how to unpack it', async () => {
    const window = { params: { [constants.ZSTD_c_windowLog]: 28, [constants.ZSTD_c_enableLongDistanceMatching]: 1 } }
    const bytes = Buffer.from(zstdCompressSync(log, window))
    // Without a content size the frame states its window: descriptor 0, window exponent 18 (2^28 bytes).
    bytes[4] = 0
    bytes[5] = 18 << 3
    const { problem } = await unpack(bytes)
    expect(problem).toMatchObject({ code: 'unsupported-compression', message: expect.stringContaining('zstd -d') })
  })
})

test('a file that grows more than two thousandfold stops early, while a small one may', async () => {
  const line = 'GET / HTTP/1.1\n'
  const bomb = zstdCompressSync(line.repeat(5_000_000))
  const { input } = await openText('bomb', new ScriptedInput(bomb, [65_536], true))
  const text = await readAll(input)
  expect(input.problem?.code).toBe('decompression-bomb')
  expect(text.length).toBeLessThan(70e6)
  const small = line.repeat(1_000_000)
  expect(await unpack(zstdCompressSync(small))).toEqual({ text: small, problem: undefined })
})

describe('damage of any kind', () => {
  const clean = logText(60)
  test.each([
    ['gzip', join(gzipSync(clean), gzipSync(clean)), GzipInput],
    ['zstd', join(zstdCompressSync(clean), zstdCompressSync(clean)), ZstdInput],
  ])('ends a %s file with a problem or leaves its text whole, and never hangs', async (_, bytes, Input) => {
    let state = 7
    for (let round = 0; round < 300; round += 1) {
      const damaged = bytes.slice()
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      const at = (state >>> 8) % damaged.length
      damaged[at] = (damaged[at] as number) ^ (1 << (round % 8))
      const input = new Input('log', new ScriptedInput(damaged, [1000], true))
      const text = await readAll(input)
      if (input.problem === undefined) expect(text.length).toBe(clean.length * 2)
    }
  })
})

describe('UTF-16', () => {
  const text = 'event_time,statement\r\n2026-01-02,"SELECT \u00e9\u{1f5f3}"\r\n'.repeat(300)
  const littleEndian = Buffer.from(`\ufeff${text}`, 'utf16le')

  test('with a byte order mark becomes UTF-8, compressed or not, in both byte orders', async () => {
    const bigEndian = Buffer.from(littleEndian).swap16()
    for (const bytes of [littleEndian, bigEndian, gzipSync(littleEndian), zstdCompressSync(bigEndian)]) {
      for (const size of [1, 3, 70_000]) expect(await unpack(bytes, size)).toEqual({ text, problem: undefined })
    }
  })

  test('that breaks off in a character ends with a replacement character', async () => {
    expect((await unpack(Buffer.from('\ufeffab\ud83d', 'utf16le').subarray(0, 7))).text).toBe('ab\ufffd')
  })

  test('has offsets of the text it became', async () => {
    const folder = makeFolder({ 'audit.csv': littleEndian })
    const { lines } = await readWhole(await fileAt(`${folder}/audit.csv`))
    expect(lines[1]?.offset).toBe(Buffer.byteLength('event_time,statement\r\n'))
    expect(lines).toHaveLength(600)
  })

  test('leaves a UTF-8 byte order mark to the formats', async () => {
    expect((await unpack(Buffer.from('\ufeffa\n'))).text).toBe('\ufeffa\n')
  })
})

function commonLength(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}
