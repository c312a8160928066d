import { chmodSync, linkSync, mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asOrdinaryUser, makeFolder, makePipe } from '../../tests/sources/temp-folder.ts'
import { expandPaths } from './paths.ts'

/** Paths below `folder` of the sources, and the codes of the problems with theirs. */
async function expand(folder: string, ...args: string[]): Promise<{ files: string[]; problems: string[] }> {
  const { files, problems } = await expandPaths(args.map((arg) => (arg === '-' ? arg : join(folder, arg))))
  const below = (path: string): string => (path.startsWith(folder) ? path.slice(folder.length + 1) : path)
  return {
    files: files.map(({ path }) => below(path)),
    problems: problems.map(({ code, path }) => `${code} ${below(path)}`),
  }
}

describe('paths', () => {
  test('of files are taken in the order given, each once, whatever leads to them', async () => {
    const folder = makeFolder({ 'b.log': 'b\n', 'a.log': 'a\n', 'sub/c.log': 'c\n' })
    symlinkSync(join(folder, 'b.log'), join(folder, 'link.log'))
    const { files, problems } = await expand(folder, 'b.log', 'a.log', 'link.log', 'sub/../a.log', 'b.log', '-', '-')
    expect(files).toEqual(['b.log', 'a.log', '-'])
    expect(problems).toEqual([])
  })

  test('of a folder give all files below it in the order of their names, hidden ones left out', async () => {
    const folder = makeFolder({
      'logs/b.log': 'b\n',
      'logs/a.log': 'a\n',
      'logs/.hidden.log': 'h\n',
      'logs/.git/x': 'x\n',
      'logs/a/2.log': '2\n',
      'logs/a/10.log': '10\n',
    })
    expect(await expand(folder, 'logs')).toEqual({
      files: ['logs/a/10.log', 'logs/a/2.log', 'logs/a.log', 'logs/b.log'],
      problems: [],
    })
    expect((await expand(folder, 'logs/.hidden.log')).files).toEqual(['logs/.hidden.log'])
  })

  test('that lead in a circle end', async () => {
    const folder = makeFolder({ 'logs/sub/a.log': 'a\n' })
    symlinkSync('..', join(folder, 'logs/sub/up'))
    symlinkSync(join(folder, 'logs'), join(folder, 'logs/sub/again'))
    symlinkSync('self', join(folder, 'logs/self'))
    expect(await expand(folder, 'logs', 'logs/sub')).toEqual({
      files: ['logs/sub/a.log'],
      problems: ['not-found logs/self'],
    })
  })

  test('with wildcards are expanded where the shell has not done it', async () => {
    const folder = makeFolder({ 'a.log': 'a\n', 'a.log.1': 'a\n', 'b.log': 'b\n', 'sub/a.log': 'a\n', '.a.log': 'a\n' })
    expect((await expand(folder, 'a.log*')).files).toEqual(['a.log', 'a.log.1'])
    expect((await expand(folder, '*.log')).files).toEqual(['a.log', 'b.log'])
    expect((await expand(folder, '**/a.log')).files).toEqual(['a.log', 'sub/a.log'])
    expect((await expand(folder, '{b,c}.log')).files).toEqual(['b.log'])
    expect((await expand(folder, 's*')).files).toEqual(['sub/a.log'])
    expect((await expand(folder, '*.txt')).problems).toEqual(['no-match *.txt'])
  })

  test('that exist are taken as they are, even with signs of a pattern in their name', async () => {
    const folder = makeFolder({ 'access[1].log': 'a\n', 'access1.log': 'b\n', '*': 'c\n' })
    expect((await expand(folder, 'access[1].log', '*')).files).toEqual(['access[1].log', '*'])
  })

  test('that cannot be used are each said with a sentence, and the rest is taken', async () => {
    const folder = makeFolder({ 'a.log': 'a\n', 'empty.log': '', 'file/x': 'x\n' })
    mkdirSync(join(folder, 'none'))
    mkdirSync(join(folder, 'hidden'))
    symlinkSync('nowhere', join(folder, 'dangling*'))
    const { files, problems } = await expandPaths(
      ['missing.log', 'empty.log', 'none', 'a.log/b', 'dangling*', 'a.log'].map((name) => join(folder, name)),
    )
    expect(files.map(({ path }) => path)).toEqual([join(folder, 'a.log')])
    expect(problems.map(({ code }) => code)).toEqual(['not-found', 'empty', 'empty-folder', 'not-found', 'not-found'])
    for (const { message, path } of problems) {
      expect(message).toContain(path)
      expect(message).toMatch(/\.$/)
    }
    expect((await expandPaths(['', 'a\0b'])).problems.map(({ code }) => code)).toEqual(['not-found', 'not-found'])
  })

  test('of a folder that was walked already do not call it empty', async () => {
    const folder = makeFolder({ 'logs/a.log': 'a\n' })
    expect(await expand(folder, 'logs', 'logs', '.')).toEqual({ files: ['logs/a.log'], problems: [] })
  })

  test('of pipes and devices count only when they are named', async () => {
    const folder = makeFolder({ 'logs/a.log': 'a\n' })
    makePipe(join(folder, 'logs/pipe'))
    symlinkSync('/dev/zero', join(folder, 'logs/zero'))
    expect((await expand(folder, 'logs')).files).toEqual(['logs/a.log'])
    expect((await expand(folder, 'logs/*')).files).toEqual(['logs/a.log'])
    expect((await expand(folder, 'logs/p*')).problems).toEqual(['no-match logs/p*'])
    const { files } = await expandPaths([join(folder, 'logs/pipe'), '/dev/null'])
    expect(files.map(({ kind }) => kind)).toEqual(['stream', 'stream'])
  })

  test('of a socket are refused', async () => {
    const folder = makeFolder()
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve))
    expect((await expand(folder, 'socket')).problems).toEqual(['not-a-file socket'])
    server.close()
  })

  test('that this user may not read say how to get at them', async () => {
    const folder = makeFolder({ 'closed/a.log': 'a\n', 'b.log': 'b\n' })
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'closed'), 0o000)
    const seen = await asOrdinaryUser(() => expand(folder, 'closed', 'closed/a.log', 'b.log'))
    chmodSync(join(folder, 'closed'), 0o755)
    expect(seen).toEqual({ files: ['b.log'], problems: ['no-permission closed', 'no-permission closed/a.log'] })
  })

  test('cannot smuggle control characters onto the terminal', async () => {
    const { problems } = await expandPaths(['\u001b\u0007gone\u202e.log'])
    expect(problems[0]?.message).toBe(
      'There is no file or folder "??gone?.log". Check the spelling, and the folder that you are in.',
    )
  })

  test('of hard links are two names of one content, and both are taken', async () => {
    const folder = makeFolder({ 'a.log': 'a\n' })
    linkSync(join(folder, 'a.log'), join(folder, 'b.log'))
    expect((await expand(folder, 'a.log', 'b.log')).files).toEqual(['a.log', 'b.log'])
  })
})
