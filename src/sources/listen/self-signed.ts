/** Makes a self-signed X.509 certificate (RFC 5280) for a P-256 key, because Node can sign but has no maker of
 *  certificates, and an office's Windows machine has no openssl. It knows this one kind of certificate and reads none. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP, isIPv6 } from 'node:net'

/** What a certificate says. */
export interface CertificateRequest {
  readonly commonName: string
  /** Host names and addresses under which senders reach the desk. */
  readonly names: readonly string[]
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** Both as PEM. */
export interface KeyAndCertificate {
  readonly key: string
  readonly certificate: string
}

/** DER's tags (X.690 section 8), as far as they are needed. */
const tag = {
  boolean: 1,
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  utf8: 12,
  utcTime: 23,
  time: 24,
  sequence: 48,
  set: 49,
}
const oid = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
}
const serialBytes = 16

/** A new key with its certificate. */
export function makeSelfSigned(request: CertificateRequest): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const body = certificateBody(request, publicKey)
  const signature = sign('sha256', body, privateKey)
  const whole = sequence(body, algorithm(), bits(signature))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pemOf('CERTIFICATE', whole),
  }
}

/** Section 4.1.2. */
function certificateBody(request: CertificateRequest, publicKey: KeyObject): Buffer {
  const keyInfo = publicKey.export({ type: 'spki', format: 'der' })
  const serial = randomBytes(serialBytes)
  // Positive, and not shortened by a leading zero.
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40
  const name = sequence(element(tag.set, sequence(object(oid.commonName), text(request.commonName))))
  return sequence(
    element(0xa0, element(tag.integer, Buffer.from([2]))),
    element(tag.integer, serial),
    algorithm(),
    name,
    sequence(time(request.notBeforeMs), time(request.notAfterMs)),
    name,
    keyInfo,
    element(0xa3, sequence(...extensions(request.names, keyInfo))),
  )
}

/** Section 4.2.1. It is an authority for itself alone (path length 0): senders name it as the one they trust. */
function extensions(names: readonly string[], keyInfo: Buffer): Buffer[] {
  const isTrue = element(tag.boolean, Buffer.from([0xff]))
  const keyId = createHash('sha1').update(keyInfo).digest()
  const found = [
    extension(oid.basicConstraints, sequence(isTrue, element(tag.integer, Buffer.from([0]))), true),
    // digitalSignature and keyCertSign.
    extension(oid.keyUsage, element(tag.bits, Buffer.from([2, 0x84])), true),
    extension(oid.extendedKeyUsage, sequence(object(oid.serverAuth)), false),
    extension(oid.subjectKeyId, element(tag.octets, keyId), false),
  ]
  if (names.length > 0) found.push(extension(oid.subjectAltName, sequence(...names.map(alternativeName)), false))
  return found
}

function extension(id: string, value: Buffer, isCritical: boolean): Buffer {
  const critical = isCritical ? [element(tag.boolean, Buffer.from([0xff]))] : []
  return sequence(object(id), ...critical, element(tag.octets, value))
}

/** Section 4.2.1.6: a DNS name is tag 2, an address is tag 7. */
function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? element(0x82, Buffer.from(name, 'latin1')) : element(0x87, addressBytes(name))
}

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = (address.split('%')[0] as string).split('::')
  const groups = (half: string): number[] =>
    half
      .split(':')
      .filter((group) => group !== '')
      .map((group) => Number.parseInt(group, 16))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const all = [...before, ...new Array(Math.max(0, 8 - before.length - after.length)).fill(0), ...after]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

const algorithm = (): Buffer => sequence(object(oid.ecdsaWithSha256))
const sequence = (...parts: Buffer[]): Buffer => element(tag.sequence, Buffer.concat(parts))
const text = (value: string): Buffer => element(tag.utf8, Buffer.from(value, 'utf8'))
const bits = (value: Buffer): Buffer => element(tag.bits, Buffer.concat([Buffer.from([0]), value]))

/** Tag, length in the shortest form, content. */
function element(tagByte: number, content: Buffer): Buffer {
  const { length } = content
  const lengthBytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) lengthBytes.unshift(rest & 0xff)
  const head = length < 128 ? [tagByte, length] : [tagByte, 0x80 | lengthBytes.length, ...lengthBytes]
  return Buffer.concat([Buffer.from(head), content])
}

/** Base 128, the first two arcs in one byte (X.690 section 8.19). */
function object(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const septets = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80)
    bytes.push(...septets)
  }
  return element(tag.oid, Buffer.from(bytes))
}

/** Section 4.1.2.5: two digits of the year up to 2049, four from then on. */
function time(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replace(/[-:T]|\.\d+/g, '')
  const isShort = Number(digits.slice(0, 4)) < 2050
  return element(isShort ? tag.utcTime : tag.time, Buffer.from(isShort ? digits.slice(2) : digits, 'latin1'))
}

function pemOf(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
