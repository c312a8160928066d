/** Honest mail that looks like an attack, as an office without any settings gets it. */
import { expect, test } from 'vitest'
import { emptyIdentity } from './identity.ts'
import { type MailPlan, mail, testChecker } from './mail.fixture.ts'
import { emptyMailOffice } from './mail-office.ts'

const identities = [
  { ...emptyIdentity, id: 'quellmar', name: 'Quellmar Tally', domains: ['quellmar.example'] },
  { ...emptyIdentity, id: 'harbor', name: 'Harbor Registration', aliases: ['Harbor'], domains: ['harborreg.example'] },
  { ...emptyIdentity, id: 'office', name: 'Elder County Elections', domains: ['eldercounty.example'] },
]
const picture = '<img src="https://cdn.pictures.example/logo.png" width="180">'
const code = 'a8f3Kd92LmQ0xYt7'.repeat(4)

test.each<readonly [string, MailPlan]>([
  [
    'a signing service’s notice in the name of whom it is from',
    {
      from: 'Quellmar Tally via Docusign <dse_na4@docusign.net>',
      subject: 'Pat Doe from Quellmar Tally has sent you an agreement',
      html: '<p>Please review and sign.</p><p><a href="https://na4.docusign.net/Signing/?a=1">Review</a></p>',
    },
  ],
  [
    'a file that a vendor shares by a well-known service',
    {
      from: 'Pat Doe (Quellmar Tally) <no-reply@sharepointonline.com>',
      subject: 'Pat Doe shared "Plan" with you',
      html: '<p>Here is the plan.</p><p><a href="https://quellmar.sharepoint.com/:w:/s/x/1">Open</a></p>',
    },
  ],
  [
    'a newsletter whose service counts clicks',
    {
      from: 'County Weekly <news@countyweekly.example>',
      returnPath: 'bounce-mc.us7_12.99@mail12.atl81.rsgsv.net',
      subject: 'The week',
      headers: ['List-Unsubscribe: <https://countyweekly.us7.list-manage.com/unsubscribe?u=1>'],
      html: `${picture}<p>Quellmar Tally names a new chief.</p><p><a href="https://x.us7.list-manage.com/track/click?u=${code}">Read</a></p>`,
    },
  ],
  [
    'a reset of a password that leads to the sender’s own pages',
    {
      from: 'Quellmar Tally Support <support@quellmar.example>',
      subject: 'Reset your password',
      html: `${picture}<p>You asked for a new password.</p><p><a href="https://portal.quellmar.example/r/1">Reset</a></p>`,
    },
  ],
  [
    'a notice that a mail could not be delivered',
    {
      from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      subject: 'Delivery Status Notification (Failure)',
      text: 'Your message to pat@quellmar.example could not be delivered: the email account does not exist.',
    },
  ],
  [
    'a firm whose longer name has a word of a vendor’s in it',
    {
      from: 'Harbor Freight Tools <service@harborfreighttools.example>',
      text: 'Ten percent off.\n\nHarbor Freight Tools',
    },
  ],
  [
    'a stranger who greets the office by its protected name',
    {
      from: 'Precision Printing <accounts@precisionprint.example>',
      text: 'Dear Elder County Elections team,\n\nThe statement for your account is ready.\n\nPrecision Printing',
    },
  ],
  [
    'a voter who asks about a vendor',
    {
      from: 'Robin Roe <rroe51@gmail.com>',
      subject: 'question about the machines',
      text: 'Are the Quellmar Tally machines in our precinct connected to the internet?\n\nRobin Roe',
    },
  ],
])('%s is sound', (_, plan) => {
  const verdict = testChecker(identities, emptyMailOffice).check(mail(plan))
  expect([verdict.verdict, verdict.signs]).toEqual(['clean', expect.anything()])
})

test('a service’s notice counts again where answers would go to a free mail address', () => {
  const verdict = testChecker(identities, emptyMailOffice).check(
    mail({ from: 'Quellmar Tally via Docusign <dse_na4@docusign.net>', replyTo: 'quellmar.help@gmail.com' }),
  )
  expect(verdict.verdict).not.toBe('clean')
})
