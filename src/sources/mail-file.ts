/** Reads the mails of one file: a single mail, as servers have it or as Outlook saves it, or a mailbox mail by mail. A mail
 *  that cannot be read comes as its reject. Memory holds one mail at a time. */
import { open } from 'node:fs/promises'
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import { err, ok, type Result } from '../core/result.ts'
import { unwrapJournal } from '../formats/mail/journal.ts'
import { isMailbox, MailboxCutter, type MailboxEntry } from '../formats/mail/mailbox-file.ts'
import type { MailMessage } from '../formats/mail/message.ts'
import { isCompound, readAnyMail } from '../formats/mail/outlook-message.ts'
import { directoryOffset, holdsOutlookDirectory } from '../formats/mail/recognise-mail.ts'
import { type Problem, problemOfError } from './problem.ts'

/** One mail of a file. */
export interface FileMail {
  /** The file's path; of a mailbox with the number of the mail, from 1: `all.mbox#3`. */
  readonly name: string
  readonly mail: Result<MailMessage, Reject>
}

const compoundHeadBytes = 512

/** Whether a file is a message that Outlook saved, by its directory, wherever in the file that lies. */
export async function isOutlookFile(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r')
    try {
      const head = Buffer.alloc(compoundHeadBytes)
      const { bytesRead } = await file.read(head, 0, head.length, 0)
      if (bytesRead < compoundHeadBytes || !isCompound(head)) return false
      const directory = Buffer.alloc(limits.mailSampleBytesMax)
      const read = await file.read(directory, 0, directory.length, directoryOffset(head))
      return holdsOutlookDirectory(directory.subarray(0, read.bytesRead))
    } finally {
      await file.close()
    }
  } catch {
    // Whoever reads the file is told why it cannot be read.
    return false
  }
}

/** Journal reports are unwrapped: what they wrap is the mail. */
const unwrapped = (message: MailMessage): MailMessage => unwrapJournal(message) ?? message

function readOne(bytes: Uint8Array, path: string, name: string, offset: number, length: number): FileMail {
  const read = readAnyMail(bytes, { source: path, line: 1, offset, length })
  return { name, mail: read.ok ? ok(unwrapped(read.value)) : read }
}

/** Gives every mail of the file, in order. A file that cannot be read gives one problem. */
export async function* readMailFile(path: string): AsyncGenerator<FileMail | Problem> {
  try {
    const file = await open(path, 'r')
    try {
      const head = Buffer.alloc(limits.mailboxSeparatorBytesMax)
      const { bytesRead } = await file.read(head, 0, head.length, 0)
      if (isMailbox(head.subarray(0, bytesRead)))
        yield* readMailbox(file.createReadStream({ start: 0, autoClose: false }), path)
      else yield readOne(await readWhole(file), path, path, 0, (await file.stat()).size)
    } finally {
      await file.close()
    }
  } catch (error) {
    yield problemOfError(error, path)
  }
}

/** At most as much as a mail may have, and one byte, by which a longer one is known. */
async function readWhole(file: Awaited<ReturnType<typeof open>>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of file.createReadStream({ start: 0, end: limits.mailBytesMax, autoClose: false })) {
    chunks.push(chunk as Uint8Array)
    length += (chunk as Uint8Array).length
  }
  return Buffer.concat(chunks, length)
}

async function* readMailbox(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<FileMail> {
  const cutter = new MailboxCutter()
  let count = 0
  const read = ({ bytes, offset, length, isCut }: MailboxEntry): FileMail => {
    const name = `${path}#${++count}`
    const mail = readOne(bytes, path, name, offset, length)
    return isCut && !mail.mail.ok ? { name, mail: err({ ...mail.mail.error, reason: 'truncated' }) } : mail
  }
  for await (const chunk of chunks) for (const entry of cutter.take(chunk)) yield read(entry)
  for (const entry of cutter.finish()) yield read(entry)
}
