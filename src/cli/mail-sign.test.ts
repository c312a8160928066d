import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSignedText } from '../software/signed-text.ts'
import { exitCodes } from './arguments.ts'
import { parseMailSign, runMailSign } from './mail-sign.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-mail-sign-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function run(...args: readonly string[]): Promise<{ code: number; out: string; complaints: string }> {
  const command = parseMailSign(args)
  if (!command.ok) return { code: exitCodes.usage, out: '', complaints: command.error.message }
  let [out, complaints] = ['', '']
  const code = await runMailSign(command.value, {
    print: (text) => {
      out += text
    },
    complain: (text) => {
      complaints += text
    },
    homeFolder: folder,
  })
  return { code, out, complaints }
}

describe('mail sign', () => {
  test('signs a list in place, and again with the same key', async () => {
    const path = join(folder, 'vendors.csv')
    writeFileSync(path, 'name,domains\nEastfield Rolls,eastfield.example\n')
    const first = await run(path)
    expect(first.code).toBe(exitCodes.done)
    expect(first.out).toMatch(/A key was made/)
    const key = /list_keys = \["([^"]+)"\]/.exec(first.out)?.[1]
    expect(readSignedText(readFileSync(path, 'utf8'))).toEqual({
      content: 'name,domains\nEastfield Rolls,eastfield.example\n',
      signed: { by: key },
    })
    const again = await run(path)
    expect(again.out).toContain(key)
    expect(again.out).not.toContain('was made')
  })

  test('signs nothing that is no list', async () => {
    const path = join(folder, 'empty.csv')
    writeFileSync(path, '')
    expect(await run(path)).toMatchObject({
      code: exitCodes.usage,
      complaints: expect.stringContaining('not signed') as string,
    })
    expect(readFileSync(path, 'utf8')).toBe('')
    expect((await run(join(folder, 'nowhere.csv'))).complaints).toContain('cannot be read')
    expect((await run()).complaints).toContain('which list')
  })
})
