import { describe, expect, test } from 'vitest'
import { accessTable, setAccess } from '../../src/server/access.ts'
import { roles } from '../../src/store/store.ts'
import { theFindingId, theIncidentId } from './desk-fake.ts'
import { openStage } from './stage.ts'

/** Things of the invented desk stand where a route has parameters. */
const fill = (url: string): string =>
  url
    .replace('/incidents/:id', `/incidents/${theIncidentId}`)
    .replace(':findingId', theFindingId)
    .replace(':ordinal', '0')
    .replace(':token', 'A'.repeat(43))
    .replace('*', 'main-abc123.js')
    .replace(/:[A-Za-z]+/g, 'web-logs')
const bodyFor = (method: string): object | undefined => (method === 'GET' ? undefined : {})
const routes = Object.entries(accessTable).map(([key, access]) => {
  const [method = '', url = ''] = key.split(' ')
  return { key, method, url, access }
})

describe('who may use which route', () => {
  test('is said for every route, and every row of the table has its route', async () => {
    const { server } = await openStage()
    const missing = routes.filter(({ method, url }) => !server.app.hasRoute({ method: method as 'GET', url }))
    expect(missing.map(({ key }) => key)).toEqual([])
  })

  test('a route that the table does not know cannot be registered', () => {
    expect(() => setAccess({ method: 'GET', url: '/api/forgotten', handler: () => undefined })).toThrow(
      /does not stand in the table/,
    )
  })

  test('without signing in only health, the console’s files and signing in answer, and the desk is not asked', async () => {
    const { browser, desk } = await openStage()
    const wrong: string[] = []
    for (const { key, method, url, access } of routes) {
      if (access.by === 'anybody' || access.by === 'metrics') continue
      const { status } = await browser().ask(method, fill(url), bodyFor(method))
      const expected = access.by === 'feed-token' ? 404 : 401
      if (status !== expected) wrong.push(`${key}: ${status}`)
    }
    expect(wrong).toEqual([])
    expect(desk.asked).toEqual([])
  })

  test.each([...roles])('%s may use what the table says and nothing else', async (role) => {
    const { signedIn, desk } = await openStage()
    const wrong: string[] = []
    for (const { key, method, url, access } of routes) {
      if (access.by !== 'session' || url === '/api/events') continue
      const browser = await signedIn(role)
      desk.asked.length = 0
      const { status } = await browser.ask(method, fill(url), bodyFor(method))
      const isAllowed = access.roles.includes(role)
      const isRight = isAllowed ? status !== 403 && status !== 401 && status < 500 : status === 403
      if (!isRight || (!isAllowed && desk.asked.length > 0)) wrong.push(`${key}: ${status}`)
    }
    expect(wrong).toEqual([])
  })

  test('a push token opens only its own source, and nothing that people use', async () => {
    const { signedIn, browser } = await openStage()
    const made = await (await signedIn('analyst')).post('/api/sources/web-logs/push-tokens', { name: 'web server' })
    expect(made.status).toBe(200)
    const headers = { authorization: `Bearer ${made.json.token}`, 'content-type': 'text/plain' }
    expect((await browser().post('/api/push/web-logs', 'a line\n', headers)).status).toBe(200)
    expect((await browser().post('/api/push/other-logs', 'a line\n', headers)).status).toBe(401)
    expect((await browser().get('/api/today', { authorization: headers.authorization })).status).toBe(401)
  })

  test('the list for firewalls is off until an official switches it on, and ends when it is switched off', async () => {
    const { signedIn, browser } = await openStage()
    expect((await browser().get('/feeds/blocks.txt')).status).toBe(404)
    const official = await signedIn('official')
    const { json } = await official.post('/api/feed')
    const basic = { authorization: `Basic ${Buffer.from(`${json.user}:${json.password}`).toString('base64')}` }
    expect((await browser().get(json.path)).text).toBe('203.0.113.9\n')
    expect((await browser().get('/feeds/blocks.txt', basic)).text).toBe('203.0.113.9\n')
    expect((await browser().get('/feeds/blocks.txt')).status).toBe(401)
    expect((await browser().get(`/feeds/${'A'.repeat(43)}/blocks.txt`)).status).toBe(401)
    await official.ask('DELETE', '/api/feed')
    expect((await browser().get(json.path)).status).toBe(404)
  })

  test('figures are for the machine itself, and not for whoever comes through its proxy', async () => {
    const { browser } = await openStage()
    expect((await browser().get('/metrics')).text).toContain('bellwether_records_total 12')
    expect((await browser().get('/metrics', { 'x-forwarded-for': '198.51.100.7' })).status).toBe(401)
  })

  test('with a token in the configuration, figures are for its holder alone', async () => {
    const { browser } = await openStage({ metricsToken: 'a-token-of-the-monitoring' })
    expect((await browser().get('/metrics')).status).toBe(401)
    const headers = { authorization: 'Bearer a-token-of-the-monitoring' }
    expect((await browser().get('/metrics', headers)).status).toBe(200)
  })

  test('health tells passers-by no more than ok or not', async () => {
    const { browser, desk } = await openStage()
    expect((await browser().get('/healthz')).json).toEqual({ status: 'ok' })
    desk.isBroken = true
    const sick = await browser().get('/healthz')
    expect([sick.status, sick.json]).toEqual([503, { status: 'not ok' }])
  })
})
