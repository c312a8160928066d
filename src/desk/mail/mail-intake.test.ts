import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import type { JournalPort } from '../../sources/definition.ts'
import { mailSource } from '../../watches/mail/mail.fixture.ts'
import { emptyMailOffice } from '../../watches/mail/mail-office.ts'
import { KeptMail } from './kept-mail.ts'
import { MailIntake } from './mail-intake.ts'
import { MailProcess } from './mail-process.ts'

const mailbox = 'mailbox' as SourceId
let folder = ''
let judging: MailProcess
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-mail-intake-'))
  const start = { office: emptyMailOffice, identities: [], memoryFolder: folder, asksNameServers: false }
  judging = new MailProcess(start, () => undefined)
})
afterEach(async () => {
  await judging.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A journal that is full, or that fails so many times. */
class OddJournal implements JournalPort {
  isFull = false
  failures = 0
  lost = 0
  readonly lines: string[] = []
  append(_source: SourceId, _stream: string, lines: Uint8Array): Promise<void> {
    if (this.failures-- > 0) return Promise.reject(new Error('the disk is full'))
    this.lines.push(Buffer.from(lines).toString('utf8'))
    return Promise.resolve()
  }
  end = (): Promise<void> => Promise.resolve()
  whenReady = (): Promise<void> => new Promise(() => undefined)
  countLost(_source: SourceId, messages: number): void {
    this.lost += messages
  }
}

const intakeOver = (journal: JournalPort): MailIntake =>
  new MailIntake({ judging, kept: new KeptMail(join(folder, 'kept')), journal, clock: () => Date.UTC(2026, 8, 1) })
const received = { bytes: mailSource({ from: 'Jo <jo@town.example>' }), origin: 'test' }

describe('taking mail in', () => {
  test('from a mailbox waits for a full desk, and ends when the desk does', async () => {
    const journal = new OddJournal()
    journal.isFull = true
    const intake = intakeOver(journal)
    const taken = intake.takePatiently(mailbox, received)
    intake.close()
    await expect(taken).rejects.toThrow()
    expect(journal.lines).toEqual([])
  })

  test('from a mailbox fails where the disk does and the desk ends, so that the mail is offered again', async () => {
    const journal = new OddJournal()
    journal.failures = Number.POSITIVE_INFINITY
    const intake = intakeOver(journal)
    const taken = intake.takePatiently(mailbox, received)
    const failed = expect(taken).rejects.toThrow('the disk is full')
    setTimeout(() => intake.close(), 2_000)
    await failed
  }, 30_000)

  test('from a mail server answers all the same where it cannot be written down, and counts what is lost', async () => {
    const journal = new OddJournal()
    journal.failures = 1
    const intake = intakeOver(journal)
    expect((await intake.takeNow(mailbox, received)).verdict).toBe('clean')
    await intake.takeNow(mailbox, received)
    await expect.poll(() => [journal.lost, journal.lines.length]).toEqual([1, 1])
  }, 30_000)
})
