import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import type { DropDefinition } from '../definition.ts'
import { Journal } from '../listen/journal.ts'
import { MemoryInput } from '../listen/memory-input.ts'
import { openTar } from './copy.ts'
import { DropFolder, type DropRefusal } from './drop-folder.ts'
import type { DropImport } from './drop-import.ts'
import { fingerprintOf, isSafeName, manifestText, publicKeyOf, signManifest } from './manifest.ts'
import { readBundleHead, verifyFiles } from './read-bundle.ts'
import { tarEnd, tarHeader, tarPadding } from './tar.ts'
import { writeBundle } from './write-bundle.ts'

const id = 'stick' as SourceId
const cleanings: (() => unknown)[] = []
const newKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const key = newKey()
const publicKey = publicKeyOf(createPrivateKey(key))

afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean()
})

interface Desk {
  readonly folder: string
  readonly stick: string
  readonly journal: Journal
  readonly drop: DropFolder
  readonly refused: DropRefusal[]
  readonly imported: DropImport[]
  text(stream: string): string
  close(): Promise<void>
}

async function openDesk(given: Partial<DropDefinition> = {}, base?: string, journalOptions = {}): Promise<Desk> {
  const folder = base ?? mkdtempSync(join(tmpdir(), 'bellwether-drop-'))
  if (base === undefined) cleanings.push(() => rmSync(folder, { recursive: true, force: true }))
  const stick = join(folder, 'stick')
  mkdirSync(stick, { recursive: true })
  const opened = await Journal.open(join(folder, 'journal'), journalOptions)
  if (!opened.ok) throw new Error(opened.error.message)
  const journal = opened.value
  const refused: DropRefusal[] = []
  const imported: DropImport[] = []
  const drop = await DropFolder.open({
    definition: { kind: 'drop', id, title: 'x', folder: stick, trustedKeys: [publicKey], unsigned: false, ...given },
    journal,
    workFolder: join(folder, 'work'),
    nowMs: Date.now,
    onRefused: (refusal) => refused.push(refusal),
    onImported: (one) => imported.push(one),
    pollMs: 10,
    settledMs: 25,
  })
  if (!drop.ok) throw new Error(drop.error)
  const close = async (): Promise<void> => {
    await drop.value.close()
    await journal.close()
  }
  cleanings.push(close)
  const text = (stream: string): string => {
    const path = journal.streams().find((each) => each.stream === stream)?.folder ?? 'none'
    const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.log')) : []
    return names.map((name) => readFileSync(join(path, name), 'utf8')).join('')
  }
  return { folder, stick, journal, drop: drop.value, refused, imported, text, close }
}

/** A bundle of files given by name and text. */
async function pack(
  desk: Desk,
  files: Record<string, string | Buffer>,
  out = 'logs.bundle',
  privateKeyPem = key,
): Promise<string> {
  const sources = join(desk.folder, 'packed')
  const list = Object.entries(files).map(([name, text], index) => {
    const path = join(sources, String(index))
    mkdirSync(sources, { recursive: true })
    writeFileSync(path, text)
    return { path, name }
  })
  const outPath = join(desk.folder, out)
  const written = await writeBundle({ files: list, outPath, machine: 'epb-07', privateKeyPem, nowMs: Date.now() })
  if (!written.ok) throw new Error(written.error)
  return outPath
}
const put = (desk: Desk, path: string, name = 'logs.bundle'): void =>
  writeFileSync(join(desk.stick, name), readFileSync(path))

