/** What keeps a mailbox from being read, as a sentence with the mend; and the files that hold its password or key, which are
 *  read anew for each connection and shown nowhere. */
import { open, stat } from 'node:fs/promises'
import { limits } from '../../core/limits.ts'
import { errorCode, showPath } from '../problem.ts'

/** What is to be done about a failure: try again soon; later, because the other side refused who we are; or when the disk
 *  takes mail again. */
export type FailureKind = 'passing' | 'refused' | 'not-kept'

/** What a failure is beside its sentence. */
export interface FailureTraits {
  readonly kind?: FailureKind
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** A failure that a person is told of. Its message is the sentence. */
export class MailboxFailure extends Error {
  readonly kind: FailureKind
  /** The other side asked not to be asked before. */
  readonly retryAfterMs: number | undefined

  constructor(sentence: string, { kind = 'passing', retryAfterMs, cause }: FailureTraits = {}) {
    super(sentence, { cause })
    this.name = 'MailboxFailure'
    this.kind = kind
    this.retryAfterMs = retryAfterMs
  }
}

/** The failure behind whatever was thrown. */
export const failureOf = (thrown: unknown): MailboxFailure =>
  thrown instanceof MailboxFailure
    ? thrown
    : new MailboxFailure(
        `The mailbox could not be read, and why is not known (${errorCode(thrown)}). It is tried again by itself; if this stays, ask whoever looks after the mail.`,
      )

/** What a secret's file holds, without the line end that editors put behind it. */
export async function readSecret(path: string, what: string): Promise<string> {
  let text: string
  try {
    const file = await open(path, 'r')
    try {
      const bytes = Buffer.alloc(limits.mailboxSecretBytesMax)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
      text = bytes.toString('utf8', 0, bytesRead)
      bytes.fill(0)
    } finally {
      await file.close()
    }
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'is not there' : `cannot be read (${errorCode(error)})`
    throw new MailboxFailure(
      `The file with the ${what}, ${showPath(path)}, ${why}. Put the ${what} into it, and let the user read it that the desk runs as.`,
      { kind: 'refused', cause: error },
    )
  }
  const secret = text.replace(/^\uFEFF/, '').trim()
  if (secret === '')
    throw new MailboxFailure(`The file with the ${what}, ${showPath(path)}, is empty. Put the ${what} into it.`, {
      kind: 'refused',
    })
  return secret
}

/** Changes whenever the file is written; never fails. */
export async function secretMark(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    return errorCode(error)
  }
}
