import { describe, expect, test } from 'vitest'
import { readMail } from '../../formats/mail/read-mail.ts'
import { instructionFor, mailSystems, ruleAgainst } from './administrator.ts'
import { mail, mailSource, testChecker } from './mail.fixture.ts'
import { arfReport } from './report-arf.ts'
import { xarfReport } from './report-xarf.ts'

const plan = {
  from: 'VR Systems <support@vrsystems-help.com>',
  subject: 'New EViD User Guides',
  text: 'Open https://vrsystems-help.com/guide now.',
}
const message = mail(plan)
const checker = testChecker()
const verdict = checker.check(message)
const report = {
  message,
  source: mailSource(plan),
  verdict,
  from: { name: 'Maple County Clerk', address: 'clerk@county.example' },
  to: { name: 'Vendor', address: 'abuse@vrsystems.com' },
  reportedAtMs: Date.UTC(2026, 8, 2, 9),
  id: 'r-1',
}

describe('a report', () => {
  test('in ARF has its three parts, and the mail in it as it came', () => {
    const text = new TextDecoder().decode(arfReport(report))
    expect(text).toContain('multipart/report; report-type=feedback-report')
    expect(text).toContain('Feedback-Type: fraud\r\nUser-Agent: ')
    expect(text).toContain('Source-IP: 203.0.113.9')
    expect(text).toContain(new TextDecoder().decode(report.source))
    const read = readMail(arfReport(report), message.place)
    expect(read.ok && read.value.attached[0]?.subject).toBe(plan.subject)
  })

  test('takes no field from the mail’s own text', () => {
    const hostile = { ...report, message: { ...message, subject: 'a\r\nBcc: all@county.example' } }
    expect(new TextDecoder().decode(arfReport(hostile))).not.toMatch(/^Bcc:/m)
  })

  test('in XARF is JSON with the mail as evidence', () => {
    const document = JSON.parse(xarfReport(report))
    expect(document).toMatchObject({
      xarf_version: '4.0.0',
      category: 'content',
      type: 'phishing',
      target_brand: 'VR Systems',
    })
    expect(Buffer.from(document.evidence[0].payload, 'base64').equals(Buffer.from(report.source))).toBe(true)
  })
})

describe('an instruction for mail administrators', () => {
  test.each(mailSystems)('for %s names the attacker’s domain', (system) => {
    const rule = ruleAgainst(message, verdict, checker.registry)
    expect(rule?.domains).toEqual(['vrsystems-help.com'])
    expect(rule === undefined ? '' : instructionFor(system, rule).replaceAll('\\', '')).toContain('vrsystems-help.com')
  })

  test('never holds the mail of the one who is posed as', () => {
    const forged = mail({ from: 'VR Systems <support@vrsystems.com>', replyTo: 'vr.help@gmail.com' })
    const rule = ruleAgainst(forged, testChecker().check(forged), checker.registry)
    expect(rule?.domains).toEqual([])
    expect(rule?.addresses).toEqual(['vr.help@gmail.com'])
  })
})
