import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unpackRtf } from '../documents/compressed-rtf.ts'
import { examine } from '../documents/examine.ts'
import { bytesOf, compoundFile, joined, packagedFile, vbaProject } from '../documents/office.fixture.ts'
import type { MailMessage } from './message.ts'
import { type OutlookPlan, outlookFile, outlookStreams, packRtf } from './outlook.fixture.ts'
import { readAnyMail, readOutlookMessage } from './outlook-message.ts'
import { isMailSample } from './recognise-mail.ts'

const place = { source: 'guide.msg', line: 1, offset: 0, length: 1 }

function read(plan: OutlookPlan): MailMessage {
  const message = readOutlookMessage(outlookFile(plan), place)
  if (!message.ok) throw new Error(message.error.message)
  return message.value
}

describe('a message that Outlook saved', () => {
  test('is read by its properties where no header of the transport is kept', () => {
    const message = read({
      from: ['VR Systems, Support', 'Help@vrsystems.example'],
      sender: ['Assistant', 'assistant@vrsystems.example'],
      to: [['Clerk', 'clerk@county.example']],
      cc: [['Deputy', 'deputy@county.example']],
      replyTo: ['Answers', 'answers@gmail.com'],
      subject: 'New „guides“',
      text: 'Please read https://a.example/x',
      id: '<1@a.example>',
      timeMs: Date.UTC(2026, 8, 1, 14),
    })
    expect(message.from).toEqual([{ name: 'VR Systems, Support', address: 'help@vrsystems.example' }])
    expect(message.sender).toEqual([{ name: 'Assistant', address: 'assistant@vrsystems.example' }])
    expect(message.to).toEqual([{ name: 'Clerk', address: 'clerk@county.example' }])
    expect(message.cc.map(({ address }) => address)).toEqual(['deputy@county.example'])
    expect(message.replyTo.map(({ address }) => address)).toEqual(['answers@gmail.com'])
    expect(message.subject).toBe('New „guides“')
    expect(message.messageId).toBe('<1@a.example>')
    expect(message.timeMs).toBe(Date.UTC(2026, 8, 1, 14))
    expect(message.links.map(({ target }) => target)).toEqual(['https://a.example/x'])
  })

  test('keeps the header of the transport, and tells where Outlook shows another sender or subject', () => {
    const header =
      'Received: from a.example by mx.county.example; Tue, 1 Sep 2026 14:00:00 +0000\r\nFrom: Real <real@gmail.com>\r\nTo: clerk@county.example\r\nSubject: Hello\r\n\r\n'
    const message = read({ from: ['VR Systems', 'help@vrsystems.example'], subject: 'Guides', header })
    expect(message.from.map(({ address }) => address)).toEqual(['real@gmail.com', 'help@vrsystems.example'])
    expect(message.subject).toBe('Guides')
    expect(message.headers.some(({ name }) => name === 'received')).toBe(true)
    expect(message.notes).toContain('The message shows another subject than its header has.')
    const same = read({ from: ['Real', 'real@gmail.com'], subject: 'Hello', header })
    expect(same.from).toHaveLength(1)
    expect(same.problems).toEqual([])
  })

  test('has texts in the code page that it names', () => {
    expect(read({ codePage: 1251, subject: '\xcf\xf0\xe8\xe2\xe5\xf2' }).subject).toBe('Привет')
    expect(read({ codePage: 932, text: '\x93\xfa\x96\x7b' }).text).toBe('日本')
    const html = new Uint8Array(Buffer.from('<p>Grüße <a href="https://b.example/">hier</a></p>'))
    const message = read({ html, internetCodePage: 65001 })
    expect(message.text).toBe('Grüße hier')
    expect(message.links[0]?.target).toBe('https://b.example/')
  })

  test('has the HTML that is wrapped in its RTF', () => {
    const rtf =
      '{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0 Arial;}}\r\n{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Gr\\\'fc\\u223 ?e {\\*\\htmltag84 <a href="https://c.example/">}\\htmlrtf {\\field HYPERLINK}\\htmlrtf0 hier{\\*\\htmltag92 </a>}\\htmlrtf }\\htmlrtf0 {\\*\\htmltag72 </p>}}'
    for (const isRtfBare of [false, true]) {
      const message = read({ rtf, isRtfBare })
      expect(message.text).toBe('Grüße hier')
      expect(message.links).toEqual([{ target: 'https://c.example/', text: 'hier', from: 'html' }])
    }
  })

  test('has text of RTF in the character set of its font, without what stands for readers of old', () => {
    const table = '{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Arial;}{\\f2\\fcharset128 MS Gothic;}}'
    const text = "\\f1 \\'cf\\'f0\\f0  Gr\\'fc\\'dfe {\\f2 \\'93\\'fa} {\\uc2\\u26085 ??}{\\uc0\\u8364}5\\u8364 ?"
    for (const head of ['', '\\fromtext', '\\fromhtml1 ']) {
      const message = read({ rtf: `{\\rtf1\\ansi\\ansicpg1252${head}\\deff0${table}${text}}` })
      expect(message.text, head).toBe('Пр Grüße 日 日€5€')
    }
  })

  test('has the links and the hidden text of RTF that is the body itself', () => {
    const message = read({
      text: 'See the portal.',
      rtf: '{\\rtf1\\ansi See {\\field{\\*\\fldinst{ HYPERLINK "https://evil.example/a?b=1&c" \\\\o "x"}}{\\fldrslt{\\ul https://vrsystems.com}}} <b>{\\v not seen}\\par end}',
    })
    expect(message.links).toEqual([
      { target: 'https://evil.example/a?b=1&c', text: 'https://vrsystems.com', from: 'html' },
      { target: 'https://vrsystems.com', text: 'https://vrsystems.com', from: 'text' },
    ])
    expect(message.text).toBe('See https://vrsystems.com <b>\nend')
    expect(message.hiddenText).toBe('not seen')
    expect(message.otherText).toBe('See the portal.')
  })

  test('shows both texts where its HTML and the HTML in its RTF differ', () => {
    const rtf = '{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}Your password ends today{\\*\\htmltag72 </p>}}'
    const message = read({ html: '<p>Minutes of the meeting</p>', rtf })
    expect(message.text).toBe('Minutes of the meeting\n\nYour password ends today')
    expect(read({ html: '<p>Your password <b>ends</b> today</p>', rtf }).text).toBe('Your password ends today')
  })

  test('that is no mail says what it is, and a report has its text', () => {
    expect(read({ messageClass: 'IPM.Contact', subject: 'A' }).notes).toEqual([
      'This is no mail but a contact of an address book, saved from Outlook; nobody sent it as it is.',
    ])
    for (const messageClass of ['IPM.Note', 'IPM.Note.SMIME', 'IPM.Schedule.Meeting.Request', 'IPM.TaskRequest'])
      expect(read({ messageClass }).notes).toEqual([])
    const report = read({ messageClass: 'REPORT.IPM.Note.NDR', report: 'Your message did not reach a@b.example.' })
    expect(report.text).toBe('Your message did not reach a@b.example.')
    expect([...report.problems, ...report.notes]).toEqual([])
  })

  test('names those who got it unseen', () => {
    const { headers } = read({ to: [['A', 'a@b.example']], bcc: [['C', 'c@b.example']] })
    expect(headers.find(({ name }) => name === 'bcc')?.value).toBe('C <c@b.example>')
  })

  test('gives RTF that is no HTML as text, and as a part to be looked into', () => {
    const message = read({
      rtf: '{\\rtf1\\ansi Sign in\\par today{\\field{\\*\\fldinst DDEAUTO cmd "/c x"}{\\fldrslt .}}}',
    })
    expect(message.text.replaceAll(/\s+/g, ' ')).toBe('Sign in today.')
    const [part] = message.parts
    expect(part?.contentType).toBe('application/rtf')
    const found = examine({ name: '', contentType: '', bytes: part?.bytes ?? new Uint8Array() })
    expect(found.features.map(({ feature }) => feature)).toContain('dde')
  })

  test('gives attachments with their names, kinds and ids', () => {
    const { parts } = read({
      files: [
        { name: 'Guide.docm', type: 'application/x-Word', bytes: bytesOf('PK') },
        { name: 'logo.png', bytes: bytesOf('x'.repeat(9_000)), contentId: 'logo' },
      ],
    })
    expect(parts.map(({ fileName, disposition }) => [fileName, disposition])).toEqual([
      ['Guide.docm', 'attachment'],
      ['logo.png', 'inline'],
    ])
    expect(parts[1]?.bytes).toHaveLength(9_000)
    expect(parts[1]?.contentId).toBe('logo')
  })

  test('gives messages inside messages, as deep as mails nest', () => {
    let plan: OutlookPlan = { subject: 'innermost', files: [{ name: 'a.js', bytes: bytesOf('x') }] }
    for (let depth = 0; depth < 5; depth++) plan = { subject: `level ${depth}`, files: [{ message: plan }] }
    let message: MailMessage | undefined = read(plan)
    for (let depth = 0; depth < 5; depth++) message = message?.attached[0]
    expect(message?.subject).toBe('innermost')
    expect(message?.parts[0]?.fileName).toBe('a.js')
  })

  test('that is signed has the parts of the mail that was signed', () => {
    const mime = bytesOf(
      'Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\nSigned words\r\n--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--s--\r\n',
    )
    const message = read({
      text: 'Signed words\r\n',
      files: [{ name: 'smime.p7m', type: 'multipart/signed', bytes: mime }],
    })
    expect(message.text).toBe('Signed words')
    expect(message.parts.map(({ fileName }) => fileName)).toEqual(['smime.p7s'])
  })

  test('whose signature wraps it has the parts of the mail inside', () => {
    const mime = bytesOf('Content-Type: a/b; name=a.js\r\n\r\nx')
    const id = (last: number): Uint8Array => Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last)
    const der = (tag: number, ...pieces: readonly Uint8Array[]): Uint8Array => {
      const content = joined(...pieces)
      return joined([tag, content.length], content)
    }
    const inner = der(0x30, id(1), der(0xa0, der(0x04, mime)))
    const bytes = der(0x30, id(2), der(0xa0, der(0x30, Uint8Array.of(2, 1, 1), der(0x31), inner)))
    const message = read({
      messageClass: 'IPM.Note.SMIME',
      files: [{ name: 'SMIME.p7m', type: 'application/pkcs7-mime', bytes }],
    })
    expect(message.parts.map(({ fileName }) => fileName)).toEqual(['a.js'])
  })

  test('gives a mail that was attached as a file as a mail inside', () => {
    const bytes = bytesOf('From: a@b.example\r\nSubject: Forwarded\r\n\r\nHello\r\n')
    const message = read({ files: [{ name: 'Fwd.eml', type: 'application/octet-stream', bytes }] })
    expect(message.attached.map(({ subject }) => subject)).toEqual(['Forwarded'])
    expect(message.parts).toEqual([])
  })

  test('names an attachment that is kept elsewhere', () => {
    const message = read({ text: 'See', files: [{ name: 'x', method: 7, place: 'https://d.example/file' }] })
    expect(message.links.map(({ target }) => target)).toContain('https://d.example/file')
    expect(message.problems).toContain('An attachment is named in the message and not in it.')
  })

  test('is told from documents and damaged files', () => {
    expect(isMailSample(outlookFile({ subject: 'a' }))).toBe(true)
    expect(isMailSample(compoundFile({ WordDocument: 'x' }))).toBe(false)
    const refused = readAnyMail(compoundFile({ WordDocument: 'x' }), place)
    expect(!refused.ok && refused.error.reason).toBe('not-this-format')
    expect(readAnyMail(outlookFile({ subject: 'a' }).subarray(0, 300), place).ok).toBe(false)
  })
})

