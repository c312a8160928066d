import { TOTP } from 'otpauth'
import { describe, expect, test, vi } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { type Browser, openStage, type Stage, thePassword, theTotpSecret } from './stage.ts'

// Each password is hashed in earnest: a third of a second, and much longer where many tests run at once.
vi.setConfig({ testTimeout: 120_000 })

const codeAt = (secret: string, timestamp: number): string => new TOTP({ secret }).generate({ timestamp })

const signIn = (browser: Browser, stage: Stage, name: string, more: object = {}) =>
  browser.post('/api/sign-in/password', {
    name,
    password: thePassword,
    code: codeAt(theTotpSecret, stage.clock.nowMs),
    ...more,
  })

const tokenOf = (path: string | undefined): string => path?.split('#')[1] ?? ''

/** Makes an account over HTTP with a link, by password. */
async function enrol(stage: Stage, browser: Browser, token: string, name: string, password = thePassword) {
  const begun = await browser.post('/api/accounts/begin', { token, name })
  if (begun.status !== 200) return { begun, done: begun }
  const { enrolmentId, totp } = begun.json
  const code = codeAt(totp.secret, stage.clock.nowMs)
  return { begun, done: await browser.post('/api/accounts/finish-password', { enrolmentId, password, code }) }
}

describe('the first start', () => {
  test('the printed link makes one official, who is signed in with recovery codes, and works once', async () => {
    const stage = await openStage()
    const path = await stage.server.startPath()
    expect(path).toMatch(/^\/start#[\w-]{43}$/)
    const browser = stage.browser()
    const token = tokenOf(path)
    expect((await browser.get('/api/session')).json).toMatchObject({ isFirstStart: true, isDemonstration: false })
    const look = await browser.post('/api/sign-in/link', { token })
    expect(look.json).toMatchObject({ purpose: 'first-account', role: 'official' })
    const { done } = await enrol(stage, browser, token, 'Ann Clerk')
    expect(done.status).toBe(200)
    expect(done.json.recoveryCodes).toHaveLength(10)
    const session = await browser.get('/api/session')
    expect(session.json.account).toMatchObject({ name: 'Ann Clerk', role: 'official', hasPassword: true })
    expect((await browser.get('/api/today')).status).toBe(200)
    expect((await stage.browser().post('/api/sign-in/link', { token })).status).toBe(410)
    expect((await enrol(stage, stage.browser(), token, 'Mallory')).done.status).toBe(410)
    expect(await stage.server.startPath()).toBeUndefined()
  })

  test('an older link that was printed before makes no second official', async () => {
    const stage = await openStage()
    const [first, second] = [await stage.server.startPath(), await stage.server.startPath()]
    const early = await stage.browser().post('/api/accounts/begin', { token: tokenOf(second), name: 'Mallory' })
    expect((await enrol(stage, stage.browser(), tokenOf(first), 'Ann Clerk')).done.status).toBe(200)
    const { enrolmentId, totp } = early.json
    const code = codeAt(totp.secret, stage.clock.nowMs)
    const late = await stage
      .browser()
      .post('/api/accounts/finish-password', { enrolmentId, password: thePassword, code })
    expect(late.status).toBe(410)
    expect(await stage.store.accounts()).toHaveLength(1)
  })

  test('of two who use one link at the same time, one gets the account', async () => {
    const stage = await openStage()
    const token = tokenOf(await stage.server.startPath())
    const [a, b] = await Promise.all(['Ann Clerk', 'Mallory'].map((name) => enrol(stage, stage.browser(), token, name)))
    expect([a?.done.status, b?.done.status].sort()).toEqual([200, 410])
    expect(await stage.store.accounts()).toHaveLength(1)
  })

  test('a link ends after a day', async () => {
    const stage = await openStage()
    const token = tokenOf(await stage.server.startPath())
    stage.clock.nowMs += limits.printedLinkMsMax + 1
    expect((await stage.browser().post('/api/sign-in/link', { token })).status).toBe(410)
  })
})

describe('a password', () => {
  test('is never in the log, the trail or the store as it was typed, nor is a code or a link', async () => {
    const stage = await openStage()
    const token = tokenOf(await stage.server.startPath())
    const { begun, done } = await enrol(stage, stage.browser(), token, 'Ann Clerk')
    await signIn(stage.browser(), stage, 'Ann Clerk', { code: '000000' })
    const kept = JSON.stringify([stage.logged, stage.store.trail, await stage.store.accounts()])
    for (const secret of [
      thePassword,
      token,
      begun.json.totp.secret,
      done.json.csrfToken,
      done.json.recoveryCodes[0],
    ]) {
      expect(kept).not.toContain(secret)
    }
    expect((await stage.store.accounts())[0]?.passwordHash).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$/)
  })
})

