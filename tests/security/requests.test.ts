import { describe, expect, test } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { theIncidentId } from './desk-fake.ts'
import { openStage, type Stage, sendRaw } from './stage.ts'

/** A request written by hand, for what `fetch` would not send. */
const raw = (stage: Stage, path: string, headers: readonly string[] = [], method = 'GET'): Promise<string> =>
  sendRaw(stage.port, `${[`${method} ${path} HTTP/1.1`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`)
const host = (stage: Stage): string => `Host: 127.0.0.1:${stage.port}`
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

describe('a request that another page makes with this browser', () => {
  test('is refused without the token, with a wrong one, and with another session’s', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    const other = await stage.signedIn('analyst')
    const path = `/api/incidents/${theIncidentId}/notes`
    for (const csrfToken of [undefined, '', 'x'.repeat(43), other.csrfToken]) {
      const headers = csrfToken === undefined ? {} : { 'x-bellwether-csrf': csrfToken }
      browser.csrfToken = undefined
      expect((await browser.post(path, { text: 'forged' }, headers)).status).toBe(403)
    }
    expect(stage.desk.asked).toEqual([])
  })

  test.each(['https://evil.example', 'http://127.0.0.1:1', 'http://localhost.evil.example', 'null'])(
    'is refused when it comes from %s, even with the token',
    async (origin) => {
      const stage = await openStage()
      const browser = await stage.signedIn('official')
      const answer = await browser.post(`/api/incidents/${theIncidentId}/notes`, { text: 'forged' }, { origin })
      expect(answer.status).toBe(403)
      expect((await browser.post('/api/sign-in/password', {}, { origin })).status).toBe(403)
    },
  )

  test('is let in when it comes from the desk’s own page', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    const headers = { origin: stage.base, 'sec-fetch-site': 'same-origin' }
    expect((await browser.post(`/api/incidents/${theIncidentId}/notes`, { text: 'mine' }, headers)).status).toBe(200)
  })

  test('is not taken as a form or as plain text, which pages may send without asking', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const body = '{"text":"forged"}'
      const answer = await browser.post(`/api/incidents/${theIncidentId}/notes`, body, { 'content-type': type })
      expect(answer.status).toBe(415)
    }
  })

  test('may not read answers: no other origin is ever allowed', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    const answer = await browser.get('/api/today', { origin: 'https://evil.example' })
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    const asked = await browser.ask('OPTIONS', '/api/today', undefined, { origin: 'https://evil.example' })
    expect(asked.status).toBe(404)
  })
})

describe('a name that is not the desk’s', () => {
  test.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:7316',
    '[::2]',
    '169.254.169.254',
    'a b',
    '',
  ])('is refused: %j', async (name) => {
    const stage = await openStage()
    const answer = await raw(stage, '/api/session', [`Host: ${name}`])
    expect([400, 421]).toContain(statusOf(answer))
    expect(answer).not.toContain('Ash County')
  })

  test.each([
    'localhost',
    '127.0.0.1',
    '127.0.0.1:7316',
    '[::1]:7316',
    'LOCALHOST:7316',
    'desk.example.gov',
    'desk.lan',
  ])('is told from one that is: %s', async (name) => {
    const stage = await openStage({ publicOrigin: 'https://desk.example.gov', hosts: ['desk.lan'] })
    expect(statusOf(await raw(stage, '/api/session', [`Host: ${name}`]))).toBe(200)
  })

  test('is refused for files and unknown paths as well', async () => {
    const stage = await openStage()
    for (const path of ['/', '/assets/main-abc123.js', '/healthz', '/nowhere']) {
      expect(statusOf(await raw(stage, path, ['Host: evil.example']))).toBe(421)
    }
  })

  test('is reached over TLS when a trusted proxy says so, and not when a stranger does', async () => {
    const forwarded = ['Host: desk.lan', 'X-Forwarded-Proto: https', 'X-Forwarded-For: 198.51.100.7']
    for (const [trustedProxies, isSecure] of [
      [['127.0.0.1'], true],
      [['192.0.2.1'], false],
    ] as const) {
      const stage = await openStage({ hosts: ['desk.lan'], trustedProxies })
      const ask = (origin: string) =>
        raw(stage, '/api/sign-in/link', [...forwarded, `Origin: ${origin}`, 'Content-Length: 0'], 'POST')
      expect((await ask('https://desk.lan')).toLowerCase().includes('strict-transport-security')).toBe(isSecure)
      expect(statusOf(await ask('https://desk.lan'))).toBe(isSecure ? 400 : 403)
      expect(statusOf(await ask('http://desk.lan'))).toBe(isSecure ? 403 : 400)
    }
  })

  test('in a forwarded header changes nothing', async () => {
    const stage = await openStage({ trustedProxies: ['127.0.0.1'] })
    const headers = [host(stage), 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https']
    const answer = await raw(stage, '/api/session', headers)
    expect(statusOf(answer)).toBe(200)
    expect(answer).not.toContain('evil.example')
    expect(answer.toLowerCase()).not.toContain('strict-transport-security')
  })
})

