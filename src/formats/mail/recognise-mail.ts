/** Tells a mail or a mailbox from other text by its head: lines of header fields, with those that every mail has. */
import { limits } from '../../core/limits.ts'
import { isMailbox } from './mailbox-file.ts'

/** Fields of which a mail has some (RFC 5322, section 3.6; servers add Received and Return-Path). */
const telling = new Set(['from', 'to', 'subject', 'date', 'message-id', 'received', 'return-path', 'mime-version'])
const tellingMin = 3
const fieldName = /^([!-9;-~]{1,76}):/

/** True where a sample is the head of a mail, or of a file of mails. */
export function isMailSample(sample: Uint8Array): boolean {
  if (isMailbox(sample)) return true
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
