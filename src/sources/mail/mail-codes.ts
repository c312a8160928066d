/** Reads the bar codes in a mail's pictures, and in pictures inside its files: what they say is handed to the mail watch, which
 *  decodes none itself. */
import { limits } from '../../core/limits.ts'
import { type BarCodeReader, readBarCodes } from '../../formats/documents/bar-codes.ts'
import type { Examination } from '../../formats/documents/examination.ts'
import type { MailMessage, MailPart } from '../../formats/mail/message.ts'

/** Kinds of files that hold pictures. */
const mayHoldPictures = /^image\/|pdf|officedocument|msword|ms-|octet-stream/

/** What the codes say, each once. */
export async function mailCodes(
  message: MailMessage,
  reader: BarCodeReader,
  examine: (file: { readonly name: string; readonly contentType: string; readonly bytes: Uint8Array }) => Examination,
): Promise<string[]> {
  const found = new Set<string>()
  const parts = [message, ...message.attached].flatMap(({ parts: own }): readonly MailPart[] => own)
  for (const { fileName, contentType, bytes } of parts.slice(0, limits.documentPicturesMax)) {
    if (!mayHoldPictures.test(contentType)) continue
    const { pictures } = examine({ name: fileName, contentType, bytes })
    for (const { target } of await readBarCodes(pictures, reader)) found.add(target)
  }
  return [...found]
}
