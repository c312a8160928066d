import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { hasApache, startApache, usualSite } from '../../../tests/apache-server.ts'
import { becomes, oneConnection, statusOf } from '../../../tests/loopback.ts'
import { blockOf, noonMs } from '../block.fixture.ts'

const attacker = '127.0.0.2'
const neighbour = '127.0.0.3'
const hourMs = 3_600_000

describe.skipIf(!hasApache)(hasApache ? 'a real Apache' : 'a real Apache (none is installed here)', () => {
  test('turns the attacker away after the block, serves the neighbour, and serves both when the block has ended', async () => {
    await using apache = await startApache()
    const target = apache.target()
    expect(await target.check()).toMatchObject({ ok: true })
    expect(await apache.status(attacker)).toBe(200)

    const blocks = [blockOf(attacker, { expiresAtMs: noonMs + hourMs })]
    expect(await target.apply(blocks, noonMs)).toMatchObject({ ok: true, value: { networks: 1, changed: true } })
    expect(await apache.status(attacker)).toBe(403)
    expect(await apache.status(neighbour)).toBe(200)
    expect(await target.apply(blocks, noonMs)).toMatchObject({ ok: true, value: { changed: false } })

    expect(await target.apply(blocks, noonMs + hourMs)).toMatchObject({ ok: true, value: { networks: 0 } })
    expect(await apache.status(attacker)).toBe(200)
  })

  test('opens nothing that the office closed, and keeps the blocked out of what the office opened on its own', async () => {
    await using apache = await startApache()
    expect(await apache.status(neighbour, {}, '/closed/')).toBe(403)
    expect(await apache.status(neighbour, {}, '/own-rules/')).toBe(200)
    await apache.target().apply([blockOf(attacker)], noonMs)
    expect(await apache.status(neighbour, {}, '/closed/')).toBe(403)
    expect(await apache.status(neighbour, {}, '/own-rules/')).toBe(200)
    expect(await apache.status(attacker, {}, '/own-rules/')).toBe(403)
  })

  test('behind a trusted proxy goes by the visitor’s own address', async () => {
    await using apache = await startApache(
      `RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1\n${usualSite}`,
    )
    await apache.target().apply([blockOf('203.0.113.9'), blockOf('2001:db8:7::/64')], noonMs)
    const via = (visitor: string): Promise<number> => apache.status('127.0.0.1', { 'X-Forwarded-For': visitor })
    expect(await via('203.0.113.9')).toBe(403)
    expect(await via('203.0.113.10')).toBe(200)
    expect(await via('2001:db8:7::beef')).toBe(403)
    expect(await via('2001:db8:8::beef')).toBe(200)
  })

  test('is left as it is where the office’s own configuration was broken before, and blocks once it is mended', async () => {
    await using apache = await startApache()
    const target = apache.target()
    await target.apply([], noonMs)
    const before = await readFile(apache.blocksPath, 'utf8')
    await apache.configure(`${usualSite}\nNoSuchDirective on`)

    const broken = await target.apply([blockOf(attacker)], noonMs)
    expect(broken).toMatchObject({ ok: false, error: { code: 'broken-before' } })
    expect(broken.ok ? '' : broken.error.message).toMatch(
      /there before the block.*line \d+ of .*apache\.conf.*NoSuchDirective/,
    )
    expect(await readFile(apache.blocksPath, 'utf8')).toBe(before)
    expect(await apache.status(attacker)).toBe(200)

    await apache.configure(usualSite)
    expect(await target.apply([blockOf(attacker)], noonMs)).toMatchObject({ ok: true })
    expect(await apache.status(attacker)).toBe(403)
  })

  test('never gets a file of blocks that it does not accept, and goes on serving', async () => {
    // Included where <If> may not stand: all is well until the file holds one.
    await using apache = await startApache()
    await writeFile(apache.blocksPath, '')
    const misplaced = '<Location "/x">\n<RequireAny>\nRequire all granted\nInclude {blocks}\n</RequireAny>\n</Location>'
    await apache.configure(`${usualSite.replace('Include {blocks}', '')}\n${misplaced}`)
    const refused = await apache.target().apply([blockOf(attacker)], noonMs)
    expect(refused).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(await readFile(apache.blocksPath, 'utf8')).toBe('')
    expect(await apache.status(attacker)).toBe(200)
  })

  test('reads at the next start what was written before a crash', async () => {
    await using apache = await startApache()
    const blocks = [blockOf(attacker)]
    await writeFile(apache.blocksPath, apache.target().render(blocks, noonMs))
    expect(await apache.status(attacker)).toBe(200)
    expect(await apache.target().apply(blocks, noonMs)).toMatchObject({ ok: true, value: { changed: true } })
    expect(await apache.status(attacker)).toBe(403)
  })

  test('turns away an attacker who keeps the connection open', async () => {
    await using apache = await startApache()
    const agent = oneConnection()
    const ask = (): Promise<number> => statusOf(apache.port, attacker, { agent })
    expect(await ask()).toBe(200)
    expect(await ask()).toBe(200)
    await apache.target().apply([blockOf(attacker)], noonMs)
    expect(await becomes(async () => (await ask()) === 403, 5_000)).toBe(true)
    agent.destroy()
  })

  test('that does not read the file of blocks is told of, with the line to add', async () => {
    await using apache = await startApache(usualSite.replace('Include {blocks}', ''))
    const told = await apache.target().apply([blockOf(attacker)], noonMs)
    expect(told).toMatchObject({ ok: false, error: { code: 'not-included' } })
    expect(told.ok ? '' : told.error.message).toContain(`Include ${apache.blocksPath}`)
  })

  test('that was stopped gets the blocks at its next start', async () => {
    await using apache = await startApache()
    await apache.stop()
    const target = apache.target()
    expect(await target.apply([blockOf(attacker)], noonMs)).toMatchObject({
      ok: false,
      error: { code: 'not-running' },
    })
    await apache.start()
    expect(await apache.status(attacker)).toBe(403)
    expect(await target.apply([blockOf(attacker)], noonMs)).toMatchObject({ ok: true })
  })
})
