/** The launcher, in a folder of its own with a stub for the program and, where a test needs one, a stub for the Node.js
 *  that the package pins. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-launcher-'))
const pinnedName = `node-${process.platform}-${process.arch}`

const program = `
const [word = '', ...others] = process.argv.slice(2)
if (word === 'wait') setTimeout(() => {}, 20_000)
if (word === 'tidy-up') {
  process.on('SIGTERM', () => process.exit(7))
  setTimeout(() => {}, 20_000)
}
if (word === 'fail') process.exitCode = 3
console.log(JSON.stringify({ word, others, pinned: process.env.PINNED ?? '' }))
`

/** A checkout with the launcher; `withPinned` puts a Node.js beside it that tells it is the pinned one. */
function makeCheckout(name: string, withPinned: boolean): string {
  const root = join(folder, name)
  mkdirSync(join(root, 'bin'), { recursive: true })
  mkdirSync(join(root, 'src', 'cli'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(root, 'src', 'cli', 'main.ts'), program)
  copyFileSync('bin/bellwether.js', join(root, 'bin', 'bellwether.js'))
  if (withPinned) {
    // A level up, as where npm hoists it.
    const pinned = join(folder, 'node_modules', pinnedName)
    mkdirSync(join(pinned, 'bin'), { recursive: true })
    writeFileSync(join(pinned, 'package.json'), `{ "name": "${pinnedName}", "version": "24.0.0" }`)
    writeFileSync(join(pinned, 'bin', 'node'), `#!/bin/sh\nPINNED=yes exec "${process.execPath}" "$@"\n`)
    chmodSync(join(pinned, 'bin', 'node'), 0o755)
  }
  return root
}

/** Claims to be an old Node.js, for the launcher alone. */
const oldNode = join(folder, 'old-node.cjs')

interface End {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

function start(root: string, words: readonly string[], settings: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...settings, join(root, 'bin', 'bellwether.js'), ...words])
}

async function endOf(child: ChildProcess): Promise<End> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (data) => {
    stdout += String(data)
  })
  child.stderr?.on('data', (data) => {
    stderr += String(data)
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal, stdout, stderr }
}

let hoisted = ''
let alone = ''

beforeAll(() => {
  writeFileSync(
    oldNode,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })\n",
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(process.platform === 'win32')('the launcher', () => {
  test('without a pinned Node.js runs the program on the running one, if that is new enough', async () => {
    alone = makeCheckout('alone', false)
    const { code, stdout } = await endOf(start(alone, ['fail', 'a b', '--c']))
    expect(JSON.parse(stdout)).toEqual({ word: 'fail', others: ['a b', '--c'], pinned: '' })
    expect(code).toBe(3)
  })

  test('says what is missing and how to mend it where no Node.js is new enough', async () => {
    const { code, stdout, stderr } = await endOf(start(alone, ['hello'], ['--require', oldNode]))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('this needs Node.js 24 or later')
    expect(stderr).toContain('npm install --include=optional')
  })

  test('finds the pinned Node.js where npm hoisted it, and ends with its exit code', async () => {
    hoisted = makeCheckout('hoisted', true)
    const { code, stdout } = await endOf(start(hoisted, ['fail', 'a b', '--c']))
    expect(JSON.parse(stdout)).toEqual({ word: 'fail', others: ['a b', '--c'], pinned: 'yes' })
    expect(code).toBe(3)
  })

  test('hands a signal on to the program and lets it tidy up', async () => {
    const child = start(hoisted, ['tidy-up'])
    const end = endOf(child)
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    child.kill('SIGTERM')
    expect((await end).code).toBe(7)
  })

  test('ends by the signal that ended the program', async () => {
    const child = start(hoisted, ['wait'])
    const end = endOf(child)
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    child.kill('SIGINT')
    expect((await end).signal).toBe('SIGINT')
  })
})
