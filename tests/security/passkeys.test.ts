import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { Authenticator, type Spoiled } from './authenticator.ts'
import { Browser, openStage } from './stage.ts'

/** A running desk reached as localhost, where passkeys work, and an official who has one. */
async function openWithPasskey() {
  const stage = await openStage()
  const base = `http://localhost:${stage.port}`
  const newBrowser = (): Browser => new Browser(base)
  const passkey = new Authenticator(base)
  const owner = newBrowser()
  const token = (await stage.server.startPath())?.split('#')[1]
  const begun = await owner.post('/api/accounts/begin', { token, name: 'Ann Clerk' })
  const { enrolmentId, passkeyOptions } = begun.json
  const body = { enrolmentId, passkeyName: 'Front desk laptop', response: passkey.make(passkeyOptions) }
  const done = await owner.post('/api/accounts/finish-passkey', body)
  return { stage, base, newBrowser, passkey, owner, done, passkeyOptions, begun }
}

async function trySignIn(browser: Browser, passkey: Authenticator, spoiled: Spoiled = {}): Promise<number> {
  const { json } = await browser.post('/api/sign-in/passkey/begin')
  const body = { challengeId: json.challengeId, response: passkey.sign(json.options, spoiled) }
  return (await browser.post('/api/sign-in/passkey/finish', body)).status
}

