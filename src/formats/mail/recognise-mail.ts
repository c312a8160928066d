/** Tells a mail or a mailbox from other text by its head: lines of header fields, with those that every mail has. */
import { limits } from '../../core/limits.ts'
import { uint16At, uint32At } from '../documents/bytes.ts'
import { isMailbox } from './mailbox-file.ts'
import { isCompound } from './outlook-head.ts'
import { isTnef } from './tnef.ts'

/** Fields of which a mail has some (RFC 5322, section 3.6; servers add Received and Return-Path). */
const telling = new Set(['from', 'to', 'subject', 'date', 'message-id', 'received', 'return-path', 'mime-version'])
const tellingMin = 3
const fieldName = /^([!-9;-~]{1,76}):/

/** True where a sample is the head of a mail, or of a file of mails. */
export function isMailSample(sample: Uint8Array): boolean {
  if (isMailbox(sample) || isOutlookSample(sample) || isTnef(sample)) return true
  const text = Buffer.from(
    sample.buffer,
    sample.byteOffset,
    Math.min(sample.length, limits.mailSampleBytesMax),
  ).toString('latin1')
  const found = new Set<string>()
  for (const line of text.split('\n', limits.mailSampleLinesMax)) {
    const bare = line.replace(/\r$/, '')
    if (bare === '') break
    if (/^[ \t]/.test(bare) && found.size > 0) continue
    const name = fieldName.exec(bare)?.[1]?.toLowerCase()
    if (name === undefined) return false
    if (telling.has(name)) found.add(name)
  }
  return found.size >= tellingMin && (found.has('from') || found.has('received'))
}

/** Beginnings of names that the directory of an Outlook message has, and no document's (MS-OXMSG 2.2). */
const directoryNames = ['__properties_version1.0', '__nameid_version1.0', '__substg1.0_'].map((name) =>
  Buffer.from(name, 'utf16le'),
)

/** True where bytes of a compound file hold a part of the directory of an Outlook message. */
export const holdsOutlookDirectory = (bytes: Uint8Array): boolean => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return directoryNames.some((name) => view.includes(name))
}

/** Where the directory of a compound file begins, by its first 512 bytes (MS-CFB 2.2). */
export const directoryOffset = (head: Uint8Array): number =>
  (uint32At(head, 48) + 1) * (uint16At(head, 30) === 12 ? 4_096 : 512)

/** True where a sample is of a compound file, and holds the directory of an Outlook message. */
const isOutlookSample = (sample: Uint8Array): boolean => isCompound(sample) && holdsOutlookDirectory(sample)

/** True where a sample is of a compound file and the name is that of an Outlook message: its directory may lie far behind
 *  the sample. */
export const isOutlookName = (name: string, sample: Uint8Array): boolean =>
  /\.(?:msg|oft)$/i.test(name) && isCompound(sample)
