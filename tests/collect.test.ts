/** The whole way of a machine without a network: the collector is built, runs on a made-up machine, and the desk imports
 *  what it packed and compares it with a baseline. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExpectedChanges } from '../src/software/expected.ts'
import { makePe, makeSigner, signPe } from '../src/software/pe.fixture.ts'
import { cleanings, openDesk } from '../src/sources/drop/drop.fixture.ts'
import { SoftwareShelf } from '../src/sources/tree/shelf.ts'

const root = join(import.meta.dirname, '..')
const isBuilt = process.platform === 'linux'
const folder = mkdtempSync(join(tmpdir(), 'bellwether-collecting-'))
const at = (...parts: string[]): string => join(folder, ...parts)
const program = at('built', `bellwether-collect-linux-${process.arch}`)

afterAll(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean()
  rmSync(folder, { recursive: true, force: true })
})

/** Everything below a folder, with what would show that it was touched. */
function snapshot(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mode, size, mtimeMs, ctimeMs, atimeMs, ino } = lstatSync(join(path, name))
      // Listing a folder and following a link move their time of access: no system offers to do it unseen.
      const seen = lstatSync(join(path, name)).isFile() ? atimeMs : 0
      return JSON.stringify([name, mode, size, mtimeMs, ctimeMs, seen, ino])
    })
}

describe.skipIf(!isBuilt)('the collector on a stick', () => {
  beforeAll(() => {
    const built = spawnSync(process.execPath, [join(root, 'build', 'collect.ts'), '--out', at('built')], {
      encoding: 'utf8',
    })
    if (built.status !== 0) throw new Error(built.stderr)
    mkdirSync(at('machine', 'ems', 'bin'), { recursive: true })
    mkdirSync(at('machine', 'log', 'audit'), { recursive: true })
    writeFileSync(at('machine', 'ems', 'bin', 'tabulate.exe'), signPe(makePe('tabulate'), makeSigner('Example Vendor')))
    writeFileSync(at('machine', 'ems', 'readme.txt'), 'read me\n')
    symlinkSync('bin/tabulate.exe', at('machine', 'ems', 'start'))
    writeFileSync(at('machine', 'log', 'auth.log'), 'a line\nanother\n')
    writeFileSync(at('machine', 'log', 'audit', 'audit.log'), 'type=SYSCALL\n')
    for (const name of ['ems/readme.txt', 'log/auth.log']) utimesSync(at('machine', name), 1_000_000, 1_000_000)
    for (const name of ['home', 'tmp', 'cwd', 'stick']) mkdirSync(at(name))
    copyFileSync(program, at('stick', 'bellwether-collect'))
    chmodSync(at('stick', 'bellwether-collect'), 0o755)
  }, 120_000)

  /** Runs the collector as a machine would that has nothing but it. */
  function run(...more: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(
      at('stick', 'bellwether-collect'),
      ['--machine', 'ems-1', '--logs', at('machine', 'log'), ...more],
      {
        encoding: 'utf8',
        cwd: at('cwd'),
        env: { HOME: at('home'), TMPDIR: at('tmp') },
      },
    )
  }
  const bundles = (): string[] => readdirSync(at('stick', 'bundles')).sort()

  test('packs hashes and logs, changes nothing on the machine, and leaves the stick tidy', () => {
    writeFileSync(at('stick', 'folders.txt'), `# software\r\n${at('machine', 'ems')}\r\n`)
    const before = snapshot(at('machine'))
    const { status, stdout, stderr } = run()
    expect([status, stderr]).toEqual([0, expect.stringContaining('Hashing')])
    expect(stdout).toMatch(/Took 2 files of 1 folders and 2 logs/)
    expect(stdout).toMatch(/Key fingerprint: {2}[0-9a-f]{4}/)
    expect(snapshot(at('machine'))).toEqual(before)
    expect(['home', 'tmp', 'cwd'].map((name) => readdirSync(at(name)))).toEqual([[], [], []])
    expect(readdirSync(at('stick')).sort()).toEqual(['bellwether-collect', 'bundles', 'collect.key', 'folders.txt'])
    expect(bundles()).toEqual([expect.stringMatching(/^ems-1-\d{8}T\d{6}Z\.bundle$/)])
  }, 60_000)

  test('is imported by the desk, which tells what changed since the baseline', async () => {
    const publicKey = /Public key: {7}(\S+)/.exec(run().stdout)?.[1] ?? ''
    const strict = await openDesk()
    cpSync(at('stick', 'bundles'), strict.stick, { recursive: true })
    await expect.poll(() => strict.refused.map(({ code }) => code), { timeout: 15_000 }).toContain('unknown-key')
    const desk = await openDesk({ trustedKeys: [publicKey] })
    const put = (): void =>
      cpSync(at('stick', 'bundles', bundles().at(-1) as string), join(desk.stick, `${desk.imported.length}.bundle`))
    put()
    await expect.poll(() => desk.imported.length, { timeout: 15_000 }).toBe(1)
    const [first] = desk.imported
    expect(first?.streams.map(({ lines }) => lines).sort()).toEqual([1, 2])
    const [received] = first?.software ?? []
    expect(received).toMatchObject({ machine: 'ems-1', problem: undefined, manifest: { entries: 4 } })

    const shelf = new SoftwareShelf(at('software'))
    const path = received?.path ?? ''
    expect(await shelf.take(path)).toMatchObject({ ok: true, value: { state: 'no-baseline' } })
    expect(await shelf.setBaseline(path)).toMatchObject({ ok: true })
    expect(await shelf.take(path)).toMatchObject({
      ok: true,
      value: { state: 'compared', compared: { differences: [] } },
    })

    writeFileSync(at('machine', 'ems', 'bin', 'tabulate.exe'), makePe('tampered'))
    writeFileSync(at('machine', 'ems', 'new.log'), 'x')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(run('--no-logs').status).toBe(0)
    put()
    await expect.poll(() => desk.imported.length, { timeout: 15_000 }).toBe(2)
    const later = desk.imported[1]?.software[0]?.path ?? ''
    const expected = ExpectedChanges.parse(['*.log'])
    const compared = await shelf.take(later, expected.ok ? expected.value : undefined)
    expect(compared).toMatchObject({
      value: {
        compared: {
          differences: [
            { kind: 'signer-changed', path: 'bin/tabulate.exe', program: true },
            { kind: 'added', path: 'new.log', expected: '*.log' },
          ],
        },
      },
    })
  }, 60_000)

  test('says in one sentence what it cannot do', () => {
    expect(run(at('machine', 'none')).stderr).toMatch(/There is no file or folder/)
    expect(run(at('machine', 'ems', 'readme.txt')).stderr).toMatch(/is a file/)
    expect(run('--colour').status).toBe(2)
    const key = readFileSync(at('stick', 'collect.key'))
    writeFileSync(at('stick', 'collect.key'), 'junk')
    expect(run().stderr).toMatch(/is no key that signs bundles/)
    writeFileSync(at('stick', 'collect.key'), key)
    expect(readdirSync(at('stick')).filter((name) => name.startsWith('work-'))).toEqual([])
  }, 60_000)
})
