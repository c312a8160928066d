import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSignature, signerOf } from './authenticode.ts'
import type { Signer } from './entry.ts'
import { makePe, makeSigner, signatureTable, signPe } from './pe.fixture.ts'
import { hashedParts, locateSignature, programKind } from './pe.ts'

/** What the product does with a file, in one piece. */
function signerIn(file: Buffer): Signer | undefined {
  const place = locateSignature(file, file.length)
  if (place === undefined) return undefined
  const signature = readSignature(file.subarray(place.tableAt, place.tableAt + place.tableBytes))
  const hash = createHash(signature?.algorithm ?? 'sha256')
  for (const [from, until] of hashedParts(place, file.length)) hash.update(file.subarray(from, until))
  return signerOf(signature, hash.digest())
}

const vendor = makeSigner('Example Vendor')

describe('a signature in a Windows program', () => {
  test.each([true, false])('is found with its signer, and fits the file (64 bits: %s)', (wide) => {
    const found = signerIn(signPe(makePe('tabulate', wide), vendor, wide))
    expect(found).toEqual({
      subject: 'CN=Example Vendor, O=Example Vendor\\, Inc., C=US',
      issuer: 'CN=Example Code Signing CA, C=US',
      state: 'matches',
    })
    expect(signerIn(makePe('tabulate', wide))).toBeUndefined()
  })

  test('does not cover a file that was changed, longer or with a changed head', () => {
    const signed = signPe(makePe('tabulate'), vendor)
    const changed = Buffer.from(signed)
    changed[1025] = 0x58
    expect(signerIn(changed)?.state).toBe('differs')
    expect(signerIn(Buffer.concat([signed, Buffer.from('more')]))?.state).toBe('differs')
    const checksum = Buffer.from(signed)
    checksum.writeUInt32LE(99, 0x98 + 64)
    expect(signerIn(checksum)?.state).toBe('matches')
  })

  test('does not fit where only its digest was replaced by that of another file', () => {
    const signed = signPe(makePe('tabulate'), vendor)
    const other = signPe(makePe('tampered'), vendor)
    const digest = (file: Buffer): Buffer => {
      const place = locateSignature(file, file.length)
      if (place === undefined) throw new Error('not signed')
      return Buffer.from(readSignature(file.subarray(place.tableAt))?.digest ?? [])
    }
    const at = signed.indexOf(digest(signed))
    const forged = Buffer.concat([makePe('tampered'), signed.subarray(makePe('tabulate').length)])
    signed.copy(forged, 0, 0, 1024)
    digest(other).copy(forged, at)
    expect(forged.indexOf(digest(other))).toBe(at)
    expect(signerIn(forged)).toMatchObject({ subject: expect.stringContaining('Example Vendor'), state: 'differs' })
  })

  test('is unreadable where its table is damaged, or leads nowhere', () => {
    const signed = signPe(makePe('tabulate'), vendor)
    const damaged = Buffer.from(signed)
    damaged.fill(0xff, signed.length - 300)
    expect(signerIn(damaged)?.state).toMatch(/unreadable|differs/)
    const away = Buffer.from(signed)
    away.writeUInt32LE(0x7fff_fff0, 0x98 + 112 + 32)
    expect(signerIn(away)).toEqual({ subject: '', issuer: '', state: 'unreadable' })
    expect(readSignature(Buffer.alloc(64, 0xff))).toBeUndefined()
    expect(readSignature(signatureTable(Buffer.alloc(32), vendor).subarray(0, 200))).toBeUndefined()
  })

  test('is looked for only in what is a Windows program', () => {
    expect(programKind(makePe())).toBe('pe')
    expect(programKind(Buffer.from('#!/bin/sh'))).toBe('script')
    expect(programKind(Buffer.from('\x7fELF\x02', 'latin1'))).toBe('elf')
    expect(programKind(Buffer.of(0xcf, 0xfa, 0xed, 0xfe))).toBe('mach-o')
    expect(programKind(Buffer.from('PK'))).toBeUndefined()
    expect(locateSignature(Buffer.from('MZ'), 2)).toBeUndefined()
  })

  const hasTools = ['osslsigncode', 'openssl'].every((name) => spawnSync(name, ['version']).error === undefined)

  test.skipIf(!hasTools)('by another tool is read: RSA, with a timestamp of the signing machine', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bellwether-pe-'))
    const at = (name: string): string => join(folder, name)
    const run = (program: string, ...args: string[]): void => {
      const done = spawnSync(program, args, { encoding: 'utf8', cwd: folder })
      if (done.status !== 0) throw new Error(`${program}: ${done.stdout}${done.stderr}`)
    }
    try {
      run(
        'openssl',
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        'key.pem',
        '-out',
        'cert.pem',
        '-days',
        '9',
        '-subj',
        '/C=US/O=Ex\u00e4mple/CN=Signing',
        '-utf8',
        '-addext',
        'extendedKeyUsage=codeSigning',
      )
      writeFileSync(at('in.exe'), makePe('another tool signs this'))
      for (const hash of ['sha1', 'sha256', 'sha384']) {
        run(
          'osslsigncode',
          'sign',
          '-certs',
          'cert.pem',
          '-key',
          'key.pem',
          '-h',
          hash,
          '-in',
          'in.exe',
          '-out',
          `${hash}.exe`,
        )
        const file = readFileSync(at(`${hash}.exe`))
        expect(signerIn(file)).toMatchObject({ subject: 'CN=Signing, O=Ex\u00e4mple, C=US', state: 'matches' })
        file[1030] = 0
        expect(signerIn(file)?.state).toBe('differs')
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
