import { createPrivateKey } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { fingerprintOf, publicKeyOf } from '../../software/signing-key.ts'
import { MemoryInput } from '../listen/memory-input.ts'
import { openTar } from './copy.ts'
import {
  archive,
  cleanings,
  type Members,
  manifestOf,
  newKey,
  openDesk,
  pack,
  publicKey,
  sha256,
  signed,
  top,
} from './drop.fixture.ts'
import type { DropRefusal } from './drop-folder.ts'
import { isSafeName } from './manifest.ts'
import { readBundleHead, verifyFiles } from './read-bundle.ts'
import { tarEnd } from './tar.ts'

/** The machine may be busy with other things. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 })

afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean()
})

describe('a bundle is refused, and nothing of it imported,', () => {
  async function refusalOf(bytes: Buffer): Promise<DropRefusal> {
    const desk = await openDesk()
    writeFileSync(join(desk.stick, 'x.bundle'), bytes)
    await eventually(() => desk.refused.length).toBe(1)
    expect(desk.journal.streams()).toEqual([])
    expect(desk.imported).toEqual([])
    await eventually(() => readdirSync(join(desk.folder, 'work')).filter((name) => name !== 'taken.ndjson')).toEqual([])
    return desk.refused[0] as DropRefusal
  }
  const one = { name: 'a.log', bytes: 4, sha256 }
  const good = (): Members => signed(manifestOf(one), [['a.log', 'one\n']])

  test('(the one that is as it should be is not)', async () => {
    const desk = await openDesk()
    writeFileSync(join(desk.stick, 'x.bundle'), archive(good()))
    await eventually(() => desk.imported.length).toBe(1)
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
