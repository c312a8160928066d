/** What tests of mailboxes share: a receiver that remembers, a place that is kept, a short pace, and waiting. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceId } from '../../src/core/ids.ts'
import type { ImapDefinition } from '../../src/sources/definition.ts'
import type { MailboxPace } from '../../src/sources/mail/mailbox-rounds.ts'
import type { MailboxParts, ReceivedMail } from '../../src/sources/mail/received-mail.ts'
import { becomes } from '../loopback.ts'

/** Fast enough for a test. */
export const shortPace: MailboxPace = { pollMs: 300, retryMsMin: 30, refusedRetryMs: 60_000, secretCheckMs: 30 }

/** A desk's side of a mailbox. */
export class Stage {
  readonly mails: ReceivedMail[] = []
  /** What was kept last, as it comes back from a disk. */
  kept: string | undefined
  saves = 0
  /** Runs before a mail is taken; may reject. */
  before: ((mail: ReceivedMail) => Promise<void>) | undefined
  nowMs: () => number = () => Date.now()
  /** Mails in hand at the same time, at most. */
  atOnceMax = 0
  #atOnce = 0

  readonly parts: MailboxParts = {
    receive: async (mail) => {
      this.#atOnce++
      this.atOnceMax = Math.max(this.atOnceMax, this.#atOnce)
      try {
        await this.before?.(mail)
        this.mails.push(mail)
      } finally {
        this.#atOnce--
      }
    },
    cursor: {
      load: () => Promise.resolve(this.kept === undefined ? undefined : (JSON.parse(this.kept) as unknown)),
      save: (position) => {
        this.saves++
        this.kept = JSON.stringify(position)
        return Promise.resolve()
      },
    },
    nowMs: () => this.nowMs(),
  }

  /** What was received, each as text. */
  get texts(): string[] {
    return this.mails.map(({ bytes }) => Buffer.from(bytes).toString('latin1'))
  }

  /** Subjects of what was received, in its order. */
  get subjects(): string[] {
    return this.texts.map((text) => /^Subject: (.*)$/m.exec(text)?.[1]?.trim() ?? '')
  }
}

/** Waits for a fact, and fails with what there is instead. */
export async function until(fact: () => boolean, shown: () => unknown, msMax = 20_000): Promise<void> {
  if (!(await becomes(fact, msMax))) throw new Error(`It did not come to that: ${JSON.stringify(shown())}`)
}

/** A folder for secrets, and how it is removed. */
export function secretFolder(): {
  readonly write: (name: string, text: string) => string
  readonly remove: () => void
} {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-secret-'))
  return {
    write: (name, text) => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A mail of one's own. */
export const mailText = (subject: string, body = 'Hello.'): string =>
  `From: Ann <ann@example.net>\nTo: <clerk@county.example>\nSubject: ${subject}\nMessage-ID: <${subject.replace(/\W+/g, '.')}@example.net>\n\n${body}\n`

/** What an office says of a mailbox that is tried here. */
export const imapDefinition = (
  port: number,
  passwordPath: string,
  more: Partial<ImapDefinition> = {},
): ImapDefinition => ({
  kind: 'imap',
  id: 'clerk' as SourceId,
  title: 'Mailbox of the clerk',
  host: '127.0.0.1',
  port,
  security: 'none',
  user: 'clerk@county.example',
  passwordPath,
  isToken: false,
  folders: ['INBOX'],
  days: 30,
  ...more,
})
