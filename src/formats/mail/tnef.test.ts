import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { examine } from '../documents/examine.ts'
import { bytesOf, compoundFile, joined, packagedFile, u32, vbaProject, zipFile } from '../documents/office.fixture.ts'
import type { MailMessage } from './message.ts'
import { outlookFile } from './outlook.fixture.ts'
import { readAnyMail } from './outlook-message.ts'
import { readMail } from './read-mail.ts'
import { type TnefPlan, tnefFile } from './tnef.fixture.ts'

const place = { source: 'guide.eml', line: 1, offset: 0, length: 1 }
const macro = compoundFile(vbaProject({ Module1: 'Sub AutoOpen()\r\n  Shell "calc"\r\nEnd Sub\r\n' }, 'Macros/VBA'))

/** A mail with a text and a package. */
function mailWith(packed: Uint8Array, text = 'Hello', type = 'application/ms-tnef; name="winmail.dat"'): Uint8Array {
  return bytesOf(
    `From: a@a.example\r\nSubject: Guides\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n${text}\r\n--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(packed).toString('base64')}\r\n--b--\r\n`,
  )
}

function read(plan: TnefPlan, text?: string): MailMessage {
  const message = readMail(mailWith(tnefFile(plan), text), place)
  if (!message.ok) throw new Error(message.error.message)
  return message.value
}

describe('a mail with a package of Outlook', () => {
  test('has the files of the package, by their long names', () => {
    const { parts, problems } = read({
      subject: 'Guides',
      hasRareTypes: true,
      files: [
        { name: 'New EViD user guides.docm', type: 'application/vnd.ms-word', bytes: macro },
        { name: 'Логотип.png', bytes: bytesOf('x'), contentId: 'logo' },
      ],
    })
    expect(parts.map(({ fileName, contentType, disposition }) => [fileName, contentType, disposition])).toEqual([
      ['New EViD user guides.docm', 'application/vnd.ms-word', 'attachment'],
      ['Логотип.png', 'application/octet-stream', 'inline'],
    ])
    expect(Buffer.from(parts[0]?.bytes ?? []).equals(Buffer.from(macro))).toBe(true)
    expect(problems).toEqual([])
  })

  test('is read whatever name and type the package bears', () => {
    const packed = tnefFile({ files: [{ name: 'a.js', bytes: bytesOf('x') }] })
    for (const type of ['application/octet-stream; name=report.bin', 'application/vnd.ms-tnef', 'image/png']) {
      const message = readMail(mailWith(packed, 'Hello', type), place)
      expect(message.ok && message.value.parts.map(({ fileName }) => fileName)).toEqual(['a.js'])
    }
  })

  test('shows the text of the package beside its own, once where they are the same', () => {
    const both = read({
      rtf: '{\\rtf1\\ansi Sign in {\\field{\\*\\fldinst HYPERLINK "https://a.example/"}{\\fldrslt here}}.}',
    })
    expect(both.text).toContain('Sign in here.')
    expect(both.text).toContain('Hello')
    expect(both.links).toEqual([{ target: 'https://a.example/', text: 'here', from: 'html' }])
    expect(read({ text: ' Hello\r\n' }).text).toBe('Hello')
    const html = read({
      html: bytesOf('<p>Gr\xc3\xbc\xc3\x9fe <a href="https://b.example/">x</a></p>'),
      internetCodePage: 65001,
    })
    expect(html.text).toBe('Grüße x\nHello')
    expect(html.links.map(({ target }) => target)).toEqual(['https://b.example/'])
  })

  test('says where the package has another subject, and reads it', () => {
    const message = read({ subject: 'Your password ends today' })
    expect(message.subject).toBe('Guides')
    expect(message.text).toContain('Your password ends today')
    expect(message.notes).toEqual(['A package of Outlook in the mail has another subject than the mail.'])
  })

  test('is read in the forms of old programs, in their code page', () => {
    const message = read({
      isOld: true,
      codePage: 1251,
      text: '\xcf\xf0\xe8\xe2\xe5\xf2',
      files: [{ name: '\xcf\xf0.doc', bytes: macro }],
    })
    expect(message.text).toBe('Hello\nПривет')
    expect(message.parts.map(({ fileName }) => fileName)).toEqual(['Пр.doc'])
  })

  test('has files without content, and says of files that are kept elsewhere where', () => {
    const message = read({ files: [{ name: 'AUTOEXEC.BAT' }, { name: 'x', place: 'https://d.example/file' }] })
    expect(message.parts.map(({ fileName, bytes }) => [fileName, bytes.length])).toEqual([['AUTOEXEC.BAT', 0]])
    expect(message.links.map(({ target }) => target)).toEqual(['https://d.example/file'])
    expect(message.problems).toEqual(['An attachment is named in the message and not in it.'])
  })

  test('is read although sums are wrong', () => {
    expect(read({ hasWrongSums: true, files: [{ name: 'a.js', bytes: bytesOf('x') }] }).parts).toHaveLength(1)
  })

  test('gives messages and packages inside the package, as deep as mails nest', () => {
    const innermost: TnefPlan = {
      subject: 'innermost',
      from: ['A', 'a@b.example'],
      files: [{ name: 'a.js', bytes: bytesOf('x') }],
    }
    let plan: TnefPlan = innermost
    for (let depth = 0; depth < 5; depth++) plan = { subject: `level ${depth}`, files: [{ message: plan }] }
    let message: MailMessage | undefined = read({ ...plan, subject: 'Guides' })
    for (let depth = 0; depth < 5; depth++) message = message?.attached[0]
    expect(message?.subject).toBe('innermost')
    expect(message?.from).toEqual([{ name: 'A', address: 'a@b.example' }])
    expect(message?.parts[0]?.fileName).toBe('a.js')
    const packed = tnefFile({ files: [{ name: 'winmail.dat', bytes: tnefFile(innermost) }] })
    const within = readMail(mailWith(packed), place)
    expect(within.ok && within.value.parts.map(({ fileName }) => fileName)).toEqual(['a.js'])
    let deep: TnefPlan = {}
    for (let depth = 0; depth < 60; depth++) deep = { files: [{ message: deep }] }
    expect(read(deep).problems).toContain('Mails are nested too deeply; the innermost were not read.')
  })

  test('that is cut has what stands before the cut, the package itself, and says so', () => {
    const packed = tnefFile({
      files: [
        { name: 'a.js', bytes: bytesOf('x') },
        { name: 'b.doc', bytes: macro },
      ],
    })
    const message = readMail(mailWith(packed.subarray(0, packed.length - 900)), place)
    expect(message.ok && message.value.parts.map(({ fileName }) => fileName)).toEqual([
      'a.js',
      'FILE~1.DAT',
      'winmail.dat',
    ])
    expect(message.ok && message.value.problems).toEqual([
      'A package of Outlook (winmail.dat) is damaged; not all of it could be read.',
    ])
  })

  test('has both contents where a file has two', () => {
    const files = [{ name: 'a.doc', bytes: bytesOf('harmless') }]
    const message = readMail(mailWith(tnefFile({ files, strayContent: bytesOf('macro') })), place)
    expect(message.ok && message.value.parts.map(({ bytes }) => Buffer.from(bytes).toString('latin1'))).toEqual([
      'harmless',
      'macro',
    ])
  })
})