describe('a drop folder', () => {
  test('imports each file of a signed bundle into a stream of its own, named for the machine', async () => {
    const desk = await openDesk()
    const long = `var/log/${'deep/'.repeat(60)}äccess.log`
    put(desk, await pack(desk, { 'var/log/a.log': 'one\ntwo\n', [long]: gzipSync('three'), empty: '' }))
    await expect.poll(() => desk.imported.length).toBe(1)
    const [first, second] = desk.imported[0]?.streams ?? []
    expect(first).toMatchObject({ name: 'var/log/a.log', lines: 2, problem: undefined })
    expect(first?.stream).toMatch(/^epb-07\/a\.log-[0-9a-f]{12}$/)
    expect(second).toMatchObject({ name: long, lines: 1 })
    expect(desk.imported[0]).toMatchObject({ machine: 'epb-07', knownFiles: 1 })
    expect(desk.text(first?.stream ?? '')).toBe('one\ntwo\n')
    expect(desk.journal.isEnded(id, first?.stream ?? '')).toBe(true)
    expect(readdirSync(join(desk.folder, 'work'))).toEqual(['taken.ndjson'])
    expect(readdirSync(desk.stick)).toEqual(['logs.bundle'])
  })

  test('imports the same stick once, also after a restart and under another name', async () => {
    const desk = await openDesk()
    const bundle = await pack(desk, { 'a.log': 'one\n' })
    put(desk, bundle)
    await expect.poll(() => desk.imported.length).toBe(1)
    put(desk, bundle, 'copy.bundle')
    await wait(150)
    await desk.close()
    const again = await openDesk({}, desk.folder)
    await wait(150)
    expect([desk.imported.length, again.imported.length, again.refused.length]).toEqual([1, 0, 0])
    expect(again.drop.state()).toMatchObject({ isThere: true, problem: undefined })
  })

  test('takes of a log that has grown since the last bundle only what is new', async () => {
    const desk = await openDesk()
    put(desk, await pack(desk, { 'access.log': 'one\ntwo\n', 'other.log': 'same\n' }), '1.bundle')
    await expect.poll(() => desk.imported.length).toBe(1)
    const files = { 'access.log': 'three\n', 'access.log.1': 'one\ntwo\nmore\n', 'other.log': 'same\n' }
    put(desk, await pack(desk, files), '2.bundle')
    await expect.poll(() => desk.imported.length).toBe(2)
    const texts = desk.imported[1]?.streams.map(({ name, stream }) => [name, desk.text(stream)])
    expect(texts).toEqual([
      ['access.log', 'three\n'],
      ['access.log.1', 'more\n'],
    ])
    expect(desk.imported[1]?.knownFiles).toBe(1)
  })

  test('waits until a file has stopped growing', async () => {
    const desk = await openDesk()
    const bytes = readFileSync(await pack(desk, { 'a.log': 'one\n'.repeat(5_000) }))
    const path = join(desk.stick, 'slow.bundle')
    for (let at = 0; at < bytes.length; at += 20) {
      appendFileSync(path, bytes.subarray(at, at + 20))
      await wait(5)
    }
    await expect.poll(() => desk.imported.length).toBe(1)
    expect(desk.refused).toEqual([])
  })

  test('survives a stick that is taken out and put in again', async () => {
    const desk = await openDesk()
    rmSync(desk.stick, { recursive: true })
    await expect.poll(() => desk.drop.state().isThere).toBe(false)
    mkdirSync(desk.stick)
    put(desk, await pack(desk, { 'a.log': 'one\n' }))
    await expect.poll(() => desk.imported.length).toBe(1)
  })

  test('takes unsigned files only where that is allowed, each once, and follows no link', async () => {
    const strict = await openDesk()
    writeFileSync(join(strict.stick, 'a.log'), 'one\n')
    writeFileSync(join(strict.stick, '.hidden'), 'one\n')
    symlinkSync('/etc/passwd', join(strict.stick, 'link.log'))
    await expect.poll(() => strict.refused.map(({ file, code }) => `${file} ${code}`)).toEqual(['a.log unsigned'])
    const open = await openDesk({ unsigned: true })
    writeFileSync(join(open.stick, 'a.log'), 'one\ntwo')
    writeFileSync(join(open.stick, 'b.log'), 'one\ntwo')
    writeFileSync(join(open.stick, 'c.zip'), 'PK\x03\x04')
    symlinkSync('/etc/passwd', join(open.stick, 'link.log'))
    await expect.poll(() => open.refused.map(({ code }) => code)).toEqual(['archive'])
    await wait(100)
    expect(open.imported.length).toBe(1)
    expect(open.text(open.imported[0]?.streams[0]?.stream ?? '')).toBe('one\ntwo\n')
  })

  test('goes on after a stop within a bundle, each line once', async () => {
    const limits = { unreadBytesMax: 3_000_000, unreadBytesLow: 1_000_000 }
    const desk = await openDesk({}, undefined, limits)
    const lines = Array.from({ length: 700_000 }, (_, number) => `line ${number}\n`).join('')
    put(desk, await pack(desk, { 'small.log': 'one\n', 'big.log': lines, 'last.log': 'two\n' }))
    await expect.poll(() => desk.journal.isFull || desk.journal.unreadBytes > 3_000_000).toBe(true)
    await desk.close()
    expect(desk.imported).toEqual([])
    const again = await openDesk({}, desk.folder)
    await expect.poll(() => again.imported.length, { timeout: 20_000 }).toBe(1)
    const texts = again.imported[0]?.streams.map(({ stream }) => again.text(stream))
    expect(texts?.[0]).toBe('one\n')
    expect(texts?.[1] === lines).toBe(true)
    expect(texts?.[2]).toBe('two\n')
  }, 40_000)
})

