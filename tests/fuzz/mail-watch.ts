/** Fuzz targets for the mail watch: any bytes, read as a mail and checked. A check must not throw, must come to an end, and
 *  must say the same each time; what it says stays within its bounds. */
import assert from 'node:assert/strict'
import { limits } from '../../src/core/limits.ts'
import { examine } from '../../src/formats/documents/examine.ts'
import { bytesOf, compoundFile, vbaProject } from '../../src/formats/documents/office.fixture.ts'
import { outlookFile } from '../../src/formats/mail/outlook.fixture.ts'
import { readAnyMail } from '../../src/formats/mail/outlook-message.ts'
import { MailChecker, verdictOf } from '../../src/watches/mail/check.ts'
import { mailSource, testOffice } from '../../src/watches/mail/mail.fixture.ts'
import { shippedIdentities } from '../../src/watches/mail/shipped-identities.ts'
import type { MailVerdict } from '../../src/watches/mail/verdict.ts'
import type { FuzzTarget } from './engine/target.ts'

const place = { source: 'fuzzed.eml', line: 1, offset: 0, length: 0 }
const parts = { identities: shippedIdentities, office: testOffice, examine }

/** Checkers are costly to make: a pair sees the same mails and is made anew before its memory grows. */
let pair: readonly [MailChecker, MailChecker] | undefined
let mails = 0
const mailsOfPair = 500

function checkers(): readonly [MailChecker, MailChecker] {
  if (pair === undefined || mails++ % mailsOfPair === 0) pair = [new MailChecker(parts), new MailChecker(parts)]
  return pair
}

function checkVerdict(verdict: MailVerdict): void {
  const { score, impersonation, phishing } = verdict
  for (const each of [score, impersonation, phishing]) assert.ok(each >= 0 && each <= 1)
  assert.equal(verdict.verdict, verdictOf(score))
  assert.ok(verdict.claims.length <= limits.mailClaimsMax)
  assert.ok(verdict.failures.length <= limits.mailProofsMax && verdict.payload.length <= limits.mailProofsMax)
  assert.ok(JSON.stringify(verdict).length <= verdictCharactersMost)
}

/** What a verdict takes in a store: every proof is cut. */
const verdictCharactersMost = 262_144

function run(bytes: Uint8Array): void {
  const [one, other] = checkers()
  const read = readAnyMail(bytes, place)
  if (!read.ok) return
  const verdict = one.check(read.value)
  checkVerdict(verdict)
  const again = readAnyMail(bytes, place)
  assert.ok(again.ok)
  assert.deepEqual(other.check(again.value), verdict)
}

const page = `<html><head><style>.h{display:none}</style></head><body><p>Dear customer, this is the VR Systems support team.</p>
<div class=h>${'hidden '.repeat(60)}</div><span style="font-size:0">x</span><span style="color:#fff;background:#fff">y</span>
<a href="https://vrsystems.com.login.example/a?u=clerk@county.example">https://www.vrsystems.com</a><a href="https://bit.ly/x">here</a>
<form action="http://198.51.100.7/p"><input type=password></form><img src="https://a.example/l.png" alt="VR Systems logo"></body></html>`
const from = 'VR Systems <vr.systems@gmail.com>'

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'mail-watch/check',
    run,
    seeds: [
      mailSource({
        from,
        subject: 'VR Systems: invoice from V R Systerns',
        replyTo: 'x@y.example',
        returnPath: 'z@w.example',
        authentication: 'spf=fail smtp.mailfrom=w.example; dkim=none; dmarc=fail header.from=gmail.com',
        text: 'I write to you from VR Ѕystеms.\n\nOn Tue, Jane wrote:\n> old\n\nJane Doe\nVR Systems',
        file: { name: 'EViD guide.js', type: 'text/plain', text: 'new ActiveXObject("WScript.Shell")' },
      }),
      mailSource({ from: '"=?utf-8?q?=E2=80=8BV=E2=80=8BR?= Systems" <a@xn--vrsystms-d6a.com>', html: page }),
      mailSource({
        from,
        headers: ['In-Reply-To: <one@sender.example>', 'References: <one@sender.example>'],
        subject: 'Re: Schedule',
        html: page,
      }),
      outlookFile({
        from: ['VR Systems', 'vr@gmail.com'],
        subject: '[EViD] guides',
        html: page,
        files: [
          { name: 'a.doc', bytes: compoundFile(vbaProject({ M: 'Sub AutoOpen()\r\nEnd Sub\r\n' }, 'Macros/VBA')) },
        ],
      }),
      bytesOf('From: a\n\n'),
    ],
  },
]
