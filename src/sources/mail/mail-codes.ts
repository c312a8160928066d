/** Reads the bar codes in a mail's pictures, and in pictures inside its files: what they say is handed to the mail watch, which
 *  decodes none itself. */
import { limits } from '../../core/limits.ts'
import { type BarCodeReader, readBarCodes } from '../../formats/documents/bar-codes.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { type Examine, examineMail } from '../../watches/mail/payload.ts'

/** What the codes say, each once. The files are examined here or by the watch, whoever comes first, and only once. */
export async function mailCodes(message: MailMessage, reader: BarCodeReader, examine: Examine): Promise<string[]> {
  const pictures = examineMail(message, examine).flatMap(({ found }) => found.pictures)
  const found = await readBarCodes(pictures.slice(0, limits.documentPicturesMax), reader)
  return found.map(({ target }) => target)
}
