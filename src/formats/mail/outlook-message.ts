/** Reads a message that Outlook saved (.msg, MS-OXMSG) into the same form as any mail: fields from the transport header where
 *  it is kept, else from the properties; texts as HTML, plain text or RTF; attachments, and messages inside. */
import { limits } from '../../core/limits.ts'
import type { Place, Reject } from '../../core/place.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { openCompoundFile } from '../documents/compound-file.ts'
import { Contents } from './compose-mail.ts'
import { composeMessage, partOf, takeAttachedFile, takeBodies, type Unpacking } from './mapi-message.ts'
import type { MailMessage } from './message.ts'
import { Budget } from './mime-tree.ts'
import { isCompound } from './outlook-head.ts'
import { OutlookItem, type Properties } from './outlook-properties.ts'
import { readMail, takeFile, takeParts } from './read-mail.ts'
import { isTnef } from './tnef.ts'
import { takePackage } from './tnef-message.ts'

/** Reads a message. */
export function readOutlookMessage(bytes: Uint8Array, place: Place): Result<MailMessage, Reject> {
  const file = openCompoundFile(bytes.subarray(0, limits.mailBytesMax))
  const item = file === undefined ? undefined : new OutlookItem(file)
  if (item?.isItem('') !== true)
    return err({ place, reason: 'not-this-format', message: 'There is no message of Outlook in it.' })
  const budget = new Budget()
  if (bytes.length > limits.mailBytesMax) budget.tell('The mail is larger than can be read; its end was left out.')
  const message = item.properties('', 32)
  tellKind(message.text(0x001a), budget)
  return ok(readItem(item, message, 0, { place, budget, takeFile, takeParts, whole: bytes, isWholeTaken: false }))
}

/** Reads a package of Outlook (`winmail.dat`) that came without its mail. */
function readPackage(bytes: Uint8Array, place: Place): Result<MailMessage, Reject> {
  const budget = new Budget()
  const contents = new Contents()
  budget.note('This is a package of Outlook without its mail; who sent it is not known.')
  const read = takePackage(bytes, 0, contents, { place, budget, takeFile, takeParts })
  if (read === undefined) return err({ place, reason: 'damaged', message: 'The package of Outlook is damaged.' })
  return ok(composeMessage(read.message, read.recipients, contents, { place, budget }))
}

/** Reads a mail in any form: as a mail server has it, as Outlook saves it, as Outlook wraps it. */
export function readAnyMail(bytes: Uint8Array, place: Place): Result<MailMessage, Reject> {
  if (isCompound(bytes)) return readOutlookMessage(bytes, place)
  return isTnef(bytes) ? readPackage(bytes, place) : readMail(bytes, place)
}

/** Things that Outlook keeps beside mail, by their classes (MS-OXOCAL, MS-OXOCNTC and others, section 2.2). Invitations and
 *  reports are mail. */
const otherKinds: readonly (readonly [RegExp, string])[] = [
  [/^ipm\.appointment\b/i, 'an appointment of a calendar'],
  [/^ipm\.contact\b/i, 'a contact of an address book'],
  [/^ipm\.distlist\b/i, 'a list of an address book'],
  [/^ipm\.task$/i, 'a task'],
  [/^ipm\.stickynote\b/i, 'a note that somebody wrote down'],
  [/^ipm\.activity\b/i, 'an entry of a journal'],
  [/^ipm\.post\b/i, 'a note that was put into a folder'],
]

/** Says what is no mail: it has no sender to judge, and its text and files are looked at all the same. */
function tellKind(messageClass: string, budget: Budget): void {
  const kind = otherKinds.find(([pattern]) => pattern.test(messageClass))?.[1]
  if (kind !== undefined) budget.note(`This is no mail but ${kind}, saved from Outlook; nobody sent it as it is.`)
}

interface OutlookReading extends Unpacking {
  readonly whole: Uint8Array
  /** Whether the whole file is a part already, for the objects in it. */
  isWholeTaken: boolean
}

function readItem(item: OutlookItem, message: Properties, depth: number, reading: OutlookReading): MailMessage {
  const contents = new Contents()
  takeBodies(message, contents, reading.budget)
  for (const path of item.storages(message.path, '__attach_version1.0_')) {
    if (reading.budget.parts++ >= limits.mailPartsMax) {
      reading.budget.tell('There are more parts than can be read; the last were left out.')
      break
    }
    takeAttachment(item, item.properties(path, 8, message.charset), contents, depth, reading)
  }
  const recipients = item
    .storages(message.path, '__recip_version1.0_')
    .slice(0, limits.mailAddressesMax)
    .map((path) => item.properties(path, 8, message.charset))
  return composeMessage(message, recipients, contents, reading)
}

/** How an attachment is kept (PidTagAttachMethod, MS-OXCMSG 2.2.2.9). */
const methods = { embeddedMessage: 5, ole: 6 }

function takeAttachment(
  item: OutlookItem,
  attachment: Properties,
  contents: Contents,
  depth: number,
  reading: OutlookReading,
): void {
  const { budget } = reading
  const method = attachment.number(0x3705)
  const inner = attachment.objectPath(0x3701)
  if (method === methods.embeddedMessage || item.isItem(inner)) {
    if (!item.isItem(inner)) budget.tell('A message inside could not be read.')
    else if (depth + 1 >= limits.mailNestingMax)
      budget.tell('Mails are nested too deeply; the innermost were not read.')
    else contents.attached.push(readItem(item, item.properties(inner, 24), depth + 1, reading))
    return
  }
  if (method === methods.ole) {
    // What lies in an object's storage is found by looking through the whole file.
    if (!reading.isWholeTaken) contents.parts.push(partOf('', 'application/vnd.ms-outlook', reading.whole, 'inline'))
    reading.isWholeTaken = true
    return
  }
  takeAttachedFile(attachment, attachment.bytes(0x3701), depth, contents, reading)
}
