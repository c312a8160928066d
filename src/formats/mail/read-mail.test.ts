import { describe, expect, test } from 'vitest'
import { unwrapJournal } from './journal.ts'
import type { MailMessage } from './message.ts'
import { readMail, readPastedMail } from './read-mail.ts'

const place = { source: 'a.eml', line: 1, offset: 0, length: 0 }
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function read(source: string): MailMessage {
  const result = readMail(bytesOf(source.replace(/\r?\n/g, '\r\n')), place)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

const withParts = (parts: readonly string[], type = 'multipart/mixed'): MailMessage =>
  read(
    `From: a@example.org\nMIME-Version: 1.0\nContent-Type: ${type}; boundary="b"\n\n${parts.map((part) => `--b\n${part}\n`).join('')}--b--\n`,
  )

describe('the header', () => {
  test('keeps order, raw text with its folding, and decoded values', () => {
    const { headers, subject } = read(
      'Subject: =?UTF-8?Q?Neue_=C3=9Cber?=\n =?UTF-8?Q?sicht?= today\nX-A: 1\nFrom: a@example.org\n\nHi',
    )
    expect(headers.map(({ name }) => name)).toEqual(['subject', 'x-a', 'from'])
    expect(subject).toBe('Neue Übersicht today')
    expect(headers[0]?.raw).toBe('Subject: =?UTF-8?Q?Neue_=C3=9Cber?=\r\n =?UTF-8?Q?sicht?= today')
  })

  test('joins encoded words that were cut inside a character', () => {
    expect(read('Subject: =?utf-8?B?w4PD?= =?utf-8?B?nA==?=\n\n').subject).toBe('ÃÜ')
  })

  test('keeps the invisible characters with which names are disguised', () => {
    const { from, subject } = read('From: =?utf-8?B?Vu+7v1I=?= <a@example.org>\nSubject: =?utf-8?B?77u/Vu+7v1I=?=\n\n')
    expect([from[0]?.name, subject]).toEqual(['V\ufeffR', '\ufeffV\ufeffR'])
  })

  test('is read where raw UTF-8 stands in it', () => {
    expect(readPastedMail('From: Zoë <z@example.org>\n\nx', place)).toMatchObject({
      ok: true,
      value: { from: [{ name: 'Zoë', address: 'z@example.org' }] },
    })
  })

  test('gives every From field, for programs differ in which they show', () => {
    const { from } = read('From: A <a@example.org>\nFrom: B <b@example.net>\n\n')
    expect(from.map(({ address }) => address)).toEqual(['a@example.org', 'b@example.net'])
  })

  test('tells the time by the topmost server, and by Date where there is none', () => {
    const date = 'Date: Thu, 3 Nov 2022 04:56:15 -0500\n'
    expect(read(`${date}\n`).timeMs).toBe(Date.UTC(2022, 10, 3, 9, 56, 15))
    const received = 'Received: from a by b; Fri, 4 Nov 2022 01:00:00 +0000 (UTC)\n'
    expect(read(`${received}Received: from x by y; Sat, 1 Jan 2000 00:00:00 +0000\n${date}\n`).timeMs).toBe(
      Date.UTC(2022, 10, 4, 1),
    )
  })

  test('names the thread, and the sender of the envelope', () => {
    const mail = read(
      'Return-Path: <x@Example.org>\nReferences: <1@a> <2@a>\nIn-Reply-To: <3@a>\nMessage-ID: <4@a>\n\n',
    )
    expect(mail).toMatchObject({
      returnPath: 'x@example.org',
      references: ['<1@a>', '<2@a>', '<3@a>'],
      messageId: '<4@a>',
    })
    expect(read('From z@example.org Thu Nov  3 04:56:17 2022\nSubject: a\n\n').returnPath).toBe('z@example.org')
  })
})

describe('parts', () => {
  test('are decoded, with names in every form', () => {
    const { parts } = withParts([
      "Content-Type: application/x-a\nContent-Disposition: attachment; filename*=utf-8''%e2%82%ac.doc\nContent-Transfer-Encoding: base64\n\nSGVs\nbG8=",
      'Content-Type: application/x-b; name="=?utf-8?q?=C3=A4.doc?="\n\nb',
      'Content-Type: application/x-c\nContent-Disposition: attachment;\n filename*0="one ";\n filename*1=two.doc\n\nc',
    ])
    expect(parts.map(({ fileName }) => fileName)).toEqual(['€.doc', 'ä.doc', 'one two.doc'])
    expect(Buffer.from(parts[0]?.bytes ?? []).toString()).toBe('Hello')
  })

  test('are cut only at their own boundary, not at one that begins alike', () => {
    const { parts } = withParts([
      'Content-Type: multipart/mixed; boundary="bb"\n\n--bb\nContent-Type: image/png\n\n1\n--bb--',
      'Content-Type: image/png\n\n2',
    ])
    expect(parts.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['1', '2'])
  })

  test('show the HTML, and keep the text that stands beside it', () => {
    const mail = withParts(
      ['Content-Type: text/plain\n\nplain words', 'Content-Type: text/html\n\n<p>shown words</p>'],
      'multipart/alternative',
    )
    expect(mail).toMatchObject({ text: 'shown words', otherText: 'plain words' })
  })

  test('that are mails are read as mails', () => {
    const { attached, parts } = withParts([
      'Content-Type: message/rfc822\n\nFrom: x@example.net\nSubject: inner\n\ntext',
    ])
    expect(attached[0]).toMatchObject({ subject: 'inner', text: 'text' })
    expect(parts).toEqual([])
  })

  test('nested without end are read to a bound, which is said', () => {
    let source = 'From: a@example.org\n'
    for (let i = 0; i < 60; i++) source += `Content-Type: multipart/mixed; boundary=b${i}x\n\n--b${i}x\n`
    expect(read(`${source}\n\ntext`).problems).toContain('Parts are nested too deeply; the innermost were not read.')
  })

  test('that are uuencoded in the text are files', () => {
    const { parts, text } = read('Subject: a\n\nSee:\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye')
    expect(parts[0]).toMatchObject({ fileName: 'cat.txt' })
    expect(Buffer.from(parts[0]?.bytes ?? []).toString()).toBe('Cat')
    expect(text).toContain('Bye')
    expect(text).not.toContain('#0V%T')
  })

  test('of base64 that was padded in the middle are read to the end', () => {
    const { parts } = withParts(['Content-Type: a/b\nContent-Transfer-Encoding: base64\n\nSGVs\nbA==\nbG8='])
    expect(Buffer.from(parts[0]?.bytes ?? []).toString()).toBe('Helllo')
  })

  test('in old character sets become text', () => {
    const mail = read(
      'Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: quoted-printable\n\n=F4=C5=D3=D4',
    )
    expect(mail.text).toBe('Тест')
    expect(read('Content-Type: text/plain; charset=us-ascii\n\ncaf\xe9').text).toBe('café')
  })
})

test('what is no mail is a reject with its reason', () => {
  expect(readMail(bytesOf('\r\n\r\n'), place)).toMatchObject({ ok: false, error: { reason: 'truncated' } })
  expect(readMail(bytesOf('hello\nworld: yes\n'), place)).toMatchObject({
    ok: false,
    error: { reason: 'not-this-format' },
  })
})

test('line ends of old Macintosh are line ends', () => {
  expect(readMail(bytesOf('From: a@example.org\rSubject: s\r\rbody'), place)).toMatchObject({
    ok: true,
    value: { subject: 's', text: 'body' },
  })
})

test('a journal report gives the mail inside with its real recipients', () => {
  const report = read(
    'From: journal@example.org\nX-MS-Journal-Report:\nContent-Type: multipart/mixed; boundary=j\n\n--j\nContent-Type: text/plain\n\nSender: real@example.net\nSubject: hi\nMessage-Id: <1@example.net>\nTo: clerk@county.example\nBcc: chief@county.example, Expanded: all@county.example\n\n--j\nContent-Type: message/rfc822\n\nFrom: Shown <shown@example.net>\nSubject: hi\n\ntext\n--j--\n',
  )
  expect(unwrapJournal(report)).toMatchObject({
    subject: 'hi',
    returnPath: 'real@example.net',
    envelopeTo: ['clerk@county.example', 'chief@county.example'],
  })
  expect(unwrapJournal(read('From: a@example.org\n\nSender: x@example.org'))).toBeUndefined()
})
