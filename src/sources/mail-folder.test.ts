import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { outlookFile } from '../formats/mail/outlook.fixture.ts'
import { tnefFile } from '../formats/mail/tnef.fixture.ts'
import { isOutlookFile, readMailFile } from './mail-file.ts'
import { listMail } from './mail-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-mail-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (path: string, text: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}

async function subjectsOf(path: string): Promise<string[]> {
  const found: string[] = []
  for await (const read of readMailFile(join(folder, path))) {
    found.push(
      !('mail' in read)
        ? read.code
        : read.mail.ok
          ? `${relative(folder, read.name)} ${read.mail.value.subject}`
          : read.mail.error.reason,
    )
  }
  return found
}

test('a Maildir gives what was delivered, with its flags, and its subfolders', async () => {
  put('box/cur/1.a:2,RS', 'Subject: a\n\n')
  put('box/new/2.b', 'Subject: b\n\n')
  put('box/tmp/3.c', 'half a mail')
  put('box/dovecot-uidlist', 'not mail')
  put('box/.Archive/cur/4.d', 'Subject: d\n\n')
  mkdirSync(join(folder, 'box/.Archive/new'))
  const { files, problems } = await listMail([join(folder, 'box')])
  expect(files.map(({ path, isNew, flags }) => [relative(folder, path), isNew, flags])).toEqual([
    ['box/cur/1.a:2,RS', false, 'RS'],
    ['box/new/2.b', true, ''],
    ['box/.Archive/cur/4.d', false, ''],
  ])
  expect(problems).toEqual([])
})

test('a folder of files gives them all, and a missing one is a problem', async () => {
  put('a/1.eml', 'Subject: a\n\n')
  put('a/b/2.eml', 'Subject: b\n\n')
  const { files, problems } = await listMail([join(folder, 'a'), join(folder, 'none')])
  expect(files.map(({ path }) => relative(folder, path))).toEqual(['a/1.eml', 'a/b/2.eml'])
  expect(problems.map(({ code }) => code)).toEqual(['not-found'])
})

test('a mailbox gives its mails with their numbers; what is none is told of', async () => {
  const separator = 'From a@example.org Thu Nov  3 04:56:17 2022\n'
  put('all.mbox', `${separator}Subject: a\n\nx\n\n${separator}nothing\n\n${separator}Subject: c\n\nz\n`)
  expect(await subjectsOf('all.mbox')).toEqual(['all.mbox#1 a', 'not-this-format', 'all.mbox#3 c'])
  put('one.eml', 'Subject: one\n\n')
  expect(await subjectsOf('one.eml')).toEqual(['one.eml one'])
  put('empty.eml', '')
  expect(await subjectsOf('empty.eml')).toEqual(['truncated'])
  expect(await subjectsOf('missing.eml')).toEqual(['not-found'])
})

test('what Outlook saves is known by its content: messages, templates and packages', async () => {
  writeFileSync(join(folder, 'a.oft'), outlookFile({ subject: 'template' }))
  writeFileSync(join(folder, 'winmail.dat'), tnefFile({ subject: 'package' }))
  writeFileSync(join(folder, 'b.dat'), 'something else')
  const known = await Promise.all(['a.oft', 'winmail.dat', 'b.dat'].map((name) => isOutlookFile(join(folder, name))))
  expect(known).toEqual([true, true, false])
  expect(await subjectsOf('a.oft')).toEqual(['a.oft template'])
  expect(await subjectsOf('winmail.dat')).toEqual(['winmail.dat package'])
})
