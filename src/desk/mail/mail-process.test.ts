import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mailSource } from '../../watches/mail/mail.fixture.ts'
import { emptyMailOffice } from '../../watches/mail/mail-office.ts'
import { shippedIdentities } from '../../watches/mail/shipped-identities.ts'
import { mailId } from './mail-intake.ts'
import { MailProcess } from './mail-process.ts'

let folder = ''
const started: MailProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-mail-process-'))
})
afterEach(async () => {
  for (const each of started.splice(0)) await each.close()
  rmSync(folder, { recursive: true, force: true })
})

function start(change: { readonly answerMsMax?: number; readonly memoryFolder?: string } = {}): MailProcess {
  const { answerMsMax, memoryFolder = folder } = change
  const judging = new MailProcess(
    { office: emptyMailOffice, identities: shippedIdentities, memoryFolder, asksNameServers: false },
    () => undefined,
    answerMsMax,
  )
  started.push(judging)
  return judging
}

/** The one process that this one has started (Linux). */
const childOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').at(-1) ?? ''

const toJudge = (bytes: Uint8Array) => ({
  bytes,
  id: mailId(bytes),
  takenAtMs: Date.UTC(2026, 8, 1),
  origin: 'test',
  remembers: true,
})
const letter = (number: number): Uint8Array =>
  mailSource({ from: `Jo <jo${number}@town.example>`, text: `Letter ${number}.`, id: String(number) })

describe('the mail process', () => {
  test('answers mails in their order, and says of what is none that it is none', async () => {
    const judging = start()
    const bytes = [letter(1), Buffer.from('no mail'), letter(2)]
    const documents = await Promise.all(bytes.map((one) => judging.judge(toJudge(one))))
    expect(documents.map(({ id }) => id)).toEqual(bytes.map(mailId))
    expect(documents.map(({ verdict }) => verdict)).toEqual(['clean', 'unreadable', 'clean'])
    expect(documents[1]).toMatchObject({ isKept: true, unreadable: expect.stringContaining('header') as string })
  }, 60_000)

  test('gives a mail up that it does not come to an end with, and judges the others', async () => {
    // A process that does not even start in this time stands for one that hangs.
    const judging = start({ answerMsMax: 1 })
    const documents = await Promise.all([letter(1), letter(2)].map((one) => judging.judge(toJudge(one))))
    for (const document of documents) {
      expect(document).toMatchObject({ verdict: 'unreadable', sentence: expect.stringContaining('failed') as string })
    }
  }, 60_000)

  test('takes nothing with it where the system ends it', async () => {
    const judging = start()
    expect((await judging.judge(toJudge(letter(1)))).verdict).toBe('clean')
    const pid = Number(childOf(process.pid))
    const answers = [letter(2), letter(3)].map((one) => judging.judge(toJudge(one)))
    process.kill(pid, 'SIGABRT')
    const verdicts = (await Promise.all(answers)).map(({ verdict }) => verdict)
    expect(verdicts.at(-1)).toBe('clean')
    expect((await judging.judge(toJudge(letter(4)))).verdict).toBe('clean')
  }, 60_000)

  test('gives mails up one by one where it fails at once, and never keeps anybody waiting', async () => {
    // A memory that cannot be made ends the process before its first mail.
    writeFileSync(join(folder, 'file'), '')
    const judging = start({ memoryFolder: join(folder, 'file', 'below') })
    const documents = await Promise.all([letter(1), letter(2), letter(3)].map((one) => judging.judge(toJudge(one))))
    expect(documents.map(({ verdict }) => verdict)).toEqual(['unreadable', 'unreadable', 'unreadable'])
  }, 60_000)
})
