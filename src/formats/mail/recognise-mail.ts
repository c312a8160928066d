/** Tells a mail or a mailbox from other text by its head: lines of header fields, with those that every mail has. */
import { limits } from '../../core/limits.ts'
import { isMailbox } from './mailbox-file.ts'
import { isCompound } from './outlook-message.ts'

/** Fields of which a mail has some (RFC 5322, section 3.6; servers add Received and Return-Path). */
const telling = new Set(['from', 'to', 'subject', 'date', 'message-id', 'received', 'return-path', 'mime-version'])
const tellingMin = 3
const fieldName = /^([!-9;-~]{1,76}):/

/** True where a sample is the head of a mail, or of a file of mails. */
export function isMailSample(sample: Uint8Array): boolean {
  if (isMailbox(sample) || isOutlookSample(sample)) return true
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

/** The name of a list of properties, as the directory of an Outlook message has it (MS-OXMSG 2.4). */
const propertyStream = Buffer.from('__properties_version1.0', 'utf16le')

/** True where a sample is of a compound file whose directory is in it and is that of an Outlook message. */
const isOutlookSample = (sample: Uint8Array): boolean =>
  isCompound(sample) && Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength).includes(propertyStream)

/** True where a sample is of a compound file and the name is that of an Outlook message: its directory may lie far behind. */
export const isOutlookName = (name: string, sample: Uint8Array): boolean =>
  /\.(?:msg|oft)$/i.test(name) && isCompound(sample)
