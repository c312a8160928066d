import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { cleanings, id, openDesk, pack, put } from './drop.fixture.ts'

/** The machine may be busy with other things. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 })

afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean()
})

describe('a drop folder', () => {
  test('imports each file of a signed bundle into a stream of its own, named for the machine', async () => {
    const desk = await openDesk()
    const long = `var/log/${'deep/'.repeat(60)}äccess.log`
    put(desk, await pack(desk, { 'var/log/a.log': 'one\ntwo\n', [long]: gzipSync('three'), empty: '' }))
    await eventually(() => desk.imported.length).toBe(1)
    const [first, second] = desk.imported[0]?.streams ?? []
    expect(first).toMatchObject({ name: 'var/log/a.log', lines: 2, problem: undefined })
    expect(first?.stream).toMatch(/^epb-07\/a\.log-[0-9a-f]{12}$/)
    expect(second).toMatchObject({ name: long, lines: 1 })
    expect(desk.imported[0]).toMatchObject({ machine: 'epb-07', knownFiles: 1 })
    expect(desk.text(first?.stream ?? '')).toBe('one\ntwo\n')
    expect(desk.journal.isEnded(id, first?.stream ?? '')).toBe(true)
    expect(readdirSync(join(desk.folder, 'work'))).toEqual(['taken.ndjson'])
    expect(readdirSync(desk.stick)).toEqual(['logs.bundle'])
  })

  test('imports the same stick once, also after a restart and under another name', async () => {
    const desk = await openDesk()
    const bundle = await pack(desk, { 'a.log': 'one\n' })
    put(desk, bundle)
    await eventually(() => desk.imported.length).toBe(1)
    put(desk, bundle, 'copy.bundle')
    await wait(150)
    await desk.close()
    const again = await openDesk({}, desk.folder)
    await wait(150)
    expect([desk.imported.length, again.imported.length, again.refused.length]).toEqual([1, 0, 0])
    expect(again.drop.state()).toMatchObject({ isThere: true, problem: undefined })
  })

  test('takes of a log that has grown since the last bundle only what is new', async () => {
    const desk = await openDesk()
    put(desk, await pack(desk, { 'access.log': 'one\ntwo\n', 'other.log': 'same\n' }), '1.bundle')
    await eventually(() => desk.imported.length).toBe(1)
    const files = { 'access.log': 'three\n', 'access.log.1': 'one\ntwo\nmore\n', 'other.log': 'same\n' }
    put(desk, await pack(desk, files), '2.bundle')
    await eventually(() => desk.imported.length).toBe(2)
    const texts = desk.imported[1]?.streams.map(({ name, stream }) => [name, desk.text(stream)])
    expect(texts).toEqual([
      ['access.log', 'three\n'],
      ['access.log.1', 'more\n'],
    ])
    expect(desk.imported[1]?.knownFiles).toBe(1)
  })

  test('waits until a file has stopped growing', async () => {
    const desk = await openDesk()
    const bytes = readFileSync(await pack(desk, { 'a.log': 'one\n'.repeat(5_000) }))
    const path = join(desk.stick, 'slow.bundle')
    for (let at = 0; at < bytes.length; at += 20) {
      appendFileSync(path, bytes.subarray(at, at + 20))
      await wait(5)
    }
    await eventually(() => desk.imported.length).toBe(1)
    expect(desk.refused).toEqual([])
  })

  test('survives a stick that is taken out and put in again', async () => {
    const desk = await openDesk()
    rmSync(desk.stick, { recursive: true })
    await eventually(() => desk.drop.state().isThere).toBe(false)
    mkdirSync(desk.stick)
    put(desk, await pack(desk, { 'a.log': 'one\n' }))
    await eventually(() => desk.imported.length).toBe(1)
  })

  test('takes unsigned files only where that is allowed, each once, and follows no link', async () => {
    const strict = await openDesk()
    writeFileSync(join(strict.stick, 'a.log'), 'one\n')
    writeFileSync(join(strict.stick, '.hidden'), 'one\n')
    symlinkSync('/etc/passwd', join(strict.stick, 'link.log'))
    await eventually(() => strict.refused.map(({ file, code }) => `${file} ${code}`)).toEqual(['a.log unsigned'])
    const open = await openDesk({ unsigned: true })
    writeFileSync(join(open.stick, 'a.log'), 'one\ntwo')
    writeFileSync(join(open.stick, 'b.log'), 'one\ntwo')
    writeFileSync(join(open.stick, 'c.zip'), 'PK\x03\x04')
    symlinkSync('/etc/passwd', join(open.stick, 'link.log'))
    await eventually(() => open.refused.map(({ code }) => code)).toEqual(['archive'])
    await wait(100)
    expect(open.imported.length).toBe(1)
    expect(open.text(open.imported[0]?.streams[0]?.stream ?? '')).toBe('one\ntwo\n')
  })

  test('goes on after a stop within a bundle, each line once', async () => {
    const limits = { unreadBytesMax: 3_000_000, unreadBytesLow: 1_000_000 }
    const desk = await openDesk({}, undefined, limits)
    const lines = Array.from({ length: 700_000 }, (_, number) => `line ${number}\n`).join('')
    put(desk, await pack(desk, { 'small.log': 'one\n', 'big.log': lines, 'last.log': 'two\n' }))
    await eventually(() => desk.journal.isFull || desk.journal.unreadBytes > 3_000_000).toBe(true)
    await desk.close()
    expect(desk.imported).toEqual([])
    const again = await openDesk({}, desk.folder)
    await eventually(() => again.imported.length).toBe(1)
    const texts = again.imported[0]?.streams.map(({ stream }) => again.text(stream))
    expect(texts?.[0]).toBe('one\n')
    expect(texts?.[1] === lines).toBe(true)
    expect(texts?.[2]).toBe('two\n')
  }, 40_000)
})
