/** Fuzz targets for mail: headers, nested parts, encodings, HTML and mailboxes as hostile bytes. A mail must be read or
 *  refused, and a mailbox must give the same mails in any cut. */
import assert from 'node:assert/strict'
import { limits } from '../../src/core/limits.ts'
import { compoundFile, joined, packagedFile, vbaProject } from '../../src/formats/documents/office.fixture.ts'
import { authenticationResults } from '../../src/formats/mail/authentication-results.ts'
import { decodeBinHex } from '../../src/formats/mail/binhex.ts'
import { decodeText } from '../../src/formats/mail/charset.ts'
import { decodeWords } from '../../src/formats/mail/encoded-words.ts'
import { readHtml } from '../../src/formats/mail/html-text.ts'
import { unwrapJournal } from '../../src/formats/mail/journal.ts'
import { MailboxCutter, type MailboxEntry } from '../../src/formats/mail/mailbox-file.ts'
import type { MailMessage } from '../../src/formats/mail/message.ts'
import { outlookFile, outlookStreams, packRtf } from '../../src/formats/mail/outlook.fixture.ts'
import { readAnyMail, readOutlookMessage } from '../../src/formats/mail/outlook-message.ts'
import { readMail } from '../../src/formats/mail/read-mail.ts'
import { receivedSteps } from '../../src/formats/mail/received.ts'
import { tnefFile } from '../../src/formats/mail/tnef.fixture.ts'
import { decodeBase64, decodeQuotedPrintable, decodeTransfer } from '../../src/formats/mail/transfer-encoding.ts'
import type { FuzzTarget } from './engine/target.ts'

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const place = { source: 'fuzzed.eml', line: 1, offset: 0, length: 0 }

function checkMessage(message: MailMessage): void {
  assert.ok(message.links.length <= limits.mailLinksMax)
  assert.ok(message.problems.length <= limits.mailProblemsMax)
  assert.ok(message.headers.length <= limits.mailHeadersMax)
  for (const { address } of [...message.from, ...message.to]) assert.ok(address === '' || address.includes('@'))
  receivedSteps(message)
  authenticationResults(message)
  unwrapJournal(message)
  for (const inner of message.attached) checkMessage(inner)
}

function checkMail(bytes: Uint8Array): void {
  const read = readMail(bytes, place)
  if (read.ok) checkMessage(read.value)
  else assert.ok(read.error.message.endsWith('.'))
}

function checkOutlook(bytes: Uint8Array): void {
  const read = readOutlookMessage(bytes, place)
  if (read.ok) checkMessage(read.value)
  else assert.ok(read.error.message.endsWith('.'))
}

/** Hostile bytes as a package of Outlook: alone, and as a part of a mail. */
function checkPackage(bytes: Uint8Array): void {
  const packed = joined([0x78, 0x9f, 0x3e, 0x22], bytes)
  const read = readAnyMail(packed, place)
  if (read.ok) checkMessage(read.value)
  else assert.ok(read.error.message.endsWith('.'))
  checkMail(joined('From: a\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: binary\n\n', packed))
}

const outlookSeed = {
  from: ['A', 'a@a.example'],
  to: [['B', 'b@b.example']],
  replyTo: ['C', 'c@c.example'],
  subject: 'Guides',
  header: 'Received: from a by b; Thu, 3 Nov 2022 04:56:17 +0000\r\nFrom: A <a@a.example>\r\n\r\n',
  rtf: "{\\rtf1\\ansi\\ansicpg1251\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 x\\'e4\\u8364?\\htmlrtf }\\htmlrtf0}",
  files: [
    { name: 'a.doc', bytes: compoundFile(vbaProject({ M: 'Sub AutoOpen()\r\nEnd Sub\r\n' }, 'Macros/VBA')) },
    { object: { '\x01Ole10Native': packagedFile('a.js', bytesOf('x')) } },
    { message: { subject: 'inner', codePage: 932, text: '\x93\xfa', files: [{ name: 'b', bytes: bytesOf('b') }] } },
  ],
} as const

/** Hostile bytes as one stream of a message that is sound otherwise; the first byte says which. */
function checkOutlookStream(bytes: Uint8Array): void {
  const streams = Object.entries(outlookStreams(outlookSeed))
  const [name] = streams[(bytes[0] ?? 0) % streams.length] as (typeof streams)[number]
  checkOutlook(compoundFile({ ...Object.fromEntries(streams), [name]: bytes.subarray(1, 65_536) }))
}

const outlookStreamSeeds = Object.values(outlookStreams(outlookSeed)).map((content, index) =>
  joined([index], typeof content === 'string' ? bytesOf(content) : content),
)

const packageSeeds = [
  tnefFile({
    ...outlookSeed,
    hasRareTypes: true,
    files: [
      { name: 'guide.doc', type: 'application/msword', bytes: bytesOf('x') },
      { object: { storage: compoundFile({ a: 'x' }) } },
      { message: { subject: 'inner', files: [{ name: 'b', bytes: bytesOf('b') }] } },
      { name: 'winmail.dat', bytes: tnefFile({ text: 'again' }) },
    ],
  }),
  tnefFile({
    isOld: true,
    codePage: 932,
    from: ['A', 'a@a.example'],
    subject: 'x',
    text: '\x93\xfa',
    files: [{ name: 'a' }],
  }),
].map((packed) => packed.subarray(4))

/** A mail in a signature that wraps it (RFC 5652), of known length and of unknown. */
const signedSeeds = [
  '\x30\x30\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x23\x30\x21\x02\x01\x01\x31\x00\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x0b\x04\x09Sub: a\n\nx\x31\x00',
  '\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x80\0\0\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80\x04\x04Sub:\x04\x05 a\n\nx\0\0\0\0\0\0\0\0\0\0\0\0',
].map(bytesOf)

