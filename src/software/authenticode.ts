/** Who signed a Windows program: reads the PKCS #7 signature (RFC 2315; "Windows Authenticode Portable Executable Signature
 *  Format", 2008) in a certificate table, and checks that it is by the certificate that it names and over the digest that
 *  it holds. Whether that certificate is to be trusted, or was withdrawn, it does not know: anybody can sign under any name
 *  with a certificate of their own. */
import { createHash, verify, X509Certificate } from 'node:crypto'
import { limits } from '../core/limits.ts'
import {
  type DerValue,
  derChildren,
  derContent,
  derDescend,
  derOid,
  derTags,
  derText,
  derValue,
  derWhole,
} from './der.ts'
import type { Signer } from './entry.ts'

/** A signature as it was read. */
export interface AuthenticodeSignature {
  readonly subject: string
  readonly issuer: string
  /** How the file is hashed, for `node:crypto`. */
  readonly algorithm: string
  /** What the digest of the file must be. */
  readonly digest: Uint8Array
  /** The signature is by the certificate that it names, over this digest. */
  readonly isSound: boolean
}

const signedDataOid = '1.2.840.113549.1.7.2'
const indirectDataOid = '1.3.6.1.4.1.311.2.1.4'
const messageDigestOid = '1.2.840.113549.1.9.4'
const algorithms: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
/** Names of the parts of a name (RFC 4514 section 3, X.520). */
const partNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.15': 'businessCategory',
  '2.5.4.97': 'organizationIdentifier',
  '1.2.840.113549.1.9.1': 'emailAddress',
}
const pkcs7Entry = 2

/** The first signature of a certificate table; undefined where there is none that can be read. Further ones, nested or
 *  beside it, are not looked at. */
export function readSignature(table: Uint8Array): AuthenticodeSignature | undefined {
  const view = new DataView(table.buffer, table.byteOffset, table.length)
  let at = 0
  for (let count = 0; count < limits.certificateEntriesMax && at + 8 <= table.length; count++) {
    const length = view.getUint32(at, true)
    if (length < 8 || at + length > table.length) return undefined
    if (view.getUint16(at + 6, true) === pkcs7Entry) return readPkcs7(table.subarray(at + 8, at + length))
    at += Math.ceil(length / 8) * 8
  }
  return undefined
}

/** Who signed, and whether it covers the file whose digest this is; the digest by the signature's own algorithm. */
export function signerOf(signature: AuthenticodeSignature | undefined, digest: Uint8Array | undefined): Signer {
  if (signature === undefined || digest === undefined) return { subject: '', issuer: '', state: 'unreadable' }
  const { subject, issuer, isSound } = signature
  const isSame = isSound && Buffer.compare(signature.digest, digest) === 0
  return { subject, issuer, state: isSame ? 'matches' : 'differs' }
}

function readPkcs7(bytes: Uint8Array): AuthenticodeSignature | undefined {
  const content = derValue(bytes, 0)
  if (derOid(derDescend(content, 0)) !== signedDataOid) return undefined
  const signedData = derDescend(content, 1, 0)
  const parts = signedData === undefined ? undefined : derChildren(signedData)
  const [, , info, ...rest] = parts ?? []
  if (info === undefined || derOid(derDescend(info, 0)) !== indirectDataOid) return undefined
  const indirect = derDescend(info, 1, 0)
  const algorithm = algorithms[derOid(derDescend(indirect, 1, 0, 0)) ?? '']
  const digest = derDescend(indirect, 1, 1)
  const signer = derDescend(rest.at(-1), 0)
  if (indirect === undefined || algorithm === undefined || digest?.tag !== derTags.octets) return undefined
  if (signer === undefined || rest.at(-1)?.tag !== derTags.set) return undefined
  const certificates = rest.find(({ tag }) => tag === derTags.context0)
  const certificate = certificateOf(signer, certificates)
  if (certificate === undefined) return undefined
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    algorithm,
    digest: derContent(digest),
    isSound: isSound(signer, indirect, certificate.whole),
  }
}

interface Certificate {
  readonly whole: Uint8Array
  readonly subject: string
  readonly issuer: string
}

/** The certificate that a signer names by issuer and serial number (RFC 2315 section 9.2). */
function certificateOf(signer: DerValue, certificates: DerValue | undefined): Certificate | undefined {
  const named = derDescend(signer, 1)
  const issuer = derDescend(named, 0)
  const serial = derDescend(named, 1)
  if (certificates === undefined || issuer === undefined || serial === undefined) return undefined
  for (const value of derChildren(certificates) ?? []) {
    const parts = derDescend(value, 0)
    // The version is optional (RFC 5280 section 4.1).
    const fields = parts === undefined ? [] : (derChildren(parts) ?? [])
    const [itsSerial, , itsIssuer, , subject] = fields[0]?.tag === derTags.context0 ? fields.slice(1) : fields
    if (itsSerial === undefined || itsIssuer === undefined || subject === undefined) continue
    const isIt = isSame(derWhole(itsSerial), derWhole(serial)) && isSame(derWhole(itsIssuer), derWhole(issuer))
    if (isIt) return { whole: derWhole(value), subject: nameText(subject), issuer: nameText(itsIssuer) }
  }
  return undefined
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** The signature is the certificate's, over the digest of what it says of the file (RFC 2315 section 9.3). */
function isSound(signer: DerValue, indirect: DerValue, certificate: Uint8Array): boolean {
  const parts = derChildren(signer) ?? []
  const hasAttributes = parts[3]?.tag === derTags.context0
  const attributes = hasAttributes ? (parts[3] as DerValue) : undefined
  const hash = algorithms[derOid(derDescend(parts[2], 0)) ?? '']
  const signature = parts[hasAttributes ? 5 : 4]
  if (hash === undefined || signature?.tag !== derTags.octets) return false
  const content = derContent(indirect)
  if (attributes !== undefined) {
    const stated = messageDigest(attributes)
    if (stated === undefined || !isSame(stated, createHash(hash).update(content).digest())) return false
  }
  const signed = attributes === undefined ? content : asSet(attributes)
  try {
    return verify(hash, signed, new X509Certificate(certificate).publicKey, derContent(signature))
  } catch {
    // A key of an unknown kind, or a certificate that is none.
    return false
  }
}

function messageDigest(attributes: DerValue): Uint8Array | undefined {
  for (const attribute of derChildren(attributes) ?? []) {
    if (derOid(derDescend(attribute, 0)) !== messageDigestOid) continue
    const value = derDescend(attribute, 1, 0)
    return value?.tag === derTags.octets ? derContent(value) : undefined
  }
  return undefined
}

/** Attributes are signed as a SET, and stand in the signature with another tag. */
function asSet(attributes: DerValue): Uint8Array {
  const whole = Uint8Array.from(derWhole(attributes))
  whole[0] = derTags.set
  return whole
}

/** A name as text, most telling part first: `CN=Example Vendor, O=Example Vendor Inc., C=US`. */
function nameText(name: DerValue): string {
  const parts: string[] = []
  for (const set of derChildren(name) ?? []) {
    for (const pair of derChildren(set) ?? []) {
      const oid = derOid(derDescend(pair, 0)) ?? ''
      const value = derDescend(pair, 1)
      const text = value === undefined ? undefined : derText(value)
      if (text !== undefined) parts.push(`${partNames[oid] ?? oid}=${text.replace(/[,+"\\<>;]/g, '\\$&')}`)
    }
  }
  return parts.toReversed().join(', ').slice(0, limits.signerCharactersMax).toWellFormed()
}