describe('signing in', () => {
  test('takes password and code, and a code works once', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    expect((await signIn(stage.browser(), stage, 'ann clerk')).status).toBe(200)
    expect((await signIn(stage.browser(), stage, 'Ann Clerk')).status).toBe(401)
    stage.clock.nowMs += 30_000
    expect((await signIn(stage.browser(), stage, 'Ann Clerk')).status).toBe(200)
  })

  test('with one code at the same time succeeds once', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    const answers = await Promise.all([1, 2, 3].map(() => signIn(stage.browser(), stage, 'Ann Clerk')))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('fails in the same words whether name, password or code is wrong', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    const wrong = [
      await signIn(stage.browser(), stage, 'Nobody Here'),
      await signIn(stage.browser(), stage, 'Ann Clerk', { password: 'not this password' }),
      await signIn(stage.browser(), stage, 'Ann Clerk', { code: '123456' }),
    ]
    expect(wrong.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(new Set(wrong.map(({ json }) => json.message)).size).toBe(1)
  })

  test('takes each recovery code once, and none after a new password', async () => {
    const stage = await openStage()
    const browser = stage.browser()
    const { done } = await enrol(stage, browser, tokenOf(await stage.server.startPath()), 'Ann Clerk')
    const [code, other] = done.json.recoveryCodes as string[]
    const lower = code?.toLowerCase().replaceAll('-', ' ')
    expect((await signIn(stage.browser(), stage, 'Ann Clerk', { code: lower })).status).toBe(200)
    expect((await signIn(stage.browser(), stage, 'Ann Clerk', { code })).status).toBe(401)
    const reset = await browser.post(`/api/accounts/${done.json.account.id}/reset`)
    const again = await enrol(stage, stage.browser(), tokenOf(reset.json.link), '--', 'seven slow herons wade')
    expect(again.done.json.account.name).toBe('Ann Clerk')
    const late = await signIn(stage.browser(), stage, 'Ann Clerk', { code: other, password: 'seven slow herons wade' })
    expect(late.status).toBe(401)
    expect((await browser.get('/api/today')).status).toBe(401)
  })

  test('gives a new session whatever token the browser brought, and ends the one it had', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    const victim = stage.browser()
    const planted = 'A'.repeat(43)
    victim.cookies.set('bellwether', planted)
    await signIn(victim, stage, 'Ann Clerk')
    expect(victim.cookies.get('bellwether')).not.toBe(planted)
    const attacker = stage.browser()
    attacker.cookies.set('bellwether', planted)
    expect((await attacker.get('/api/today')).status).toBe(401)
    const before = victim.cookies.get('bellwether') ?? ''
    stage.clock.nowMs += 30_000
    await signIn(victim, stage, 'Ann Clerk')
    attacker.cookies.set('bellwether', before)
    expect((await attacker.get('/api/today')).status).toBe(401)
  })

  test('gives a cookie that no script reads and no other site sends', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    const { headers } = await signIn(stage.browser(), stage, 'Ann Clerk')
    for (const cookie of headers.getSetCookie()) expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  test('over TLS the cookie is bound to this host alone', async () => {
    const stage = await openStage({ publicOrigin: 'https://desk.example.gov' })
    await stage.addAccount('Ann Clerk', 'official')
    const { request } = await import('node:http')
    const cookies = await new Promise<readonly string[]>((resolve) => {
      const headers = { host: 'desk.example.gov', 'content-type': 'application/json' }
      const asked = request(
        { port: stage.port, path: '/api/sign-in/password', method: 'POST', headers },
        (response) => {
          response.resume()
          resolve(response.headers['set-cookie'] ?? [])
        },
      )
      const code = codeAt(theTotpSecret, stage.clock.nowMs)
      asked.end(JSON.stringify({ name: 'Ann Clerk', password: thePassword, code }))
    })
    expect(cookies).toHaveLength(2)
    for (const cookie of cookies) expect(cookie).toMatch(/^__Host-.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  })
})

describe('a session', () => {
  test('ends after eight hours unused, and after a day in any case', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('viewer')
    for (let hour = 0; hour < 23; hour += 4) {
      expect((await browser.get('/api/today')).status).toBe(200)
      stage.clock.nowMs += 4 * 3_600_000
    }
    expect((await browser.get('/api/today')).status).toBe(401)
    const idle = await stage.signedIn('viewer')
    stage.clock.nowMs += 8 * 3_600_000 + 1
    expect((await idle.get('/api/today')).status).toBe(401)
  })

  test('is over after signing out, and everywhere after signing out everywhere', async () => {
    const stage = await openStage()
    const [here, there] = [await stage.signedIn('viewer'), await stage.signedIn('viewer')]
    const kept = here.cookies.get('bellwether') ?? ''
    expect((await here.post('/api/sign-out')).status).toBe(204)
    expect(here.cookies.has('bellwether')).toBe(false)
    here.cookies.set('bellwether', kept)
    expect((await here.get('/api/today')).status).toBe(401)
    const third = await stage.signedIn('viewer')
    expect((await there.post('/api/sign-out/everywhere')).status).toBe(204)
    expect((await third.get('/api/today')).status).toBe(401)
  })

  test('ends with the account’s being switched off', async () => {
    const stage = await openStage()
    const official = await stage.signedIn('official')
    const viewer = await stage.signedIn('viewer')
    const { id } = (await viewer.get('/api/session')).json.account
    expect((await official.ask('PATCH', `/api/accounts/${id}`, { disabled: true })).status).toBe(200)
    expect((await viewer.get('/api/today')).status).toBe(401)
  })
})

