/** Examines a file that is a mail: a message that Outlook saved, one of its packages, a mail's source. Its texts, links and
 *  files are looked at with those of the mails inside it. */
import { readAnyMail } from '../mail/outlook-message.ts'
import type { FileKind } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'

/** Said of one that cannot be read; a mail's source that is none is text, and no more. */
const damaged: { readonly [kind in FileKind]?: string } = {
  'outlook-message': 'a message of Outlook that is damaged',
  tnef: 'a package of Outlook that is damaged',
}

/** Examines a mail; false where it is none. */
export function examineMessage(subject: Subject, kind: FileKind, inspection: Inspection): boolean {
  const read = readAnyMail(subject.bytes, { source: subject.name, line: 1, offset: 0, length: 0 })
  if (!read.ok) {
    const proof = damaged[kind]
    if (proof !== undefined) inspection.add('unreadable', subject.path, proof)
    return false
  }
  const waiting = [read.value]
  for (let message = waiting.pop(); message !== undefined; message = waiting.pop()) {
    inspection.addText(`${message.subject}\n${message.text}`)
    for (const { target, from } of message.links)
      if (from !== 'image') inspection.addLink(target, subject.path, 'document')
    for (const { fileName, bytes, disposition } of message.parts) {
      // Objects lie in the file itself, which is looked through by whoever called.
      if (bytes !== subject.bytes)
        inspection.enqueue(subject, fileName || 'part', bytes, disposition === 'attachment' ? 'file' : 'part')
    }
    waiting.push(...message.attached)
    for (const problem of message.problems) inspection.addProblem(problem)
  }
  return true
}
