import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder } from './archive.fixture.ts'
import { holdFiles, makeTemporary, removeTemporary } from './temporary.ts'

/** No process has it: ids end at four million on Linux. */
const ended = 99_999_999

describe("a process's own folder", () => {
  test('is made for nobody else, after those of ended processes are removed', () => {
    const folder = makeFolder()
    mkdirSync(join(folder, `tmp-${ended}`, 'held'), { recursive: true })
    mkdirSync(join(folder, 'tmp-of-somebody'))
    const own = makeTemporary(folder, process.pid)
    expect(own).toBe(join(folder, `tmp-${process.pid}`))
    expect(statSync(own).mode & 0o777).toBe(0o700)
    expect(existsSync(join(folder, `tmp-${ended}`))).toBe(false)
    expect(existsSync(join(folder, 'tmp-of-somebody'))).toBe(true)
    removeTemporary(folder, process.pid)
    expect(existsSync(own)).toBe(false)
  })

  test('holds files that are deleted meanwhile, and lets them go', () => {
    const folder = makeFolder()
    const own = makeTemporary(folder, process.pid)
    const path = join(folder, '00000001_2026-11-20_web-logs.tsv')
    writeFileSync(path, 'kept')
    const held = holdFiles(own, [path])
    rmSync(path)
    const [link = ''] = held?.paths ?? []
    expect(readFileSync(link, 'utf8')).toBe('kept')
    expect(held?.originOf(link)).toBe(path)
    held?.release()
    expect(existsSync(link)).toBe(false)
    expect(holdFiles(own, [path])).toBeUndefined()
  })
})