describe('an examination of such a message', () => {
  const features = (plan: OutlookPlan): string[] =>
    examine({ name: 'guide.msg', contentType: '', bytes: outlookFile(plan) }).features.map(({ feature }) => feature)

  test('finds what its attachments carry, those of messages inside too', () => {
    const macro = compoundFile(vbaProject({ Module1: 'Sub AutoOpen()\r\n  Shell "calc"\r\nEnd Sub\r\n' }, 'Macros/VBA'))
    const files = [{ name: 'guide.doc', bytes: macro }]
    expect(features({ files })).toContain('macro-autorun')
    expect(features({ files: [{ message: { files } }] })).toContain('macro-autorun')
  })

  test('finds objects in it', () => {
    const object = { '\x01Ole10Native': packagedFile('a.js', bytesOf('WScript.Shell')) }
    expect(features({ files: [{ object }] })).toContain('embedded-package')
    const message = read({ files: [{ object }, { object }] })
    expect(message.parts).toHaveLength(1)
  })
})

describe('hostile messages', () => {
  test('of any texts are read as they were written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (name, subject) => {
        const clean = (text: string): string =>
          text
            .replaceAll(/[\0\ud800-\udfff]/g, '')
            .replace(/\s+/g, ' ')
            .trim()
        const message = read({ from: [clean(name), 'a@b.example'], subject: clean(subject) })
        expect(message.from).toHaveLength(1)
        expect(message.from[0]?.address).toBe('a@b.example')
      }),
      { numRuns: 60 },
    )
  })

  test('packed RTF is unpacked as it was packed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 6_000 }), (rtf) => {
        const found = unpackRtf(packRtf(rtf))
        expect(Buffer.from(found ?? []).toString('latin1')).toBe(rtf)
      }),
      { numRuns: 60 },
    )
  })

  test('cut or changed anywhere are read or refused', () => {
    const streams = outlookStreams({
      from: ['A', 'a@b.example'],
      header: 'From: a@b.example\r\n\r\n',
      rtf: '{\\rtf1\\fromhtml1 {\\*\\htmltag <p>}x}',
      files: [{ message: { subject: 'b', files: [{ object: { CONTENTS: 'x' } }] } }],
    })
    const whole = compoundFile(streams)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: whole.length - 9 }),
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        (at, bytes) => {
          const changed = Uint8Array.from(whole)
          changed.set(bytes, at)
          for (const hostile of [changed, whole.subarray(0, at)]) {
            const message = readAnyMail(hostile, place)
            if (!message.ok) expect(message.error.message).toMatch(/\.$/)
            examine({ name: 'a.msg', contentType: '', bytes: hostile })
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('whose storages lead in a circle come to an end', () => {
    const whole = outlookFile({ files: [{ message: { subject: 'a' } }] })
    const directory = 512 * (1 + (whole[48] ?? 0) + 256 * (whole[49] ?? 0))
    for (let entry = 0; directory + entry * 128 + 80 <= whole.length; entry++) {
      const circle = Uint8Array.from(whole)
      // The child of one storage is the first storage of all.
      circle.set([1, 0, 0, 0], directory + entry * 128 + 76)
      readAnyMail(circle, place)
    }
  })
})
