/** Takes what one of Outlook's packages holds into the mail that it came in: its texts, its files, and messages inside it, as
 *  if they stood in the mail itself, for Outlook shows them so. */
import { limits } from '../../core/limits.ts'
import { Contents } from './compose-mail.ts'
import { composeMessage, partOf, takeAttachedFile, takeBodies, type Unpacking } from './mapi-message.ts'
import { subjectOf } from './outlook-fields.ts'
import { readTnef, type TnefMessage } from './tnef.ts'
import type { TnefProperties } from './tnef-properties.ts'

/** Takes a package's content into the mail around it. False where it is damaged or nested too deeply: then it is to be kept
 *  as a file too. */
export function takeTnef(bytes: Uint8Array, depth: number, contents: Contents, unpacking: Unpacking): boolean {
  if (depth >= limits.mailNestingMax) {
    unpacking.budget.tell('Mails are nested too deeply; the innermost were not read.')
    return false
  }
  const read = takePackage(bytes, depth, contents, unpacking)
  contents.hasOtherForm = true
  if (read !== undefined) contents.packaged.push(subjectOf(read.message))
  return read !== undefined && !read.isDamaged && !read.isCut
}

/** Takes a package's content; undefined where nothing of it can be read. */
export function takePackage(
  bytes: Uint8Array,
  depth: number,
  contents: Contents,
  unpacking: Unpacking,
): TnefMessage | undefined {
  const { budget } = unpacking
  const read = readTnef(bytes)
  if (read.isCut) budget.tell('There are more parts than can be read; the last were left out.')
  if (read.isDamaged) budget.tell('A package of Outlook (winmail.dat) is damaged; not all of it could be read.')
  if (read.isEmpty) return undefined
  takeContent(read, depth, contents, unpacking)
  return read
}

function takeContent(read: TnefMessage, depth: number, contents: Contents, unpacking: Unpacking): void {
  const { budget } = unpacking
  takeBodies(read.message, contents, budget)
  for (const attachment of read.attachments) {
    if (budget.parts++ >= limits.mailPartsMax) {
      budget.tell('There are more parts than can be read; the last were left out.')
      return
    }
    takeAttachment(attachment, depth, contents, unpacking)
  }
}

function takeAttachment(attachment: TnefProperties, depth: number, contents: Contents, unpacking: Unpacking): void {
  const object = attachment.object(0x3701)
  if (object?.isMessage === true) return takeInner(object.bytes, depth, contents, unpacking)
  const bytes = attachment.bytes(0x3701)
  const older = attachment.olderBytes(0x3701)
  if (object !== undefined)
    contents.parts.push(partOf(attachment.text(0x3707), 'application/x-ole-object', object.bytes, 'inline'))
  if (object === undefined || bytes.length > 0) takeAttachedFile(attachment, bytes, depth + 1, contents, unpacking)
  // Programs differ in which of two contents they take.
  if (older.length > 0 && bytes.length > 0 && Buffer.compare(older, bytes) !== 0)
    takeAttachedFile(attachment, older, depth + 1, contents, unpacking)
}

/** Takes a message inside, which is a package of its own. */
function takeInner(bytes: Uint8Array, depth: number, contents: Contents, unpacking: Unpacking): void {
  const { budget } = unpacking
  if (depth + 1 >= limits.mailNestingMax) {
    budget.tell('Mails are nested too deeply; the innermost were not read.')
    return
  }
  const read = readTnef(bytes)
  const inner = new Contents()
  takeContent(read, depth + 1, inner, unpacking)
  if (read.isDamaged) budget.tell('A message inside could not be read.')
  contents.attached.push(composeMessage(read.message, read.recipients, inner, unpacking))
}
