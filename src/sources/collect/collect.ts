/** Takes the hashes of folders and the logs of a machine without a network, and packs them into one signed bundle on the
 *  stick that the program lies on. It writes nowhere else, follows no link, and starts no program but `journalctl`. */
import { spawn } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { createWriteStream, readFileSync } from 'node:fs'
import { access, constants, mkdir, mkdtemp, open, realpath, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { fingerprintOf, isSigningKey, publicKeyOf } from '../../software/signing-key.ts'
import { bundleNameOf, isSafeName } from '../drop/manifest.ts'
import { type PackedFile, writeBundle } from '../drop/write-bundle.ts'
import { errorCode, problemOfError, showPath } from '../problem.ts'
import { hashHere } from '../tree/hash-here.ts'
import { writeManifestFile } from '../tree/manifest-file.ts'
import { walk } from '../tree/walk.ts'

/** What to take. */
export interface CollectRequest {
  /** The folder on the stick in which the program lies. */
  readonly stick: string
  /** Folders of software. */
  readonly software: readonly string[]
  /** Folders and files of logs. */
  readonly logs: readonly string[]
  /** Also ask the system's journal. */
  readonly journal: boolean
  readonly machine: string
  readonly nowMs: number
  readonly hasModes: boolean
  /** Told in words what is going on, and what was left out. */
  readonly say: (text: string) => void
}

/** What was taken. */
export interface Collected {
  readonly bundlePath: string
  readonly manifests: number
  readonly files: number
  readonly logs: number
  readonly bytes: number
  readonly fingerprint: string
  readonly publicKey: string
  readonly isNewKey: boolean
}

/** The key on the stick, and the bundles. */
export const stickKeyName = 'collect.key'
export const bundlesName = 'bundles'

/** Logs that are no text: other programs' databases, and the journal's own files, which are asked for as text. */
const notText = /(?:^|\/)(?:journal\/.*|lastlog|faillog|[wbu]tmp(?:[.-].*)?|.*\.(?:journal|xz|bz2|zip|db|sqlite))$/

/** A key that every collector can use: P-256, as Windows has it. PKCS8 PEM. */
export const makeStickKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Takes everything and packs it. The failure is a sentence. Nothing is left on the stick but the bundle and the key. */
export async function collect(request: CollectRequest): Promise<Result<Collected, string>> {
  const { stick, machine, nowMs } = request
  const key = await readOrMakeStickKey(stick)
  if (!key.ok) return key
  let work: string
  try {
    await mkdir(join(stick, bundlesName), { recursive: true })
    work = await mkdtemp(join(stick, 'work-'))
  } catch (error) {
    return err(`Nothing can be written to the stick: ${problemOfError(error, stick).message}`)
  }
  try {
    const manifests: PackedFile[] = []
    let files = 0
    for (const folder of request.software) {
      const written = await takeSoftware(request, folder, work, manifests.length, key.value.pem)
      if (!written.ok) return written
      manifests.push(written.value.packed)
      files += written.value.files
    }
    const logs = [...(await logFiles(request)), ...(request.journal ? await takeJournal(request, work) : [])]
    if (manifests.length + logs.length === 0)
      return err('There is nothing to take: no folder was named, and no log could be read.')
    request.say(`Packing ${manifests.length + logs.length} files`)
    const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
    const bundlePath = join(stick, bundlesName, `${machine}-${stamp}.bundle`)
    const packed = await writeBundle({
      files: [...manifests, ...logs],
      outPath: bundlePath,
      machine,
      privateKeyPem: key.value.pem,
      nowMs,
    })
    if (!packed.ok) return packed
    const publicKey = publicKeyOf(createPrivateKey(key.value.pem))
    return ok({
      bundlePath,
      manifests: manifests.length,
      files,
      logs: logs.length,
      bytes: packed.value.bytes,
      fingerprint: fingerprintOf(publicKey),
      publicKey,
      isNewKey: key.value.isNew,
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The folders that stand in a file on the stick, one on a line. */
export function foldersIn(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .replace(/^\ufeff/, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
  } catch {
    return []
  }
}

async function readOrMakeStickKey(
  stick: string,
): Promise<Result<{ readonly pem: string; readonly isNew: boolean }, string>> {
  const path = join(stick, stickKeyName)
  try {
    const pem = readFileSync(path, 'utf8')
    return isSigningKey(pem)
      ? ok({ pem, isNew: false })
      : err(
          `${showPath(path)} is no key that signs bundles. Put the right one there, or take it away: a new one is made then.`,
        )
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') return err(problemOfError(error, path).message)
  }
  try {
    const pem = makeStickKey()
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(pem)
    await file.sync()
    await file.close()
    return ok({ pem, isNew: true })
  } catch (error) {
    return err(`No key can be written to the stick: ${problemOfError(error, path).message}`)
  }
}

async function takeSoftware(
  { machine, nowMs, hasModes, stick, say }: CollectRequest,
  folder: string,
  work: string,
  number: number,
  privateKeyPem: string,
): Promise<Result<{ readonly packed: PackedFile; readonly files: number }, string>> {
  try {
    const root = await realpath(folder)
    if (!(await stat(root)).isDirectory())
      return err(`${showPath(folder)} is a file. Name the folder in which the software is.`)
    say(`Hashing ${folder}`)
    const path = join(work, `software-${number}`)
    const written = await writeManifestFile(hashHere(root, { hasModes, without: await realpath(stick) }), {
      path,
      head: { machine, madeAt: new Date(nowMs).toISOString(), folder: root, expected: [], signers: true },
      privateKeyPem,
      mustHoldFiles: false,
    })
    if (!written.ok) return written
    const { unread, files } = written.value
    if (unread.length > 0)
      say(
        `${unread.length} files of ${folder} could not be read, such as ${showPath(unread[0] as string)}. Run this as an administrator (on Linux: with sudo).`,
      )
    const name = `bellwether-software/${number}-${
      root
        .replace(/[^A-Za-z0-9]+/g, '-')
        .replace(/^-|-$/g, '')
        .slice(-80) || 'root'
    }.ndjson`
    return ok({ packed: { path, name, kind: 'software' }, files })
  } catch (error) {
    return err(problemOfError(error, folder).message)
  }
}

/** Text logs that this user may read. */
async function logFiles({ logs, say, hasModes }: CollectRequest): Promise<PackedFile[]> {
  const found: PackedFile[] = []
  let closed = 0
  const take = async (path: string): Promise<void> => {
    const name = bundleNameOf(path)
    if (notText.test(path) || found.length >= limits.bundleFilesMax - 100 || !isSafeName(name)) return
    const isOpen = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    )
    if (isOpen) found.push({ path, name })
    else closed++
  }
  for (const place of logs) {
    try {
      const root = await realpath(place)
      if ((await stat(root)).isFile()) await take(root)
      else for (const step of walk(root, { hasModes })) if (step.type === 'to-hash') await take(`${root}/${step.path}`)
    } catch (error) {
      say(problemOfError(error, place).message)
    }
  }
  if (closed > 0)
    say(
      `${closed} logs may not be read by this user and were left out. Run this as an administrator (on Linux: with sudo).`,
    )
  return found
}

/** The system's journal as text (journalctl(1), "export"); none where the machine has no journal. */
async function takeJournal({ say }: CollectRequest, work: string): Promise<PackedFile[]> {
  const path = join(work, 'journal.export')
  const asked = spawn('journalctl', ['--output=export', '--no-pager', '--quiet'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<boolean>((resolve) => {
    asked.on('error', () => resolve(false))
    asked.on('close', (code) => resolve(code === 0))
  })
  await pipeline(asked.stdout, createWriteStream(path, { flags: 'wx', mode: 0o600 })).catch(() => undefined)
  const isWhole = await ended
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  )
  if (!isWhole && bytes > 0) say('The journal of the system was read in part only.')
  return bytes > 0 ? [{ path, name: 'var/log/journal.export' }] : []
}
