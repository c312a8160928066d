import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type PackCommand, type PackIo, parsePack, runPack } from './pack.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function setUp(): { folder: string; io: PackIo; said: { out: string; err: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-pack-'))
  folders.push(folder)
  mkdirSync(join(folder, 'logs', 'old'), { recursive: true })
  writeFileSync(join(folder, 'logs', 'access.log'), 'one\n')
  writeFileSync(join(folder, 'logs', 'old', 'access.log'), 'two\n')
  const said = { out: '', err: '' }
  const io: PackIo = {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    homeFolder: folder,
    hostName: 'EPB 07 (polls)',
    nowMs: Date.UTC(2026, 5, 23),
  }
  return { folder, io, said }
}

function parse(...args: string[]): PackCommand {
  const command = parsePack(args)
  if (!command.ok) throw new Error(command.error.message)
  return command.value
}

describe('bellwether pack', () => {
  test('packs a folder, makes a key that only its owner can read, and shows its fingerprint', async () => {
    const { folder, io, said } = setUp()
    const out = join(folder, 'logs', 'a.bundle')
    expect(await runPack(parse(join(folder, 'logs'), '--out', out), io)).toBe(0)
    expect(said.err).toBe('')
    expect(said.out).toMatch(/Made a key for this machine/)
    expect(said.out).toMatch(/Packed 2 files \(8 bytes\) of EPB-07-polls- into/)
    expect(said.out).toMatch(/Key fingerprint: {2}[0-9a-f]{4}( [0-9a-f]{4}){7}\n/)
    const key = join(folder, '.bellwether', 'pack.key')
    expect(statSync(key).mode & 0o777).toBe(0o600)
    const before = readFileSync(key, 'utf8')
    // The bundle that lies among the logs is not packed into the next one.
    expect(await runPack(parse(join(folder, 'logs'), '--out', out), io)).toBe(0)
    expect(readFileSync(key, 'utf8')).toBe(before)
    expect(said.out).toMatch(/Packed 2 files[\s\S]*Packed 2 files/)
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['a.bundle', 'access.log', 'old'])
  })

  test.skipIf(spawnSync('tar', ['--version']).error !== undefined)('makes what tar can unpack', async () => {
    const { folder, io } = setUp()
    const deep = join(folder, 'logs', 'x'.repeat(60), 'y'.repeat(60))
    mkdirSync(deep, { recursive: true })
    writeFileSync(join(deep, 'wähler.log'), 'three\n')
    const out = join(folder, 'a.bundle')
    expect(await runPack(parse(join(folder, 'logs'), '--out', out), io)).toBe(0)
    const done = spawnSync('tar', ['-xzf', out, '-C', folder], { encoding: 'utf8' })
    expect([done.status, done.stderr]).toEqual([0, ''])
    const unpacked = join(folder, 'bellwether-bundle', 'files', deep.slice(1), 'wähler.log')
    expect(readFileSync(unpacked, 'utf8')).toBe('three\n')
  })

  test('says in one sentence what is missing', () => {
    const message = (...args: string[]): string => {
      const command = parsePack(args)
      return command.ok ? '' : command.error.message
    }
    expect(message()).toMatch(/^Say which logs to pack/)
    expect(message('a')).toMatch(/^Say where the bundle goes/)
    expect(message('-', '--out', 'x')).toMatch(/not standard input/)
    expect(message('a', '--out', 'x', '--machine', 'a/b')).toMatch(/cannot name a machine/)
    expect(message('a', '--colour')).toMatch(/^pack takes paths/)
  })

  test('leaves nothing behind when it cannot write, and packs nothing from nothing', async () => {
    const { folder, io, said } = setUp()
    expect(await runPack(parse(join(folder, 'none'), '--out', join(folder, 'x')), io)).toBe(1)
    expect(said.err).toMatch(/There is nothing to pack/)
    expect(await runPack(parse(join(folder, 'logs'), '--out', join(folder, 'no', 'x')), io)).toBe(1)
    expect(said.err).toMatch(/could not be written/)
    expect(existsSync(join(folder, 'x'))).toBe(false)
    writeFileSync(join(folder, 'junk'), 'junk')
    expect(
      await runPack(parse(join(folder, 'logs'), '--out', join(folder, 'x'), '--key', join(folder, 'junk')), io),
    ).toBe(2)
    expect(said.err).toMatch(/is no key/)
  })
})
