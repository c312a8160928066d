import { describe, expect, test } from 'vitest'
import { type MailPlan, mail, testChecker } from './mail.fixture.ts'
import type { ClaimSurface, FailureKind, MailVerdict } from './verdict.ts'

const check = (plan: MailPlan): MailVerdict => testChecker().check(mail(plan))
const surfaces = (verdict: MailVerdict): ClaimSurface[] => verdict.claims.map(({ surface }) => surface)
const failures = (verdict: MailVerdict): FailureKind[] => verdict.failures.map(({ kind }) => kind)
const theirs =
  'spf=pass smtp.mailfrom=vrsystems.com; dkim=pass header.d=vrsystems.com; dmarc=pass header.from=vrsystems.com'
const script = {
  name: 'New EViD User Guides.js',
  type: 'text/plain',
  text: 'var shell = new ActiveXObject("WScript.Shell")',
}

const phish =
  '<p>This is the VR Systems support team. Your account ends within 24 hours: <a href="https://bit.ly/3x">https://www.vrsystems.com/login</a></p>'

describe('a mail that poses as a vendor', () => {
  test('is found where the whole of it stands in a quotation of its HTML', () => {
    const verdict = check({ from: 'Jo <jo@clerks.example>', html: `<p>Hello.</p><blockquote>${phish}</blockquote>` })
    expect(verdict.posesAs?.id).toBe('vr-systems')
  })

  test('of 2016, from a free mail address with a file that acts, is an attack, each part with its proof', () => {
    const verdict = check({
      from: 'VR Systems <vr.elections@gmail.com>',
      subject: 'New EViD User Guides',
      text: 'Please take a look at the new user guides.',
      file: script,
    })
    expect(verdict.verdict).toBe('attack')
    expect(verdict.posesAs?.id).toBe('vr-systems')
    expect(surfaces(verdict)).toEqual(expect.arrayContaining(['display-name', 'subject', 'attachment-name']))
    expect(verdict.failures.find(({ kind }) => kind === 'free-mail')?.proof).toContain('vrsystems.com')
    expect(verdict.payload.some(({ feature }) => feature === 'script-file')).toBe(true)
  })

  test.each([
    ['plain', 'VR Systems'],
    ['with other letters', 'VR Ѕystеms'],
    ['with accents', 'VŔ Sÿstems'],
    ['letter by letter', 'V R  S y s t e m s'],
    ['with rn for m', 'VR Systerns'],
    ['with invisible characters', 'VR Sy\u200bstems'],
    ['with a department', 'VR Systems Support Team'],
  ])('in the display name %s is found at a free mail address', (_, name) => {
    const verdict = check({ from: `${encodedWord(name)} <evid.help@outlook.com>` })
    expect(verdict.posesAs?.id).toBe('vr-systems')
    expect(verdict.verdict).not.toBe('clean')
  })

  test.each([
    ['another ending', 'vrsystems.net', 'look-alike-domain'],
    ['a hyphen', 'vr-systems.com', 'look-alike-domain'],
    ['one letter less', 'vrsystem.com', 'look-alike-domain'],
    ['rn for m', 'vrsysterns.com', 'look-alike-domain'],
    ['two letters less', 'vrsytes.com', 'look-alike-domain'],
    ['two letters changed', 'vrsyztens.com', 'look-alike-domain'],
    ['one letter less and its neighbours swapped', 'vrsysmts.com', 'look-alike-domain'],
    ['a word beside it', 'vrsystems-support.com', 'look-alike-domain'],
    ['the name as a subdomain', 'vrsystems.com.mailer.example', 'subdomain-trick'],
    ['letters of another script', 'xn--vrsystms-d6a.com', 'punycode-domain'],
  ] as const)('by a domain with %s is found', (_, domain, kind) => {
    const verdict = check({ from: `Support <support@${domain}>` })
    expect(failures(verdict)).toContain(kind)
    expect(verdict.posesAs?.id).toBe('vr-systems')
  })

  test('is found where its own domain is forged and the office’s server says so', () => {
    const verdict = check({
      from: 'support@vrsystems.com',
      authentication: 'spf=fail smtp.mailfrom=vrsystems.com; dkim=none; dmarc=fail header.from=vrsystems.com',
      text: 'From VR Systems.',
      file: script,
    })
    expect(failures(verdict)).toContain('authentication-failed')
    expect(verdict.verdict).toBe('attack')
  })

  test('is found where answers would go elsewhere', () => {
    const verdict = check({ from: 'VR Systems <support@vrsystems.com>', replyTo: 'vrsystems.help@gmail.com' })
    expect(failures(verdict)).toContain('reply-to-elsewhere')
    expect(verdict.posesAs?.id).toBe('vr-systems')
  })

  test('is found where its domain was always vouched for before, and this mail is not', () => {
    const checker = testChecker()
    checker.check(mail({ from: 'VR Systems <support@vrsystems.com>', authentication: theirs }))
    const verdict = checker.check(
      mail({
        from: 'VR Systems <support@vrsystems.com>',
        authentication: 'spf=none; dkim=none; dmarc=none',
        file: script,
        id: 'two',
      }),
    )
    expect(failures(verdict)).toContain('authentication-failed')
    expect(verdict.verdict).toBe('attack')
  })

  test.each([
    ['subject', 'VR Systems: new user guides', 'Please read them.'],
    ['self-presentation', 'New user guides', 'I am writing to you from VR Systems. Please read them.'],
  ] as const)(
    'in its %s alone, with a file that acts, is found at the domain of somebody unknown',
    (surface, subject, text) => {
      const verdict = check({
        from: 'Pat Doe <pat@pqrst.example>',
        subject,
        text,
        file: { ...script, name: 'Guides.js' },
      })
      expect(surfaces(verdict)).toContain(surface)
      expect(verdict.posesAs?.id).toBe('vr-systems')
    },
  )

  test('in a thread of the vendor’s, from another domain under the same name, is found', () => {
    const checker = testChecker()
    checker.check(mail({ from: 'Jane Doe <jane.doe@vrsystems.com>', authentication: theirs, id: 'thread' }))
    const verdict = checker.check(
      mail({
        from: 'Jane Doe <jane.doe@vrsystems-mail.example>',
        subject: 'Re: Schedule',
        headers: ['In-Reply-To: <thread@sender.example>'],
        id: 'two',
      }),
    )
    expect(failures(verdict)).toContain('thread-hijacked')
  })
})