type Members = readonly (readonly [path: string, content: string | Buffer])[]

/** An archive of any members, packed or not. */
function archive(members: Members, end: Buffer = tarEnd()): Buffer {
  const parts = members.flatMap(([path, content]) => {
    const bytes = Buffer.from(content)
    return [tarHeader({ path, bytes: bytes.length }, 0), bytes, tarPadding(bytes.length)]
  })
  return Buffer.concat([...parts, end])
}

const top = 'bellwether-bundle/'
function signed(manifest: Buffer, files: Members, privateKeyPem = key): Members {
  const signature = signManifest(manifest, privateKeyPem)
  const list: Members = [
    [`${top}manifest.json`, manifest],
    [`${top}signature.json`, signature],
  ]
  return [...list, ...files.map(([name, content]) => [`${top}files/${name}`, content] as const)]
}
const sha256 = '2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806' // of "one\n"
const manifestOf = (...files: object[]): Buffer =>
  manifestText({ version: 1, machine: 'm', packedAt: '2026-06-23T00:00:00Z', files: files as [] })

describe('a bundle is refused, and nothing of it imported,', () => {
  async function refusalOf(bytes: Buffer): Promise<DropRefusal> {
    const desk = await openDesk()
    writeFileSync(join(desk.stick, 'x.bundle'), bytes)
    await expect.poll(() => desk.refused.length, { timeout: 5_000 }).toBe(1)
    expect(desk.journal.streams()).toEqual([])
    expect(desk.imported).toEqual([])
    await expect
      .poll(() => readdirSync(join(desk.folder, 'work')).filter((name) => name !== 'taken.ndjson'))
      .toEqual([])
    return desk.refused[0] as DropRefusal
  }
  const one = { name: 'a.log', bytes: 4, sha256 }
  const good = (): Members => signed(manifestOf(one), [['a.log', 'one\n']])

  test('(the one that is as it should be is not)', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.stick, 'x.bundle'), archive(good()))
    await expect.poll(() => desk.imported.length).toBe(1)
  })

  test('when its key is not trusted, with the fingerprint to compare', async () => {
    const stranger = newKey()
    const refused = await refusalOf(gzipSync(archive(signed(manifestOf(one), [['a.log', 'one\n']], stranger))))
    const theirs = publicKeyOf(createPrivateKey(stranger))
    expect(refused).toMatchObject({ code: 'unknown-key', publicKey: theirs, fingerprint: fingerprintOf(theirs) })
    expect(refused.reason).toContain(`fingerprint ${fingerprintOf(theirs)}`)
    expect(refused.fingerprint).toMatch(/^[0-9a-f]{4}( [0-9a-f]{4}){7}$/)
  })

  test.each<[string, string, () => Buffer]>([
    ['when a file in it was changed', 'tampered', () => archive(signed(manifestOf(one), [['a.log', 'two\n']]))],
    [
      'when a file in it has another length',
      'tampered',
      () => archive(signed(manifestOf(one), [['a.log', 'one\n\n']])),
    ],
    [
      'when its list was changed',
      'bad-signature',
      () => {
        const [list, signature, ...rest] = good()
        const changed = Buffer.from(String(list?.[1]).replace('"m"', '"n"'))
        return archive([[`${top}manifest.json`, changed], signature as Members[number], ...rest])
      },
    ],
    ['when a file is added', 'extra-file', () => archive([...good(), [`${top}files/b.log`, 'b']])],
    [
      'when a file is added behind its end',
      'extra-file',
      () => archive(good(), Buffer.concat([tarEnd(), archive([['b', 'b']])])),
    ],
    ['when a file has another name', 'extra-file', () => archive(signed(manifestOf(one), [['../a.log', 'one\n']]))],
    [
      'when a file is missing',
      'cut-short',
      () => archive(signed(manifestOf(one, { ...one, name: 'b' }), [['a.log', 'one\n']])),
    ],
    ['when it is cut short', 'cut-short', () => archive(good()).subarray(0, 3_000)],
    [
      'when its packed data is cut short',
      'cut-short',
      () => {
        const packed = gzipSync(archive(good()))
        return packed.subarray(0, packed.length - 40)
      },
    ],
    ['when it names a path outside', 'bad-list', () => archive(signed(manifestOf({ ...one, name: '../a.log' }), []))],
    ['when it names one file twice', 'bad-list', () => archive(signed(manifestOf(one, { ...one, name: 'A.log' }), []))],
    [
      'when it promises more than a bundle may hold',
      'bad-list',
      () => archive(signed(manifestOf({ ...one, bytes: 2 ** 50 }), [])),
    ],
    [
      'when it holds a link',
      'not-a-plain-file',
      () => {
        const bytes = archive(good())
        const at = bytes.lastIndexOf('files/a.log') - top.length
        bytes.write('2', at + 156)
        let sum = 8 * 32
        for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += bytes[at + i] as number
        bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
        return bytes
      },
    ],
    [
      'when its archive is damaged',
      'damaged',
      () => {
        const bytes = archive(good())
        bytes[bytes.lastIndexOf('files/a.log')] = 1
        return bytes
      },
    ],
  ])('%s', async (_title, code, make) => {
    const refused = await refusalOf(make())
    expect(refused.code).toBe(code)
    expect(refused.reason).toMatch(/Nothing was imported\./)
  })

  test('when it grows without end as it is unpacked', async () => {
    const bomb = Buffer.concat([
      archive(signed(manifestOf({ ...one, bytes: 10 ** 11 }), []), Buffer.alloc(0)),
      Buffer.alloc(200_000_000),
    ])
    const refused = await refusalOf(gzipSync(bomb, { level: 9 }))
    expect(['damaged', 'cut-short', 'extra-file']).toContain(refused.code)
  }, 30_000)
})

