import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import { PushIntake } from './intake.ts'
import { Journal } from './journal.ts'
import { plainName, Uploads } from './upload.ts'

/** The machine may be busy with other things. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 })

const id = 'web' as SourceId
const cleanings: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean()
})

interface Place {
  readonly folder: string
  readonly journal: Journal
  text(stream: string): string
}

async function open(options: object = {}, given?: string): Promise<Place> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'bellwether-intake-'))
  if (given === undefined) cleanings.push(() => rmSync(folder, { recursive: true, force: true }))
  const journal = await Journal.open(join(folder, 'journal'), options)
  if (!journal.ok) throw new Error(journal.error.message)
  cleanings.push(() => journal.value.close())
  const text = (stream: string): string => {
    const state = journal.value.streams().find((each) => each.stream === stream)
    const names = readdirSync(state?.folder ?? folder).filter((name) => name.endsWith('.log'))
    return names.map((name) => readFileSync(join(state?.folder ?? folder, name), 'utf8')).join('')
  }
  return { folder, journal: journal.value, text }
}

async function* pieces(...given: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of given) {
    await Promise.resolve()
    yield Buffer.from(piece)
  }
}

describe('a pushed body', () => {
  test('is kept with all its lines, the last one ended', async () => {
    const { journal, text } = await open()
    const intake = new PushIntake(journal)
    expect(await intake.acceptPush(id, 'nginx', pieces('{"a":1}\n{"b"', ':2}'))).toEqual({
      ok: true,
      value: { lines: 2, bytes: 16 },
    })
    expect(text('nginx')).toBe('{"a":1}\n{"b":2}\n')
    expect(await intake.acceptPush(id, 'nginx', pieces())).toMatchObject({ ok: true, value: { lines: 0 } })
  })

  test('may be packed with gzip or zstd, in several members, said or not', async () => {
    const { journal, text } = await open()
    const intake = new PushIntake(journal)
    const gzip = Buffer.concat([gzipSync('one\n'), gzipSync('two\n')])
    const zstd = Buffer.concat([zstdCompressSync('three\n'), zstdCompressSync('four\n')])
    expect((await intake.acceptPush(id, 'a', pieces(gzip), { contentEncoding: 'gzip' })).ok).toBe(true)
    expect((await intake.acceptPush(id, 'a', pieces(zstd))).ok).toBe(true)
    expect(text('a')).toBe('one\ntwo\nthree\nfour\n')
  })

  test('is kept whole or not at all', async () => {
    const { journal } = await open()
    const intake = new PushIntake(journal)
    const broken = Readable.from(
      (async function* () {
        yield* pieces('one\n')
        throw new Error('the connection broke')
      })(),
    )
    const bomb = gzipSync(Buffer.alloc(40_000_000))
    const half = gzipSync(Buffer.from(createHash('sha512').update('x').digest('hex').repeat(50))).subarray(0, 60)
    const code = async (body: AsyncIterable<Uint8Array>, request = {}): Promise<string> => {
      const answer = await intake.acceptPush(id, 'a', body, request)
      return answer.ok ? 'kept' : answer.error.code
    }
    expect(await code(broken)).toBe('cut-short')
    expect(await code(pieces(bomb))).toBe('too-large')
    expect(await code(pieces(half))).toBe('damaged')
    expect(await code(pieces(...Array.from({ length: 17 }, () => Buffer.alloc(2 ** 20, 'x'))))).toBe('too-large')
    expect(await code(pieces('x'), { contentLength: 2 ** 30 })).toBe('too-large')
    expect(await code(pieces('x'), { contentEncoding: 'br' })).toBe('unknown-encoding')
    expect(journal.streams()).toEqual([])
    // What was held for refused bodies is free again.
    for (let turn = 0; turn < 6; turn++) expect(await code(pieces(Buffer.alloc(15 * 2 ** 20, 'x\n')))).toBe('kept')
  }, 60_000)

  test('is refused while the journal is full or has too many streams', async () => {
    const { journal } = await open({ unreadBytesMax: 4, unreadBytesLow: 2, streamsMax: 1 })
    const intake = new PushIntake(journal)
    expect((await intake.acceptPush(id, 'a', pieces('one\n'))).ok).toBe(true)
    const refused = await intake.acceptPush(id, 'a', pieces('two\n'))
    expect(!refused.ok && refused.error).toMatchObject({ code: 'full' })
    journal.acknowledge(id, 'a', 1, 4)
    const other = await intake.acceptPush(id, 'b', pieces('two\n'))
    expect(!other.ok && other.error.code).toBe('too-many-streams')
  })
})

async function openUploads({ folder, journal }: Place): Promise<Uploads> {
  const options = { folder: join(folder, 'uploads'), journal, sourceId: id, nowMs: () => Date.UTC(2026, 5, 23) }
  const opened = await Uploads.open(options)
  if (!opened.ok) throw new Error(opened.error.message)
  cleanings.push(() => opened.value.close())
  return opened.value
}

describe('an uploaded file', () => {
  test('becomes a stream of its own that ends, and tells how far it is', async () => {
    const place = await open()
    const uploads = await openUploads(place)
    const lines = Array.from({ length: 100_000 }, (_, number) => `line ${number}\n`).join('')
    const seen: number[] = []
    const body = gzipSync(lines)
    const taken = await uploads.acceptUpload(
      '../../etc/access.log.gz',
      pieces(body.subarray(0, 1_000), body.subarray(1_000)),
      {
        onProgress: (bytes) => seen.push(bytes),
        bytes: body.length,
      },
    )
    if (!taken.ok) throw new Error(taken.error.message)
    expect(taken.value.name).toBe('access.log.gz')
    expect(taken.value.stream).toMatch(/^upload\/access\.log\.gz-[0-9a-f]{12}$/)
    expect(await taken.value.imported).toMatchObject({ lines: 100_000, bytes: lines.length, problem: undefined })
    expect(place.text(taken.value.stream)).toBe(lines)
    expect(place.journal.isEnded(id, taken.value.stream)).toBe(true)
    expect(seen).toEqual([1_000, body.length])
    expect(readdirSync(join(place.folder, 'uploads'))).toEqual(['uploads.ndjson'])
  })

  test('is recognised when it is put in twice, also after a restart and under another name', async () => {
    const place = await open()
    const first = await (await openUploads(place)).acceptUpload('a.log', pieces('one\n'))
    expect(first.ok && (await first.value.imported)?.lines).toBe(1)
    const again = await (await openUploads(place)).acceptUpload('b.log', pieces('one\n'))
    expect(!again.ok && again.error.message).toBe(
      '"b.log" was put in before: "a.log" on 2026-06-23 is the same file. It is not read again.',
    )
  })

  test('is refused with a sentence when it is an archive, empty, or breaks off', async () => {
    const place = await open()
    const uploads = await openUploads(place)
    const refusal = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
      const taken = await uploads.acceptUpload('x', body)
      return taken.ok ? 'taken' : taken.error.message
    }
    expect(await refusal(pieces('PK\x03\x04...'))).toContain('is a zip archive (or an Office document). Unpack it')
    const tar = Buffer.alloc(1_024)
    tar.write('ustar', 257)
    expect(await refusal(pieces(gzipSync(tar)))).toContain('is a tar archive')
    tar.write('bellwether-bundle/manifest.json', 0)
    expect(await refusal(pieces(gzipSync(tar)))).toContain('is a signed bundle. Put it into a drop folder')
    expect(await refusal(pieces())).toContain('is empty')
    const broken = (async function* () {
      yield* pieces('one\n')
      throw new Error('gone')
    })()
    expect(await refusal(broken)).toContain('The connection broke')
    expect(place.journal.streams()).toEqual([])
    expect(readdirSync(join(place.folder, 'uploads')).filter((name) => name !== 'uploads.ndjson')).toEqual([])
  })

  test('is refused before it comes when the disk has no room for it', async () => {
    const uploads = await openUploads(await open())
    const taken = await uploads.acceptUpload('x', pieces('one\n'), { bytes: 1e17 })
    expect(!taken.ok && taken.error.code).toBe('disk-full')
  })

  test('is read to its end after a stop in between, each line once', async () => {
    const place = await open({ unreadBytesMax: 3_000_000, unreadBytesLow: 1_000_000 })
    const uploads = await openUploads(place)
    const lines = Array.from({ length: 900_000 }, (_, number) => `line ${number}\n`).join('')
    const taken = await uploads.acceptUpload('big.log', pieces(zstdCompressSync(lines)))
    if (!taken.ok) throw new Error(taken.error.message)
    const { stream } = taken.value
    await eventually(() => place.journal.isFull).toBe(true)
    await uploads.close()
    await place.journal.close()
    expect(await taken.value.imported).toBeUndefined()
    expect(existsSync(join(place.folder, 'uploads', `${taken.value.sha256}.file`))).toBe(true)
    const again = await open({}, place.folder)
    const before = again.journal.bytesWritten(id, stream)
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(lines.length)
    await openUploads(again)
    await eventually(() => again.journal.isEnded(id, stream)).toBe(true)
    expect(again.text(stream) === lines).toBe(true)
  }, 30_000)

  test('has each line once after the desk was killed again and again while it was read', async () => {
    const place = await open()
    const lines = Array.from({ length: 600_000 }, (_, number) => `line ${number}\n`).join('')
    writeFileSync(join(place.folder, 'big.log'), lines)
    await place.journal.close()
    const script = join(import.meta.dirname, 'upload.fixture.ts')
    const killsMost = 8
    let kills = 0
    for (let round = 0; ; round++) {
      const child = spawn(process.execPath, [script, place.folder], { stdio: ['ignore', 'pipe', 'inherit'] })
      const closed = new Promise((resolve) => child.on('close', resolve))
      // The child says when it begins, and when all is done.
      const said = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text))))
      if (said.startsWith('done')) {
        await closed
        break
      }
      if (round < killsMost) {
        await wait(2 + round * 8)
        if (child.exitCode === null) kills++
        child.kill('SIGKILL')
      }
      await closed
    }
    expect(kills).toBeGreaterThan(2)
    const again = await open({}, place.folder)
    const stream = again.journal.streams().find(({ isEnded }) => isEnded)?.stream ?? 'none'
    expect(again.journal.streams().length).toBe(1)
    expect(again.text(stream) === lines).toBe(true)
  }, 120_000)

  test('has a plain name, whatever it was called', () => {
    expect(plainName('C:\\logs\\..\\u_ex.log')).toBe('u_ex.log')
    expect(plainName('a\0b\u202ec\n')).toBe('abc')
    expect(plainName('../..')).toBe('..')
    expect(plainName('')).toBe('file')
    expect(plainName('x'.repeat(5_000)).length).toBe(80)
  })
})