function checkEncodings(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString('latin1')
  decodeWords(text.slice(0, limits.mailFieldCharactersMax))
  decodeBase64(bytes)
  assert.ok(decodeQuotedPrintable(bytes).length <= bytes.length)
  decodeTransfer(bytes, 'x-uuencode')
  decodeText(bytes, 'utf-7')
  decodeText(bytes, 'iso-2022-jp')
  decodeText(bytes.subarray(20), text.slice(0, 20).replace(/\s.*/s, ''))
}

function cut(bytes: Uint8Array, chunkLength: number): MailboxEntry[] {
  const cutter = new MailboxCutter()
  const entries: MailboxEntry[] = []
  for (let at = 0; at < bytes.length; at += chunkLength)
    entries.push(...cutter.take(bytes.subarray(at, at + chunkLength)))
  return [...entries, ...cutter.finish()]
}

function checkMailbox(bytes: Uint8Array): void {
  const whole = cut(bytes, Math.max(1, bytes.length))
  assert.deepEqual(cut(bytes, Math.max(1, bytes.length >> 4)), whole)
  let end = 0
  for (const { offset, length } of whole) {
    assert.ok(offset >= end)
    end = offset + length
  }
  assert.ok(end <= bytes.length)
}

const header = `Received: from a.example (b.example [192.0.2.1]) by c.example with ESMTPS id 1 for <d@e.example>; Thu, 3 Nov 2022 04:56:17 +0000
Authentication-Results: c.example; spf=fail (x (y)) smtp.mailfrom=a@a.example; dkim=pass reason="q" header.d=a.example
From: "A, \\"B\\"" <a@a.example> (c), =?utf-8?q?=C3=A4?= =?utf-8?B?w7Y=?= <b@b.example>
To: team: x@x.example, y@y.example;, undisclosed-recipients:;
Subject: =?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=
 folded
References: <1@a> <2@a>
Date: Thu, 3 Nov 22 04:56 EST
`
const nested = `${header}MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="o"

--o
Content-Type: multipart/alternative; boundary=i

--i
Content-Type: text/plain; charset=koi8-r
Content-Transfer-Encoding: quoted-printable

=F4=C5=D3=D4 https://a.example/x).
--i
Content-Type: text/html
Content-Transfer-Encoding: base64

PHA+PGEgaHJlZj0ieCI+eTwvYT48L3A+
--i--
--o
Content-Type: message/rfc822

From: x@x.example
Subject: inner
X-MS-Journal-Report:

begin 644 cat.txt
#0V%T
\`
end
--o
Content-Type: application/x-a; name*0*=utf-8''%e2; name*1*=%82%ac; name*2=.doc
Content-Disposition: attachment

x
--o--
`
const html = `<!doctype html><html><head><style>.a,#b{display:none} @media x{.c{color:red}}</style><base href="https://a.example/">
<body bgcolor=#fff text=black><!-- c --><p class=a style="color:#fff;font-size:0">x&amp;&#x41;&colon;<a href="b?c&d=1">l<img alt=q src=z></a>
<table><tr><td>1<td>2</table><form action=f><input formaction=g></form><script>s</script><svg><a xlink:href=h>`
const separator = 'From a@example.org Thu Nov  3 04:56:17 2022\n'
const mailbox = `${separator}Subject: a\nContent-Length: 9\n\n>From x\ny\n\n${separator}Subject: b\n\n>>From z\n\n${separator}Subject: c\n\nd\n`

export const fuzzTargets: readonly FuzzTarget[] = [
  { name: 'mail/headers', run: checkMail, seeds: [bytesOf(`${header}\nHello\n`)] },
  { name: 'mail/parts', run: checkMail, seeds: [bytesOf(nested)] },
  {
    name: 'mail/encodings',
    run: checkEncodings,
    seeds: [
      bytesOf('=?utf-8?q?=C3=A4?= =?utf-8?B?w7Y=?='),
      bytesOf('SGVsbG8=SGVs'),
      bytesOf('=C3=A4=\r\nx'),
      bytesOf('begin 644 a\n#0V%T\n`\nend\n'),
    ],
  },
  {
    name: 'mail/html',
    run: (bytes) => void readHtml(Buffer.from(bytes).toString('latin1')),
    seeds: [bytesOf(html)],
  },
  {
    name: 'mail/outlook',
    run: checkOutlook,
    seeds: [outlookFile(outlookSeed), outlookFile({ codePage: 1252, html: '<p>x</p>', text: 'x' })],
  },
  { name: 'mail/outlook-streams', run: checkOutlookStream, seeds: outlookStreamSeeds },
  {
    name: 'mail/outlook-rtf',
    run: (bytes) =>
      checkOutlook(outlookFile({ rtf: Buffer.from(bytes.subarray(0, 65_536)).toString('latin1'), isRtfBare: true })),
    seeds: [bytesOf(outlookSeed.rtf), packRtf(outlookSeed.rtf)],
  },
  {
    name: 'mail/signed',
    run: (bytes) =>
      checkMail(joined('From: a\nContent-Type: application/pkcs7-mime\nContent-Transfer-Encoding: binary\n\n', bytes)),
    seeds: signedSeeds,
  },
  {
    name: 'mail/binhex',
    run: (bytes) => void decodeBinHex(joined('(This file must be converted with BinHex 4.0)\n:', bytes), 100_000),
    seeds: [bytesOf('#%q#,QU-!&"CE%YTB!c!!!!!!#4#J!!!!!"#`!!:')],
  },
  { name: 'mail/tnef', run: checkPackage, seeds: packageSeeds },
  { name: 'mail/mailbox', run: checkMailbox, seeds: [bytesOf(mailbox)] },
]
