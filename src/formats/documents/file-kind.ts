/** What a file is by its bytes. What needs a look inside a container (which sort of zip, which sort of compound file) is
 *  told by that container's reader. */
import { latin1Text } from '../latin1.ts'
import { bigUint32At, byteAt, decodeText, hasText, uint16At, uint32At } from './bytes.ts'
import { holdsZip } from './zip-signs.ts'

/** Everything that a file can be told to be. */
export type FileKind =
  | 'empty'
  | 'unknown'
  | 'text'
  | 'csv'
  | 'sylk'
  | 'html'
  | 'svg'
  | 'xml'
  | 'word-xml'
  | 'excel-xml'
  | 'flat-opc'
  | 'flat-odf'
  | 'mht'
  | 'active-mime'
  | 'rtf'
  | 'pdf'
  | 'compound'
  | 'ole-word'
  | 'ole-excel'
  | 'ole-powerpoint'
  | 'ole-object'
  | 'ole1-object'
  | 'ole-encrypted'
  | 'excel-stream'
  | 'outlook-message'
  | 'tnef'
  | 'mail'
  | 'installer'
  | 'zip'
  | 'ooxml-word'
  | 'ooxml-excel'
  | 'ooxml-powerpoint'
  | 'ooxml-other'
  | 'odf-text'
  | 'odf-spreadsheet'
  | 'odf-presentation'
  | 'odf-other'
  | 'java-archive'
  | 'gzip'
  | 'bzip2'
  | 'xz'
  | 'zstd'
  | 'tar'
  | 'seven-zip'
  | 'rar'
  | 'cabinet'
  | 'arj'
  | 'ace'
  | 'iso'
  | 'udf'
  | 'vhd'
  | 'vhdx'
  | 'disk-image'
  | 'apple-disk-image'
  | 'windows-executable'
  | 'elf'
  | 'mach-o'
  | 'java-class'
  | 'shortcut'
  | 'url-file'
  | 'script'
  | 'onenote'
  | 'help-file'
  | 'png'
  | 'jpeg'
  | 'gif'
  | 'webp'
  | 'bmp'
  | 'tiff'
  | 'icon'
  | 'metafile'
  | 'font'
  | 'media'

/** Kinds known by the bytes at one place, most telling first. */
const signatures: readonly (readonly [at: number, signature: string, kind: FileKind])[] = [
  [0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'compound'],
  [0, '\x78\x9f\x3e\x22', 'tnef'],
  // A version that readers ignore and a form of an object: embedded, linked (MS-OLEDS 2.2.4 and 2.2.5).
  [0, '\x01\x05\x00\x00\x02\x00\x00\x00', 'ole1-object'],
  [0, '\x01\x05\x00\x00\x01\x00\x00\x00', 'ole1-object'],
  [0, 'PK\x03\x04', 'zip'],
  [0, 'PK\x05\x06', 'zip'],
  [0, 'PK00PK\x03\x04', 'zip'],
  [0, '\x1f\x8b\x08', 'gzip'],
  [0, 'BZh', 'bzip2'],
  [0, '\xfd7zXZ\x00', 'xz'],
  [0, '\x28\xb5\x2f\xfd', 'zstd'],
  [0, '7z\xbc\xaf\x27\x1c', 'seven-zip'],
  [0, 'Rar!\x1a\x07', 'rar'],
  [0, 'MSCF\x00\x00\x00\x00', 'cabinet'],
  [0, '\x60\xea', 'arj'],
  [7, '**ACE**', 'ace'],
  [257, 'ustar', 'tar'],
  [0, 'L\x00\x00\x00\x01\x14\x02\x00', 'shortcut'],
  // The file's id as a GUID (MS-ONESTORE 2.3.1): {7B5C52E4-D88C-4DA7-AEB1-5378D02996D3} and the one of a contents file.
  [0, '\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3', 'onenote'],
  [0, '\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f', 'onenote'],
  [0, '\x7fELF', 'elf'],
  [0, '\xfe\xed\xfa\xce', 'mach-o'],
  [0, '\xfe\xed\xfa\xcf', 'mach-o'],
  [0, '\xce\xfa\xed\xfe', 'mach-o'],
  [0, '\xcf\xfa\xed\xfe', 'mach-o'],
  [0, 'ITSF', 'help-file'],
  [0, '\x89PNG\r\n\x1a\n', 'png'],
  [0, '\xff\xd8\xff', 'jpeg'],
  [0, 'GIF87a', 'gif'],
  [0, 'GIF89a', 'gif'],
  [0, 'II*\x00', 'tiff'],
  [0, 'MM\x00*', 'tiff'],
  [0, '\x00\x00\x01\x00', 'icon'],
  [0, '\xd7\xcd\xc6\x9a', 'metafile'],
  [0, '\x01\x00\x09\x00\x00\x03', 'metafile'],
  // Workbooks without a compound file around them: Excel 2, 3, 4, and what some programs write in their manner.
  [0, '\x09\x00\x04\x00', 'excel-stream'],
  [0, '\x09\x02\x06\x00', 'excel-stream'],
  [0, '\x09\x04\x06\x00', 'excel-stream'],
  [0, '\x09\x08\x08\x00', 'excel-stream'],
  [0, '\x09\x08\x10\x00', 'excel-stream'],
  [40, ' EMF', 'metafile'],
  [0, 'vhdxfile', 'vhdx'],
  [0, 'ActiveMime', 'active-mime'],
  [0, 'wOFF', 'font'],
  [0, 'wOF2', 'font'],
  [0, 'OTTO', 'font'],
  [0, '\x00\x01\x00\x00\x00', 'font'],
  [4, 'ftyp', 'media'],
  [0, 'ID3', 'media'],
  [0, 'OggS', 'media'],
  [0, '\x1aE\xdf\xa3', 'media'],
  [0x8001, 'CD001', 'iso'],
  [0x8801, 'CD001', 'iso'],
  [0x9001, 'CD001', 'iso'],
]

