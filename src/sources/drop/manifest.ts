/** What a bundle says of itself: the machine, its files with sizes and hashes, and the signature over that list.
 *  Everything in it is a stranger's until the signature by a trusted key is checked, and checked again
 *  afterwards. No I/O. */
import { limits } from '../../core/limits.ts'
import { isSignedBy, parseSignatureFields, type Signature, signText } from '../../software/signing-key.ts'

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
  /** A manifest of software (docs/software-manifest.md); left out for a log. */
  readonly kind?: 'software'
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

const machineForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const hashForm = /^[0-9a-f]{64}$/

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
    const { name, bytes, sha256, kind } = file
    found.push({ name, bytes, sha256, ...(kind === 'software' ? { kind } : {}) })
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
export const signManifest = (manifest: Buffer, privateKeyPem: string): Buffer =>
  Buffer.from(`${JSON.stringify(signText(signedMessage(manifest), privateKeyPem), null, 1)}\n`)

/** Reads a signature's text. */
export function parseSignature(text: Buffer): Signature | undefined {
  const value = parseJson(text)
  return value === undefined ? undefined : parseSignatureFields(value)
}

/** True where the signature is its key's over this manifest. */
export const isManifestSigned = (signature: Signature, manifest: Buffer): boolean =>
  isSignedBy(signature, signedMessage(manifest))

const signedMessage = (manifest: Buffer): Buffer => Buffer.concat([Buffer.from(signedPrefix), manifest])
