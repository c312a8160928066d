/** Starts that cannot work: one clear sentence with the mend, exit code 2, and nothing damaged. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeskChild, type Ended, freePort, makeScene, type Scene } from './desk-child.ts'

let scene: Scene
beforeAll(async () => {
  scene = await makeScene()
})
afterAll(() => scene.remove())

/** A copy of the data folder, for a test that spoils it. */
function copyOf(name: string): string {
  const data = join(scene.folder, name)
  cpSync(scene.data, data, { recursive: true })
  return data
}

interface Refused {
  readonly ended: Ended
  readonly said: string
}

async function refused(data: string, options: ConstructorParameters<typeof DeskChild>[1] = {}): Promise<Refused> {
  const desk = new DeskChild(data, options)
  const timer = setTimeout(() => desk.kill(), 20_000)
  const ended = await desk.ended
  clearTimeout(timer)
  return { ended, said: desk.complaints.trim() }
}

/** One sentence or two, that name what is wrong and end; no trace of the program. */
function expectPlain({ ended, said }: Refused, ...words: readonly (string | RegExp)[]): void {
  expect({ said, code: ended.code }).toEqual({ said, code: 2 })
  for (const word of words) expect(said).toMatch(word)
  expect(said.split('\n')).toHaveLength(1)
  expect(said).not.toMatch(/\bat \w+.*:\d+:\d+|node:|Error:/)
}

const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name), 'base64')]),
  )

describe('a desk that cannot start says why in one sentence and how to mend it', () => {
  test('where its port is used by another program', async () => {
    const port = await freePort()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    try {
      expectPlain(await refused(copyOf('port'), { arguments: ['--port', String(port)] }), `${port}`, /--port/)
    } finally {
      await new Promise((resolve) => other.close(resolve))
    }
  })

  test('where another desk uses the folder, which goes on', async () => {
    const data = copyOf('two')
    const first = await new DeskChild(data).ready()
    expectPlain(await refused(data), `${first.pid}`, /Another desk/, /--data/)
    expect((await fetch(`${first.origin}/healthz`)).status).toBe(200)
    expect((await first.stop()).ended.code).toBe(0)
  })

  test('where the configuration has a key that is not known, with its line', async () => {
    const data = copyOf('toml')
    const path = join(data, 'bellwether.toml')
    writeFileSync(path, `${readFileSync(path, 'utf8')}\ncolour = "blue"\n`)
    const before = contentOf(data)
    const line = readFileSync(path, 'utf8').split('\n').indexOf('colour = "blue"') + 1
    expectPlain(await refused(data), 'colour', `line ${line}`)
    expect(contentOf(data)).toEqual(before)
  })

  test('where the configuration is no TOML', async () => {
    const data = copyOf('no-toml')
    writeFileSync(join(data, 'bellwether.toml'), '[listen\nport = 1\n')
    expectPlain(await refused(data), /line 1/)
  })

  test('where the store is of a newer version', async () => {
    const data = copyOf('newer')
    const database = new DatabaseSync(join(data, 'desk.sqlite'))
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    database.exec(`PRAGMA user_version = ${version + 1}`)
    database.close()
    const before = readFileSync(join(data, 'desk.sqlite'))
    expectPlain(await refused(data), /newer/)
    expect(readFileSync(join(data, 'desk.sqlite')).equals(before)).toBe(true)
  })

  test('where the store is some other file', async () => {
    const data = copyOf('other')
    writeFileSync(join(data, 'desk.sqlite'), 'my letters\n'.repeat(1_000))
    expectPlain(await refused(data), /desk\.sqlite/)
    expect(readFileSync(join(data, 'desk.sqlite'), 'utf8')).toBe('my letters\n'.repeat(1_000))
  })

  test('where the data folder is a file', async () => {
    const path = join(scene.folder, 'a-file')
    writeFileSync(path, 'mine')
    expectPlain(await refused(path), /not a folder/, /--data/)
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups']
  const canRead = spawnSync('setpriv', [...nobody, 'cat', join(import.meta.dirname, '..', '..', 'package.json')])
  test.skipIf(canRead.status !== 0)('where it may not write to the data folder (needs root and setpriv)', async () => {
    const data = join(scene.folder, 'read-only')
    mkdirSync(data)
    chmodSync(scene.folder, 0o755)
    chownSync(data, 0, 0)
    chmodSync(data, 0o555)
    expectPlain(await refused(data, { through: ['setpriv', ...nobody] }), data, /cannot write/, /--data/)
    expect(readdirSync(data)).toEqual([])
    expect(existsSync(join(data, 'desk.sqlite'))).toBe(false)
  })
})
