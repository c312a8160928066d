import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GuardedFile, ownMark } from './guarded-file.ts'

/** A small disk can be made here, seen by one program alone. */
const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-guarded-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const ours = (text: string): string => `${ownMark}\n${text}\n`

describe('the file of blocks', () => {
  test('is replaced as a whole, and the one before is kept beside it under a hidden name', async () => {
    const file = new GuardedFile(join(folder, 'blocks.conf'))
    expect(await file.read()).toEqual({ ok: true, value: undefined })
    await file.replace(ours('one'), undefined)
    await file.replace(ours('two'), ours('one'))
    expect(await file.read()).toEqual({ ok: true, value: ours('two') })
    expect((await readdir(folder)).sort()).toEqual(['.blocks.conf.previous', 'blocks.conf'])
    expect(await readFile(join(folder, '.blocks.conf.previous'), 'utf8')).toBe(ours('one'))
    await file.restore(ours('one'))
    expect(await file.read()).toEqual({ ok: true, value: ours('one') })
    await file.restore(undefined)
    expect(await file.read()).toEqual({ ok: true, value: undefined })
  })

  test('is not replaced where it holds something that is not ours', async () => {
    const path = join(folder, 'blocks.conf')
    await writeFile(path, 'server { }')
    expect(await new GuardedFile(path).read()).toMatchObject({ ok: false, error: { code: 'not-ours' } })
    await writeFile(path, '')
    expect(await new GuardedFile(path).read()).toEqual({ ok: true, value: '' })
  })

  test('can be read by the web server, and keeps a stricter mode that somebody gave it', async () => {
    const path = join(folder, 'blocks.conf')
    const file = new GuardedFile(path)
    await file.replace(ours('one'), undefined)
    expect((await stat(path)).mode & 0o777).toBe(0o644)
    await chmod(path, 0o600)
    await file.replace(ours('two'), ours('one'))
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('is written over the leftovers of a crash, and never through a link that somebody laid there', async () => {
    const elsewhere = join(folder, 'elsewhere')
    await writeFile(elsewhere, 'untouched')
    await symlink(elsewhere, join(folder, '.blocks.conf.next'))
    await new GuardedFile(join(folder, 'blocks.conf')).replace(ours('one'), undefined)
    expect(await readFile(elsewhere, 'utf8')).toBe('untouched')
    expect(await readFile(join(folder, 'blocks.conf'), 'utf8')).toBe(ours('one'))
  })

  test('that cannot be written is told of with the reason', async () => {
    const missing = await new GuardedFile(join(folder, 'no', 'blocks.conf')).replace('x', undefined)
    expect(missing.ok ? '' : missing.error.message).toContain('its folder does not exist')
    await mkdir(join(folder, 'blocks.conf'))
    expect(await new GuardedFile(join(folder, 'blocks.conf')).read()).toMatchObject({
      ok: false,
      error: { code: 'not-writable' },
    })
  })

  test.skipIf(!canMount)('stays as it was when the disk is full', () => {
    const script = `
      import { readdir } from 'node:fs/promises'
      import { GuardedFile } from ${JSON.stringify(join(import.meta.dirname, 'guarded-file.ts'))}
      const file = new GuardedFile(${JSON.stringify(join(folder, 'blocks.conf'))})
      const one = ${JSON.stringify(ours('one'))}
      await file.replace(one, undefined)
      const full = await file.replace(one + 'x'.repeat(1e6), one)
      console.log(JSON.stringify({ full, read: await file.read(), names: await readdir(${JSON.stringify(folder)}) }))`
    const small = `mount -t tmpfs -o size=64k tmpfs '${folder}' && exec '${process.execPath}' --input-type=module -e "$SCRIPT"`
    const { stdout } = spawnSync('unshare', ['-m', 'sh', '-c', small], {
      encoding: 'utf8',
      env: { ...process.env, SCRIPT: script },
    })
    const { full, read, names } = JSON.parse(stdout)
    expect(full).toMatchObject({ ok: false, error: { code: 'not-writable' } })
    expect(full.error.message).toContain('the disk is full')
    expect(read).toEqual({ ok: true, value: ours('one') })
    expect(names.sort()).toEqual(['.blocks.conf.previous', 'blocks.conf'])
  })
})
