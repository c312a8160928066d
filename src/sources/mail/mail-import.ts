/** Mail that is put in as a file: a single mail or a mailbox, handed on mail by mail. What is no mail is not its business. */
import { limits } from '../../core/limits.ts'
import { isMailbox, MailboxCutter } from '../../formats/mail/mailbox-file.ts'
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
  let number = 0
  for await (const { bytes, isOne } of mailsIn(input, isMailbox(head))) {
    if (signal.aborted) return false
    number++
    await receive({ bytes, origin: isOne ? name : `${name}, mail ${number}` })
  }
  return !signal.aborted
}

interface CutMail {
  readonly bytes: Uint8Array
  /** The file holds no other. */
  readonly isOne: boolean
}

async function* mailsIn(input: ByteInput, isBox: boolean): AsyncGenerator<CutMail> {
  if (!isBox) {
    yield { bytes: await wholeOf(input), isOne: true }
    return
  }
  const cutter = new MailboxCutter()
  for await (const piece of piecesOf(input)) {
    for (const { bytes } of cutter.take(piece)) yield { bytes, isOne: false }
  }
  for (const { bytes } of cutter.finish()) yield { bytes, isOne: false }
}

async function* piecesOf(input: ByteInput): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = new Uint8Array(limits.chunkBytes)
    const count = await input.read(buffer, 0, buffer.length)
    if (count === 0) return
    yield buffer.subarray(0, count)
  }
}

/** At most as much as a mail may have, and one byte, by which a longer one is known. */
async function wholeOf(input: ByteInput): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of piecesOf(input)) {
    pieces.push(piece)
    length += piece.length
    if (length > limits.mailBytesMax) break
  }
  return Buffer.concat(pieces).subarray(0, limits.mailBytesMax + 1)
}
