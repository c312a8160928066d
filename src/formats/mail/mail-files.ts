/** The files of a mail as a person is told of them: its own, and those of the mails inside it under their subjects. */
import { limits } from '../../core/limits.ts'
import type { MailMessage, MailPart } from './message.ts'

/** A file, and where it stands. */
export interface MailFile {
  readonly part: MailPart
  /** Subjects of the mails around it, from the outside in; empty for a file of the mail itself. */
  readonly within: readonly string[]
}

/** The files in their order, within the bound on parts. */
export function filesOf(message: MailMessage): MailFile[] {
  const files: MailFile[] = []
  collect(message, [], files)
  return files
}

function collect(message: MailMessage, within: readonly string[], files: MailFile[]): void {
  for (const part of message.parts) if (files.length < limits.mailPartsMax) files.push({ part, within })
  for (const inner of message.attached) collect(inner, [...within, inner.subject], files)
}
