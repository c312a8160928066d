import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import type { DeskEvent } from '../../src/desk/api/today.ts'
import { openStage, type Stage, sendRaw } from './stage.ts'

vi.setConfig({ testTimeout: 60_000 })

/** A connection that is closed at the end of the test. */
function dial(stage: Stage): Socket {
  const socket = connect(stage.port, '127.0.0.1')
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  return socket
}
const until = (isSo: () => boolean): Promise<void> => vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 40_000 })
const event = (type: DeskEvent['type'], id?: string): DeskEvent => ({
  type,
  ...(id === undefined ? {} : { id }),
  atMs: 1,
})

/** A console that waits for news; gives what it hears. */
async function listen(stage: Stage, browser: Awaited<ReturnType<Stage['signedIn']>>) {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(`${stage.base}/api/events`, { headers: { cookie }, signal: abort.signal })
  const heard = { text: '', isOver: false, status: response.status }
  const read = async () => {
    for await (const chunk of response.body ?? []) heard.text += Buffer.from(chunk).toString()
  }
  read().then(
    () => {
      heard.isOver = true
    },
    () => {
      heard.isOver = true
    },
  )
  return heard
}

describe('news', () => {
  test('says only that something changed, gathered, and to each role only what it may see', async () => {
    const stage = await openStage()
    const official = await listen(stage, await stage.signedIn('official'))
    const viewer = await listen(stage, await stage.signedIn('viewer'))
    for (let round = 0; round < 1000; round++) stage.desk.tell(event('incidents', 'incident-1'))
    stage.desk.tell(event('settings'))
    await until(() => official.text.includes('settings') && viewer.text.includes('incidents'))
    expect(official.text.match(/incident-1/g)).toHaveLength(1)
    expect(viewer.text).not.toContain('settings')
  })

  test('of a storm is a few lines twice a second', async () => {
    const stage = await openStage()
    const heard = await listen(stage, await stage.signedIn('viewer'))
    for (let round = 0; round < 50; round++) {
      for (let index = 0; index < 100; index++) stage.desk.tell(event('incidents', `incident-${index}`))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await until(() => heard.text.includes('incidents'))
    const lines = heard.text.split('\n').filter((line) => line.startsWith('data:'))
    expect(new Set(lines.map((line) => JSON.parse(line.slice(5)).id))).toEqual(new Set([undefined]))
    expect(lines.length).toBeLessThan(50)
  })

  test('ends when the person signs out', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('viewer')
    const heard = await listen(stage, browser)
    await browser.post('/api/sign-out')
    await until(() => heard.isOver)
    expect(stage.desk.subscribers).toBe(0)
  })

  test('is for a bounded number of pages of one session', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('viewer')
    const statuses: number[] = []
    for (let page = 0; page <= limits.eventClientsPerSessionMax; page++)
      statuses.push((await listen(stage, browser)).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(limits.eventClientsPerSessionMax)
    expect(statuses.at(-1)).toBe(503)
  })

  test('for a console that never reads is given up, and costs nothing afterwards', async () => {
    const stage = await openStage()
    const browser = await stage.signedIn('viewer')
    const socket = dial(stage)
    socket.pause()
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\nCookie: ${cookie}\r\n\r\n`)
    await until(() => stage.desk.subscribers === 1)
    // Systems hold some megabytes for a peer that does not read; then the desk's own bound is met.
    for (let round = 0; round < 2_000 && stage.desk.subscribers === 1; round++) {
      for (let index = 0; index < limits.eventIdsMax; index++) {
        stage.desk.tell(event('sources', `s${index}`.padEnd(100_000, 'x')))
      }
      await new Promise((resolve) => setTimeout(resolve, limits.eventSpacingMs))
    }
    expect(stage.desk.subscribers).toBe(0)
    expect((await stage.browser().get('/healthz')).status).toBe(200)
  })

  test('does not keep the server from stopping', async () => {
    const stage = await openStage()
    const heard = await listen(stage, await stage.signedIn('viewer'))
    await stage.server.app.close()
    await until(() => heard.isOver)
  })
})

describe('a slow sender', () => {
  test('of a head is cut off, and others are answered meanwhile', async () => {
    const stage = await openStage()
    expect(stage.server.app.server.headersTimeout).toBe(limits.requestHeadMsMax)
    stage.server.app.server.headersTimeout = 500
    const socket = dial(stage)
    let isClosed = false
    socket.on('close', () => {
      isClosed = true
    })
    socket.resume()
    socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\n`)
    const drip = setInterval(() => socket.write('X-Slow: 1\r\n'), 100)
    onTestFinished(() => clearInterval(drip))
    expect((await stage.browser().get('/healthz')).status).toBe(200)
    await until(() => isClosed)
  })

  test('of a form is cut off when its time is over', async () => {
    const stage = await openStage()
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const socket = dial(stage)
    let received = ''
    let isClosed = false
    socket.on('data', (chunk) => {
      received += chunk.toString()
    })
    socket.on('close', () => {
      isClosed = true
    })
    const head = ['POST /api/sign-in/link HTTP/1.1', `Host: 127.0.0.1:${stage.port}`, 'Content-Type: application/json']
    socket.write(`${head.join('\r\n')}\r\nContent-Length: 1000\r\n\r\n{"token":"`)
    const drip = setInterval(() => {
      socket.write('x')
      vi.advanceTimersByTime(1000)
    }, 20)
    onTestFinished(() => clearInterval(drip))
    while (!isClosed) await new Promise((resolve) => setImmediate(resolve))
    expect(received).toMatch(/^HTTP\/1\.1 503/)
  })

  test('cannot take all connections from one address', async () => {
    const stage = await openStage()
    const sockets = Array.from({ length: limits.connectionsPerAddressMax + 20 }, () => dial(stage))
    let closed = 0
    for (const socket of sockets) socket.resume().on('close', () => closed++)
    await until(() => closed >= 20)
    for (const socket of sockets) socket.destroy()
    await vi.waitFor(async () => expect((await stage.browser().get('/healthz')).status).toBe(200))
  })
})

