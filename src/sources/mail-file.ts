/** Reads the mails of one file: a single mail, as servers have it or as Outlook saves it, or a mailbox mail by mail. A mail
 *  that cannot be read comes as its reject. Memory holds one mail at a time. */
import { fstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import { ok, type Result } from '../core/result.ts'
import { unwrapJournal } from '../formats/mail/journal.ts'
import { isMailbox, type MailboxEntry } from '../formats/mail/mailbox-file.ts'
import type { MailMessage } from '../formats/mail/message.ts'
import { isCompound } from '../formats/mail/outlook-head.ts'
import { readAnyMail } from '../formats/mail/outlook-message.ts'
import { directoryOffset, holdsOutlookDirectory } from '../formats/mail/recognise-mail.ts'
import { isTnef } from '../formats/mail/tnef.ts'
import { type ByteInput, FileInput, peekBytes } from './byte-input.ts'
import { openUnpacked } from './compression.ts'
import { mailsIn, piecesOf } from './mail/mail-import.ts'
import { type Problem, problemOfError } from './problem.ts'
import { openDescriptor } from './source.ts'
import { openStream } from './stream-input.ts'

/** One mail of a file. */
export interface FileMail {
  /** The file's path; of a mailbox with the number of the mail, from 1: `all.mbox#3`. */
  readonly name: string
  readonly mail: Result<MailMessage, Reject>
}

const compoundHeadBytes = 512

/** Whether a file is a message that Outlook saved, by its directory, wherever in the file that lies, or a package of it. */
export async function isOutlookFile(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r')
    try {
      const head = Buffer.alloc(compoundHeadBytes)
      const { bytesRead } = await file.read(head, 0, head.length, 0)
      if (isTnef(head.subarray(0, bytesRead))) return true
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

/** Gives every mail of the file (`-`: of standard input), in order; a packed file (.gz, .zst) is unpacked on the way. What of
 *  it cannot be read gives one problem, at the end. */
export async function* readMailFile(path: string): AsyncGenerator<FileMail | Problem> {
  let input: ByteInput | undefined
  try {
    input = await openMail(path)
    const { head, input: whole } = await peekBytes(input, limits.mailboxSeparatorBytesMax)
    const isBox = isMailbox(head)
    let number = 0
    for await (const entry of mailsIn(piecesOf(whole), isBox)) {
      // Nothing was read: its problem says why.
      if (entry.length === 0 && input.problem !== undefined) break
      yield readEntry(entry, path, isBox ? `${path}#${++number}` : path)
    }
    if (input.problem !== undefined) yield input.problem
  } catch (error) {
    yield problemOfError(error, path)
  } finally {
    input?.close()
  }
}

async function openMail(path: string): Promise<ByteInput> {
  const descriptor = path === '-' ? 0 : await openDescriptor(path)
  const stat = fstatSync(descriptor)
  const isFile = path !== '-' && stat.isFile()
  const raw = isFile ? new FileInput(path, descriptor, stat.size) : openStream(path, descriptor)
  return (await openUnpacked(path, raw)).input
}

function readEntry({ bytes, offset, length }: MailboxEntry, path: string, name: string): FileMail {
  const read = readAnyMail(bytes, { source: path, line: 1, offset, length })
  return { name, mail: read.ok ? ok(unwrapped(read.value)) : read }
}