describe('a sound mail', () => {
  const clean: readonly (readonly [string, MailPlan])[] = [
    [
      'of the vendor itself with a file',
      {
        from: 'VR Systems Support <support@vrsystems.com>',
        subject: 'New EViD User Guides',
        authentication: theirs,
        file: { ...script, name: 'guide.txt', text: 'Page 1' },
      },
    ],
    [
      'by the vendor’s mailing service',
      { from: 'VR Systems <news@vrsystems.com>', returnPath: 'bounce@sendgrid.net', authentication: theirs },
    ],
    [
      'under a mailing service’s own domain with the vendor’s signature',
      {
        from: 'VR Systems <vrsystems@shared1.mailer.example>',
        authentication:
          'spf=pass smtp.mailfrom=mailer.example; dkim=pass header.d=vrsystems.com; dmarc=pass header.from=mailer.example',
        text: 'New user guides are on our page.\n\nVR Systems Support',
      },
    ],
    [
      'by a mailing service, of which no server’s word is known',
      { from: 'VR Systems <news@vrsystems.com>', returnPath: 'bounce@sendgrid.net', text: 'News of VR Systems.' },
    ],
    [
      'of vendor staff at a known private address',
      { from: 'Sam Field <field.engineer@gmail.com>', text: 'See you Tuesday.\n\nSam Field\nVR Systems' },
    ],
    [
      'of a colleague about the vendor',
      { from: 'Pat <pat@county.example>', subject: 'VR Systems invoice', text: 'VR Systems sent us this.' },
    ],
    [
      'of a newsletter about the vendor',
      {
        from: 'Election Weekly <editor@electionweekly.example>',
        subject: 'VR Systems wins contract',
        text: 'VR Systems presented EViD to the commission.',
      },
    ],
    [
      'that warns and quotes a phish',
      {
        from: 'Jo <jo@sos.example>',
        subject: 'Warning',
        text: 'Do not open this.\n\n> From: VR Systems Support <evid@gmail.com>\n> VR Systems Support: sign in to verify your account',
      },
    ],
    [
      'through a mailing service’s own domain, of which everything leads to the vendor',
      {
        from: 'VR Systems News <vrsystems-com@shared1.mailer.example>',
        replyTo: 'news@vrsystems.com',
        html: '<p>What is new: <a href="https://www.vrsystems.com/news">read it</a></p><p>VR Systems</p>',
      },
    ],
    [
      'that forwards a phish as it came',
      {
        from: 'Jo <jo@clerks.example>',
        subject: 'Warning: fake VR Systems mail',
        file: {
          name: 'phish.eml',
          type: 'message/rfc822',
          text: `From: VR Systems <vr@gmail.com>\r\nSubject: Guides\r\nContent-Type: text/plain; name="a.js"\r\nContent-Disposition: attachment; filename="a.js"\r\n\r\n${script.text}`,
        },
      },
    ],
    [
      'that warns and has a phish in a quotation of its HTML, link and all',
      {
        from: 'Jo <jo@clerks.example>',
        subject: 'Phishing in the name of VR Systems',
        html: `<p>It is not from VR Systems. Do not click.</p><blockquote>${phish}</blockquote><p>Jo</p>`,
      },
    ],
    [
      'that forwards a phish below its head and calls it fake',
      {
        from: 'Jo <jo@clerks.example>',
        subject: 'FW: VR Systems: action needed',
        html: `<p>This is fake.</p><p><b>From:</b> VR Systems<br><b>Sent:</b> Monday<br><b>To:</b> Jo<br><b>Subject:</b> VR Systems: action needed</p>${phish}`,
      },
    ],
    ['of somebody named Hart', { from: 'Emily Hart <emily.hart@gmail.com>', text: 'See you at lunch.' }],
    ['with words that make up a name', { from: 'Kim <kim@gmail.com>', text: 'As you know ink is expensive.' }],
    ['of a university of a state’s name', { from: 'Lee <lee@virginia.edu>', text: 'The lecture is at noon.' }],
  ]
  test.each(clean)('%s is clean', (_, plan) => {
    expect(check(plan).verdict).toBe('clean')
  })
})

