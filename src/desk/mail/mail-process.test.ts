import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mailSource } from '../../watches/mail/mail.fixture.ts'
import { emptyMailOffice } from '../../watches/mail/mail-office.ts'
import { shippedIdentities } from '../../watches/mail/shipped-identities.ts'
import { mailId } from './mail-intake.ts'
import { MailThread } from './mail-thread.ts'

let folder = ''
const threads: MailThread[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-mail-thread-'))
})
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close()
  rmSync(folder, { recursive: true, force: true })
})

function start(change: { readonly answerMsMax?: number; readonly memoryFolder?: string } = {}): MailThread {
  const { answerMsMax, memoryFolder = folder } = change
  const thread = new MailThread(
    { office: emptyMailOffice, identities: shippedIdentities, memoryFolder, asksNameServers: false },
    () => undefined,
    answerMsMax,
  )
  threads.push(thread)
  return thread
}

const toJudge = (bytes: Uint8Array) => ({
  bytes,
  id: mailId(bytes),
  takenAtMs: Date.UTC(2026, 8, 1),
  origin: 'test',
  remembers: true,
})
const letter = (number: number): Uint8Array =>
  mailSource({ from: `Jo <jo${number}@town.example>`, text: `Letter ${number}.`, id: String(number) })

describe('the mail thread', () => {
  test('answers mails in their order, and says of what is none that it is none', async () => {
    const thread = start()
    const bytes = [letter(1), Buffer.from('no mail'), letter(2)]
    const documents = await Promise.all(bytes.map((one) => thread.judge(toJudge(one))))
    expect(documents.map(({ id }) => id)).toEqual(bytes.map(mailId))
    expect(documents.map(({ verdict }) => verdict)).toEqual(['clean', 'unreadable', 'clean'])
    expect(documents[1]).toMatchObject({ isKept: true, unreadable: expect.stringContaining('header') as string })
  }, 60_000)

  test('gives a mail up that it does not come to an end with, and judges the others', async () => {
    // A thread that does not even start in this time stands for one that hangs.
    const thread = start({ answerMsMax: 1 })
    const documents = await Promise.all([letter(1), letter(2)].map((one) => thread.judge(toJudge(one))))
    for (const document of documents) {
      expect(document).toMatchObject({ verdict: 'unreadable', sentence: expect.stringContaining('failed') as string })
    }
  }, 60_000)

  test('gives mails up one by one where it fails at once, and never keeps anybody waiting', async () => {
    // A memory that cannot be made ends the thread before its first mail.
    writeFileSync(join(folder, 'file'), '')
    const thread = start({ memoryFolder: join(folder, 'file', 'below') })
    const documents = await Promise.all([letter(1), letter(2), letter(3)].map((one) => thread.judge(toJudge(one))))
    expect(documents.map(({ verdict }) => verdict)).toEqual(['unreadable', 'unreadable', 'unreadable'])
  }, 60_000)
})
