import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runSoftware } from '../cli/software.ts'
import { runKeep } from '../cli/software-keep.ts'
import type { SourceId } from '../core/ids.ts'
import { SoftwareShelf } from '../sources/tree/shelf.ts'
import { judgeSoftware } from './received-software.ts'
import { judgeApart } from './software/comparisons.ts'

const root = mkdtempSync(join(tmpdir(), 'bellwether-received-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const build = join(root, 'build')
const data = join(root, 'data')
const said: string[] = []
const io = {
  print: (text: string) => said.push(text),
  complain: (text: string) => said.push(text),
  progress: () => undefined,
  columns: 80,
  homeFolder: root,
  hostName: 'ems-1',
  nowMs: 1_793_000_000_000,
}
const about = { sourceId: 'stick' as SourceId, timeMs: io.nowMs }
const shelf = new SoftwareShelf(join(data, 'software'))

async function listOf(name: string): Promise<string> {
  const out = join(root, name)
  const code = await runSoftware({ name: 'baseline', folder: build, outPath: out, patterns: [] } as never, io)
  expect(code, said.join('')).toBe(0)
  return out
}
const judge = (path: string) =>
  judgeSoftware({ name: 'build', machine: 'ems-1', path, manifest: undefined, problem: undefined }, shelf, about)

describe('a list of software that comes on a stick', () => {
  test('is compared with the baseline that a person named, and told file by file', async () => {
    mkdirSync(build)
    writeFileSync(join(build, 'ems.exe'), 'MZ trusted')
    writeFileSync(join(build, 'readme.txt'), 'read me')
    const trusted = await listOf('trusted.manifest')
    expect((await judge(trusted)).note).toMatch(/no baseline/)

    expect(await runKeep({ path: trusted, dataPath: data }, io)).toBe(0)
    expect((await judge(trusted)).note).toMatch(/as it should be/)

    writeFileSync(join(build, 'ems.exe'), 'MZ changed')
    writeFileSync(join(build, 'new.dll'), 'MZ planted')
    const { noticed } = await judge(await listOf('later.manifest'))
    expect(noticed).toMatchObject({ kind: 'software-changed', level: expect.stringMatching(/high|critical/) })
    expect(noticed?.target).toMatch(/^ems-1: /)
    expect(noticed?.words?.plain).toMatch(/ems\.exe/)
    expect(noticed?.words?.plain).toMatch(/new\.dll/)
  })

  test('is judged in a process of its own as it is here', async () => {
    const received = {
      name: 'build',
      machine: 'ems-1',
      path: await listOf('apart.manifest'),
      manifest: undefined,
      problem: undefined,
    }
    const apart = await judgeApart({ shelfPath: join(data, 'software'), received, about })
    expect(apart).toEqual(await judge(received.path))
    expect(apart.noticed?.words?.plain).toMatch(/new\.dll/)
    const nowhere = { ...received, path: join(root, 'nowhere') }
    expect((await judgeApart({ shelfPath: join(data, 'software'), received: nowhere, about })).note).toMatch(/damaged/)
  }, 60_000)

  test('that cannot be used is said, and nothing is told of it', async () => {
    const bad = { name: 'x', machine: 'ems-1', path: undefined, manifest: undefined, problem: 'It is damaged.' }
    expect(await judgeSoftware(bad, shelf, about)).toEqual({ note: 'It is damaged.' })
  })
})
