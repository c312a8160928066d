/** The contract's part about accounts, tokens, blocks, settings and searches. */
import { describe, expect, test } from 'vitest'
import { incidentId, type SourceId } from '../../core/ids.ts'
import type { HuntRecord, Passkey, PushToken, Session, SignInLink } from '../store.ts'
import { account, block, bytesOf, hostileTexts, hour, idOf, type Subject, startMs, webLogs } from './samples.fixture.ts'

const hash = (letter: string): string => letter.repeat(64)
const session = (letter: string, name: string): Session => ({
  tokenHash: hash(letter),
  accountId: idOf(name),
  csrfToken: 'csrf',
  createdAtMs: startMs,
  lastSeenMs: startMs,
  expiresAtMs: startMs + hour,
  agent: 'Firefox',
})
const link = (letter: string, expiresAtMs = startMs + hour): SignInLink => ({
  tokenHash: hash(letter),
  purpose: 'invitation',
  role: 'viewer',
  createdBy: 'Ada',
  expiresAtMs,
})

export function describePeople(subject: () => Subject): void {
  const store = () => subject().store

  describe('an account', () => {
    test('is found by id, and by name without regard to case', async () => {
      const ada = account('Ada Ünal', { passwordHash: '$scrypt$…', totpSealed: 'sealed' })
      await store().saveAccount(ada)
      await store().saveAccount(account('Bo', { role: 'viewer', disabled: true }))
      expect(await store().account(ada.id)).toEqual(ada)
      expect(await store().accountNamed('ADA ÜNAL')).toEqual(ada)
      expect(await store().accountNamed('ada u\u0308nal')).toEqual(ada)
      expect(await store().accountNamed('ada')).toBeUndefined()
      expect(await store().account(idOf('nobody'))).toBeUndefined()
      expect((await store().accounts()).map((each) => each.name)).toEqual(['Ada Ünal', 'Bo'])
      await store().saveAccount({ ...ada, name: 'Ada', role: 'analyst' })
      expect(await store().accountNamed('ada')).toMatchObject({ id: ada.id, role: 'analyst' })
      expect(await store().accountNamed('Ada Ünal')).toBeUndefined()
    })

    test('shares its name with no other', async () => {
      await store().saveAccount(account('Ada'))
      await expect(store().saveAccount(account('ADA'))).rejects.toMatchObject({
        problem: { message: expect.stringContaining('name') },
      })
      expect(await store().accounts()).toHaveLength(1)
    })

    test('may have any name', async () => {
      for (const name of hostileTexts) await store().saveAccount(account(name))
      for (const name of hostileTexts) expect((await store().accountNamed(name))?.name).toBe(name)
    })

    test('takes each step of its codes once, however many ask at the same moment', async () => {
      const ada = account('Ada', { totpSealed: 'one' })
      await store().saveAccount(ada)
      const taken = await Promise.all(Array.from({ length: 20 }, () => store().takeTotpStep(ada.id, 100)))
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect(await store().takeTotpStep(ada.id, 99)).toBe(false)
      expect(await store().takeTotpStep(ada.id, 101)).toBe(true)
      expect((await store().account(ada.id))?.totpLastStep).toBe(101)
      expect(await store().takeTotpStep(idOf('nobody'), 1)).toBe(false)
    })

    test('that is saved as it was read earlier does not give a used code back, but a new secret begins anew', async () => {
      const ada = account('Ada', { totpSealed: 'one' })
      await store().saveAccount(ada)
      await store().takeTotpStep(ada.id, 100)
      await store().saveAccount({ ...ada, passwordHash: 'new' })
      expect(await store().takeTotpStep(ada.id, 100)).toBe(false)
      await store().saveAccount({ ...ada, totpSealed: 'two' })
      expect(await store().takeTotpStep(ada.id, 100)).toBe(true)
    })
  })

  describe('a passkey', () => {
    const key: Passkey = {
      id: 'cred_-1',
      accountId: idOf('Ada'),
      publicKey: Uint8Array.from({ length: 256 }, (_, index) => index),
      counter: 4_294_967_295,
      transports: ['internal', 'usb'],
      name: 'Laptop',
      createdAtMs: startMs,
    }

    test('is kept byte for byte until it is removed', async () => {
      await store().savePasskey(key)
      await store().savePasskey({ ...key, id: 'second', publicKey: Buffer.from('pool') })
      const back = await store().passkey(key.id)
      expect({ ...back, publicKey: bytesOf(back?.publicKey) }).toEqual({ ...key, publicKey: bytesOf(key.publicKey) })
      expect((await store().passkeys(key.accountId)).map((each) => each.id)).toEqual([key.id, 'second'])
      expect(await store().passkeys(idOf('Bo'))).toEqual([])
      await store().savePasskey({ ...key, counter: 1 })
      expect((await store().passkey(key.id))?.counter).toBe(1)
      await store().removePasskey(key.id)
      expect(await store().passkey(key.id)).toBeUndefined()
    })
  })

  describe('a session', () => {
    test('is kept until it is removed, alone or with all of its account', async () => {
      await store().saveSession(session('a', 'Ada'))
      await store().saveSession(session('b', 'Ada'))
      await store().saveSession(session('c', 'Bo'))
      await store().saveSession({ ...session('a', 'Ada'), lastSeenMs: startMs + 1 })
      expect(await store().session(hash('a'))).toEqual({ ...session('a', 'Ada'), lastSeenMs: startMs + 1 })
      await store().removeSession(hash('a'))
      expect(await store().session(hash('a'))).toBeUndefined()
      await store().removeSessionsOf(idOf('Ada'))
      expect(await store().session(hash('b'))).toBeUndefined()
      expect(await store().session(hash('c'))).toEqual(session('c', 'Bo'))
    })

    test('is not found by a token that nobody has, whatever it holds', async () => {
      await store().saveSession(session('a', 'Ada'))
      for (const text of hostileTexts) expect(await store().session(text)).toBeUndefined()
    })
  })

  describe('a sign-in link', () => {
    test('can be looked at, and taken once, however many try at the same moment', async () => {
      await store().saveLink(link('a'))
      expect(await store().link(hash('a'), startMs)).toEqual(link('a'))
      const takers = await Promise.all(Array.from({ length: 20 }, () => store().takeLink(hash('a'), startMs)))
      expect(takers.filter((taken) => taken !== undefined)).toEqual([link('a')])
      expect(await store().link(hash('a'), startMs)).toBeUndefined()
    })

    test('that has ended is neither shown nor taken', async () => {
      await store().saveLink(link('a', startMs))
      expect(await store().link(hash('a'), startMs)).toBeUndefined()
      expect(await store().takeLink(hash('a'), startMs)).toBeUndefined()
      expect(await store().takeLink(hash('a'), startMs - 1)).toEqual(link('a', startMs))
      expect(await store().takeLink("' OR 1=1 --", startMs)).toBeUndefined()
    })
  })

  describe('a push token', () => {
    test('is kept until it or its source is removed', async () => {
      const token: PushToken = {
        tokenHash: hash('a'),
        sourceId: webLogs,
        name: 'collector',
        createdBy: 'Ada',
        createdAtMs: startMs,
      }
      const other = { ...token, tokenHash: hash('b'), sourceId: 'other' as SourceId, createdAtMs: startMs + 1 }
      await store().savePushToken(token)
      await store().savePushToken(other)
      await store().savePushToken({ ...token, lastUsedMs: startMs + 5 })
      expect(await store().pushToken(hash('a'))).toEqual({ ...token, lastUsedMs: startMs + 5 })
      expect((await store().pushTokens()).map((each) => each.tokenHash)).toEqual([hash('a'), hash('b')])
      await store().removePushToken(hash('b'))
      expect(await store().pushToken(hash('b'))).toBeUndefined()
      await store().addSource({ id: webLogs, definition: {}, addedBy: 'Ada', addedAtMs: startMs })
      await store().removeSource(webLogs)
      expect(await store().pushTokens()).toEqual([])
    })
  })

  describe('a block', () => {
    test('is kept with its state, latest decision first', async () => {
      const first = block('one', { incidentId: incidentId('test', 'a') })
      const second = block('two', { decided: { by: 'desk', kind: 'scan' }, decidedAtMs: startMs + 1 })
      await store().saveBlock(first)
      await store().saveBlock(second)
      expect(await store().blocks()).toEqual([second, first])
      const lifted = { ...first, state: 'lifted', liftedAtMs: startMs + 5, liftedBy: 'Ada' } as const
      await store().saveBlock(lifted)
      expect(await store().block(first.id)).toEqual(lifted)
      expect(await store().blocks('active')).toEqual([second])
      expect(await store().blocks('expired')).toEqual([])
      expect(await store().blocks('lifted', incidentId('test', 'a'))).toEqual([lifted])
      expect(await store().block(block('nobody').id)).toBeUndefined()
    })
  })

  describe('settings and searches of the archive', () => {
    test('a setting is any value under any name', async () => {
      expect(await store().setting('never-block')).toBeUndefined()
      for (const value of [null, false, 0, '', [], {}, { list: [{ a: 1 }], text: hostileTexts }, 'x'.repeat(1e6)]) {
        await store().saveSetting('never-block', value)
        expect(await store().setting('never-block')).toEqual(value)
      }
      for (const name of hostileTexts) await store().saveSetting(name, name)
      for (const name of hostileTexts) expect(await store().setting(name)).toBe(name)
      await store().saveSetting('never-block', undefined)
      expect(await store().setting('never-block')).toBeUndefined()
    })

    test('hunts come back latest first', async () => {
      const hunt: HuntRecord = {
        id: 'h1',
        title: 'List of the state',
        query: { addresses: ['192.0.2.7'] },
        by: 'Ada',
        atMs: startMs,
        state: 'running',
        matches: 0,
        summary: [],
      }
      await store().saveHunt(hunt)
      await store().saveHunt({ ...hunt, id: 'h2', atMs: startMs + 1 })
      await store().saveHunt({ ...hunt, state: 'done', matches: 7, summary: ['Seven requests.'] })
      expect((await store().hunts(10)).map((each) => [each.id, each.matches])).toEqual([
        ['h2', 0],
        ['h1', 7],
      ])
      expect(await store().hunts(1)).toHaveLength(1)
      expect(await store().hunts(-5)).toEqual([])
    })
  })
}
