import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SoftwareEntry } from './entry.ts'
import { comparePaths } from './entry.ts'
import { type ManifestHead, ManifestWriter } from './manifest.ts'
import { pathBytes, pathText, shownPath } from './path-text.ts'
import { checkManifest, entriesOf, ManifestChanged } from './read-manifest.ts'
import { isSignedBy, makeKey, parseSignatureFields, signText } from './signing-key.ts'

const key = makeKey()
const head: ManifestHead = {
  machine: 'ems-1',
  madeAt: '2026-06-23T00:00:00.000Z',
  folder: 'C:\\EMS',
  expected: ['logs/'],
  signers: true,
}
const sha256 = '0123456789abcdef'.repeat(4)
const entries: SoftwareEntry[] = [
  { type: 'folder', path: 'bin', mode: 0o755 },
  {
    type: 'file',
    path: 'bin/run.exe',
    bytes: 7,
    sha256,
    mode: 0o4711,
    program: 'pe',
    signer: { subject: 'CN=V', issuer: 'CN=C', state: 'matches' },
  },
  { type: 'file', path: 'caf\udce9', bytes: 0, sha256 },
  { type: 'link', path: 'link', target: '../x' },
  { type: 'other', path: 'pipe', what: 'pipe' },
  { type: 'unread', path: 'secret', why: 'denied' },
]

function written(list: readonly SoftwareEntry[] = entries, pem = key): string {
  const writer = new ManifestWriter()
  return writer.begin(head) + list.map((entry) => writer.write(entry)).join('') + writer.end(pem)
}

/** The text in pieces of a size. */
function* pieces(text: string, size = 1 << 20): Generator<Uint8Array> {
  const bytes = Buffer.from(text)
  // One buffer that is filled again, as a reader of files has.
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) {
    const count = bytes.copy(buffer, 0, at, at + size)
    yield buffer.subarray(0, count)
  }
}

const faultOf = (text: string): string => {
  const checked = checkManifest(pieces(text))
  return checked.ok ? 'fine' : checked.error.code
}

describe('a manifest', () => {
  test('comes back as it was written, however it is cut', () => {
    for (const size of [1, 7, 100, 1 << 20]) {
      const checked = checkManifest(pieces(written(), size))
      if (!checked.ok) throw new Error(checked.error.code)
      expect(checked.value).toMatchObject({ head, entries: 6, unread: 1 })
      expect([...entriesOf(pieces(written(), size), checked.value)]).toEqual(entries)
    }
  })

  test('is refused where a byte of it was changed', () => {
    const text = written()
    expect(faultOf(text)).toBe('fine')
    fc.assert(
      fc.property(fc.nat(Buffer.byteLength(text) - 2), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(text)
        bytes[at] = (bytes[at] as number) ^ change
        const checked = checkManifest([bytes])
        // Base64 has bits that say nothing, and JSON has two ways to write a letter of the last line.
        return !checked.ok || at > text.lastIndexOf('{')
      }),
    )
  })

  test('says what is wrong with it', () => {
    const lines = written().split('\n')
    expect(faultOf('')).toBe('empty')
    expect(faultOf('hello\n')).toBe('not-a-manifest')
    expect(faultOf(written().replace('"version":1', '"version":2'))).toBe('other-version')
    expect(faultOf(lines.slice(0, -2).join('\n'))).toBe('cut-short')
    expect(faultOf([...lines.slice(0, 3), 'x', ...lines.slice(3)].join('\n'))).toBe('damaged')
    expect(faultOf([lines[0], lines[2], lines[1], ...lines.slice(3)].join('\n'))).toBe('damaged')
    expect(faultOf([...lines.slice(0, 2), ...lines.slice(3)].join('\n'))).toBe('bad-signature')
    expect(faultOf(written().replace(/,"algorithm".*/, '}'))).toBe('unsigned')
    expect(faultOf(`${written()}{"folder":"z"}\n`)).toBe('damaged')
    expect(faultOf(`{"manifest":"bellwether software"${'x'.repeat(600_000)}`)).not.toBe('fine')
  })

  test('holds no path that leads out of its folder', () => {
    for (const path of ['../x', '/etc/passwd', 'a//b', 'a/../../b', '', '.', 'a\0b']) {
      expect(faultOf(written([{ type: 'folder', path }]))).toBe('damaged')
    }
  })

  test('that changes between two readings is noticed', () => {
    const checked = checkManifest(pieces(written()))
    if (!checked.ok) throw new Error(checked.error.code)
    const other = written(entries.slice(1))
    expect(() => [...entriesOf(pieces(other), checked.value)]).toThrow(ManifestChanged)
  })

  test('may be signed by a key of Windows too', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const text = written(entries, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    expect(text).toContain('"algorithm":"ECDSA-P256"')
    expect(faultOf(text)).toBe('fine')
    expect(faultOf(text.replace('ECDSA-P256', 'Ed25519'))).toBe('bad-signature')
  })

  test('is not believed with a key that is not there, or of a kind that is not used', () => {
    const fields = signText(Buffer.from('x'), key)
    const good = parseSignatureFields(fields)
    expect(good !== undefined && isSignedBy(good, Buffer.from('x'))).toBe(true)
    expect(good !== undefined && isSignedBy(good, Buffer.from('y'))).toBe(false)
    expect(parseSignatureFields({ ...fields, publicKey: 'AAAA' })).toBeUndefined()
    expect(parseSignatureFields({ ...fields, signature: 'AAAA' })).toBeUndefined()
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    const odd = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    expect(parseSignatureFields({ ...fields, algorithm: 'ECDSA-P256', publicKey: odd })).toBeUndefined()
  })
})

describe('a name that is not UTF-8', () => {
  test('comes back byte for byte, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(pathBytes(pathText(bytes))).toEqual(Buffer.from(bytes))
      }),
    )
    // A surrogate that somebody wrote as UTF-8 is no UTF-8, and is kept too.
    for (const hex of ['edb2a9', 'c080', 'f5', 'e28028', 'ff41', 'f09f98']) {
      const bytes = Buffer.from(hex, 'hex')
      expect(pathBytes(pathText(bytes))).toEqual(bytes)
    }
  })

  test('is shown with its bytes', () => {
    expect(shownPath(pathText(Buffer.from('caf\xe9', 'latin1')))).toBe('caf<byte E9>')
  })

  test('keeps the order of a walk', () => {
    const names = ['a', 'a\udce9', 'b']
    expect(names.toSorted(comparePaths)).toEqual(names.toSorted((x, y) => (x < y ? -1 : 1)))
  })
})
