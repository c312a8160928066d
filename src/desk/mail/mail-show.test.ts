import { expect, test } from 'vitest'
import { bytesOf } from '../../formats/documents/office.fixture.ts'
import { tnefFile } from '../../formats/mail/tnef.fixture.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import { showMail } from './mail-show.ts'

test('a mail is shown with the files and the text of its package of Outlook, and with those of mails inside it', () => {
  const packed = tnefFile({
    rtf: '{\\rtf1 Sign in {\\field{\\*\\fldinst HYPERLINK "https://a.example/"}{\\fldrslt here}}}',
    files: [
      { name: 'Guides.docm', bytes: bytesOf('x') },
      { message: { subject: 'Inner', files: [{ name: 'b.pdf', bytes: bytesOf('%PDF') }] } },
    ],
  })
  const source = `From: a@b.example\r\nSubject: Guides\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(packed).toString('base64')}\r\n`
  const unread: Partial<MailDocument> = { unreadable: 'Not judged.' }
  const { files, text, view } = showMail(unread as MailDocument, bytesOf(source))
  expect(files.map(({ name }) => name)).toEqual(['', 'Guides.docm', 'Inner > b.pdf'])
  expect(files[0]?.contentType).toBe('application/rtf')
  expect(text).toContain('Sign in here')
  expect(view).toContain('here')
})