describe('a path', () => {
  test.each([
    '/assets/../index.html',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/....//....//secret.txt',
    '/assets//etc/passwd',
    '/assets/%00',
    '/assets/main-abc123.js%00.html',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '//secret.txt',
    '/assets/.hidden',
    '/assets/',
  ])('like %s leads nowhere', async (path) => {
    const stage = await openStage()
    const answer = await raw(stage, path, [host(stage)])
    expect([400, 403, 404]).toContain(statusOf(answer))
    expect(answer).not.toContain('not to be served')
  })

  test.each(['..', '.', '%2e%2e', '..%2f..%2fx', 'a%2fb', 'a%5cb', 'A B', 'x'.repeat(65), '-x'])(
    'names no stream like %s',
    async (name) => {
      const stage = await openStage()
      const analyst = await stage.signedIn('analyst')
      const { json } = await analyst.post('/api/sources/web-logs/push-tokens', { name: 'web server' })
      stage.desk.asked.length = 0
      const headers = [host(stage), `Authorization: Bearer ${json.token}`, 'Content-Length: 2']
      await sendRaw(
        stage.port,
        `POST /api/push/web-logs/${name} HTTP/1.1\r\nConnection: close\r\n${headers.join('\r\n')}\r\n\r\nx\n`,
      )
      expect(stage.desk.asked.filter(({ verb }) => verb === 'push')).toEqual([])
    },
  )

  test.each(['../../etc/passwd', 'a%2fb', '..', 'x.html', 'FEED.TXT', `${'a'.repeat(80)}.txt`])(
    'names no download like %s',
    async (name) => {
      const stage = await openStage()
      const answer = await (await stage.signedIn('official')).get(`/api/blocks/downloads/${name}`)
      expect([400, 404]).toContain(answer.status)
    },
  )

  test('of the console gives its page, and only such a path does', async () => {
    const stage = await openStage()
    const browser = stage.browser()
    for (const path of ['/', '/sign-in', '/start', '/incidents', `/incidents/${theIncidentId}`, '/hunt']) {
      const answer = await browser.get(path)
      expect([answer.status, answer.text, answer.headers.get('cache-control')]).toEqual([
        200,
        '<!doctype html><title>Bellwether</title>',
        'no-cache',
      ])
    }
    for (const path of ['/wp-login.php', '/index.html', '/api/nothing', '/incidents/x/y']) {
      expect((await browser.get(path)).status).toBe(404)
    }
    const asset = await browser.get('/assets/main-abc123.js')
    expect(asset.headers.get('cache-control')).toContain('immutable')
  })

  test.each([
    '//evil.example',
    '//evil.example/%2e%2e',
    '/\\evil.example',
    '/sign-in?next=//evil.example',
    '/assets//evil.example/',
  ])('like %s sends nobody elsewhere', async (path) => {
    const stage = await openStage()
    const answer = await raw(stage, path, [host(stage)])
    expect(statusOf(answer)).not.toBeGreaterThanOrEqual(500)
    expect([301, 302, 303, 307, 308]).not.toContain(statusOf(answer))
    expect(answer.toLowerCase()).not.toContain('\r\nlocation:')
  })
})

