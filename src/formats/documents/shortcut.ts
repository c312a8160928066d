/** Reads shortcuts: Windows' binary ones with target and arguments (MS-SHLLINK 2), and those to an address. */
import { latin1Text } from '../latin1.ts'
import { wideText } from '../utf16.ts'
import { byteAt, decodeText, uint16At, uint32At, utf16Text, zeroEndedText } from './bytes.ts'
import type { Inspection, Subject } from './inspection.ts'

/** What a shortcut says. */
export interface Shortcut {
  readonly target: string
  readonly arguments: string
  readonly icon: string
  /** Bytes behind its end: payloads are hung on there. */
  readonly trailingBytes: number
}

const flagBits = {
  idList: 1,
  linkInfo: 2,
  name: 4,
  relativePath: 8,
  workingFolder: 16,
  arguments: 32,
  icon: 64,
  unicode: 128,
} as const
const headBytes = 76
const pathCharacters = 2_048
/** Ordinary shortcuts have nothing behind their last block. */
const trailingBytesToTell = 1_024

/** Reads a binary shortcut. */
export function readShortcut(bytes: Uint8Array): Shortcut {
  const flags = uint32At(bytes, 0x14)
  let at = headBytes
  let target = ''
  if ((flags & flagBits.idList) !== 0) {
    target = itemPath(bytes, at + 2, at + 2 + uint16At(bytes, at))
    at += 2 + uint16At(bytes, at)
  }
  if ((flags & flagBits.linkInfo) !== 0) {
    target = linkInfoPath(bytes, at) || target
    at += Math.max(4, uint32At(bytes, at))
  }
  const strings = new Map<string, string>()
  for (const name of ['name', 'relativePath', 'workingFolder', 'arguments', 'icon'] as const) {
    if ((flags & flagBits[name]) === 0) continue
    const length = uint16At(bytes, at)
    const isWide = (flags & flagBits.unicode) !== 0
    const end = at + 2 + length * (isWide ? 2 : 1)
    const from = Math.min(at + 2, bytes.length)
    strings.set(name, (isWide ? wideText : latin1Text)(bytes, from, Math.min(end, bytes.length)))
    at = end
  }
  const extra = readExtra(bytes, at)
  return {
    target: extra.target || target || strings.get('relativePath') || '',
    arguments: strings.get('arguments') ?? '',
    icon: strings.get('icon') ?? '',
    trailingBytes: Math.max(0, bytes.length - extra.end),
  }
}

/** Names of the items of a path (2.2), as far as they are files and folders: an old name stands behind 14 bytes. */
function itemPath(bytes: Uint8Array, from: number, end: number): string {
  const names: string[] = []
  for (let at = from; at + 2 < end && at < bytes.length && names.length < 32; ) {
    const size = uint16At(bytes, at)
    if (size < 3) break
    const type = byteAt(bytes, at + 2)
    if ((type & 0x70) === 0x30) names.push(itemName(bytes, at, size))
    else if ((type & 0x70) === 0x20 && size > 6) names.push(zeroEndedText(bytes, at + 3, 4))
    at += size
  }
  return names.join('\\').replaceAll('\\\\', '\\')
}

/** The long name of an item stands in a block at its end; the short one is always there. */
function itemName(bytes: Uint8Array, at: number, size: number): string {
  const isWide = (byteAt(bytes, at + 2) & 4) !== 0
  const short = isWide ? utf16Text(bytes, at + 14, size - 14) : zeroEndedText(bytes, at + 14, Math.max(0, size - 14))
  const block = at + uint16At(bytes, at + size - 2)
  if (block <= at + 14 || block + 8 > at + size || uint32At(bytes, block + 4) !== 0xbeef0004) return short
  const version = uint16At(bytes, block + 2)
  const nameAt = block + (version >= 9 ? 46 : version >= 8 ? 42 : version >= 7 ? 38 : 20)
  return utf16Text(bytes, nameAt, at + size - nameAt) || short
}

/** A path of a disk, or of a share with what follows (2.3). */
function linkInfoPath(bytes: Uint8Array, at: number): string {
  const flags = uint32At(bytes, at + 8)
  const suffix = zeroEndedText(bytes, at + uint32At(bytes, at + 24), pathCharacters)
  if ((flags & 1) !== 0) return zeroEndedText(bytes, at + uint32At(bytes, at + 16), pathCharacters) + suffix
  if ((flags & 2) === 0) return ''
  const network = at + uint32At(bytes, at + 20)
  const share = zeroEndedText(bytes, network + uint32At(bytes, network + 8), pathCharacters)
  return suffix === '' ? share : `${share}\\${suffix}`
}

/** Blocks at the end (2.5); the one with variables in it holds a target too. */
function readExtra(bytes: Uint8Array, from: number): { target: string; end: number } {
  let at = from
  let target = ''
  for (let count = 0; count < 64 && at + 4 <= bytes.length; count++) {
    const size = uint32At(bytes, at)
    if (size < 4) return { target, end: at + 4 }
    if (uint32At(bytes, at + 4) === 0xa0000001)
      target = utf16Text(bytes, at + 268, 520) || zeroEndedText(bytes, at + 8, 260)
    at += size
  }
  return { target, end: Math.min(at, bytes.length) }
}

/** Notes a binary shortcut. */
export function examineShortcut(subject: Subject, inspection: Inspection): void {
  const { target, arguments: given, icon, trailingBytes } = readShortcut(subject.bytes)
  const command = `${target} ${given}`.replace(/\s{2,}/g, ' ').trim()
  inspection.add('shortcut', subject.path, command === '' ? 'a shortcut' : `opens ${command}`)
  if (trailingBytes > trailingBytesToTell) {
    inspection.add('shortcut', subject.path, `${trailingBytes} bytes hang on behind its end`)
  }
  for (const text of [command, icon]) addLinks(text, subject, inspection)
}

function addLinks(text: string, subject: Subject, inspection: Inspection): void {
  for (const match of text.slice(0, 8_192).matchAll(/(?:https?:\/\/|\\\\)[^\s"'<>|^]{3,1000}/gi)) {
    inspection.addLink(match[0], subject.path, 'shortcut')
  }
}

/** Notes a shortcut to an address: `URL=`, and an icon that is fetched from a server. */
export function examineUrlFile(subject: Subject, inspection: Inspection): void {
  const text = decodeText(subject.bytes.subarray(0, 65_536))
  const url = /^\s{0,20}(?:URL|BASEURL|Command)\s{0,20}=\s{0,20}([^\r\n]{1,2048})/im.exec(text)?.[1]?.trim() ?? ''
  inspection.add('shortcut', subject.path, url === '' ? 'a shortcut to an address' : `opens ${url}`)
  inspection.addLink(url, subject.path, 'shortcut')
  const icon = /^\s{0,20}IconFile\s{0,20}=\s{0,20}(\\\\[^\r\n]{1,1024}|https?:[^\r\n]{1,1024})/im.exec(text)?.[1]
  if (icon !== undefined) inspection.add('external-relationship', subject.path, `icon from ${icon}`)
}

/** Where a folder's view or a search leads: files that Windows opens as a folder elsewhere. */
export function examineLibraryFile(subject: Subject, inspection: Inspection): void {
  const text = latin1Text(subject.bytes, 0, Math.min(subject.bytes.length, 65_536))
  for (const match of text.matchAll(/<(?:url|include[^>]{0,200})>([^<]{3,1000})</gi)) {
    inspection.addLink(match[1] as string, subject.path, 'shortcut')
  }
}
