/** What a bundle says of itself: the machine, its files with sizes and hashes, and the Ed25519 signature (RFC 8032) over
 *  that list. Everything in it is a stranger's until the signature by a trusted key is checked, and checked again
 *  afterwards. No I/O. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { limits } from '../../core/limits.ts'

/** Names of the members of a bundle, in their order. */
export const bundleTop = 'bellwether-bundle/'
export const manifestPath = `${bundleTop}manifest.json`
export const signaturePath = `${bundleTop}signature.json`
export const filesTop = `${bundleTop}files/`
/** Put before the manifest when it is signed, so that the signature fits nothing else. */
const signedPrefix = 'bellwether bundle v1\n'

/** A file in a bundle. */
export interface ManifestFile {
  /** With `/` between folders; never absolute, never with `..`. */
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** The list that is signed. */
export interface Manifest {
  readonly version: 1
  /** What the packing machine calls itself. */
  readonly machine: string
  /** ISO 8601, by the packing machine's clock. */
  readonly packedAt: string
  readonly files: readonly ManifestFile[]
}

/** A signature as it stands in the bundle. */
export interface BundleSignature {
  /** SPKI, base64. */
  readonly publicKey: string
  readonly signature: Buffer
}

const machineForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const hashForm = /^[0-9a-f]{64}$/
const hashGroups = /.{4}/g
const fingerprintDigits = 32
const spkiLength = 44
const signatureLength = 64

/** A machine's name as a manifest may hold it. */
export function machineNameOf(text: string): string {
  const name = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63)
  return machineForm.test(name) ? name : 'machine'
}

/** A name as a bundle may hold it: the path of a file without drive letter and leading separators. */
export function bundleNameOf(absolutePath: string): string {
  return absolutePath
    .replace(/^([A-Za-z]):/, '$1')
    .replaceAll('\\', '/')
    .replace(/^\/+/, '')
}

/** True for a name that stays below the folder it is unpacked in, on every system. */
export function isSafeName(name: string): boolean {
  if (name === '' || !name.isWellFormed() || Buffer.byteLength(name) > limits.bundlePathBytesMax) return false
  if (/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) || /^[A-Za-z]:/.test(name)) return false
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/** The text of a manifest. */
export const manifestText = (manifest: Manifest): Buffer => Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)

/** Reads a manifest; undefined where it is not one of this version, or names what no bundle may hold. */
export function parseManifest(text: Buffer): Manifest | undefined {
  const value = parseJson(text)
  if (value === undefined || value.version !== 1) return undefined
  const { machine, packedAt, files } = value
  if (typeof machine !== 'string' || !machineForm.test(machine)) return undefined
  if (typeof packedAt !== 'string' || packedAt.length > 40 || Number.isNaN(Date.parse(packedAt))) return undefined
  if (!Array.isArray(files) || files.length > limits.bundleFilesMax) return undefined
  const names = new Set<string>()
  const found: ManifestFile[] = []
  let total = 0
  for (const file of files as unknown[]) {
    if (!isManifestFile(file)) return undefined
    // One name on file systems that do not tell capitals apart.
    names.add(file.name.toLowerCase())
    total += file.bytes
    found.push({ name: file.name, bytes: file.bytes, sha256: file.sha256 })
  }
  if (names.size !== found.length || total > limits.bundleBytesMax) return undefined
  return { version: 1, machine, packedAt, files: found }
}

function isManifestFile(value: unknown): value is ManifestFile {
  if (typeof value !== 'object' || value === null) return false
  const { name, bytes, sha256 } = value as Partial<Record<keyof ManifestFile, unknown>>
  if (typeof name !== 'string' || !isSafeName(name)) return false
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return false
  return typeof sha256 === 'string' && hashForm.test(sha256)
}

function parseJson(text: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The text of a signature over a manifest. */
export function signManifest(manifest: Buffer, privateKeyPem: string): Buffer {
  const key = createPrivateKey(privateKeyPem)
  const signature = sign(null, Buffer.concat([Buffer.from(signedPrefix), manifest]), key)
  const value = { algorithm: 'Ed25519', publicKey: publicKeyOf(key), signature: signature.toString('base64') }
  return Buffer.from(`${JSON.stringify(value, null, 1)}\n`)
}

/** Reads a signature's text. */
export function parseSignature(text: Buffer): BundleSignature | undefined {
  const value = parseJson(text)
  if (value?.algorithm !== 'Ed25519') return undefined
  const { publicKey, signature } = value
  if (typeof publicKey !== 'string' || typeof signature !== 'string') return undefined
  const bytes = Buffer.from(signature, 'base64')
  if (keyOf(publicKey) === undefined || bytes.length !== signatureLength) return undefined
  return { publicKey: normaliseKey(publicKey), signature: bytes }
}

/** True where the signature is that key's over this manifest. */
export function isSignedBy({ publicKey, signature }: BundleSignature, manifest: Buffer): boolean {
  const key = keyOf(publicKey)
  return key !== undefined && verify(null, Buffer.concat([Buffer.from(signedPrefix), manifest]), key, signature)
}

/** A key as it is compared: base64 without line ends, also where a PEM block was given. */
export const normaliseKey = (text: string): string => text.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '')

function keyOf(publicKey: string): KeyObject | undefined {
  const der = Buffer.from(normaliseKey(publicKey), 'base64')
  if (der.length !== spkiLength) return undefined
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
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
