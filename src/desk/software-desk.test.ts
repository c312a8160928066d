import { mkdirSync, mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSoftware } from '../cli/software.ts'
import { limits } from '../core/limits.ts'
import { SoftwareShelf } from '../sources/tree/shelf.ts'
import type { SoftwareFolderView } from './api/software.ts'
import { type OpenDesk, openDesk } from './compose.ts'
import type { Desk, Person } from './desk.ts'

const root = mkdtempSync(join(tmpdir(), 'bellwether-software-desk-'))
const clerk: Person = { name: 'Pat', address: '127.0.0.1' }
const build = join(root, 'build')
const dataPath = join(root, 'data')
const shelf = new SoftwareShelf(join(dataPath, 'software'))

/** Lists what is in the folder now, as its machine would, and puts it where sticks bring it. */
async function bring(name: string): Promise<void> {
  const said: string[] = []
  const outPath = join(root, name)
  const io = {
    print: (text: string) => said.push(text),
    complain: (text: string) => said.push(text),
    progress: () => undefined,
    columns: 80,
    homeFolder: root,
    hostName: 'ems-1',
    nowMs: 1_793_000_000_000,
  }
  const code = await runSoftware({ name: 'baseline', folder: build, outPath, patterns: ['logs/'] } as never, io)
  expect(code, said.join('')).toBe(0)
  expect((await shelf.take(outPath)).ok).toBe(true)
}

/** The one folder, once it is compared. */
async function folderOf(desk: Desk): Promise<SoftwareFolderView> {
  for (const endMs = Date.now() + 20_000; ; await delay(50)) {
    const [folder] = (await desk.software()).folders
    if (folder !== undefined && folder.state !== 'comparing') return folder
    if (Date.now() > endMs) throw new Error('it was not compared')
  }
}

/** How far the desk's clock is ahead. */
let aheadMs = 0

describe('the software of a desk’s machines', () => {
  let opened: OpenDesk
  beforeAll(async () => {
    mkdirSync(join(build, 'logs'), { recursive: true })
    writeFileSync(join(build, 'ems.exe'), 'MZ trusted')
    writeFileSync(join(build, 'readme.txt'), 'read me, for I am long enough to be moved')
    mkdirSync(dataPath, { mode: 0o700 })
    const found = await openDesk({ dataPath, version: 'test', clock: () => Date.now() + aheadMs })
    if (!found.ok) throw new Error(found.error.join('\n'))
    opened = found.value
  }, 60_000)
  afterAll(async () => {
    await opened?.desk.close()
    rmSync(root, { recursive: true, force: true })
  })

  test('is nothing at first, and says that no stick is expected', async () => {
    expect(await opened.desk.software()).toEqual({ folders: [], hasDrop: false })
  })

  test('has no baseline until a person keeps the list that came, with a row in the audit trail', async () => {
    await bring('first.manifest')
    const first = await folderOf(opened.desk)
    expect(first).toMatchObject({ machine: 'ems-1', state: 'no-baseline', latest: { entries: 3, unread: 0 } })
    const { id, latest } = first
    expect(await opened.desk.keepSoftware(id, '0'.repeat(64), clerk)).toMatchObject({ error: { code: 'refused' } })
    expect((await folderOf(opened.desk)).state).toBe('no-baseline')

    const kept = await opened.desk.keepSoftware(id, latest?.sha256 ?? '', clerk)
    expect(kept.ok).toBe(true)
    expect(await folderOf(opened.desk)).toMatchObject({
      state: 'unchanged',
      same: 3,
      baseline: { keptBy: 'Pat', sha256: latest?.sha256, fingerprint: latest?.fingerprint },
    })
    const [row] = (await opened.desk.auditTrail({ action: 'software.keep', limit: 1 })).rows
    expect(row?.sentence).toBe(`Made the list of ${build} that came from ems-1 the baseline.`)
  }, 60_000)

  test('is told file by file where it differs, the gravest first; what is expected is apart', async () => {
    writeFileSync(join(build, 'ems.exe'), 'MZ changed')
    writeFileSync(join(build, 'planted.dll'), 'MZ planted')
    writeFileSync(join(build, 'logs', 'today.log'), 'a line')
    unlinkSync(join(build, 'readme.txt'))
    writeFileSync(join(build, 'moved.txt'), 'read me, for I am long enough to be moved')
    await bring('second.manifest')
    const folder = await folderOf(opened.desk)
    expect(folder).toMatchObject({ state: 'changed', severity: 4, expected: 1, leftOut: 0 })
    expect(folder.changes).toEqual([
      { kind: 'changed', isProgram: true, count: 1 },
      { kind: 'added', isProgram: true, count: 1 },
      { kind: 'moved', isProgram: false, count: 1 },
    ])
    const all = await opened.desk.softwareOf(folder.id, {})
    if (!all.ok) throw new Error(all.error.message)
    expect(all.value.differences.map(({ kind, path, from }) => [kind, path, from])).toEqual([
      ['changed', 'ems.exe', undefined],
      ['added', 'planted.dll', undefined],
      ['moved', 'moved.txt', 'readme.txt'],
    ])
    const paged = await opened.desk.softwareOf(folder.id, { offset: 1, limit: 1 })
    expect(paged.ok && [paged.value.total, paged.value.differences[0]?.path]).toEqual([3, 'planted.dll'])
    const found = await opened.desk.softwareOf(folder.id, { show: 'expected', text: 'TODAY' })
    expect(found.ok && found.value.differences).toEqual([
      expect.objectContaining({ path: 'logs/today.log', expected: 'logs/' }),
    ])
  }, 60_000)

  test('that could not be compared is said to be unknown, and is compared when there is room again', async () => {
    const { id } = await folderOf(opened.desk)
    const inTheWay = join(dataPath, 'cache', 'software', `${id}.json.differences.partial`)
    mkdirSync(inTheWay)
    await bring('third.manifest')
    expect(await folderOf(opened.desk)).toMatchObject({ id, state: 'failed', changes: [] })
    rmSync(inTheWay, { recursive: true })
    expect((await folderOf(opened.desk)).state).toBe('failed')
    aheadMs += limits.softwareRetryMs
    expect((await folderOf(opened.desk)).state).toBe('changed')
  }, 60_000)

  test('of a list that is damaged on the disk is said to be damaged', async () => {
    const { id } = await folderOf(opened.desk)
    const [folder] = (await opened.desk.software()).folders
    expect(folder?.id).toBe(id)
    const machine = join(dataPath, 'software', 'ems-1')
    const baseline = readdirSync(machine).find((name) => name.endsWith('.baseline')) ?? ''
    writeFileSync(join(machine, baseline), 'not a list')
    expect((await folderOf(opened.desk)).state).toBe('damaged')
    expect(await opened.desk.softwareOf('f'.repeat(16), {})).toMatchObject({ error: { code: 'missing' } })
  }, 60_000)
})
