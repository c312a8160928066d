/** Reads the mails of one file: a single mail, as servers have it or as Outlook saves it, or a mailbox mail by mail. A mail
 *  that cannot be read comes as its reject. Memory holds one mail at a time. */
import { open } from 'node:fs/promises'
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import { ok, type Result } from '../core/result.ts'
import { unwrapJournal } from '../formats/mail/journal.ts'
import { isMailbox, type MailboxEntry } from '../formats/mail/mailbox-file.ts'
import type { MailMessage } from '../formats/mail/message.ts'
import { isCompound, readAnyMail } from '../formats/mail/outlook-message.ts'
import { directoryOffset, holdsOutlookDirectory } from '../formats/mail/recognise-mail.ts'
import { mailsIn } from './mail/mail-import.ts'
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

/** Gives every mail of the file, in order. A file that cannot be read gives one problem. */
export async function* readMailFile(path: string): AsyncGenerator<FileMail | Problem> {
  try {
    const file = await open(path, 'r')
    try {
      const head = Buffer.alloc(limits.mailboxSeparatorBytesMax)
      const { bytesRead } = await file.read(head, 0, head.length, 0)
      const isBox = isMailbox(head.subarray(0, bytesRead))
      let number = 0
      for await (const entry of mailsIn(file.createReadStream({ start: 0, autoClose: false }), isBox))
        yield readEntry(entry, path, isBox ? `${path}#${++number}` : path)
    } finally {
      await file.close()
    }
  } catch (error) {
    yield problemOfError(error, path)
  }
}

function readEntry({ bytes, offset, length }: MailboxEntry, path: string, name: string): FileMail {
  const read = readAnyMail(bytes, { source: path, line: 1, offset, length })
  return { name, mail: read.ok ? ok(unwrapped(read.value)) : read }
}
