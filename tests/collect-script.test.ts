/** The collector for Windows cannot run here. What it takes for granted about keys, signatures and archives is checked
 *  against what the desk reads. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isSignedBy, parseSignatureFields, publicKeyOf } from '../src/software/signing-key.ts'
import { isSafeName } from '../src/sources/drop/manifest.ts'
import { tarHeader } from '../src/sources/drop/tar.ts'

const script = readFileSync(join(import.meta.dirname, '..', 'collect', 'bellwether-collect.ps1'), 'latin1')

/** The bytes of a list in the script, by its variable's name. */
function bytesNamed(name: string): Buffer {
  const found = new RegExp(`\\$${name} = \\[byte\\[\\]\\] \\(([^)]*)\\)`).exec(script)?.[1] ?? ''
  return Buffer.from(found.split(',').map((text) => Number(text.trim())))
}

describe('the collector for Windows', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = privateKey.export({ format: 'jwk' })
  const [x, y, secret] = [jwk.x, jwk.y, jwk.d].map((text) => Buffer.from(text as string, 'base64url')) as [
    Buffer,
    Buffer,
    Buffer,
  ]
  const point = Buffer.concat([x, y])

  test('finds the parts of a key where they stand in PKCS #8, and writes them there', () => {
    const der = privateKey.export({ type: 'pkcs8', format: 'der' })
    expect(der.length).toBe(138)
    expect(der.subarray(36, 68)).toEqual(secret)
    expect(der.subarray(74, 138)).toEqual(point)
    const written = Buffer.concat([bytesNamed('pkcs8Head'), secret, bytesNamed('pkcs8Middle'), point])
    expect(written).toEqual(der)
    expect(createPrivateKey({ key: written, format: 'der', type: 'pkcs8' }).asymmetricKeyType).toBe('ec')
    expect(bytesNamed('blobHead').toString('latin1')).toBe('ECS2 \0\0\0')
  })

  test('says its public key as the desk reads it, and signs as the desk checks', () => {
    const publicKey = Buffer.concat([bytesNamed('spkiHead'), point]).toString('base64')
    expect(publicKey).toBe(publicKeyOf(privateKey))
    const message = Buffer.from('bellwether software v1\n')
    const signature = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64')
    const parsed = parseSignatureFields({ algorithm: 'ECDSA-P256', publicKey, signature })
    expect(parsed !== undefined && isSignedBy(parsed, message)).toBe(true)
  })

  test('puts the fields of an archive where the desk looks for them', () => {
    const header = tarHeader({ path: 'bellwether-bundle/manifest.json', bytes: 8 }, 0)
    const places = [...script.matchAll(/& \$put '([^']*)' (\d+)/g)].map(
      (match) => [match[1] as string, Number(match[2])] as const,
    )
    expect(places.length).toBeGreaterThan(6)
    for (const [text, at] of places) {
      // The sum's own field is filled with spaces while the sum is taken.
      if (text.trim() !== '') expect(header.toString('latin1', at, at + text.length)).toBe(text)
    }
  })

  test('names files as bundles may, short enough for its archive, and is plain ASCII', () => {
    const names = [...script.matchAll(/'(Microsoft-Windows-[^']+|System|Security|Application)'/g)].map(
      (match) => `evtx/${(match[1] as string).replace('/', '%4')}.evtx`,
    )
    expect(names.length).toBeGreaterThan(4)
    for (const name of names) {
      expect(isSafeName(name)).toBe(true)
      expect(`bellwether-bundle/files/${name}`.length).toBeLessThanOrEqual(100)
    }
    // Windows PowerShell 5.1 takes a script without a byte order mark for the system's own code page.
    expect(script).toMatch(/^[\t\r\n -~]*$/)
    expect(script).not.toMatch(/\?\?|\?\.|&&|\|\||\bternary\b/)
  })
})