describe('guessing', () => {
  test('waits longer with each failure', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    const guess = () => signIn(stage.browser(), stage, 'Ann Clerk', { password: 'not this password' })
    const waits: number[] = []
    for (let round = 0; round < 12; round++) {
      const { status, json } = await guess()
      if (status !== 429) continue
      waits.push(json.retryAfterSeconds)
      stage.clock.nowMs += json.retryAfterSeconds * 1000
    }
    expect(waits).toEqual([1, 2, 4, 8])
    expect((await signIn(stage.browser(), stage, 'Ann Clerk')).status).not.toBe(200)
  })

  test('many at once gains nothing over one after the other', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    const guesses = Array.from({ length: 20 }, (_, index) =>
      signIn(stage.browser(), stage, 'Ann Clerk', { password: `not this password ${index}` }),
    )
    const statuses = (await Promise.all(guesses)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(limits.signInFreeFailuresMax + 1)
  })

  test('at a name does not lock out the person whose browser signed in before, even from the same address', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    const ann = stage.browser()
    expect((await signIn(ann, stage, 'Ann Clerk')).status).toBe(200)
    for (let round = 0; round < 30; round++) {
      await signIn(stage.browser(), stage, 'Ann Clerk', { password: 'not this password' })
    }
    stage.clock.nowMs += 30_000
    expect((await signIn(ann, stage, 'Ann Clerk')).status).toBe(200)
  })

  test('with a forged mark of a browser that signed in before is counted like any other', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    const statuses: number[] = []
    for (let round = 0; round < 6; round++) {
      const browser = stage.browser()
      browser.cookies.set('bellwether-device', `${'x'.repeat(43)}${round}.${'y'.repeat(43)}`)
      statuses.push((await signIn(browser, stage, 'Ann Clerk', { password: 'not this password' })).status)
    }
    expect(statuses.slice(-2)).toEqual([429, 429])
  })

  test('stands in the audit trail, and does not fill it', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    for (let round = 0; round < 40; round++) {
      const { json } = await signIn(stage.browser(), stage, 'Ann Clerk', { password: 'not this password' })
      stage.clock.nowMs += (json.retryAfterSeconds ?? 0) * 1000
    }
    const rows = stage.store.trail.filter(({ action }) => action === 'sign-in.refused')
    expect(rows.length).toBeGreaterThan(1)
    expect(rows.length).toBeLessThan(8)
  })
})

describe('accounts', () => {
  test('the last official can be neither demoted nor switched off, by nobody', async () => {
    const stage = await openStage()
    const official = await stage.signedIn('official')
    const { id } = (await official.get('/api/session')).json.account
    expect((await official.ask('PATCH', `/api/accounts/${id}`, { role: 'viewer' })).status).toBe(409)
    expect((await official.ask('PATCH', `/api/accounts/${id}`, { disabled: true })).status).toBe(409)
  })

  test('two officials who demote each other at once leave one', async () => {
    const stage = await openStage()
    const [ann, bea] = [
      await stage.addAccount('Ann Clerk', 'official'),
      await stage.addAccount('Bea Deputy', 'official'),
    ]
    const [first, second] = [stage.browser(), stage.browser()]
    await signIn(first, stage, 'Ann Clerk')
    await signIn(second, stage, 'Bea Deputy')
    await Promise.all([
      first.ask('PATCH', `/api/accounts/${bea.id}`, { role: 'viewer' }),
      second.ask('PATCH', `/api/accounts/${ann.id}`, { disabled: true }),
    ])
    const left = (await stage.store.accounts()).filter(({ role, disabled }) => role === 'official' && !disabled)
    expect(left).toHaveLength(1)
  })

  test('an invitation gives the role that was named in it and no other', async () => {
    const stage = await openStage()
    const official = await stage.signedIn('official')
    const { json } = await official.post('/api/accounts/invitations', { role: 'viewer' })
    const guest = stage.browser()
    const begun = await guest.post('/api/accounts/begin', { token: tokenOf(json.link), name: 'Vic', role: 'official' })
    expect(begun.json.role).toBe('viewer')
    const { done } = await enrol(stage, guest, tokenOf(json.link), 'Vic Viewer')
    expect(done.json.account.role).toBe('viewer')
  })

  test.each(['the desk', 'Demonstration', 'the  DESK', 'a\u202eb', '<b>x</b>', 'x\u0000y'])(
    'a person cannot go by the name %j',
    async (name) => {
      const stage = await openStage()
      const token = tokenOf(await stage.server.startPath())
      expect((await stage.browser().post('/api/accounts/begin', { token, name })).status).toBe(409)
    },
  )
})
