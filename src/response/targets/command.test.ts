import { describe, expect, test } from 'vitest'
import { limits } from '../../core/limits.ts'
import { runCommand } from './command.ts'

const node = (script: string, ...args: string[]): [string, ...string[]] => [process.execPath, '-e', script, ...args]

describe('a program that the desk runs', () => {
  test('gets its arguments as they are, without a shell', async () => {
    const hostile = ['$(id)', '; id', '`id`', '"', "'", '*', '\n']
    const outcome = await runCommand(node('console.log(JSON.stringify(process.argv.slice(1)))', ...hostile))
    expect(outcome).toMatchObject({ ended: 'exit', code: 0 })
    expect(JSON.parse(outcome.output)).toEqual(hostile)
  })

  test('says how it ended and what it wrote, errors first', async () => {
    const script = 'console.log("out"); console.error("wrong"); process.exitCode = 3'
    expect(await runCommand(node(script))).toEqual({ ended: 'exit', code: 3, output: 'wrong\n\nout' })
  })

  test('that is not there, or may not be run, is told apart', async () => {
    expect(await runCommand(['/nowhere/at/all'])).toMatchObject({ ended: 'missing' })
    expect(await runCommand(['/'])).toMatchObject({ ended: 'not-permitted' })
  })

  test('is ended when it takes too long', async () => {
    expect(await runCommand(node('setInterval(() => {}, 1000)'), { msMax: 300 })).toMatchObject({ ended: 'timeout' })
  })

  test('is not waited for where a child of it keeps its output open', async () => {
    const child = 'setTimeout(() => {}, 20000)'
    const script = `const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit', detached: true }); console.log(child.pid); child.unref()`
    const outcome = await runCommand(node(script), { msMax: 15_000 })
    process.kill(Number(outcome.output))
    expect(outcome).toMatchObject({ ended: 'exit', code: 0 })
  })

  test('may write without end: a bounded part is kept, each line is still seen, and long lines are cut', async () => {
    const script =
      'for (let i = 0; i < 20000; i++) console.log("line " + i); console.log("x".repeat(1e6)); console.log("last")'
    const seen: string[] = []
    const outcome = await runCommand(node(script), { onLine: (line) => seen.push(line) })
    expect(outcome.output.length).toBeLessThanOrEqual(limits.targetOutputBytesMax)
    expect(seen).toHaveLength(20_002)
    expect(seen[19_999]).toBe('line 19999')
    expect(seen[20_000]).toHaveLength(limits.targetLineCharactersMax)
    expect(seen[20_001]).toBe('last')
  })

  test('reads what it is given', async () => {
    const script = 'process.stdin.on("data", (text) => process.stdout.write(text))'
    expect(await runCommand(node(script), { input: 'table inet x' })).toMatchObject({ output: 'table inet x' })
  })
})
