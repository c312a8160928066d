import { describe, expect, test } from 'vitest'
import { joined } from '../documents/office.fixture.ts'
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

/** DER of a wrapping signature (RFC 5652): nothing in it is signed in truth. */
const der = (tag: number, ...pieces: readonly Uint8Array[]): Uint8Array => {
  const content = joined(...pieces)
  const { length } = content
  return joined(length < 128 ? [tag, length] : [tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff], content)
}
const id = (last: number): Uint8Array => der(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last))
const toBytes = (content: string | Uint8Array): Uint8Array => (typeof content === 'string' ? bytesOf(content) : content)
const wrapSigned = (content: string | Uint8Array): Uint8Array => {
  const inner = der(0x30, id(1), der(0xa0, der(0x04, toBytes(content))))
  return der(0x30, id(2), der(0xa0, der(0x30, der(0x02, Uint8Array.of(1)), der(0x31), inner, der(0x31))))
}
/** The same of unknown lengths, the content in two pieces. */
const wrapOpenly = (content: string): Uint8Array => {
  const open = (tag: number, ...pieces: readonly Uint8Array[]): Uint8Array => joined([tag, 0x80], ...pieces, [0, 0])
  const halves = [content.slice(0, 9), content.slice(9)].map((half) => der(0x04, bytesOf(half)))
  const inner = open(0x30, id(1), open(0xa0, open(0x24, ...halves)))
  return open(0x30, id(2), open(0xa0, open(0x30, der(0x02, Uint8Array.of(1)), open(0x31), inner)))
}
const wrappedPart = (wrapping: Uint8Array): string =>
  `Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n${Buffer.from(wrapping).toString('base64')}\n`

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

  test('joins encoded words of ISO-2022-JP, each of which begins and ends in ASCII', () => {
    const words = ['\x1b$BF|K\\\x1b(B', '\x1b$B8l\x1b(B'].map((word) => `=?ISO-2022-JP?B?${btoa(word)}?=`)
    expect(read(`Subject: ${words.join('\n ')}\n\n`).subject).toBe('日本語')
  })

  test('is read as UTF-8 where a character of it was cut', () => {
    expect(read('Subject: Gr\xc3\xbc\xc3\x9fe f\xc3\xbcr S\xc3\xb6ren \xc3\n\n').subject).toBe('Grüße für Sören \ufffd')
    expect(read('Subject: Gr\xfc\xdfe\n\n').subject).toBe('Grüße')
  })

  test('has a field whose name stands on a line of its own', () => {
    expect(read('From\n : A <a@example.org>\nTo: b@example.org\n\n').from).toEqual([
      { name: 'A', address: 'a@example.org' },
    ])
  })

  test('goes on behind a line that is no field, and ends where none follows', () => {
    const broken = read('From: a@example.org\nsome garbage\nSubject: Hello\n\nText')
    expect([broken.subject, broken.text]).toEqual(['Hello', 'Text'])
    const open = read('From: a@example.org\nSubject: Hello\nYour password ends today\nNote: https://a.example/\n\nBye')
    expect(open.text.trim()).toBe('Your password ends today\r\nNote: https://a.example/\r\n\r\nBye')
    const parts = read(
      'From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n \n--b\nContent-Type: text/html\n\n<p>Hi</p>\n--b--\n',
    )
    expect(parts.text).toBe('Hi')
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

  test('are found where the mail says wrongly what separates them', () => {
    for (const parameter of ['; boundary=other', '']) {
      const { text, parts, notes } = read(
        `From: a@example.org\nContent-Type: multipart/mixed${parameter}\n\n--b\nContent-Type: text/plain\n\nHi\n--b\nContent-Type: text/x-script; name=a.js\n\nx\n--b--\n`,
      )
      expect([text, parts.map(({ fileName }) => fileName)]).toEqual(['Hi', ['a.js']])
      expect(notes).toEqual(['The mail says wrongly what separates its parts; they were found all the same.'])
    }
  })

  test('are read where the mail says two things of them, or wraps them in an encoding', () => {
    const inner = '--b\nContent-Type: text/plain; name=a.js\n\nx\n--b--\n'
    const twice = read(
      `From: a@example.org\nContent-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n${inner}`,
    )
    expect(twice.parts.map(({ fileName }) => fileName)).toEqual(['a.js'])
    const wrapped = read(
      `From: a@example.org\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n${btoa(inner)}`,
    )
    expect(wrapped.parts.map(({ fileName }) => fileName)).toEqual(['a.js'])
    const bytes = 'x'.repeat(90)
    for (const encoding of [
      '"base64"',
      'base64 (x)',
      'x-base-64',
      '7bit\nContent-Transfer-Encoding: base64',
      '=?utf-8?q?base64?=',
    ]) {
      const { parts } = withParts([
        `Content-Type: a/b; name=a\nContent-Transfer-Encoding: ${encoding}\n\n${btoa(bytes)}`,
      ])
      expect(Buffer.from(parts[0]?.bytes ?? []).toString(), encoding).toBe(bytes)
    }
    const plain = withParts(['Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nSign in here'])
    expect(plain.text).toBe('Sign in here')
  })

  test('are found however the mail writes its kind and its separator', () => {
    for (const type of [
      'multipart / mixed; boundary=b',
      'multipart; boundary=b',
      '; boundary=b',
      'multipart/mixed; boundary*0=; boundary=b',
      "multipart/mixed; boundary*=us-ascii''b",
      'multipart/mixed; boundary=b(comment)',
      'multipart/mixed; BOUNDARY = "\\b"',
      'multipart/mixed;\n\tx=";boundary=c"; boundary=b',
    ])
      expect(
        read(`From: a@example.org\nContent-Type: ${type}\n\n--b\nContent-Type: a/b; name=a.js\n\nx\n--b--\n`).parts.map(
          ({ fileName }) => fileName,
        ),
        type,
      ).toEqual(['a.js'])
  })

  test('of HTML are in the character set that the page names where the part names none', () => {
    const page = (charset: string, text: string): string =>
      withParts([
        `Content-Type: text/html\n\n<meta http-equiv=Content-Type content="text/html; charset=${charset}"><p>${text}`,
      ]).text
    expect(page('windows-1251', '\xcf\xf0')).toBe('Пр')
    expect(page('utf-7', 'Gr+APwA3w-e')).toBe('Grüße')
    expect(page('windows-1251', '\xc3\xbc')).toBe('ü')
    expect(page('x', '\xfc')).toBe('ü')
  })

  test('bear the name that runs, where they bear several', () => {
    for (const names of [
      'Content-Type: a/b; name=a.js\nContent-Disposition: attachment; filename=a.txt',
      'Content-Disposition: attachment; filename=a.js; filename=a.txt',
      "Content-Disposition: attachment; filename=a.js; filename*=utf-8''a.txt",
      "Content-Disposition: attachment; filename*0=a.j; filename*1=s; filename*=utf-8''a.txt",
    ])
      expect(withParts([`${names}\n\nx`]).parts.map(({ fileName }) => fileName)).toEqual(['a.js'])
  })

  test('that are invitations say what they invite to, once', () => {
    const calendar =
      'Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY;LANGUAGE=en:Audit\\, urgent\nDESCRIPTION;ALTREP="cid:x:y":Sign in at https://a.exa\n mple/x\\nBye\nX-ALT-DESC;FMTTYPE=text/html:<p>Sign in <a href="https://b.example/">here</a></p>\nEND:VEVENT\nEND:VCALENDAR\n'
    const { text, links, parts } = withParts(['Content-Type: text/plain\n\nAudit, urgent', calendar])
    expect(text).toBe('Sign in here\nAudit, urgent\nSign in at https://a.example/x\nBye')
    expect(links.map(({ target }) => target)).toEqual(['https://b.example/', 'https://a.example/x'])
    expect(parts.map(({ contentType }) => contentType)).toEqual(['text/calendar'])
    const other = withParts(['Content-Type: text/plain\n\nYour password ends today', calendar])
    expect(other.text).toContain('Your password ends today')
  })

  test('that are mails speak for a mail that says nothing itself', () => {
    const inner =
      'Content-Type: message/rfc822\n\nSubject: Invoice\nFrom: c@example.org\n\nSign in at https://a.example/x'
    const silent = withParts([inner, 'Content-Type: text/plain\n\n \n'])
    expect(silent.text).toBe('Invoice\nSign in at https://a.example/x')
    expect(silent.links.map(({ target }) => target)).toEqual(['https://a.example/x'])
    const warning = withParts(['Content-Type: text/plain\n\nThis is a fake.', inner])
    expect([warning.text, warning.links]).toEqual(['This is a fake.', []])
  })

  test('of a digest are mails where they do not say what they are', () => {
    const inner = 'From: c@example.org\nSubject: inner\nContent-Type: a/b; name=a.js\n\nx'
    const { attached, text } = withParts([`\n${inner}`, 'Content-Type: text/plain\n\nHi'], 'multipart/digest')
    expect(attached[0]?.parts.map(({ fileName }) => fileName)).toEqual(['a.js'])
    expect(text).toBe('Hi')
  })

  test('that are mails by their name are read as mails', () => {
    const part = 'Content-Type: application/octet-stream; name="Fwd.eml"\nContent-Disposition: attachment\n\n'
    const { attached, parts } = withParts([`${part}From: c@example.org\nSubject: inner\n\nHi\n`, `${part}no mail\n`])
    expect(attached.map(({ subject }) => subject)).toEqual(['inner'])
    expect(parts.map(({ fileName }) => fileName)).toEqual(['Fwd.eml'])
  })

  test('inside a signature are read, and an encrypted mail is told', () => {
    const signed = wrapSigned(
      'Content-Type: multipart/mixed; boundary=s\n\n--s\n\nHi\n--s\nContent-Type: a/b; name=a.js\n\nx\n--s--\n',
    )
    for (const wrapping of [signed, wrapOpenly('Content-Type: text/plain; name=a.js\n\nx')]) {
      const { parts } = withParts([wrappedPart(wrapping)])
      expect(parts.map(({ fileName }) => fileName)).toEqual(['a.js'])
    }
    const { problems, parts } = withParts([
      wrappedPart(der(0x30, der(0x06, bytesOf('\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03')))),
    ])
    expect(problems).toEqual(['The mail is encrypted for its recipient; what is in it was not looked at.'])
    expect(parts).toHaveLength(1)
    let deep = bytesOf('Content-Type: text/plain\n\ninnermost')
    for (let depth = 0; depth < 60; depth++)
      deep = joined(
        bytesOf('Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: binary\n\n'),
        wrapSigned(deep),
      )
    const nested = readMail(joined(bytesOf('From: a@example.org\n'), deep), place)
    expect(nested.ok && nested.value.problems).toEqual(['Mails are nested too deeply; the innermost were not read.'])
  })

  test('in BinHex are unpacked', () => {
    // Written by hand: the name, a version, type, creator, flags, lengths, a sum, the content, a sum; one run in it.
    const plain = joined(
      [4],
      bytesOf('a.js'),
      [0],
      bytesOf('TEXTttxt'),
      [0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1, 2],
      bytesOf('xa'),
      [0x90, 6, 0x90, 0, 1, 2],
    )
    const alphabet = '!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr'
    const bits = [...plain].map((byte) => byte.toString(2).padStart(8, '0')).join('')
    const text = (bits.match(/.{1,6}/g) ?? []).map((six) => alphabet[Number.parseInt(six.padEnd(6, '0'), 2)]).join('')
    const packed = `(This file must be converted with BinHex 4.0)\n:${text.slice(0, 30)}\n${text.slice(30)}:\n`
    const { parts } = withParts([`Content-Type: application/mac-binhex40; name=a.hqx\n\n${packed}`])
    expect(parts.map(({ fileName, bytes }) => [fileName, Buffer.from(bytes).toString('latin1')])).toEqual([
      ['a.js', 'xaaaaaa\x90\x01'],
    ])
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

  test('in UTF-7 become text, and a damaged name of a character set still means one', () => {
    const type = (charset: string): string => `Content-Type: text/plain; charset="${charset}"\n\n`
    expect(withParts([`${type('utf-7')}Gr+APwA3w-e +- +2DzfyQ- 1+1`]).text).toBe('Grüße + \ud83c\udfc9 1+1')
    expect(withParts([`${type('_iso-2022-jp$ESC')}\x1b$BF|\x1b(B`])).toMatchObject({ text: '日', problems: [] })
    expect(withParts([`${type('=utf-8>')}\xc3\xbc`])).toMatchObject({ text: 'ü', problems: [] })
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