describe('a passkey', () => {
  test('makes the first account and signs in to it again, without a password', async () => {
    const { newBrowser, passkey, done, owner } = await openWithPasskey()
    expect([done.status, done.json.account.name, done.json.account.hasPassword]).toEqual([200, 'Ann Clerk', false])
    expect((await owner.get('/api/today')).status).toBe(200)
    const browser = newBrowser()
    expect(await trySignIn(browser, passkey)).toBe(200)
    expect((await browser.get('/api/session')).json.account.passkeys).toHaveLength(1)
  })

  test('is asked to know its owner, by finger, face or PIN, and to tell the account by itself', async () => {
    const { passkeyOptions } = await openWithPasskey()
    expect(passkeyOptions.authenticatorSelection).toMatchObject({
      residentKey: 'required',
      userVerification: 'required',
    })
    expect(passkeyOptions.rp.id).toBe('localhost')
  })

  test.each<[string, Spoiled]>([
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://localhost:1' }],
    ['another domain', { hostname: 'evil.example' }],
    ['a device that did not ask for its owner', { isVerified: false }],
    ['a copied device, whose count runs behind', { counter: 1 }],
    ['another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
  ])('is refused from %s', async (_where, spoiled) => {
    const { newBrowser, passkey } = await openWithPasskey()
    expect(await trySignIn(newBrowser(), passkey)).toBe(200)
    expect(await trySignIn(newBrowser(), passkey, spoiled)).toBe(401)
  })

  test('answers a challenge once', async () => {
    const { newBrowser, passkey } = await openWithPasskey()
    const { json } = await newBrowser().post('/api/sign-in/passkey/begin')
    const body = { challengeId: json.challengeId, response: passkey.sign(json.options) }
    expect((await newBrowser().post('/api/sign-in/passkey/finish', body)).status).toBe(200)
    expect((await newBrowser().post('/api/sign-in/passkey/finish', body)).status).toBe(401)
    const again = { challengeId: json.challengeId, response: passkey.sign(json.options) }
    expect((await newBrowser().post('/api/sign-in/passkey/finish', again)).status).toBe(401)
  })

  test('answers no challenge that the desk did not make, or made long ago', async () => {
    const { stage, newBrowser, passkey } = await openWithPasskey()
    const { json } = await newBrowser().post('/api/sign-in/passkey/begin')
    const forgedId = `${json.challengeId.slice(0, -1)}${json.challengeId.endsWith('A') ? 'B' : 'A'}`
    const forged = { challenge: Buffer.from(forgedId).toString('base64url') }
    const body = { challengeId: forgedId, response: passkey.sign(forged) }
    expect((await newBrowser().post('/api/sign-in/passkey/finish', body)).status).toBe(401)
    const late = { challengeId: json.challengeId, response: passkey.sign(json.options) }
    stage.clock.nowMs += limits.challengeMsMax + 1
    expect((await newBrowser().post('/api/sign-in/passkey/finish', late)).status).toBe(401)
  })

  test.each<[unknown]>([[null], ['text'], [{}], [{ id: 5 }], [{ id: 'x'.repeat(5000) }], [[]], [{ id: '__proto__' }]])(
    'is not confused by an answer like %j',
    async (response) => {
      const { newBrowser } = await openWithPasskey()
      const { json } = await newBrowser().post('/api/sign-in/passkey/begin')
      const answer = await newBrowser().post('/api/sign-in/passkey/finish', { challengeId: json.challengeId, response })
      expect([400, 401]).toContain(answer.status)
    },
  )

  test('can be joined by another soon after signing in, and not later', async () => {
    const { stage, base, owner } = await openWithPasskey()
    const second = new Authenticator(base)
    const begun = await owner.post('/api/account/passkeys/begin')
    const response = second.make(begun.json.options)
    const body = { enrolmentId: begun.json.enrolmentId, passkeyName: 'Key at home', response }
    const added = await owner.post('/api/account/passkeys/finish', body)
    expect(added.json.passkeys.map(({ name }: { name: string }) => name)).toEqual(['Front desk laptop', 'Key at home'])
    stage.clock.nowMs += limits.freshSignInMsMax + 1
    expect((await owner.post('/api/account/passkeys/begin')).status).toBe(403)
  })

  test('that is the last way to sign in cannot be removed', async () => {
    const { owner, passkey } = await openWithPasskey()
    const answer = await owner.ask('DELETE', `/api/account/passkeys/${passkey.id.toString('base64url')}`)
    expect(answer.status).toBe(409)
  })

  test('of another person cannot be removed', async () => {
    const { stage, passkey, base } = await openWithPasskey()
    const other = await stage.signedIn('official')
    const there = new Browser(base)
    for (const [name, value] of other.cookies) there.cookies.set(name, value)
    there.csrfToken = other.csrfToken
    const answer = await there.ask('DELETE', `/api/account/passkeys/${passkey.id.toString('base64url')}`)
    expect(answer.status).toBe(404)
    expect(await stage.store.passkey(passkey.id.toString('base64url'))).toBeDefined()
  })

  test('is not offered where browsers do not allow it', async () => {
    const stage = await openStage()
    const token = (await stage.server.startPath())?.split('#')[1]
    const { json } = await stage.browser().post('/api/accounts/begin', { token, name: 'Ann Clerk' })
    expect([json.passkeysPossible, json.passkeyOptions]).toEqual([false, undefined])
    expect((await stage.browser().post('/api/sign-in/passkey/begin')).status).toBe(409)
  })
})

describe('the demonstration', () => {
  test('opens by its printed link, once, and ends for good with a link for the first account', async () => {
    const stage = await openStage()
    stage.desk.isDemonstration = true
    const token = (await stage.server.startPath())?.split('#')[1]
    const browser = stage.browser()
    expect((await browser.post('/api/sign-in/link', { token })).json.purpose).toBe('demonstration')
    const entered = await browser.post('/api/sign-in/demonstration', { token })
    expect(entered.json.account).toMatchObject({ id: '', name: 'demonstration', role: 'official' })
    expect((await stage.browser().post('/api/sign-in/demonstration', { token })).status).toBe(410)
    expect((await browser.get('/api/today')).status).toBe(200)
    expect(stage.store.sessionsKept.size).toBe(0)
    const ended = await browser.post('/api/demonstration/end')
    expect(ended.json.path).toMatch(/^\/start#/)
    expect((await browser.get('/api/today')).status).toBe(401)
    const look = await stage.browser().post('/api/sign-in/link', { token: ended.json.path.split('#')[1] })
    expect(look.json.purpose).toBe('first-account')
  })

  test('its link opens nothing when the desk shows no demonstration', async () => {
    const stage = await openStage()
    stage.desk.isDemonstration = true
    const token = (await stage.server.startPath())?.split('#')[1]
    stage.desk.isDemonstration = false
    expect((await stage.browser().post('/api/sign-in/link', { token })).status).toBe(410)
    expect((await stage.browser().post('/api/sign-in/demonstration', { token })).status).toBe(410)
    expect((await stage.browser().post('/api/accounts/begin', { token, name: 'Mallory' })).status).toBe(410)
  })

  test('its visitor leaves no way in behind: no passkey, no account of its own', async () => {
    const stage = await openStage()
    stage.desk.isDemonstration = true
    const token = (await stage.server.startPath())?.split('#')[1]
    const browser = stage.browser()
    await browser.post('/api/sign-in/demonstration', { token })
    expect((await browser.post('/api/account/passkeys/begin')).status).toBe(409)
    const invited = await browser.post('/api/accounts/invitations', { role: 'official' })
    expect(invited.status).toBe(409)
    expect((await browser.post('/api/feed')).status).toBe(409)
  })
})
