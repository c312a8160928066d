/** Packs Bellwether as it would be published, installs it into an empty folder as an office would, and scans with it. The
 *  machine's own Node.js and npm do this, whatever their version: the pinned Node.js must be found by itself. */
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-package-'))
const office = join(folder, 'office')
const isWindows = process.platform === 'win32'

/** The environment of a person at a prompt: nothing of the npm or the Node.js that runs this test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:npm_(?:lifecycle|package|command|execpath|node_execpath|config_local)|NODE|INIT_CWD|VITEST)/.test(name),
  )
  const path = (process.env.PATH ?? '').split(delimiter).filter((each) => !each.includes('node_modules'))
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) }
}

interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(cwd: string, command: string, ...parameters: string[]): Run {
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    cwd,
    env: { ...cleanEnvironment(), NODE_OPTIONS: cwd === office ? `--require ${join(folder, 'tell-version.cjs')}` : '' },
    encoding: 'utf8',
    shell: isWindows,
  })
  return { status, stdout, stderr }
}

/** A request line of the Apache combined format; minute 0 is 10:00 on 1 June 2026. */
const line = (minute: number, address: string, target: string, status = 200, bytes = 4_211): string => {
  const time = `01/Jun/2026:${String(10 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:07 +0000`
  return `${address} - - [${time}] "GET ${target} HTTP/1.1" ${status} ${bytes} "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n`
}

const everyday = (minute: number): string =>
  line(
    minute,
    `192.0.2.${(minute % 50) + 1}`,
    minute % 3 === 0 ? '/status?licence=K4410-22' : '/hours',
    200,
    4_100 + (minute % 40),
  )

const injection = (minute: number): string =>
  line(
    minute,
    '203.0.113.9',
    `/status?licence=x%27%20UNION%20ALL%20SELECT%20name,birth,${minute}%20FROM%20voters--%20-`,
    200,
    61_338,
  )

interface ScanDocument {
  readonly incidents: readonly {
    readonly kinds: readonly string[]
    readonly actors: readonly { readonly value: string }[]
  }[]
}

beforeAll(() => {
  mkdirSync(office)
  const minutes = Array.from({ length: 120 }, (_, minute) => minute)
  writeFileSync(join(folder, 'tell-version.cjs'), "process.stderr.write('runs on ' + process.version + '\\n')\n")
  writeFileSync(join(office, 'package.json'), '{ "private": true }\n')
  writeFileSync(join(office, 'quiet.log'), minutes.map(everyday).join(''))
  writeFileSync(
    join(office, 'attack.log'),
    minutes.map((minute) => everyday(minute) + (minute >= 60 && minute < 75 ? injection(minute) : '')).join(''),
  )
  const packed = run(process.cwd(), 'npm', 'pack', '--pack-destination', folder)
  expect(packed.status, packed.stderr + packed.stdout).toBe(0)
  const tarball = globSync('*.tgz', { cwd: folder })[0] as string
  const installed = run(office, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball))
  expect(installed.status, installed.stderr).toBe(0)
}, 240_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package', () => {
  test('holds what runs and what explains it, and neither sources nor tests', () => {
    const files = globSync('**/*', { cwd: join(office, 'node_modules', 'bellwether') })
    expect(files).toContain(join('dist', 'cli', 'main.js'))
    expect(files.filter((path) => /\.test\.js$|\.ts$|^(?:src|tests|bench|build)\b/.test(path))).toEqual([])
  })

  test('says its version on the pinned Node.js, whatever Node.js the machine has', () => {
    const { status, stdout, stderr } = run(office, 'npx', '--no-install', 'bellwether', 'version')
    expect(status, stderr).toBe(0)
    expect(stdout).toMatch(/^bellwether \d+\.\d+\.\d+\n$/)
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^runs on v(?:2[4-9]|[3-9]\d)\./)
  })

  test('finds nothing in an everyday log', () => {
    const { status, stdout, stderr } = run(office, 'npx', '--no-install', 'bellwether', 'scan', 'quiet.log', '--json')
    expect(status, stderr).toBe(0)
    expect((JSON.parse(stdout) as ScanDocument).incidents).toEqual([])
  })

  test('finds the attack in an attacked log and ends with the code that was asked for', () => {
    const bellwether = join(office, 'node_modules', '.bin', isWindows ? 'bellwether.cmd' : 'bellwether')
    const { status, stdout, stderr } = run(office, bellwether, 'scan', 'attack.log', '--json', '--fail-on', 'high')
    expect(status, stderr).toBe(3)
    const { incidents } = JSON.parse(stdout) as ScanDocument
    expect(incidents).toHaveLength(1)
    expect(incidents[0]?.kinds).toContain('sql-injection')
    expect(incidents[0]?.actors.map((actor) => actor.value)).toEqual(['203.0.113.9'])
  })

  test('shows its demonstration', () => {
    const { status, stdout, stderr } = run(office, 'npx', '--no-install', 'bellwether', 'demo')
    expect(status, stderr).toBe(0)
    expect(stdout).toMatch(/records?/)
  })
})
