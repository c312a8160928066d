/** Makes small Windows programs for tests, and signs them as Authenticode does, with certificates made for the occasion.
 *  It writes its own DER, so that reader and writer are not one piece of code. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

const length = (count: number): Buffer => {
  if (count < 0x80) return Buffer.of(count)
  const hex = count.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.of(0x80 + bytes.length), bytes])
}

/** One DER value. */
export function der(tag: number, ...content: (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.of(tag), length(bytes.length), bytes])
}

const sequence = (...content: Buffer[]): Buffer => der(0x30, ...content)
const set = (...content: Buffer[]): Buffer => der(0x31, ...content)

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const digits = [part & 0x7f]
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return der(6, Buffer.from(bytes))
}

const sha256Oid = '2.16.840.1.101.3.4.2.1'
const algorithm = (text: string): Buffer => sequence(oid(text), der(5))

function nameOf(parts: readonly (readonly [string, string])[]): Buffer {
  return sequence(...parts.map(([type, text]) => set(sequence(oid(type), der(0x0c, text)))))
}

/** Somebody who signs. */
export interface FixtureSigner {
  readonly key: KeyObject
  readonly certificate: Buffer
  readonly issuer: Buffer
  readonly serial: Buffer
}

/** A signer with a certificate of its own making. */
export function makeSigner(commonName: string, organisation = 'Example Vendor, Inc.'): FixtureSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = nameOf([
    ['2.5.4.6', 'US'],
    ['2.5.4.3', 'Example Code Signing CA'],
  ])
  const subject = nameOf([
    ['2.5.4.6', 'US'],
    ['2.5.4.10', organisation],
    ['2.5.4.3', commonName],
  ])
  const serial = der(2, Buffer.of(0x21, 0x43))
  const ecdsa = sequence(oid('1.2.840.10045.4.3.2'))
  const times = sequence(der(0x17, '260101000000Z'), der(0x17, '360101000000Z'))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const body = sequence(der(0xa0, der(2, Buffer.of(2))), serial, ecdsa, issuer, times, subject, spki)
  const certificate = sequence(body, ecdsa, der(3, Buffer.of(0), sign('sha256', body, privateKey)))
  return { key: privateKey, certificate, issuer, serial }
}

/** The head of a program, with nothing that runs. */
export function makePe(text = 'program', wide = true): Buffer {
  const bytes = Buffer.alloc(1024 + Math.ceil(text.length / 8) * 8)
  bytes.write('MZ', 0, 'latin1')
  bytes.writeUInt32LE(0x80, 0x3c)
  bytes.write('PE\0\0', 0x80, 'latin1')
  bytes.writeUInt16LE(wide ? 0x8664 : 0x14c, 0x84)
  bytes.writeUInt16LE(wide ? 0x20b : 0x10b, 0x98)
  bytes.writeUInt32LE(0x1234, 0x98 + 64)
  bytes.writeUInt32LE(16, 0x98 + (wide ? 108 : 92))
  bytes.write(text, 1024, 'latin1')
  return bytes
}

const directoryAt = (wide: boolean): number => 0x98 + (wide ? 112 : 96) + 32

/** What Authenticode hashes of a file that has no signature yet. */
function digestOf(pe: Buffer, wide: boolean): Buffer {
  const at = directoryAt(wide)
  const parts = [pe.subarray(0, 0x98 + 64), pe.subarray(0x98 + 68, at), pe.subarray(at + 8)]
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}

/** The certificate table of a signature over a digest. */
export function signatureTable(digest: Buffer, { key, certificate, issuer, serial }: FixtureSigner): Buffer {
  const indirect = [
    sequence(oid('1.3.6.1.4.1.311.2.1.15'), sequence(der(3, Buffer.of(0)))),
    sequence(algorithm(sha256Oid), der(4, digest)),
  ]
  const stated = createHash('sha256').update(Buffer.concat(indirect)).digest()
  const attributes = [
    sequence(oid('1.2.840.113549.1.9.3'), set(oid('1.3.6.1.4.1.311.2.1.4'))),
    sequence(oid('1.2.840.113549.1.9.4'), set(der(4, stated))),
  ]
  const signature = sign('sha256', set(...attributes), key)
  const signer = sequence(
    der(2, Buffer.of(1)),
    sequence(issuer, serial),
    algorithm(sha256Oid),
    der(0xa0, ...attributes),
    sequence(oid('1.2.840.10045.4.3.2')),
    der(4, signature),
  )
  const signedData = sequence(
    der(2, Buffer.of(1)),
    set(algorithm(sha256Oid)),
    sequence(oid('1.3.6.1.4.1.311.2.1.4'), der(0xa0, sequence(...indirect))),
    der(0xa0, certificate),
    set(signer),
  )
  const pkcs7 = sequence(oid('1.2.840.113549.1.7.2'), der(0xa0, signedData))
  const table = Buffer.alloc(8 + Math.ceil(pkcs7.length / 8) * 8)
  table.writeUInt32LE(table.length, 0)
  table.writeUInt16LE(0x200, 4)
  table.writeUInt16LE(2, 6)
  pkcs7.copy(table, 8)
  return table
}

/** The program, signed. */
export function signPe(pe: Buffer, signer: FixtureSigner, wide = true): Buffer {
  const table = signatureTable(digestOf(pe, wide), signer)
  const signed = Buffer.concat([pe, table])
  signed.writeUInt32LE(pe.length, directoryAt(wide))
  signed.writeUInt32LE(table.length, directoryAt(wide) + 4)
  return signed
}
