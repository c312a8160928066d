/** Mails in somebody else's name as an office without any settings gets them: no trusted servers, no history, one mail alone. */
import { describe, expect, test } from 'vitest'
import { emptyIdentity } from './identity.ts'
import { type MailPlan, mail, testChecker } from './mail.fixture.ts'
import { emptyMailOffice } from './mail-office.ts'
import type { MailVerdict } from './verdict.ts'

const quarrel = {
  ...emptyIdentity,
  id: 'quellmar',
  name: 'Quellmar Tally',
  domains: ['quellmar.example', 'quellmar.gov'],
}
const check = (plan: MailPlan): MailVerdict =>
  testChecker([quarrel], emptyMailOffice).check(mail({ returnPath: '', ...plan }))
const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`

describe('alone, and from a free mail address, a mail is found', () => {
  test.each<readonly [string, MailPlan]>([
    [
      'that is signed with a vendor’s name',
      {
        from: 'Pat Doe <pdoe77@gmail.com>',
        text: 'Please call me back today.\n\nThanks,\nPat Doe\nAccounts\nQuellmar Tally',
      },
    ],
    [
      'that says whom it is from',
      { from: 'pdoe77@gmail.com', text: 'I took over your account at Quellmar Tally.\n\nWho pays your bills?\n\nPat' },
    ],
    [
      'whose display name is turned by force',
      { from: `${encoded('\u202eyllaT ramlleuQ\u202c Support')} <help3@outlook.com>`, text: 'Please read.' },
    ],
    [
      'whose file has the name in one word',
      {
        from: 'Pat Doe <pdoe77@gmail.com>',
        text: 'See the file.',
        file: {
          name: 'QuellmarTallyUserGuide.hta',
          type: 'application/hta',
          text: '<script>new ActiveXObject("x")</script>',
        },
      },
    ],
    [
      'whose display name is a vendor’s that is made of common words',
      { from: 'Joel Hendricks - Clear Ballot <jhendricks71@zoho.com>', text: 'Statement of account: see below.' },
    ],
    [
      'that greets, says whom it is from and asks for a way in',
      {
        from: 'Pat Doe <pdoe77@gmail.com>',
        text: 'Dana, it’s me from the field desk of Quellmar Tally. Please switch on remote desktop and mail me a password, you won’t notice a thing.',
      },
    ],
    [
      'that names a vendor, asks for a secret, and bears a department for a name',
      {
        from: 'Support <desk4471@gmail.com>',
        text: 'The certificate of Quellmar Tally lacks the date of birth of each person with access. Please send them to me.',
      },
    ],
    [
      'that names a vendor in other letters than its own, and says nothing else of him',
      { from: 'Pat Doe <pdoe77@gmail.com>', text: 'The release of Quеllmar Tally is ready. Install it today.' },
    ],
    [
      'that is signed with a name whose letters stand apart',
      { from: 'Pat Doe <pdoe77@gmail.com>', text: 'Call me.\n\nPat Doe\nQ u e l l m a r T a l l y' },
    ],
    [
      'whose link is called as one of the vendor’s and leads elsewhere',
      {
        from: 'Pat Doe <pdoe77@gmail.com>',
        html: '<p>The form has changed.</p><p><a href="https://harborview-dental.example/v/8F">Quellmar Tally - Form 6890</a></p>',
      },
    ],
    [
      'whose link shows the vendor’s host and leads elsewhere',
      {
        from: 'Pat Doe <pdoe77@gmail.com>',
        html: '<p>As promised:</p><p><a href="https://harborview-dental.example/v/8F">https://files.quellmar.example/9</a></p>',
      },
    ],
    [
      'whose address has digits for letters of the vendor’s',
      {
        from: 'Desk <quellmar-ta11y-help@gmail.com>',
        text: 'Who has the keys to the warehouse? Please send me the names.',
      },
    ],
  ])('%s', (_, plan) => {
    expect(check(plan).verdict).not.toBe('clean')
  })
})

describe('from the vendor’s own domain by name, a mail is found', () => {
  test('where returned mail would go to an account of somebody else', () => {
    const verdict = check({ from: 'Quellmar Tally <billing@quellmar.example>', returnPath: 'www-data@hosted.example' })
    expect(verdict.failures.map(({ kind }) => kind)).toContain('return-path-account')
    expect(verdict.verdict).not.toBe('clean')
  })

  test('but not where it would go to a mailing service that marks each mail', () => {
    const verdict = check({
      from: 'Quellmar Tally <billing@quellmar.example>',
      returnPath: 'bounce+3f2a=clerk=county@mailer.example',
      text: 'Here is the plan.\n\nPat Doe\nQuellmar Tally',
    })
    expect(verdict.verdict).toBe('clean')
  })

  test('though the domain is a government’s', () => {
    const verdict = check({ from: 'Quellmar Tally <info@quellmar.gov>', returnPath: 'root@hosted.example' })
    expect(verdict.verdict).not.toBe('clean')
  })

  test('where the server that took it in says that it is forged, though the office named no server', () => {
    const headers = [
      'Authentication-Results: mx.county.example; spf=softfail; dkim=none; dmarc=fail header.from=quellmar.example',
    ]
    const verdict = check({ from: 'Pat Doe <pat@quellmar.example>', headers, text: 'Call me.' })
    expect(verdict.failures.map(({ kind }) => kind)).toContain('authentication-failed')
    expect(verdict.verdict).not.toBe('clean')
  })
})

test('what a sender may have written himself never speaks for him', () => {
  const headers = [
    'Authentication-Results: mx.county.example; spf=pass; dkim=pass header.d=quellmar.example; dmarc=pass',
  ]
  const spoof = { from: 'Quellmar Tally <a@quellmar.example>', returnPath: 'root@hosted.example' }
  expect(check({ ...spoof, headers }).score).toBe(check(spoof).score)
})

test('a failure that another server tells counts for nothing: a list may have caused it', () => {
  const headers = ['Authentication-Results: mm.list.example; dmarc=fail header.from=quellmar.example']
  const verdict = check({ from: 'Pat Doe <pat@quellmar.example>', headers, text: 'Hello list.' })
  expect(verdict.failures).toEqual([])
})

test('a stranger whose mail was nearly called so is not known the next time', () => {
  const checker = testChecker([quarrel], emptyMailOffice)
  const plan = { from: 'Pat Doe <pat@somebody.example>', subject: 'Quellmar Tally: data', text: 'Send the list.' }
  for (const id of ['a', 'b', 'c']) checker.check(mail({ ...plan, id }))
  expect(checker.history.isKnown('pat@somebody.example')).toBe(false)
})
