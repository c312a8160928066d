/** Signatures over lists, as bundles and manifests carry them: Ed25519 (RFC 8032), and ECDSA over P-256 with SHA-256
 *  (FIPS 186-5), which is what Windows can do without a program of ours. Whether a key is trusted is for others to say. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'

/** A signature, and the key that it says it is by. */
export interface Signature {
  /** SubjectPublicKeyInfo (RFC 5280), base64. */
  readonly publicKey: string
  /** 64 bytes with both kinds of keys; of ECDSA the two numbers one after the other (IEEE P1363). */
  readonly signature: Buffer
}

const signatureLength = 64
const hashGroups = /.{4}/g
const fingerprintDigits = 32

/** A new key: Ed25519, PKCS8 PEM. */
export const makeKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** True for the text of a private key that can sign lists. */
export function isSigningKey(privateKeyPem: string): boolean {
  try {
    return algorithmOf(createPrivateKey(privateKeyPem)) !== undefined
  } catch {
    return false
  }
}

/** The fields of a signature, as they stand in JSON. */
export function signText(
  message: Buffer,
  privateKeyPem: string,
): Record<'algorithm' | 'publicKey' | 'signature', string> {
  const key = createPrivateKey(privateKeyPem)
  const algorithm = algorithmOf(key)
  if (algorithm === undefined) throw new Error('the key is of a kind that signs no lists')
  const signature =
    algorithm === 'Ed25519' ? sign(null, message, key) : sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })
  return { algorithm, publicKey: publicKeyOf(key), signature: signature.toString('base64') }
}

/** Reads the fields of a signature; undefined where they are none. */
export function parseSignatureFields(fields: Readonly<Record<string, unknown>>): Signature | undefined {
  const { algorithm, publicKey, signature } = fields
  if (typeof publicKey !== 'string' || typeof signature !== 'string') return undefined
  const bytes = Buffer.from(signature, 'base64')
  const key = keyOf(publicKey)
  if (key === undefined || algorithmOf(key) !== algorithm || bytes.length !== signatureLength) return undefined
  return { publicKey: normaliseKey(publicKey), signature: bytes }
}

/** True where the signature is that key's over this message. */
export function isSignedBy({ publicKey, signature }: Signature, message: Buffer): boolean {
  const key = keyOf(publicKey)
  if (key === undefined) return false
  return algorithmOf(key) === 'Ed25519'
    ? verify(null, message, key, signature)
    : verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** A key as it is compared: base64 without line ends, also where a PEM block was given. */
export const normaliseKey = (text: string): string => text.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '')

/** SubjectPublicKeyInfo of an Ed25519 key has 44 bytes, of a P-256 key (uncompressed) 91. */
function keyOf(publicKey: string): KeyObject | undefined {
  const der = Buffer.from(normaliseKey(publicKey), 'base64')
  if (der.length !== 44 && der.length !== 91) return undefined
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return algorithmOf(key) === undefined ? undefined : key
  } catch {
    return undefined
  }
}

function algorithmOf(key: KeyObject): 'Ed25519' | 'ECDSA-P256' | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519'
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  return isP256 ? 'ECDSA-P256' : undefined
}

/** The public half of a key: SPKI, base64. */
export const publicKeyOf = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')

/** What two people compare over the telephone: 128 bits of the key's SHA-256, in groups of four. */
export function fingerprintOf(publicKey: string): string {
  const digest = createHash('sha256')
    .update(Buffer.from(normaliseKey(publicKey), 'base64'))
    .digest('hex')
  return (digest.slice(0, fingerprintDigits).match(hashGroups) ?? []).join(' ')
}
