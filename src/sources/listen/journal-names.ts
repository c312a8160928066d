/** How journals lie on the disk: `SOURCE/STREAM/NUMBER.log`, the marker `end`, and `trimmed`, which says what was deleted.
 *  Stream names come from strangers; a folder's name keeps letters, digits and `-_.` and spells out everything else, so
 *  that it is one name on every file system, also where capitals make no difference. */
import { createHash } from 'node:crypto'
import { limits } from '../../core/limits.ts'

/** The marker of a stream to which no more will come. */
export const endMarkerName = 'end'
/** `NUMBER BYTES`: segments up to NUMBER are deleted, and held BYTES in all. */
export const trimmedName = 'trimmed'
/** The stream of all those that came after a source had its full number of streams. */
export const overflowStream = 'other'

const segmentDigits = 8
const segmentForm = /^(\d{8,15})\.log$/

/** `00000001.log` for 1. */
export const segmentName = (number: number): string => `${String(number).padStart(segmentDigits, '0')}.log`

/** 1 for `00000001.log`, undefined for a name that is no segment's. */
export function segmentNumber(name: string): number | undefined {
  const digits = segmentForm.exec(name)?.[1]
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits)
}

/** Names that Windows keeps for devices, alone or before a dot. */
const deviceForm = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/
const hashDigits = 16

/** The folder of a stream: `web1/nginx` is `web1+nginx`. Capitals become small; a long name is cut and told apart by a
 *  hash. Never empty, never `.` or `..`, and without separators. */
export function streamFolderName(stream: string): string {
  const lower = stream.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  // What is cut away is never spelled out: a hostile name may have megabytes.
  const head =
    lower.length > limits.journalFolderNameBytesMax ? lower.slice(0, limits.journalFolderNameBytesMax) : lower
  let name = head
    .toWellFormed()
    .replace(/[^a-z0-9._/-]/gu, spellOut)
    .replaceAll('/', '+')
  name = name.replace(/^\.|\.$/g, '%2e')
  if (deviceForm.test(name)) name = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`
  if (name === '') return 'unnamed'
  const isWhole = head === lower && name.length <= limits.journalFolderNameBytesMax
  if (isWhole && lower.isWellFormed()) return name
  const hash = createHash('sha256').update(lower, 'utf16le').digest('hex').slice(0, hashDigits)
  const kept = name.slice(0, limits.journalFolderNameBytesMax - hashDigits - 1).replace(/%[0-9a-f]?$/, '')
  return `${kept}~${hash}`
}

/** The stream that a folder was made for, as people read it; of a long name its beginning and the hash. */
export function streamOfFolder(folder: string): string {
  const bytes = folder
    .replaceAll('+', '/')
    .replace(/%([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function spellOut(character: string): string {
  const bytes = Buffer.from(character, 'utf8')
  let text = ''
  for (const byte of bytes) text += `%${byte.toString(16).padStart(2, '0')}`
  return text
}
