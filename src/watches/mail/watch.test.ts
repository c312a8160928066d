import { describe, expect, test } from 'vitest'
import type { Hit } from '../../core/finding.ts'
import { examine } from '../../formats/documents/examine.ts'
import { type MailPlan, mail, testOffice } from './mail.fixture.ts'
import { shippedIdentities } from './shipped-identities.ts'
import { MailWatch } from './watch.ts'

function hitsOf(plans: readonly MailPlan[]): Hit[] {
  const hits: Hit[] = []
  const watch = new MailWatch({ identities: shippedIdentities, office: testOffice, examine }, (hit) => hits.push(hit))
  watch.messages(plans.map((plan, i) => ({ message: mail({ ...plan, id: `m${i}` }) })))
  return hits
}

const phish: MailPlan = {
  from: 'VR Systems <vr.systems.help@gmail.com>',
  text: 'Please read the attached guide about the new pollbook release before the training on Monday, and tell us by return which precincts of your county will take part in it this year.',
}

describe('the mail watch', () => {
  test('says who is posed as, by whom, and where the mail stands', () => {
    const [hit] = hitsOf([phish])
    expect(hit).toMatchObject({
      kind: 'mail-impersonation',
      target: 'VR Systems',
      actor: { type: 'sender', value: 'vr.systems.help@gmail.com' },
      place: { source: 'test.eml' },
    })
  })

  test('names the campaign at the second recipient, and not before', () => {
    const kinds = hitsOf([phish, { ...phish, to: 'deputy@county.example' }]).map(({ kind }) => kind)
    expect(kinds).toEqual(['mail-impersonation', 'mail-impersonation', 'mail-campaign'])
  })

  test('holds nothing against ordinary mail', () => {
    expect(hitsOf([{ from: 'Pat <pat@neighbour.example>' }])).toEqual([])
  })
})
