import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readLines } from '../../tests/sources/read-whole.ts'
import { fileAt, logText, makeFolder, makePipe } from '../../tests/sources/temp-folder.ts'
import { readEvidence, type Span } from './evidence-lines.ts'
import type { Problem } from './problem.ts'
import { openSource, type Reread } from './source.ts'

const log = logText(10_000)

async function scan(path: string): Promise<{ reread: Reread; dispose: () => void }> {
  const source = await openSource(await fileAt(path), { spool: true })
  if (!source.ok) throw new Error(source.error.message)
  await readLines(source.value)
  source.value.close()
  return { reread: source.value.reread as Reread, dispose: () => source.value.dispose() }
}

async function evidence(reread: Reread, places: Span[]): Promise<{ texts: string[]; problems: string[] }> {
  const problems: Problem[] = []
  const texts: string[] = []
  for await (const { raw } of readEvidence(reread, places, problems)) texts.push(Buffer.from(raw).toString())
  return { texts, problems: problems.map(({ code }) => code) }
}

const somePlaces = fc
  .array(fc.record({ offset: fc.nat(log.length - 1), length: fc.nat(5000) }), { maxLength: 30 })
  .map((places) => places.filter(({ offset, length }) => offset + length <= log.length))
  .map((places) => places.sort((a, b) => a.offset - b.offset))

describe('evidence', () => {
  test.each([
    ['plain', log],
    ['gzip', gzipSync(log)],
    ['zstd', zstdCompressSync(log)],
    ['UTF-16', Buffer.from(`\ufeff${log}`, 'utf16le')],
  ])('of a %s file is, byte for byte, what stood at each place', async (_, bytes) => {
    const { reread } = await scan(join(makeFolder({ 'a.log': bytes }), 'a.log'))
    await fc.assert(
      fc.asyncProperty(somePlaces, async (places) => {
        const wanted = places.map(({ offset, length }) => log.slice(offset, offset + length))
        expect(await evidence(reread, places)).toEqual({ texts: wanted, problems: [] })
      }),
      { numRuns: 20 },
    )
  })

  test('of a pipe comes from its spool, of which no name remains', async () => {
    const folder = makeFolder()
    const path = join(folder, 'pipe')
    makePipe(path)
    writeFileSync(join(folder, 'copy'), gzipSync(log))
    const writer = spawn('sh', ['-c', 'cat copy > pipe'], { cwd: folder })
    const file = await fileAt(path)
    const source = await openSource(file, { spool: true, spoolFolder: folder })
    if (!source.ok) throw new Error(source.error.message)
    await readLines(source.value)
    source.value.close()
    const reread = source.value.reread as Reread
    expect(readdirSync(folder).sort()).toEqual(['copy', 'pipe'])
    const places = [
      { offset: 0, length: 50 },
      { offset: log.length - 50, length: 50 },
    ]
    expect(await evidence(reread, places)).toEqual({ texts: [log.slice(0, 50), log.slice(-50)], problems: [] })
    expect((await evidence(reread, places)).problems).toEqual([])
    source.value.dispose()
    writer.kill()
  })

  test('that can no longer be read is left out and said', async () => {
    const folder = makeFolder({ 'a.log': log, 'b.log': log, 'c.log': log, 'd.gz': gzipSync(log) })
    const places = [
      { offset: 10, length: 20 },
      { offset: log.length - 50, length: 50 },
    ]
    const scanned: Reread[] = []
    for (const name of ['a.log', 'b.log', 'c.log', 'd.gz']) scanned.push((await scan(join(folder, name))).reread)
    truncateSync(join(folder, 'a.log'), 1000)
    renameSync(join(folder, 'b.log'), join(folder, 'b.log.1'))
    renameSync(join(folder, 'c.log'), join(folder, 'c.log.1'))
    writeFileSync(join(folder, 'c.log'), 'new\n')
    truncateSync(join(folder, 'd.gz'), 10_000)
    const [a, b, c, d] = scanned as [Reread, Reread, Reread, Reread]
    expect(await evidence(a, places)).toEqual({ texts: [log.slice(10, 30)], problems: ['shrank'] })
    expect(await evidence(b, places)).toEqual({ texts: [], problems: ['not-found'] })
    expect(await evidence(c, places)).toEqual({ texts: [], problems: ['replaced'] })
    expect(await evidence(d, places)).toEqual({ texts: [log.slice(10, 30)], problems: ['truncated-compression'] })
  })
})

describe('standard input', () => {
  const program = resolve('tests/sources/scan-stdin.ts')
  const run = (input: string | Uint8Array, ...args: string[]): Record<string, unknown> => {
    const folder = makeFolder()
    const { stdout } = spawnSync(process.execPath, [program, ...args], {
      input,
      env: { ...process.env, TMPDIR: folder },
    })
    return JSON.parse(stdout.toString()) as Record<string, unknown>
  }

  test('is read once, sampled or not, compressed or not, and its evidence is shown', () => {
    const last = log.slice(log.lastIndexOf('\n', log.length - 2) + 1)
    const seen = { lines: 10_000, last, evidence: [last], problems: [], left: [] }
    expect(run(log)).toEqual(seen)
    expect(run(log, '--sample')).toEqual(seen)
    expect(run(gzipSync(log), '--sample')).toEqual(seen)
    expect(run('')).toEqual({ problem: 'empty' })
  })

  test('may be a file, and then begins where the shell left it', () => {
    const folder = makeFolder({ 'a.log': 'head\nrest\n' })
    const script = `(read line; "${process.execPath}" "${program}") < a.log`
    const { stdout } = spawnSync('bash', ['-c', script], { cwd: folder, env: { ...process.env, TMPDIR: makeFolder() } })
    expect(JSON.parse(stdout.toString())).toMatchObject({ lines: 1, last: 'rest\n', evidence: ['rest\n'] })
  })

  test('leaves nothing behind when the scan is interrupted', async () => {
    const folder = makeFolder()
    const child = spawn(process.execPath, [program, '--wait'], { env: { ...process.env, TMPDIR: folder } })
    child.stdin.on('error', () => {})
    child.stdin.write(log)
    await new Promise((resolveReady) => child.stdout.once('data', resolveReady))
    expect(readdirSync(folder)).toEqual([])
    child.kill('SIGINT')
    const signal = await new Promise((resolveExit) => child.once('exit', (_code, by) => resolveExit(by)))
    expect(signal).toBe('SIGINT')
    expect(readdirSync(folder)).toEqual([])
  })
})
