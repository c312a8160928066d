/** For tests of drop folders: a desk with a stick, bundles as the product packs them, and archives as nobody should. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceId } from '../../core/ids.ts'
import { publicKeyOf } from '../../software/signing-key.ts'
import type { DropDefinition } from '../definition.ts'
import { Journal } from '../listen/journal.ts'
import { DropFolder, type DropRefusal } from './drop-folder.ts'
import type { DropImport } from './drop-import.ts'
import { manifestText, signManifest } from './manifest.ts'
import { tarEnd, tarHeader, tarPadding } from './tar.ts'
import { writeBundle } from './write-bundle.ts'

export const id = 'stick' as SourceId
export const cleanings: (() => unknown)[] = []
export const newKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
export const key = newKey()
export const publicKey = publicKeyOf(createPrivateKey(key))

export interface Desk {
  readonly folder: string
  readonly stick: string
  readonly journal: Journal
  readonly drop: DropFolder
  readonly refused: DropRefusal[]
  readonly imported: DropImport[]
  text(stream: string): string
  close(): Promise<void>
}

export async function openDesk(given: Partial<DropDefinition> = {}, base?: string, journalOptions = {}): Promise<Desk> {
  const folder = base ?? mkdtempSync(join(tmpdir(), 'bellwether-drop-'))
  if (base === undefined) cleanings.push(() => rmSync(folder, { recursive: true, force: true }))
  const stick = join(folder, 'stick')
  mkdirSync(stick, { recursive: true })
  const opened = await Journal.open(join(folder, 'journal'), journalOptions)
  if (!opened.ok) throw new Error(opened.error.message)
  const journal = opened.value
  const refused: DropRefusal[] = []
  const imported: DropImport[] = []
  const drop = await DropFolder.open({
    definition: { kind: 'drop', id, title: 'x', folder: stick, trustedKeys: [publicKey], unsigned: false, ...given },
    journal,
    workFolder: join(folder, 'work'),
    nowMs: Date.now,
    onRefused: (refusal) => refused.push(refusal),
    onImported: (one) => imported.push(one),
    pollMs: 10,
    settledMs: 25,
  })
  if (!drop.ok) throw new Error(drop.error)
  const close = async (): Promise<void> => {
    await drop.value.close()
    await journal.close()
  }
  cleanings.push(close)
  const text = (stream: string): string => {
    const path = journal.streams().find((each) => each.stream === stream)?.folder ?? 'none'
    const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.log')) : []
    return names.map((name) => readFileSync(join(path, name), 'utf8')).join('')
  }
  return { folder, stick, journal, drop: drop.value, refused, imported, text, close }
}

/** A bundle of files given by name and text. */
export async function pack(
  desk: Desk,
  files: Record<string, string | Buffer>,
  out = 'logs.bundle',
  privateKeyPem = key,
): Promise<string> {
  const sources = join(desk.folder, 'packed')
  const list = Object.entries(files).map(([name, text], index) => {
    const path = join(sources, String(index))
    mkdirSync(sources, { recursive: true })
    writeFileSync(path, text)
    return { path, name }
  })
  const outPath = join(desk.folder, out)
  const written = await writeBundle({ files: list, outPath, machine: 'epb-07', privateKeyPem, nowMs: Date.now() })
  if (!written.ok) throw new Error(written.error)
  return outPath
}
export const put = (desk: Desk, path: string, name = 'logs.bundle'): void =>
  writeFileSync(join(desk.stick, name), readFileSync(path))

/** Members of an archive. */
export type Members = readonly (readonly [path: string, content: string | Buffer])[]

/** An archive of any members, packed or not. */
export function archive(members: Members, end: Buffer = tarEnd()): Buffer {
  const parts = members.flatMap(([path, content]) => {
    const bytes = Buffer.from(content)
    return [tarHeader({ path, bytes: bytes.length }, 0), bytes, tarPadding(bytes.length)]
  })
  return Buffer.concat([...parts, end])
}

export const top = 'bellwether-bundle/'
export function signed(manifest: Buffer, files: Members, privateKeyPem = key): Members {
  const signature = signManifest(manifest, privateKeyPem)
  const list: Members = [
    [`${top}manifest.json`, manifest],
    [`${top}signature.json`, signature],
  ]
  return [...list, ...files.map(([name, content]) => [`${top}files/${name}`, content] as const)]
}
export const sha256 = '2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806' // of "one\n"
export const manifestOf = (...files: object[]): Buffer =>
  manifestText({ version: 1, machine: 'm', packedAt: '2026-06-23T00:00:00Z', files: files as [] })
