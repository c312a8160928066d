/** Reads manifests. Everything in one is a stranger's until `checkManifest` has seen its last line; nothing throws, whatever
 *  the bytes. Whether the key is one to trust is for the caller to say. */
import { createHash } from 'node:crypto'
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import {
  comparePaths,
  type ProgramKind,
  type Signer,
  type SoftwareEntry,
  type SoftwareOther,
  type SoftwareUnread,
} from './entry.ts'
import { type ManifestHead, manifestMark, signedMessage } from './manifest.ts'
import { isPathBelow } from './path-text.ts'
import { isSignedBy, parseSignatureFields } from './signing-key.ts'

/** Why a manifest cannot be used. */
export type ManifestFaultCode =
  | 'empty'
  | 'not-a-manifest'
  | 'other-version'
  | 'damaged'
  | 'cut-short'
  | 'unsigned'
  | 'bad-signature'

/** The reason, and the line where it shows. */
export interface ManifestFault {
  readonly code: ManifestFaultCode
  readonly line: number
}

/** A manifest whose signature fits. */
export interface CheckedManifest {
  readonly head: ManifestHead
  readonly entries: number
  /** Things in it that could not be read when it was made. */
  readonly unread: number
  /** Of all lines but the last; names the manifest. */
  readonly sha256: string
  readonly publicKey: string
}

type Fields = Readonly<Record<string, unknown>>

/** Lines of bytes in pieces of any size, without their line feeds; a line that is too long ends the reading. */
function* linesOf(chunks: Iterable<Uint8Array>): Generator<Buffer> {
  let held: Buffer[] = []
  let heldBytes = 0
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    let at = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
      const line = bytes.subarray(at, end)
      yield held.length === 0 ? line : Buffer.concat([...held, line])
      held = []
      heldBytes = 0
      at = end + 1
    }
    if (at < bytes.length) {
      // The reader of the file fills its buffer again.
      held.push(Buffer.from(bytes.subarray(at)))
      heldBytes += bytes.length - at
      if (heldBytes > limits.softwareLineBytesMax) return
    }
  }
  if (held.length > 0) yield Buffer.concat(held)
}

/** Reads a whole manifest and checks it: form, order, count and signature. */
export function checkManifest(chunks: Iterable<Uint8Array>): Result<CheckedManifest, ManifestFault> {
  const hash = createHash('sha256')
  let line = 0
  let head: ManifestHead | undefined
  let last: SoftwareEntry | undefined
  let entries = 0
  let unread = 0
  let seal: Fields | undefined
  for (const bytes of linesOf(chunks)) {
    line++
    const fields = parseLine(bytes)
    if (head === undefined) {
      const found = parseHead(fields)
      if (typeof found === 'string') return err({ code: found, line })
      head = found
    } else if (seal !== undefined || fields === undefined) return err({ code: 'damaged', line })
    else if ('entries' in fields) {
      seal = fields
      continue
    } else {
      const entry = parseEntry(fields)
      const isInOrder = entry !== undefined && (last === undefined || comparePaths(last.path, entry.path) < 0)
      if (!isInOrder || entries >= limits.softwareEntriesMax) return err({ code: 'damaged', line })
      last = entry
      entries++
      if (entry.type === 'unread') unread++
    }
    hash.update(bytes).update('\n')
  }
  if (head === undefined) return err({ code: 'empty', line: 1 })
  if (seal === undefined) return err({ code: 'cut-short', line })
  const sha256 = hash.digest('hex')
  if (seal.signature === undefined) return err({ code: 'unsigned', line })
  const signature = parseSignatureFields(seal)
  const isSound = signature !== undefined && seal.entries === entries && seal.sha256 === sha256
  if (!isSound || !isSignedBy(signature, signedMessage(sha256))) return err({ code: 'bad-signature', line })
  return ok({ head, entries, unread, sha256, publicKey: signature.publicKey })
}

/** A manifest that was checked is not what it was: somebody writes to the file. */
export class ManifestChanged extends Error {
  override readonly name = 'ManifestChanged'
}