describe('a bundle of which any byte was changed', () => {
  test('is refused, or has the files that were signed', async () => {
    const files: Members = [
      ['a.log', 'one\n'],
      ['b.log', 'one\n'],
    ]
    const bytes = archive(
      signed(manifestOf({ name: 'a.log', bytes: 4, sha256 }, { name: 'b.log', bytes: 4, sha256 }), files),
    )
    const check = async (changed: Buffer): Promise<boolean> => {
      const tar = await openTar(new MemoryInput(changed))
      const head = await readBundleHead(tar, [publicKey])
      if (!head.ok) return false
      const verified = await verifyFiles(tar, head.value.manifest, new Map(), new AbortController().signal)
      if (!verified.ok) return false
      expect(verified.value.map(({ name }) => name)).toEqual(['a.log', 'b.log'])
      return true
    }
    expect(await check(bytes)).toBe(true)
    const byte = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 3 }), fc.nat(bytes.length), async (changes, cut) => {
        const changed = Buffer.from(bytes)
        for (const [at, by] of changes) changed[at] = ((changed[at] as number) + by) % 256
        await check(changed)
        await check(changed.subarray(0, cut))
        await check(gzipSync(changed).subarray(0, cut))
      }),
      { numRuns: 300 },
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (junk) => {
        expect(await check(Buffer.from(junk))).toBe(false)
        expect(await check(Buffer.concat([bytes.subarray(0, 512), junk]))).toBe(false)
      }),
      { numRuns: 100 },
    )
  })
})

describe('names in a bundle', () => {
  test.each([
    '',
    '/a',
    'a//b',
    '..',
    'a/../b',
    './a',
    'a\\b',
    'C:a',
    'a\0b',
    'a\nb',
    '\ud800',
    'a/',
    'x'.repeat(5_000),
  ])('may not be %j', (name) => expect(isSafeName(name)).toBe(false))
  test.each(['a', 'var/log/nginx/access.log', '.hidden', 'a b', 'ä'])('may be %j', (name) => {
    expect(isSafeName(name)).toBe(true)
  })
})

describe('a written bundle', () => {
  test('is a gzip of a tar whose first member is the list of files', async () => {
    const desk = await openDesk()
    const tar = gunzipSync(readFileSync(await pack(desk, { 'a.log': 'one\n' })))
    expect(tar.toString('latin1', 0, 31)).toBe('bellwether-bundle/manifest.json')
    const list = JSON.parse(tar.toString('utf8', 512, tar.indexOf('\0', 512)))
    expect(list).toMatchObject({ version: 1, machine: 'epb-07', files: [{ name: 'a.log', bytes: 4, sha256 }] })
  })
})
