/** Mail in a scan: every mail of the files that hold some is shown to the mail watch, in the order of the files. */
import type { Hit } from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/place.ts'
import type { MailMessage } from '../formats/mail/message.ts'
import { readMailFile } from '../sources/mail-file.ts'
import type { SourceFile } from '../sources/paths.ts'
import type { Problem } from '../sources/problem.ts'
import type { MailCheckerParts } from '../watches/mail/check.ts'
import { MailWatch } from '../watches/mail/watch.ts'
import type { SourceSummary } from './report.ts'

/** What mail is judged with. */
export interface MailScanParts {
  readonly checker: MailCheckerParts
  /** What the bar codes in a mail's pictures say. */
  readonly codesOf: (message: MailMessage) => Promise<readonly string[]>
}

/** What was read of one file. */
export interface ScannedMail {
  readonly summary: SourceSummary
  readonly problems: readonly Problem[]
  readonly firstTimeMs: number | undefined
  readonly lastTimeMs: number | undefined
}

/** What a person is shown of a mail as evidence. */
const headOf = (message: MailMessage): string => {
  const sender = message.from[0]
  const from = sender === undefined ? 'nobody' : `${sender.name} <${sender.address}>`.trim()
  return `From: ${from} | Subject: ${message.subject} | Message-ID: ${message.messageId}`
}

/** Scans files of mail, one after the other; `emit` gets each hit with the head of its mail. */
export async function scanMail(
  files: readonly SourceFile[],
  { checker, codesOf }: MailScanParts,
  emit: (hit: Hit) => void,
): Promise<ScannedMail[]> {
  let head = ''
  const watch = new MailWatch(checker, (hit) => emit({ ...hit, text: head.slice(0, limits.evidenceTextCharactersMax) }))
  const scanned: ScannedMail[] = []
  for (const file of files) {
    const problems: Problem[] = []
    const rejects: Reject[] = []
    const times: number[] = []
    let [records, bytes] = [0, 0]
    for await (const read of readMailFile(file.path)) {
      if (!('mail' in read)) problems.push(read)
      else if (read.mail.ok) {
        const message = read.mail.value
        records++
        bytes += message.place.length
        if (Number.isFinite(message.timeMs)) times.push(message.timeMs)
        head = headOf(message)
        watch.messages([{ message, context: { codes: await codesOf(message) } }])
      } else rejects.push(read.mail.error)
    }
    scanned.push({
      summary: {
        path: file.path,
        format: 'mail',
        formatTitle: 'mail',
        kind: 'messages',
        records,
        rejects: rejects.length,
        rejectExamples: rejects.slice(0, limits.rejectExamplesMax),
        bytes,
      },
      problems,
      firstTimeMs: times.length === 0 ? undefined : Math.min(...times),
      lastTimeMs: times.length === 0 ? undefined : Math.max(...times),
    })
  }
  return scanned
}