describe('what is pushed', () => {
  const openPush = async () => {
    const stage = await openStage()
    const analyst = await stage.signedIn('analyst')
    const { json } = await analyst.post('/api/sources/web-logs/push-tokens', { name: 'web server' })
    stage.desk.asked.length = 0
    return { stage, analyst, headers: { authorization: `Bearer ${json.token}`, 'content-type': 'text/plain' } }
  }

  test('is handed on packed as it came, by the name of its stream', async () => {
    const { stage, headers } = await openPush()
    const answer = await stage
      .browser()
      .post('/api/push/web-logs/host-1', 'packed', { ...headers, 'content-encoding': 'gzip' })
    expect(answer.json).toEqual({ lines: 1, bytes: 6 })
    expect(stage.desk.asked).toEqual([{ verb: 'push', args: ['web-logs', 'host-1', 'gzip'] }])
  })

  test('is put off with a time to come again when the desk is behind', async () => {
    const { stage, headers } = await openPush()
    stage.desk.isBusy = true
    const answer = await stage.browser().post('/api/push/web-logs', 'a line\n', headers)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  })

  test('with a token that was removed is refused', async () => {
    const { stage, analyst, headers } = await openPush()
    const [token] = (await analyst.get('/api/push-tokens')).json
    expect((await analyst.ask('DELETE', `/api/push-tokens/${token.id}`)).status).toBe(204)
    expect((await stage.browser().post('/api/push/web-logs', 'a line\n', headers)).status).toBe(401)
  })

  test('is refused by its said length, and cut off at the bound when that was a lie', async () => {
    const { stage, headers } = await openPush()
    const big = await stage.browser().post('/api/push/web-logs', new Uint8Array(limits.pushBodyBytesMax + 1), headers)
    expect(big.status).toBe(413)
    const head = `POST /api/push/web-logs HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\nAuthorization: ${headers.authorization}\r\n`
    const mebibyte = `100000\r\n${'x'.repeat(1 << 20)}\r\n`
    const answer = await sendRaw(
      stage.port,
      `${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`,
      (socket) => {
        for (let count = 0; count < 18; count++) socket.write(mebibyte)
        socket.end('0\r\n\r\n')
      },
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413/)
  })

  test('without a token costs no more than the answer', async () => {
    const { stage } = await openPush()
    const head = `POST /api/push/web-logs HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\nContent-Length: 1000000000\r\n\r\n`
    const answer = await sendRaw(stage.port, head)
    expect(answer).toMatch(/^HTTP\/1\.1 (?:401|413)/)
    expect(stage.desk.asked).toEqual([])
  })
})