/** The entries of a manifest that was checked, read once more. Throws `ManifestChanged` where it is another one now. */
export function* entriesOf(chunks: Iterable<Uint8Array>, { sha256 }: CheckedManifest): Generator<SoftwareEntry> {
  const hash = createHash('sha256')
  let isFirst = true
  let isSealed = false
  for (const bytes of linesOf(chunks)) {
    const fields = parseLine(bytes)
    if (isSealed || fields === undefined) throw new ManifestChanged()
    if ('entries' in fields) {
      isSealed = true
      continue
    }
    hash.update(bytes).update('\n')
    const entry = isFirst ? undefined : parseEntry(fields)
    if (entry !== undefined) yield entry
    else if (!isFirst) throw new ManifestChanged()
    isFirst = false
  }
  if (hash.digest('hex') !== sha256) throw new ManifestChanged()
}

function parseLine(bytes: Buffer): Fields | undefined {
  if (bytes[0] !== 123) return undefined
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

function parseHead(fields: Fields | undefined): ManifestHead | 'not-a-manifest' | 'other-version' {
  if (fields?.manifest !== manifestMark) return 'not-a-manifest'
  if (fields.version !== 1) return 'other-version'
  const { machine, madeAt, folder, expected, signers } = fields
  const isText = (value: unknown): value is string =>
    typeof value === 'string' && value.length <= limits.softwarePathBytesMax
  if (!isText(machine) || !isText(madeAt) || Number.isNaN(Date.parse(madeAt)) || !isText(folder))
    return 'not-a-manifest'
  if (!Array.isArray(expected) || expected.length > limits.softwarePatternsMax || !expected.every(isText)) {
    return 'not-a-manifest'
  }
  return { machine, madeAt, folder, expected, signers: signers === true }
}

const programs: readonly ProgramKind[] = ['pe', 'elf', 'mach-o', 'script']
const others: readonly SoftwareOther['what'][] = ['socket', 'pipe', 'device', 'system-folder', 'unknown']
const reasons: readonly SoftwareUnread['why'][] = ['denied', 'changing', 'failed', 'too-deep']
const states: readonly Signer['state'][] = ['matches', 'differs', 'unreadable']
const hashForm = /^[0-9a-f]{64}$/
const modeForm = /^[0-7]{4}$/

function oneOf<T extends string>(list: readonly T[], value: unknown): T | undefined {
  return list.find((each) => each === value)
}

const isPath = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= limits.softwarePathBytesMax && isPathBelow(value)

/** The entry of a line; undefined where it is none. */
export function parseEntry(fields: Fields): SoftwareEntry | undefined {
  if (isPath(fields.file)) return parseFile(fields.file, fields)
  if (isPath(fields.folder)) {
    const mode = parseMode(fields.mode)
    return mode === undefined ? undefined : { type: 'folder', path: fields.folder, ...mode }
  }
  if (isPath(fields.link)) {
    const { link: path, target } = fields
    return typeof target === 'string' && target.length <= limits.softwarePathBytesMax
      ? { type: 'link', path, target }
      : undefined
  }
  if (isPath(fields.other)) {
    const what = oneOf(others, fields.what)
    return what === undefined ? undefined : { type: 'other', path: fields.other, what }
  }
  if (isPath(fields.unread)) {
    const why = oneOf(reasons, fields.why)
    return why === undefined ? undefined : { type: 'unread', path: fields.unread, why }
  }
  return undefined
}

function parseFile(path: string, fields: Fields): SoftwareEntry | undefined {
  const { bytes, sha256 } = fields
  const mode = parseMode(fields.mode)
  const program = fields.program === undefined ? undefined : oneOf(programs, fields.program)
  const signer = fields.signer === undefined ? undefined : parseSigner(fields.signer)
  const isWhole =
    (program === undefined) === (fields.program === undefined) &&
    (signer === undefined) === (fields.signer === undefined)
  if (!isWhole || mode === undefined || typeof sha256 !== 'string' || !hashForm.test(sha256)) return undefined
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return undefined
  return {
    type: 'file',
    path,
    bytes,
    sha256,
    ...mode,
    ...(program === undefined ? {} : { program }),
    ...(signer === undefined ? {} : { signer }),
  }
}

/** The mode as a field to spread: empty where there is none, undefined where it is no mode. */
function parseMode(value: unknown): { readonly mode?: number } | undefined {
  if (value === undefined) return {}
  return typeof value === 'string' && modeForm.test(value) ? { mode: Number.parseInt(value, 8) } : undefined
}

function parseSigner(value: unknown): Signer | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { subject, issuer, state } = value as Fields
  const found = oneOf(states, state)
  const isName = (text: unknown): text is string =>
    typeof text === 'string' && text.length <= limits.signerCharactersMax
  return found !== undefined && isName(subject) && isName(issuer) ? { subject, issuer, state: found } : undefined
}