/** Bytes in which readers of PDF look for its head (ISO 32000-2, annex I.3), and in which text is told by its words. */
const headBytes = 1_024
const textHeadBytes = 4_096

/** What the bytes are. */
export function kindOfBytes(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return 'empty'
  for (const [at, signature, kind] of signatures) if (hasText(bytes, at, signature)) return kind
  const kind = kindOfRiff(bytes) ?? kindOfProgram(bytes) ?? kindOfImage(bytes) ?? kindOfText(bytes)
  return kind ?? (holdsZip(bytes) ? 'zip' : 'unknown')
}

function kindOfRiff(bytes: Uint8Array): FileKind | undefined {
  if (!hasText(bytes, 0, 'RIFF')) return undefined
  return hasText(bytes, 8, 'WEBP') ? 'webp' : 'media'
}

/** A DOS head that leads to a PE head, or has the sizes of a DOS program; a universal Mach-O file or a Java class. */
function kindOfProgram(bytes: Uint8Array): FileKind | undefined {
  if (hasText(bytes, 0, 'MZ') && bytes.length >= 64) {
    const at = uint32At(bytes, 0x3c)
    if (hasText(bytes, at, 'PE\0\0') || hasText(bytes, at, 'NE') || hasText(bytes, at, 'LE'))
      return 'windows-executable'
    // Pages, and paragraphs of the head: text that begins with MZ has neither.
    if (uint16At(bytes, 2) < 512 && uint16At(bytes, 8) >= 2 && uint16At(bytes, 8) < 256) return 'windows-executable'
  }
  if (bigUint32At(bytes, 0) === 0xcafebabe) {
    // Universal binaries count architectures where classes have their version, which is at least 45.
    return bigUint32At(bytes, 4) < 45 ? 'mach-o' : 'java-class'
  }
  return undefined
}

function kindOfImage(bytes: Uint8Array): FileKind | undefined {
  if (hasText(bytes, 0, 'BM') && uint32At(bytes, 6) === 0 && uint32At(bytes, 14) >= 12 && uint32At(bytes, 14) <= 124) {
    return 'bmp'
  }
  for (const at of [0x8001, 0x8801, 0x9001, 0x9801]) {
    if (hasText(bytes, at, 'NSR02') || hasText(bytes, at, 'NSR03') || hasText(bytes, at, 'BEA01')) return 'udf'
  }
  if (hasText(bytes, bytes.length - 512, 'conectix') || hasText(bytes, 0, 'conectix')) return 'vhd'
  if (hasText(bytes, bytes.length - 512, 'koly')) return 'apple-disk-image'
  const isBoot = bytes.length >= 1_024 && bytes.length % 512 === 0 && uint16At(bytes, 510) === 0xaa55
  if (isBoot && (byteAt(bytes, 0) === 0xeb || byteAt(bytes, 0) === 0xe9 || hasText(bytes, 0x36, 'FAT')))
    return 'disk-image'
  return undefined
}