describe('an upload', () => {
  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\logs\\access.log', 'access.log'],
    ['.hidden', 'hidden'],
    ['a\u0000b\r\nc.log', 'abc.log'],
    ['\u202egol.exe', 'gol.exe'],
    [`${'x'.repeat(300)}.log`, `${'x'.repeat(limits.intakeNameCharactersMax - 4)}.log`],
  ])('named %j is named %j', async (given, expected) => {
    const stage = await openStage()
    const analyst = await stage.signedIn('analyst')
    const headers = { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(given) }
    const answer = await analyst.post('/api/uploads', 'a line\n', headers)
    expect(answer.json).toMatchObject({ name: expected, bytes: 7 })
  })

  test('as a form is taken in the same way', async () => {
    const stage = await openStage()
    const analyst = await stage.signedIn('analyst')
    const body =
      '--x\r\nContent-Disposition: form-data; name="file"; filename="../access.log"\r\n\r\na line\n\r\n--x--\r\n'
    const answer = await analyst.post('/api/uploads', body, { 'content-type': 'multipart/form-data; boundary=x' })
    expect(answer.json).toMatchObject({ name: 'access.log', bytes: 7 })
  })

  test.each([
    ['no name', {}, 'a line'],
    ['a form without a file', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--\r\n'],
    ['a form without a boundary', { 'content-type': 'multipart/form-data' }, 'x'],
  ])('with %s is refused', async (_what, headers, body) => {
    const stage = await openStage()
    const analyst = await stage.signedIn('analyst')
    const answer = await analyst.post('/api/uploads', body, { 'content-type': 'application/octet-stream', ...headers })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(stage.desk.asked).toEqual([])
  })

  test.each([
    ['bytes', 'application/octet-stream', ''],
    [
      'a form',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="f"; filename="a.log"\r\n\r\n',
    ],
  ])('as %s that breaks off is not taken for a whole file', async (_what, type, begin) => {
    const stage = await openStage()
    const analyst = await stage.signedIn('analyst')
    const cookie = [...analyst.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const socket = dial(stage)
    socket.write(
      `POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\nCookie: ${cookie}\r\nX-Bellwether-Csrf: ${analyst.csrfToken}\r\n` +
        `Content-Type: ${type}\r\nX-File-Name: a.log\r\nContent-Length: 100000\r\n\r\n${begin}half of it`,
    )
    await until(() => stage.desk.asked.length === 1)
    socket.destroy()
    await until(() => stage.desk.ends.length === 1)
    expect(stage.desk.ends).toEqual(['broken'])
  })

  test('waits while the desk does not read, instead of filling memory', async () => {
    const stage = await openStage()
    const analyst = await stage.signedIn('analyst')
    let goOn = (): void => undefined
    stage.desk.hold = new Promise((resolve) => {
      goOn = resolve
    })
    const cookie = [...analyst.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const socket = dial(stage)
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString()
    })
    const size = 64 * 1024 * 1024
    socket.write(
      `POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\nCookie: ${cookie}\r\nX-Bellwether-Csrf: ${analyst.csrfToken}\r\n` +
        `Content-Type: application/octet-stream\r\nX-File-Name: big.log\r\nContent-Length: ${size}\r\n\r\n`,
    )
    let sent = 0
    const block = Buffer.alloc(1024 * 1024, 'x')
    const pump = (): void => {
      while (sent < size && socket.write(block)) sent += block.length
      if (sent < size) sent += block.length
    }
    socket.on('drain', pump)
    pump()
    await until(() => stage.desk.asked.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(sent).toBeLessThan(size / 2)
    goOn()
    await until(() => received.includes(`"bytes":${size}`))
  })
})