describe('an examination', () => {
  test('looks into a package that lies in an archive or in a saved message', () => {
    const packed = tnefFile({ files: [{ name: 'guide.doc', bytes: macro }] })
    for (const [name, bytes] of [
      ['winmail.dat', packed],
      ['files.zip', zipFile({ 'winmail.dat': packed })],
      ['saved.msg', outlookFile({ files: [{ name: 'winmail.dat', bytes: packed }] })],
      ['saved.eml', mailWith(packed)],
      ['mails.zip', zipFile({ 'saved.eml': mailWith(packed) })],
    ] as const) {
      const found = examine({ name, contentType: '', bytes })
      expect(
        found.features.map(({ feature }) => feature),
        name,
      ).toContain('macro-autorun')
    }
  })

  test('finds an object of old, which holds a file', () => {
    const name = joined(u32(8), bytesOf('Package\0'))
    const packaged = packagedFile('a.js', bytesOf('WScript.Shell'))
    const old = joined([1, 5, 0, 0, 2, 0, 0, 0], name, u32(0), u32(0), u32(packaged.length), packaged)
    const [part] = read({ files: [{ bytes: old }] }).parts
    const found = examine({ name: '', contentType: '', bytes: part?.bytes ?? new Uint8Array() })
    expect(found.features.map(({ feature }) => feature)).toContain('embedded-package')
  })

  test('finds the object of a package', () => {
    const object = { storage: macro }
    const message = read({ files: [{ object }] })
    const [part] = message.parts
    const found = examine({ name: '', contentType: '', bytes: part?.bytes ?? new Uint8Array() })
    expect(found.features.map(({ feature }) => feature)).toContain('macro-autorun')
  })
})

test('a package that is cut or changed anywhere is read or kept', () => {
  const whole = tnefFile({
    hasRareTypes: true,
    subject: 'Guides',
    to: [['B', 'b@b.example']],
    rtf: '{\\rtf1 a}',
    files: [{ name: 'a.js', bytes: bytesOf('x') }, { message: { subject: 'inner' } }],
  })
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
      const bytes = isCut ? whole.subarray(0, at) : Uint8Array.from(whole)
      if (!isCut) bytes[at] = byte
      const message = readAnyMail(mailWith(bytes), place)
      expect(message.ok).toBe(true)
    }),
    { numRuns: 500 },
  )
})
