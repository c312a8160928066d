import { describe, expect, test } from 'vitest'
import { isMailbox, MailboxCutter, type MailboxEntry } from './mailbox-file.ts'

const separator = 'From a@example.org Thu Nov  3 04:56:17 2022\n'

function cut(text: string, chunkLength = text.length): string[] {
  const cutter = new MailboxCutter()
  const bytes = Buffer.from(text, 'latin1')
  const entries: MailboxEntry[] = []
  for (let at = 0; at < bytes.length; at += chunkLength)
    entries.push(...cutter.take(bytes.subarray(at, at + chunkLength)))
  entries.push(...cutter.finish())
  return entries.map((entry) => Buffer.from(entry.bytes).toString('latin1').replace(separator, ''))
}

/** The same in every cut. */
function check(text: string, expected: readonly string[]): void {
  for (const length of [text.length, 1, 7, 100]) expect(cut(text, length)).toEqual(expected)
}

describe('a mailbox', () => {
  test('of mboxo and mboxrd is cut at separators, and quoted lines lose one mark', () => {
    check(`${separator}Subject: a\n\n>From here\n>>From there\n\n${separator}Subject: b\n\nFrom now on, text\n`, [
      'Subject: a\n\nFrom here\n>From there\n',
      'Subject: b\n\nFrom now on, text\n',
    ])
  })

  test('of mboxcl2 is cut by length, and separators inside a mail cut nothing', () => {
    const body = `x\n\n${separator}y\n>From z\n`
    check(`${separator}Content-Length: ${body.length}\n\n${body}\n${separator}Subject: b\n\nlast\n`, [
      `Content-Length: ${body.length}\n\n${body}`,
      'Subject: b\n\nlast\n',
    ])
    check(`${separator}Content-Length: ${body.length}\n\n${body}`, [`Content-Length: ${body.length}\n\n${body}`])
  })

  test('of mboxcl is cut by length, and quoted lines lose one mark', () => {
    const body = 'x\n>From z\n'
    check(`${separator}Content-Length: ${body.length}\n\n${body}\n${separator}Subject: b\n\nlast\n`, [
      `Content-Length: ${body.length}\n\nx\nFrom z\n`,
      'Subject: b\n\nlast\n',
    ])
  })

  test('that states a wrong length is cut at separators', () => {
    for (const length of [3, 5_000, 99_999_999]) {
      check(`${separator}Content-Length: ${length}\n\nhello\n\n${separator}Subject: b\n\nlast\n`, [
        `Content-Length: ${length}\n\nhello\n`,
        'Subject: b\n\nlast\n',
      ])
    }
  })

  test('says where each mail stands', () => {
    const cutter = new MailboxCutter()
    const text = `${separator}Subject: a\n\nx\n\n${separator}Subject: b\n\ny\n`
    const entries = [...cutter.take(Buffer.from(text)), ...cutter.finish()]
    expect(entries.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual([
      `${separator}Subject: a\n\nx\n\n`,
      `${separator}Subject: b\n\ny\n`,
    ])
  })
})

test('a mailbox is told from a mail by its first line', () => {
  expect(isMailbox(Buffer.from(`${separator}Subject: a\n`))).toBe(true)
  expect(isMailbox(Buffer.from('From MAILER-DAEMON Thu Nov  3 04:56:17 2022\n'))).toBe(true)
  expect(isMailbox(Buffer.from('From: a@example.org\n'))).toBe(false)
  expect(isMailbox(Buffer.from('From here on it is text\n'))).toBe(false)
})
