/** Mail that is put in as a file: a single mail or a mailbox, handed on mail by mail. What is no mail is not its business. */
import { limits } from '../../core/limits.ts'
import { isMailbox, MailboxCutter, type MailboxEntry } from '../../formats/mail/mailbox-file.ts'
import { isMailSample, isOutlookName } from '../../formats/mail/recognise-mail.ts'
import type { ByteInput } from '../byte-input.ts'
import type { MailReceiver } from './received-mail.ts'

/** Whether a file of this name, whose head this is, holds mail. */
export const isMailHead = (name: string, head: Uint8Array): boolean => isMailSample(head) || isOutlookName(name, head)

/** Hands on each mail of a file, in order; false where it was broken off. `name` is the file's, for people. */
export async function importMail(
  input: ByteInput,
  name: string,
  head: Uint8Array,
  receive: MailReceiver,
  signal: AbortSignal,
): Promise<boolean> {
  const isBox = isMailbox(head)
  let number = 0
  for await (const { bytes } of mailsIn(piecesOf(input), isBox)) {
    if (signal.aborted) return false
    number++
    await receive({ bytes, origin: isBox ? `${name}, mail ${number}` : name })
  }
  return !signal.aborted
}

/** The mails of a file, from its bytes: those of a mailbox (`isBox`), or the one that it is. Memory holds one at a time; of a
 *  mail that is too long the beginning is given, and a little more, by which its reader knows. */
export async function* mailsIn(pieces: AsyncIterable<Uint8Array>, isBox: boolean): AsyncGenerator<MailboxEntry> {
  if (!isBox) {
    const bytes = await wholeOf(pieces)
    yield { bytes, offset: 0, length: bytes.length }
    return
  }
  const cutter = new MailboxCutter()
  for await (const piece of pieces) yield* cutter.take(piece)
  yield* cutter.finish()
}

/** The bytes of an input, piece by piece. */
export async function* piecesOf(input: ByteInput): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = new Uint8Array(limits.chunkBytes)
    const count = await input.read(buffer, 0, buffer.length)
    if (count === 0) return
    yield buffer.subarray(0, count)
  }
}

/** At most as much as a mail may have, and one byte, by which a longer one is known. */
async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const kept: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    kept.push(piece)
    length += piece.length
    if (length > limits.mailBytesMax) break
  }
  return Buffer.concat(kept).subarray(0, limits.mailBytesMax + 1)
}