describe('a head', () => {
  test('that is too large is refused', async () => {
    const stage = await openStage()
    const answer = await raw(stage, '/healthz', [host(stage), `X-Filler: ${'x'.repeat(limits.requestHeadBytesMax)}`])
    expect(statusOf(answer)).toBe(431)
  })

  test('with a line break hidden in a value adds no header to the answer', async () => {
    const stage = await openStage()
    for (const path of ['/healthz?x=%0d%0aSet-Cookie:%20a=b', '/%0d%0aSet-Cookie:%20a=b', '/incidents/%0d%0ax:%20y']) {
      expect((await raw(stage, path, [host(stage)])).toLowerCase()).not.toMatch(/\r\n(?:set-cookie: a=b|x: y)/)
    }
  })

  test('in which the length is said twice is refused', async () => {
    const stage = await openStage()
    const smuggled = ['Content-Length: 5', 'Transfer-Encoding: chunked']
    const answer = await raw(stage, '/api/sign-in/link', [host(stage), ...smuggled], 'POST')
    expect(statusOf(answer)).toBe(400)
  })

  test('brings no request id of its own', async () => {
    const stage = await openStage()
    const answer = await stage.browser().get('/healthz', { 'x-request-id': 'mine', 'request-id': 'mine' })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/)
  })

  test('of every answer forbids scripts from elsewhere, frames, sniffing and keeping', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    for (const path of [
      '/',
      '/api/today',
      '/api/docs',
      '/healthz',
      '/nowhere',
      '/api/session',
      '/assets/main-abc123.js',
    ]) {
      const { headers } = await browser.get(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      if (path.startsWith('/api')) expect(headers.get('cache-control')).toBe('no-store')
    }
  })
})

describe('a body', () => {
  test('that is too large is refused, said or unsaid', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    const body = JSON.stringify({ text: 'x'.repeat(limits.formBytesMax) })
    const headers = { 'content-type': 'application/json' }
    expect((await browser.post(`/api/incidents/${theIncidentId}/notes`, body, headers)).status).toBe(413)
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`
    const head = [
      `POST /api/incidents/${theIncidentId}/notes HTTP/1.1`,
      host(stage),
      `Cookie: ${cookie}`,
      `X-Bellwether-Csrf: ${browser.csrfToken}`,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      'Connection: close',
    ]
    expect(statusOf(await sendRaw(stage.port, `${head.join('\r\n')}\r\n\r\n${chunk}${chunk}0\r\n\r\n`))).toBe(413)
    expect(stage.desk.asked).toEqual([])
  })

  test.each([
    '{"__proto__":{"x":1},"text":"a"}',
    '{"constructor":{"prototype":{}},"text":"a"}',
    '{"text":',
    '[]',
    '"a"',
    'null',
    '',
  ])('like %s is refused without harm', async (body) => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    const headers = { 'content-type': 'application/json' }
    expect((await browser.post(`/api/incidents/${theIncidentId}/notes`, body, headers)).status).toBe(400)
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  test('is not quoted back in a refusal', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    const answer = await browser.post('/api/blocks', { network: '<script>', reason: 5, hours: 'Jane Voter' })
    expect(answer.status).toBe(400)
    expect(answer.text).not.toMatch(/script|Jane/)
  })
})

describe('hostile text from a log', () => {
  test('leaves the desk only as JSON or as a file, never as a page', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('analyst')
    const paths = [
      '/api/today',
      '/api/incidents',
      `/api/incidents/${theIncidentId}`,
      `/api/incidents/${theIncidentId}/evidence`,
    ]
    for (const path of paths) {
      const { status, headers, text } = await browser.get(path)
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(text).toContain('<script>')
      expect(headers.getSetCookie()).toEqual([])
    }
    const file = await browser.get(`/api/incidents/${theIncidentId}/evidence.ndjson`)
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${theIncidentId}.ndjson"`)
    expect(file.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
    const lines = file.text.trimEnd().split('\n')
    expect(lines).toHaveLength(450)
    expect(lines.map((line) => JSON.parse(line).ordinal)).toEqual(Array.from({ length: 450 }, (_, index) => index))
  })

  test('and what a voter typed is never in the log of the server', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('official')
    await browser.get('/api/incidents?text=Jane%20Voter')
    await browser.get('/jane-voter/../x?dl=D1234567', { cookie: 'dl=D1234567', 'user-agent': 'Jane Voter' })
    await browser.post('/api/hunt', { path: '/status?dl=D1234567' })
    stage.desk.isBroken = true
    const failed = await browser.get('/api/today')
    expect(failed.status).toBe(500)
    expect(failed.text).not.toContain('Jane')
    const log = stage.logged.join('')
    expect(log).toContain('"route":"/api/incidents"')
    expect(log).toContain(failed.json.requestId)
    for (const secret of ['Jane', 'D1234567', browser.csrfToken, browser.cookies.get('bellwether')]) {
      expect(log).not.toContain(secret)
    }
  })
})
