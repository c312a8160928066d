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
  [
    'somebody who asks for public records about a vendor',
    {
      from: 'Robin Roe <rroe51@gmail.com>',
      subject: 'Records request - Quellmar Tally',
      text: 'Under the public records law I ask for all invoices of Quellmar Tally since 2021. Will there be a fee?\n\nRobin Roe',
    },
  ],
  [
    'a county that asks another what it thinks of a vendor',
    {
      from: 'Lee Moe <lmoe@pinecounty.example>',
      subject: 'How do you like it?',
      text: 'Hi Dana, our board is thinking about the poll books from Quellmar Tally. Would you buy them again?\n\nLee Moe, Deputy Clerk, Pine County',
    },
  ],
  [
    'a reporter who writes of a purchase',
    {
      from: 'Ash Poe <apoe@courier.example>',
      subject: 'Media inquiry: Quellmar Tally',
      text: 'Hi Dana, I’m writing about the purchase of tablets from Quellmar Tally. What did they cost? My deadline is Friday.\n\nAsh Poe',
    },
  ],
  [
    'a list of bidders',
    {
      from: 'Bids <notices@bidboard.example>',
      subject: 'A document was added',
      text: 'RFP 6754, voting equipment.\n\nPlan holders: Quellmar Tally, Harbor Registration',
    },
  ],
  [
    'a carrier’s notice of what a vendor sent',
    {
      from: 'Freight <noreply@carrier.example>',
      subject: 'Pro number 73915',
      text: 'Shipper: Quellmar Tally\nPieces: 82\nEstimated delivery: Wednesday, by end of day',
    },
  ],
  [
    'a poll worker whose password does not work',
    {
      from: 'Robin Roe <rroe51@gmail.com>',
      subject: 'training',
      text: 'I’m signed up as inspector. The Quellmar Tally training page doesn’t take my password, I tried three times and now it’s locked. Can you reset it?\n\nRobin',
    },
  ],
  [
    'people of the county who make demands of its office',
    {
      from: 'Robin Roe <rroe51@gmail.com>',
      subject: 'demand',
      text: 'WE THE PEOPLE of Elder County Elections demand hand counts. There are reports of Quellmar Tally machines being online.\n\nRobin Roe',
    },
  ],
  [
    'a reseller who signs as himself',
    {
      from: 'Mark Coe <mark@electionsupply.example>',
      subject: 'Quote 5438',
      text: 'As an authorized reseller of Quellmar Tally we have carrying cases in stock.\n\nMark Coe\nElection Supply',
    },
  ],
  [
    'a bulletin of a government by the service that only governments have',
    {
      from: 'U.S. Department of Justice <usdoj@public.govdelivery.com>',
      subject: 'Press release',
      text: 'A man was sentenced for threats against an election worker.',
    },
  ],
  [
    'a newsletter whose links have its customer’s name before the service’s',
    {
      from: 'Harbor Registration <events@harborreg.example>',
      returnPath: 'bounce-mc.us7_12.99@mail12.atl81.rsgsv.net',
      subject: 'The year in review',
      html: '<p>Four steps, in a short video.</p><p><a href="https://harborreg.us7.list-manage.com/track/click?u=2c37">Watch</a></p>',
    },
  ],
  [
    'an answer of a vendor’s help desk at the service where it has its name',
    {
      from: 'Lee Doe (Quellmar Tally) <support@quellmar.zendesk.com>',
      subject: '[Request #2975] Tray printer prints blank labels',
      text: 'The ribbon is in upside down. If turning it does the trick I’ll close the ticket on Thursday.',
    },
  ],
  [
    'a notice of a vendor’s status page',
    {
      from: 'Quellmar Tally Status <noreply@statuspage.io>',
      subject: '[Quellmar Tally] Resolved: slow sign-in',
      text: 'Sign-in times are back to normal.',
    },
  ],
  [
    'a neighbour’s advisory for departments of the office’s own county',
    {
      from: 'Quinn Roe <qroe@countyem.example>',
      subject: 'Exercise on Thursday',
      text: 'This is an advisory for Elder County Elections departments. Please empty the drop box tonight.',
    },
  ],
  [
    'a vendor’s webinar that a well-known service announces',
    {
      from: 'Quellmar Tally <messenger@webex.com>',
      subject: 'You are registered: open house',
      html: '<p>Add it to your calendar.</p><p><a href="https://acme.webex.com/j.php?MTID=eae5">Join the meeting</a></p>',
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

test('a name at a help desk’s service says nothing for a mail that asks for a sign-in', () => {
  const verdict = testChecker(identities, emptyMailOffice).check(
    mail({
      from: 'Quellmar Tally Support <support@quellmar.zendesk.com>',
      text: 'Your access ends today. Please confirm your password at https://keep-access.example/x and your user name.',
    }),
  )
  expect(verdict.verdict).not.toBe('clean')
})