/** Kinds of text. A PDF's head may stand behind other bytes; so may the tag of a page behind a comment. */
function kindOfText(bytes: Uint8Array): FileKind | undefined {
  const head = latin1Text(bytes, 0, Math.min(bytes.length, headBytes))
  if (head.includes('%PDF-') || isHeadlessPdf(bytes, head)) return 'pdf'
  const start = head.search(/[^\s\0\ufeff\xef\xbb\xbf]/)
  // Word opens what begins with {\rt, whatever follows.
  if (start >= 0 && head.startsWith('{\\rt', start)) return 'rtf'
  const text = decodeText(bytes.subarray(0, textHeadBytes)).replace(/^\ufeff/, '')
  if (!isText(text)) return undefined
  return kindOfMarkup(text.trimStart()) ?? kindOfLines(text.trimStart()) ?? 'text'
}

/** Some viewers go by the objects and the end alone. */
function isHeadlessPdf(bytes: Uint8Array, head: string): boolean {
  if (!/(?:^|\s)\d{1,6} \d{1,3} obj\b/.test(head)) return false
  return latin1Text(bytes, Math.max(0, bytes.length - headBytes)).includes('startxref')
}

/** At most one control character in a hundred. */
function isText(text: string): boolean {
  let controls = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 12) controls++
  }
  return controls * 100 <= text.length
}

/** Tags with which pages begin, those of a bare form or script among them. */
const pageTags =
  /<(?:!doctype\s+html|html|head|body|script|meta|iframe|form|title|table|div|style|a\s+href|img\s|center|p>)/i

function kindOfMarkup(text: string): FileKind | undefined {
  if (!text.startsWith('<')) {
    return /^(?:mime-version|content-type):/im.test(text.slice(0, headBytes)) && /multipart\/related/i.test(text)
      ? 'mht'
      : undefined
  }
  if (/<w:wordDocument|schemas\.microsoft\.com\/office\/word\/2003/.test(text)) return 'word-xml'
  if (/urn:schemas-microsoft-com:office:spreadsheet/.test(text)) return 'excel-xml'
  if (/<pkg:package|schemas\.microsoft\.com\/office\/2006\/xmlPackage/.test(text)) return 'flat-opc'
  if (/<office:document[\s>]|<\w{1,20}:document\s[^>]{0,2000}oasis:names:tc:opendocument/.test(text)) return 'flat-odf'
  if (/<svg[\s>]/i.test(text) && !/<html[\s>]/i.test(text)) return 'svg'
  if (/<(?:job|package|component)[\s>]/i.test(text.slice(0, 200)) && /<script/i.test(text)) return 'script'
  if (/^<\?xml/i.test(text) && !/<html[\s>]/i.test(text)) return 'xml'
  return pageTags.test(text) ? 'html' : /^<[a-z]/i.test(text) ? 'xml' : undefined
}

function kindOfLines(text: string): FileKind | undefined {
  if (/^\[(?:InternetShortcut|Shell)\]/i.test(text)) return 'url-file'
  if (/^ID;/.test(text)) return 'sylk'
  if (/^(?:#!\/|@echo off)/i.test(text)) return 'script'
  if (/^(?:mime-version|from|received|return-path):/im.test(text) && /multipart\/related/i.test(text)) return 'mht'
  return pageTags.test(text.slice(0, headBytes)) ? 'html' : undefined
}

/** True for images with a boot record and no partition that Windows mounts. */
export const isDiskImage = (kind: FileKind): boolean =>
  ['iso', 'udf', 'vhd', 'vhdx', 'disk-image', 'apple-disk-image'].includes(kind)

/** True for programs of any system. */
export const isProgram = (kind: FileKind): boolean =>
  ['windows-executable', 'elf', 'mach-o', 'java-class', 'installer'].includes(kind)
