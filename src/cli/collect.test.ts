import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runCollect } from './collect.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function setUp(): { stick: string; run: (...args: string[]) => Promise<{ code: number; out: string; err: string }> } {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-stick-'))
  folders.push(folder)
  const root = join(folder, 'package')
  const stick = join(folder, 'stick')
  mkdirSync(join(root, 'collect'), { recursive: true })
  mkdirSync(join(root, 'dist', 'collect'), { recursive: true })
  mkdirSync(stick)
  writeFileSync(join(root, 'collect', 'bellwether-collect.ps1'), '# script')
  writeFileSync(join(root, 'dist', 'collect', 'bellwether-collect-linux-x64'), 'program')
  return {
    stick,
    run: async (...args) => {
      const said = { out: '', err: '' }
      const print = (text: string): void => {
        said.out += text
      }
      const complain = (text: string): void => {
        said.err += text
      }
      return { code: await runCollect(args, { print, complain, root }), ...said }
    },
  }
}

describe('bellwether collect', () => {
  test('puts the collectors, a list of folders and a key on the stick, and says what the desk must be told', async () => {
    const { stick, run } = setUp()
    const { code, out } = await run(stick)
    expect(code).toBe(0)
    for (const name of [
      'bellwether-collect.ps1',
      'bellwether-collect-linux-x64',
      'folders.txt',
      'bundles',
      'collect.key',
    ]) {
      expect(existsSync(join(stick, name))).toBe(true)
    }
    expect(out).toMatch(/Key fingerprint: {2}[0-9a-f]{4}( [0-9a-f]{4}){7}\n/)
    expect(out).toMatch(/trusted_keys = \["[A-Za-z0-9+/=]{124}"\]/)
  })

  test('keeps the key and the folders that a stick has', async () => {
    const { stick, run } = setUp()
    await run(stick)
    const key = readFileSync(join(stick, 'collect.key'), 'utf8')
    writeFileSync(join(stick, 'folders.txt'), 'C:\\EMS\n')
    expect((await run(stick)).out).toMatch(/It keeps the key that it had/)
    expect(readFileSync(join(stick, 'collect.key'), 'utf8')).toBe(key)
    expect(readFileSync(join(stick, 'folders.txt'), 'utf8')).toBe('C:\\EMS\n')
    writeFileSync(join(stick, 'collect.key'), 'junk')
    expect(await run(stick)).toMatchObject({ code: 1, err: expect.stringMatching(/is no key/) })
  })

  test('says in one sentence what it cannot use', async () => {
    const { stick, run } = setUp()
    expect(await run()).toMatchObject({ code: 2, err: expect.stringMatching(/^Say where the stick is/) })
    expect((await run(join(stick, 'none'))).err).toMatch(/There is no file or folder/)
    writeFileSync(join(stick, 'file'), '')
    expect((await run(join(stick, 'file'))).err).toMatch(/is a file/)
  })
})
