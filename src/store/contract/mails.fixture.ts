/** The contract's part about mails: lists of what is flagged, campaigns, search, and what is forgotten. */
import { describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import type { MailQuery, MailRow } from '../mails.ts'
import { commitOf, hostileTexts, hour, type Subject, startMs } from './samples.fixture.ts'

const page = { offset: 0, limit: 100 } as const

/** A mail of which `id` is the name. */
const mail = (id: string, change: Partial<MailRow> = {}): MailRow => ({
  id,
  sourceId: 'mailbox' as SourceId,
  takenAtMs: startMs,
  verdict: 'attack',
  campaign: `campaign of ${id}`,
  words: 'VR Systems <vr.elections@mail.example> New user guides clerk@county.example',
  recipients: ['clerk@county.example'],
  document: { subject: 'New user guides', nested: { list: [1, 'two', null] } },
  ...change,
})

export function describeMails(subject: () => Subject): void {
  const put = (...mails: readonly MailRow[]): Promise<void> => subject().store.commit(commitOf({ mails }))
  const found = async (query: Partial<MailQuery>): Promise<string[]> =>
    (await subject().store.mails({ ...page, ...query })).rows.map(({ id }) => id)

  describe('mails', () => {
    test('come back as they were given, and are written again without harm', async () => {
      const whole = mail('a', { words: hostileTexts.join(' '), document: { texts: hostileTexts } })
      await put(whole)
      await put(whole, mail('a', { verdict: 'suspicious' }))
      expect(await subject().store.mail('a')).toEqual(mail('a', { verdict: 'suspicious' }))
      expect(await subject().store.mail('b')).toBeUndefined()
      await put(whole)
      expect(await subject().store.mail('a')).toEqual(whole)
      expect(await subject().store.mails(page)).toEqual({ rows: [whole], total: 1, read: 1 })
    })

    test('are listed where they are flagged or of a campaign in which one is, latest first', async () => {
      await put(
        mail('clean', { verdict: 'clean' }),
        mail('bad', { takenAtMs: startMs + hour, campaign: 'guides' }),
        mail('harmless at first', { takenAtMs: startMs - hour, verdict: 'clean', campaign: 'guides' }),
        mail('broken', { takenAtMs: startMs + 2 * hour, verdict: 'unreadable' }),
      )
      expect(await found({})).toEqual(['broken', 'bad', 'harmless at first'])
      expect(await found({ verdict: 'attack' })).toEqual(['bad'])
      expect(await found({ campaign: 'guides' })).toEqual(['bad', 'harmless at first'])
      expect(await subject().store.mails({ ...page, offset: 1, limit: 1 })).toMatchObject({
        rows: [{ id: 'bad' }],
        total: 3,
        read: 4,
      })
      const ids = (await subject().store.mailsOfCampaign('guides', 10)).map(({ id }) => id)
      expect(ids).toEqual(['harmless at first', 'bad'])
      expect(await subject().store.mailsOfCampaign('guides', 1)).toHaveLength(1)
    })

    test('of a campaign are counted, all of them, and whom they came to, each once', async () => {
      const many = Array.from({ length: 450 }, (_, index) =>
        mail(`guide ${index}`, {
          campaign: 'guides',
          recipients: ['all@county.example', `${index % 300}@county.example`],
        }),
      )
      await put(
        ...many,
        mail('alone'),
        mail('to nobody', { recipients: [] }),
        mail('hostile', { recipients: hostileTexts }),
      )
      await put(mail('guide 299', { campaign: 'other', recipients: ['clerk@county.example'] }))
      const names = ['guides', 'other', 'campaign of alone', 'campaign of to nobody', 'campaign of hostile', 'none']
      const sizes = await subject().store.campaignSizes(names)
      expect(new Map(sizes.map(({ campaign, mails, recipients }) => [campaign, [mails, recipients]]))).toEqual(
        new Map([
          ['guides', [449, 300]],
          ['other', [1, 1]],
          ['campaign of alone', [1, 1]],
          ['campaign of to nobody', [1, 0]],
          ['campaign of hostile', [1, new Set(hostileTexts).size]],
        ]),
      )
      expect(await subject().store.campaignSizes([])).toEqual([])
    })

    test('that an older version wrote have their recipients counted too', async () => {
      const document = { recipients: ['clerk@county.example', 'deputy@county.example', 'clerk@county.example'] }
      await put(mail('old', { document }), mail('odd', { document: { recipients: hostileTexts } }))
      await subject().tamper('DROP TABLE mail_recipient')
      await subject().age(2)
      const store = await subject().reopen()
      const sizes = await store.campaignSizes(['campaign of old'])
      expect(sizes).toEqual([{ campaign: 'campaign of old', mails: 1, recipients: 2 }])
      expect((await store.mails(page)).total).toBe(2)
    })

    test.each(hostileTexts)('are found by %j and by nothing else', async (text) => {
      await put(mail('with', { words: `before ${text} after` }), mail('without', { words: 'before after' }))
      const written = text.toWellFormed().replaceAll('\0', '\uFFFD')
      expect(await found({ text: written })).toEqual(['with'])
      expect(await found({ text: `${written} nowhere` })).toEqual([])
    })

    test('are forgotten by their age alone, and only where that is asked', async () => {
      await put(mail('old', { takenAtMs: startMs - 2 * hour }), mail('young'))
      const before = { evidenceMs: startMs, hoursMs: startMs, nowMs: startMs }
      await subject().store.forget(before)
      expect(await found({})).toEqual(['young', 'old'])
      await subject().store.forget({ ...before, mailMs: startMs - hour })
      const sizes = await subject().store.campaignSizes(['campaign of old', 'campaign of young'])
      expect(sizes).toEqual([{ campaign: 'campaign of young', mails: 1, recipients: 1 }])
      expect(await found({})).toEqual(['young'])
      await subject().store.clear()
      expect(await found({})).toEqual([])
    })
  })
}
