import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { becomes, freePort, oneConnection, statusOf } from '../../../tests/loopback.ts'
import { hasNginx, startNginx, usualHttp } from '../../../tests/nginx-server.ts'
import { blockOf, noonMs } from '../block.fixture.ts'
import { NginxTarget } from './nginx.ts'

const attacker = '127.0.0.2'
const neighbour = '127.0.0.3'
const hourMs = 3_600_000
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const
const canDropRights = spawnSync(asNobody[0], [...asNobody.slice(1), 'true'], { stdio: 'ignore' }).status === 0

describe.skipIf(!hasNginx)(hasNginx ? 'a real nginx' : 'a real nginx (none is installed here)', () => {
  test('turns the attacker away after the block, serves the neighbour, and serves both when the block has ended', async () => {
    await using nginx = await startNginx()
    const target = nginx.target()
    expect(await target.check()).toMatchObject({ ok: true })
    expect(await nginx.status(attacker)).toBe(200)

    const blocks = [blockOf(attacker, { expiresAtMs: noonMs + hourMs })]
    expect(await target.apply(blocks, noonMs)).toMatchObject({ ok: true, value: { networks: 1, changed: true } })
    expect(await nginx.status(attacker)).toBe(403)
    expect(await nginx.status(neighbour)).toBe(200)
    expect(await target.apply(blocks, noonMs)).toMatchObject({ ok: true, value: { changed: false } })

    expect(await target.apply(blocks, noonMs + hourMs)).toMatchObject({ ok: true, value: { networks: 0 } })
    expect(await nginx.status(attacker)).toBe(200)
  })

  test('keeps a blocked address out of a location that has allow rules of its own', async () => {
    await using nginx = await startNginx()
    await nginx.target().apply([blockOf(attacker)], noonMs)
    expect(await nginx.status(attacker, {}, '/own-rules')).toBe(403)
    expect(await nginx.status(neighbour, {}, '/own-rules')).toBe(200)
  })

  test('behind a trusted proxy goes by the visitor’s own address', async () => {
    await using nginx = await startNginx(
      `set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; real_ip_recursive on; ${usualHttp}`,
    )
    await nginx.target().apply([blockOf('203.0.113.9'), blockOf('2001:db8:7::/64')], noonMs)
    const via = (visitor: string): Promise<number> => nginx.status('127.0.0.1', { 'X-Forwarded-For': visitor })
    expect(await via('203.0.113.9')).toBe(403)
    expect(await via('203.0.113.10')).toBe(200)
    expect(await via('2001:db8:7::beef')).toBe(403)
    expect(await via('2001:db8:8::beef')).toBe(200)
    // A stranger who is no proxy can't pretend to be somebody else.
    expect(await nginx.status(neighbour, { 'X-Forwarded-For': '203.0.113.9' })).toBe(200)
  })

  test('is left as it is where the office’s own configuration was broken before, and blocks once it is mended', async () => {
    await using nginx = await startNginx()
    const target = nginx.target()
    await target.apply([], noonMs)
    const before = await readFile(nginx.blocksPath, 'utf8')
    await nginx.configure(`${usualHttp} no_such_directive on;`)

    const broken = await target.apply([blockOf(attacker)], noonMs)
    expect(broken).toMatchObject({ ok: false, error: { code: 'broken-before' } })
    expect(broken.ok ? '' : broken.error.message).toMatch(
      /there before the block.*unknown directive "no_such_directive" in .*nginx\.conf, line \d+/,
    )
    expect(await readFile(nginx.blocksPath, 'utf8')).toBe(before)
    expect(await nginx.status(attacker)).toBe(200)

    await nginx.configure(usualHttp)
    expect(await target.apply([blockOf(attacker)], noonMs)).toMatchObject({ ok: true })
    expect(await nginx.status(attacker)).toBe(403)
  })

  test('never gets a file of blocks that it does not accept, and goes on serving', async () => {
    // Read outside of a map: all is well until the file holds an entry.
    await using nginx = await startNginx()
    await writeFile(nginx.blocksPath, '')
    await nginx.configure('include {blocks}; server { listen 127.0.0.1:{port}; location / { return 200; } }')
    const before = ''
    const refused = await nginx.target().apply([], noonMs)
    expect(refused).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(refused.ok ? '' : refused.error.message).toMatch(
      /unknown directive.*Is the file read at its place\? In nginx/,
    )
    expect(await readFile(nginx.blocksPath, 'utf8')).toBe(before)
    expect(await nginx.status(attacker)).toBe(200)
  })

  test('reads at the next start what was written before a crash', async () => {
    await using nginx = await startNginx()
    const blocks = [blockOf(attacker)]
    // The desk ended after it had written the file and before the reload.
    await writeFile(nginx.blocksPath, nginx.target().render(blocks, noonMs))
    expect(await nginx.status(attacker)).toBe(200)
    expect(await nginx.target().apply(blocks, noonMs)).toMatchObject({ ok: true, value: { changed: true } })
    expect(await nginx.status(attacker)).toBe(403)
  })

  test('is healed at the next start of a refused file that a crash left in place', async () => {
    await using nginx = await startNginx()
    await nginx.configure('include {blocks}; server { listen 127.0.0.1:{port}; location / { return 200; } }')
    // The desk ended after it had written a file that nginx refuses there, and before it took that back.
    await writeFile(join(nginx.folder, '.bellwether-blocks.conf.previous'), '')
    await writeFile(nginx.blocksPath, nginx.target().render([blockOf(neighbour)], noonMs))
    const told = await nginx.target().apply([blockOf(attacker)], noonMs)
    expect(told).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(await readFile(nginx.blocksPath, 'utf8')).toBe('')
    const tested = spawnSync('nginx', ['-t', '-c', nginx.configurationPath], { encoding: 'utf8' })
    expect(tested.stderr).toContain('test is successful')
  })

  test('gets its file of blocks back when somebody deleted it', async () => {
    await using nginx = await startNginx()
    const target = nginx.target()
    await target.apply([blockOf(attacker)], noonMs)
    await rm(nginx.blocksPath)
    expect(await target.apply([blockOf(attacker)], noonMs)).toMatchObject({ ok: true, value: { changed: true } })
    expect(await nginx.status(attacker)).toBe(403)
  })

  test('that does not read the file of blocks is told of, with the line to add', async () => {
    await using nginx = await startNginx('server { listen 127.0.0.1:{port}; location / { return 200; } }')
    const told = await nginx.target().apply([blockOf(attacker)], noonMs)
    expect(told).toMatchObject({ ok: false, error: { code: 'not-included' } })
    expect(told.ok ? '' : told.error.message).toContain(`include ${nginx.blocksPath};`)
  })

  test('that reads the file of blocks and does not use it is told of', async () => {
    await using nginx = await startNginx(usualHttp.replace('if ($bellwether_blocked) { return 403; }', ''))
    expect(await nginx.target().apply([], noonMs)).toMatchObject({ ok: false, error: { code: 'not-used' } })
  })

  test('that was stopped gets the blocks at its next start', async () => {
    await using nginx = await startNginx()
    await nginx.stop()
    const target = nginx.target()
    expect(await target.apply([blockOf(attacker)], noonMs)).toMatchObject({
      ok: false,
      error: { code: 'not-running' },
    })
    await nginx.start()
    expect(await nginx.status(attacker)).toBe(403)
    expect(await target.apply([blockOf(attacker)], noonMs)).toMatchObject({ ok: true })
  })

  test('keeps its file where somebody else wrote it', async () => {
    await using nginx = await startNginx()
    const theirs = '203.0.113.77 1;\n'
    await writeFile(nginx.blocksPath, theirs)
    expect(await nginx.target().apply([blockOf(attacker)], noonMs)).toMatchObject({
      ok: false,
      error: { code: 'not-ours' },
    })
    expect(await readFile(nginx.blocksPath, 'utf8')).toBe(theirs)
  })

  test('turns away an attacker who keeps the connection open', async () => {
    await using nginx = await startNginx()
    const agent = oneConnection()
    const ask = (): Promise<number> => statusOf(nginx.port, attacker, { agent })
    expect(await ask()).toBe(200)
    expect(await ask()).toBe(200)
    await nginx.target().apply([blockOf(attacker)], noonMs)
    expect(await becomes(async () => (await ask()) === 403, 2_000)).toBe(true)
    agent.destroy()
  })

  test('that passes its test and still does not take the reload is told of, and goes on as it was', async () => {
    await using nginx = await startNginx()
    // The office added a port that another program holds: the test does not see it, the reload does.
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    try {
      const before = await readFile(nginx.blocksPath, 'utf8')
      await nginx.configure(usualHttp.replace('listen', `listen 127.0.0.1:${port}; listen`))
      expect(await nginx.target().apply([blockOf(attacker)], noonMs)).toMatchObject({
        ok: false,
        error: { code: 'not-reloaded' },
      })
      expect(await nginx.status(attacker)).toBe(200)
      expect(await readFile(nginx.blocksPath, 'utf8')).toBe(before)
    } finally {
      other.close()
    }
  })

  test.skipIf(!canDropRights)('that the desk may not test is told of as a matter of rights', async () => {
    await using nginx = await startNginx()
    const target = new NginxTarget({
      name: 'nginx',
      filePath: nginx.blocksPath,
      configurationPath: nginx.configurationPath,
      command: [...asNobody, 'nginx'],
    })
    const told = await target.check()
    expect(told).toMatchObject({ ok: false, error: { code: 'not-permitted' } })
    expect(told.ok ? '' : told.error.message).toContain('docs/how-to/block.md')
  })

  test('answers every request while blocks come and go', async () => {
    await using nginx = await startNginx()
    const target = nginx.target()
    let done = false
    const statuses: Promise<number[]> = (async () => {
      const seen: number[] = []
      while (!done) seen.push(await nginx.status(neighbour))
      return seen
    })()
    for (let round = 0; round < 5; round++) await target.apply(round % 2 === 0 ? [blockOf(attacker)] : [], noonMs)
    done = true
    expect([...new Set(await statuses)]).toEqual([200])
    expect(await becomes(async () => (await nginx.status(attacker)) === 403)).toBe(true)
  })
})
