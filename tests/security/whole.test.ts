import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TOTP } from 'otpauth'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { makeSelfSigned } from '../../src/sources/listen/self-signed.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type Store, StoreError } from '../../src/store/store.ts'
import { openStage, thePassword } from './stage.ts'

// Each password is hashed in earnest: a third of a second, and much longer where many tests run at once.
vi.setConfig({ testTimeout: 120_000 })

const codeAt = (secret: string, timestamp: number): string => new TOTP({ secret }).generate({ timestamp })

async function openStore(): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-accounts-'))
  const opened = await openSqliteStore(join(folder, 'desk.sqlite'))
  if (!opened.ok) throw new Error(opened.error.message)
  onTestFinished(async () => {
    await opened.value.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return opened.value
}

describe('on the embedded store', () => {
  test('an office begins, invites, signs in again, resets and signs out, and the trail of it is whole', async () => {
    const store = await openStore()
    const stage = await openStage({ store })
    const official = stage.browser()
    const enrol = async (browser: typeof official, link: string, name?: string) => {
      const begun = await browser.post('/api/accounts/begin', { token: link.split('#')[1], name })
      const { enrolmentId, totp } = begun.json
      const code = codeAt(totp.secret, stage.clock.nowMs)
      const done = await browser.post('/api/accounts/finish-password', { enrolmentId, password: thePassword, code })
      expect(done.status).toBe(200)
      return {
        secret: totp.secret as string,
        codes: done.json.recoveryCodes as string[],
        id: done.json.account.id as string,
      }
    }
    await enrol(official, (await stage.server.startPath()) ?? '', 'Ann Clerk')
    const invited = await official.post('/api/accounts/invitations', { role: 'analyst' })
    const analyst = stage.browser()
    const { secret, codes, id } = await enrol(analyst, invited.json.link, 'Bea Analyst')
    expect((await stage.browser().post('/api/sign-in/link', { token: invited.json.link.split('#')[1] })).status).toBe(
      410,
    )

    const again = stage.browser()
    const signIn = (code: string | undefined) =>
      again.post('/api/sign-in/password', { name: 'BEA ANALYST', password: thePassword, code })
    const enrolledWith = codeAt(secret, stage.clock.nowMs)
    expect((await signIn(enrolledWith)).status).toBe(401)
    stage.clock.nowMs += 60_000
    expect((await signIn(codeAt(secret, stage.clock.nowMs))).status).toBe(200)
    expect((await signIn(codes[0])).status).toBe(200)
    expect((await signIn(codes[0])).status).toBe(401)

    const reset = await official.post(`/api/accounts/${id}/reset`)
    await enrol(stage.browser(), reset.json.link)
    expect((await again.get('/api/today')).status).toBe(401)
    expect((await official.post('/api/sign-out/everywhere')).status).toBe(204)
    expect((await official.get('/api/today')).status).toBe(401)
    expect(await store.auditBreak()).toBeUndefined()
    const actions = (await store.auditRows({ limit: 100 })).map(({ action }) => action)
    for (const action of [
      'account.create',
      'account.invite',
      'account.reset-link',
      'account.reset',
      'sign-in',
      'sign-in.refused',
    ]) {
      expect(actions).toContain(action)
    }
  })

  test('whoever sits at the machine can let a person in again', async () => {
    const stage = await openStage()
    await stage.addAccount('Ann Clerk', 'official')
    expect(await stage.server.resetPath('Nobody Here')).toBeUndefined()
    const token = (await stage.server.resetPath('ann clerk'))?.split('#')[1]
    const look = await stage.browser().post('/api/sign-in/link', { token })
    expect(look.json).toMatchObject({ purpose: 'reset', accountName: 'Ann Clerk' })
  })
})

describe('while the store is away', () => {
  test('people are told so and nobody is let in; when it is back, sessions go on', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    const { session } = stage.store
    const message = 'The database at 127.0.0.1 does not answer. Is it running?'
    stage.store.session = () => Promise.reject(new StoreError({ code: 'unreachable', message }))
    const away = await browser.get('/api/today')
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5'])
    expect(away.json.message).toContain('Is it running?')
    expect((await browser.get('/healthz')).status).toBe(200)
    stage.store.session = session
    expect((await browser.get('/api/today')).status).toBe(200)
  })
})

describe('over TLS', () => {
  test('the desk speaks for itself, asks browsers to stay with it, and binds its cookies', async () => {
    const nowMs = Date.now()
    const made = makeSelfSigned({
      commonName: 'desk.example.gov',
      names: ['desk.example.gov'],
      notBeforeMs: nowMs - 1000,
      notAfterMs: nowMs + 3_600_000,
    })
    const stage = await openStage({ tls: { cert: made.certificate, key: made.key }, hosts: ['desk.example.gov'] })
    stage.desk.isDemonstration = true
    const token = (await stage.server.startPath())?.split('#')[1]
    const headers = { host: 'desk.example.gov', origin: 'https://desk.example.gov', 'content-type': 'application/json' }
    const options = {
      port: stage.port,
      host: '127.0.0.1',
      servername: 'desk.example.gov',
      ca: made.certificate,
      headers,
    }
    const answer = await new Promise<{ status: number | undefined; headers: Record<string, unknown> }>(
      (resolve, reject) => {
        const asked = request(
          { ...options, method: 'POST', path: '/api/sign-in/demonstration', agent: false },
          (response) => {
            response.resume()
            resolve({ status: response.statusCode, headers: response.headers })
          },
        )
        asked.on('error', reject)
        asked.end(JSON.stringify({ token }))
      },
    )
    expect(answer.status).toBe(200)
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-bellwether=.*; Secure; SameSite=Strict$/)
  })
})

describe('the description of the interface', () => {
  test('is a page without script that names every route and who may use it', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('analyst')
    const { text, headers } = await browser.get('/api/docs')
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(text).not.toMatch(/<script|\son\w+=|style=|https?:\/\//)
    expect(text).toContain('<b>POST</b> /api/incidents/{id}/decide')
    expect(text).toContain('For: official, analyst.')
    const document = (await browser.get('/api/openapi.json')).json
    expect(Object.keys(document.paths).length).toBeGreaterThan(45)
    expect(document.paths['/api/today'].get.responses['200']).toBeDefined()
  })
})

describe('one address', () => {
  test('that asks without end is put off, and others are not', async () => {
    const stage = await openStage({ trustedProxies: ['127.0.0.1'] })
    const ask = (from: string) =>
      stage.browser().post('/api/sign-in/link', { token: 'x'.repeat(43) }, { 'x-forwarded-for': from })
    const statuses: number[] = []
    for (let round = 0; round <= limits.signInsPerMinuteMax; round++) {
      statuses.push((await ask(`2001:db8:1:2::${round.toString(16)}`)).status)
    }
    expect(statuses.at(0)).toBe(410)
    expect(statuses.at(-1)).toBe(429)
    expect((await ask('2001:db8:1:3::1')).status).toBe(410)
  })

  test('that nobody trusts cannot say that it is another', async () => {
    const stage = await openStage()
    const ask = (from: string) =>
      stage.browser().post('/api/sign-in/link', { token: 'x'.repeat(43) }, { 'x-forwarded-for': from })
    const statuses: number[] = []
    for (let round = 0; round <= limits.signInsPerMinuteMax; round++)
      statuses.push((await ask(`198.51.100.${round}`)).status)
    expect(statuses.at(-1)).toBe(429)
  })
})