describe('authentication in a header', () => {
  test('counts only from servers that the office trusts', () => {
    const forged = check({
      from: 'support@vrsystems.com',
      headers: ['Authentication-Results: mx.attacker.example; dmarc=pass header.from=vrsystems.com'],
      replyTo: 'x@gmail.com',
    })
    expect(forged.failures.some(({ proof }) => proof.includes('attacker'))).toBe(false)
    expect(forged.posesAs?.id).toBe('vr-systems')
  })

  test('counts for nothing below a Received field of a server outside', () => {
    const verdict = check({
      from: 'VR Systems <support@vrsystems.com>',
      authentication: 'dmarc=fail header.from=vrsystems.com',
      headers: [
        'Received: from a by relay.attacker.example; Tue, 1 Sep 2026 14:00:00 +0000',
        'Authentication-Results: mx.county.example; dmarc=pass header.from=vrsystems.com',
      ],
    })
    expect(failures(verdict)).toContain('authentication-failed')
  })
})

describe('a checker', () => {
  const text =
    'The county board asks every clerk to read the attached guide about the new pollbook release before the training on Monday at the civic center in town.'
  test('names a campaign when the second recipient’s mail arrives', () => {
    const checker = testChecker()
    const plan: MailPlan = { from: 'VR Systems <vr.help@gmail.com>', text }
    expect(checker.check(mail(plan)).campaign).toBeUndefined()
    const second = checker.check(mail({ ...plan, to: 'deputy@county.example', id: 'two' }))
    expect(second.campaign).toMatchObject({ mails: 2, recipients: 2 })
    expect(checker.campaigns.search(second.sketch)).toHaveLength(2)
  })

  test('goes on from a saved memory as if it had never stopped', () => {
    const mails = Array.from({ length: 12 }, (_, i) =>
      mail({
        from: `Sender ${i % 4} <a${i % 4}@one${i % 3}.example>`,
        text: `${text} ${i % 2 === 0 ? 'Bring your badge and the blue form.' : ''}`,
        id: `m${i}`,
      }),
    )
    const whole = testChecker()
    const expected = mails.map((each) => whole.check(each))
    const first = testChecker()
    for (const each of mails.slice(0, 6)) first.check(each)
    const second = testChecker()
    second.merge(JSON.parse(JSON.stringify(first.save())))
    expect(mails.slice(6).map((each) => second.check(each))).toEqual(expected.slice(6))
  })
})

const encodedWord = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`

describe('hardly more than a picture to click', () => {
  const picture = '<img src="https://x.example/p.png">'
  const link = '<a href="https://x.example/go">'
  const carries = (html: string): boolean => {
    const { payload } = check({ from: 'Jo <jo@clerks.example>', html })
    return payload.some(({ feature }) => feature === 'image-only')
  }

  test('is a mail whose picture leads away, with no text or a line of it', () => {
    expect(carries(`${link}${picture}</a>`)).toBe(true)
    expect(carries(`<p>Not shown? Open it in your browser.</p>${link}${picture}</a>`)).toBe(true)
  })

  test('is no mail with a logo beside words, a link or a form', () => {
    const form = '<form action="https://x.example/in"><input name="password"></form>'
    expect(carries(`${picture}<p>Please sign in.</p>${link}Sign in</a>`)).toBe(false)
    expect(carries(`${picture}<p>Please sign in.</p>${link}Sign in</a>${form}`)).toBe(false)
  })

  test('is no mail that has a text, whatever its pictures lead to', () => {
    expect(carries(`<p>${'The minutes of the meeting. '.repeat(8)}</p>${link}${picture}</a>`)).toBe(false)
  })
})

describe('the proof of what a mail asks for', () => {
  const proofOf = (text: string): string | undefined =>
    check({ from: 'IT <it@helpers.example>', text }).payload.find(({ feature }) => feature === 'asks-for-password')
      ?.proof

  test('shows the words around it, as they were written', () => {
    expect(proofOf('Your MAILBOX is full.\nSign in now to keep it.')).toBe(
      '“Your MAILBOX is full. Sign in now to keep it.”',
    )
    const long = `${'a word '.repeat(40)}your mailbox is full ${'and more '.repeat(40)}`
    expect(proofOf(long)).toMatch(/^“… (?:word|a) [aword ]+ your mailbox is full and more [a-z ]+ …”$/)
  })

  test('shows the phrase alone where it was disguised', () => {
    expect(proofOf('Your mаilbоx is full')).toBe('“mailbox”')
  })
})
