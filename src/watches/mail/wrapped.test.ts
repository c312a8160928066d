import { expect, test } from 'vitest'
import { bytesOf, compoundFile, joined, vbaProject } from '../../formats/documents/office.fixture.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { outlookFile } from '../../formats/mail/outlook.fixture.ts'
import { readAnyMail } from '../../formats/mail/outlook-message.ts'
import { tnefFile } from '../../formats/mail/tnef.fixture.ts'
import { testChecker } from './mail.fixture.ts'

const place = { source: 'guides.eml', line: 1, offset: 0, length: 1 }
const name = 'New EViD User Guides.doc'
const guide = compoundFile(vbaProject({ Module1: 'Sub AutoOpen()\r\n  Shell "calc"\r\nEnd Sub\r\n' }, 'Macros/VBA'))
const subject = 'New EViD User Guides'
const text = 'Please open the attached guides of VR Systems and enable their content before early voting begins.'
const from = ['VR Systems', 'vr.elections.support@gmail.com'] as const

/** The same mail with its document in one wrapping or another. */
const head = `From: "${from[0]}" <${from[1]}>\r\nTo: clerk@county.example\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\n`
const part = (type: string, bytes: Uint8Array): string =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(bytes).toString('base64')}\r\n`
const withPart = (body: string, type: string, bytes: Uint8Array): Uint8Array =>
  bytesOf(
    `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n${body}\r\n--b\r\n${part(type, bytes)}--b--\r\n`,
  )
const inner = `Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\n${text}\r\n--i\r\n${part(`application/msword; name="${name}"`, guide)}--i--\r\n`
const der = (tag: number, ...pieces: readonly Uint8Array[]): Uint8Array => {
  const content = joined(...pieces)
  const { length } = content
  return joined([tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff], content)
}
const id = (last: number): Uint8Array => Uint8Array.of(0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last)
const signed = der(
  0x30,
  id(2),
  der(0xa0, der(0x30, Uint8Array.of(2, 1, 1), der(0x31), der(0x30, id(1), der(0xa0, der(0x04, bytesOf(inner)))))),
)

const wrappings: Readonly<Record<string, Uint8Array>> = {
  'a part of its own': withPart(text, `application/msword; name="${name}"`, guide),
  'a package of Outlook': withPart(
    text,
    'application/ms-tnef; name=winmail.dat',
    tnefFile({ files: [{ name, bytes: guide }] }),
  ),
  'a package that holds the text too': withPart(
    '',
    'application/octet-stream',
    tnefFile({ rtf: `{\\rtf1 ${text}}`, files: [{ name, bytes: guide }] }),
  ),
  'a saved message': outlookFile({ from, subject, text, files: [{ name, bytes: guide }] }),
  'a signature': bytesOf(`${head}${part('application/pkcs7-mime; smime-type=signed-data; name=smime.p7m', signed)}`),
  'a mail in a mail inside': withPart(
    text,
    'message/rfc822',
    withPart(
      'Forwarded',
      'application/octet-stream; name=Fwd.eml',
      withPart('Hi', `application/msword; name="${name}"`, guide),
    ),
  ),
  'a part behind two hundred pictures': bytesOf(
    `${head}Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\n${text}\r\n${`--i\r\n${part('image/png; name=a.png', bytesOf('x'))}`.repeat(200)}--i\r\n${part(`application/msword; name="${name}"`, guide)}--i--\r\n`,
  ),
  'parts without an end of the header': bytesOf(
    `${head}Content-Type: multipart/mixed; boundary=i\r\n--i\r\n\r\n${text}\r\n--i\r\n${part(`application/msword; name="${name}"`, guide)}--i--\r\n`,
  ),
}

function read(bytes: Uint8Array): MailMessage {
  const message = readAnyMail(bytes, place)
  if (!message.ok) throw new Error(message.error.message)
  return message.value
}

test.each(Object.entries(wrappings))('a vendor’s spoofed mail is an attack with its document in %s', (_, bytes) => {
  const checker = testChecker()
  checker.check(read(wrappings['a part of its own'] as Uint8Array), { id: 'first' })
  const { verdict, posesAs, payload, campaign } = checker.check(read(bytes), { id: 'second' })
  expect([verdict, posesAs?.name]).toEqual(['attack', 'VR Systems'])
  expect(payload.map(({ feature, path }) => [feature, path[0]])).toContainEqual(['macro-autorun', name])
  // The hash of the document ties it to the same one that came bare.
  expect(campaign?.mails).toBe(2)
})

test('a mail with more files than are looked into says so', () => {
  const bytes = bytesOf(
    `${head}Content-Type: multipart/mixed; boundary=i\r\n\r\n${`--i\r\n${part('a/b; name=a', bytesOf('x'))}`.repeat(101)}--i--\r\n`,
  )
  expect(testChecker().check(read(bytes)).problems).toEqual(['There are more files in the mail than were looked into.'])
})
