import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { makePe, makeSigner, signPe } from '../software/pe.fixture.ts'
import { makeKey } from '../software/signing-key.ts'
import { runSoftware, type SoftwareIo } from './software.ts'
import { parseSoftware } from './software-arguments.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

interface Desk {
  readonly folder: string
  readonly ems: string
  /** Runs a command; the exit code, and what was printed. */
  run(...args: string[]): Promise<{ code: number; out: string; err: string }>
  at(...parts: string[]): string
}

function setUp(): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-software-'))
  folders.push(folder)
  const ems = join(folder, 'ems')
  mkdirSync(join(ems, 'bin'), { recursive: true })
  mkdirSync(join(ems, 'logs'))
  writeFileSync(join(ems, 'bin', 'tabulate.exe'), signPe(makePe('tabulate'), makeSigner('Example Vendor')))
  writeFileSync(join(ems, 'bin', 'tool'), '#!/bin/sh\necho a tool that is long enough to be told from others\n')
  writeFileSync(join(ems, 'manual.pdf'), 'a manual that is long enough to be told from others')
  writeFileSync(join(ems, 'logs', 'a.log'), 'one\n')
  const run: Desk['run'] = async (...args) => {
    const said = { out: '', err: '' }
    const io: SoftwareIo = {
      print: (text) => {
        said.out += text
      },
      complain: (text) => {
        said.err += text
      },
      progress: () => undefined,
      columns: 80,
      homeFolder: folder,
      hostName: 'EMS 1',
      nowMs: Date.UTC(2026, 5, 23),
    }
    const command = parseSoftware(args)
    if (!command.ok) return { code: 2, out: '', err: command.error }
    const code = await runSoftware(command.value, io)
    // Sentences are broken into lines wherever a long path leaves room.
    return { code, out: said.out, err: said.err.replaceAll('\n', ' ') }
  }
  return { folder, ems, run, at: (...parts) => join(folder, ...parts) }
}

async function withBaseline(...expect: string[]): Promise<Desk & { baseline: string }> {
  const desk = setUp()
  const baseline = desk.at('ems.baseline')
  const { code } = await desk.run(
    'baseline',
    desk.ems,
    '--out',
    baseline,
    ...expect.flatMap((each) => ['--expect', each]),
  )
  if (code !== 0) throw new Error('no baseline')
  return { ...desk, baseline }
}

describe('bellwether software', () => {
  test('says that a folder is as it should be', async () => {
    const { run, ems, baseline } = await withBaseline()
    const { code, out } = await run('verify', ems, '--baseline', baseline)
    expect(code).toBe(0)
    expect(out).toMatch(/is as it should be: 4 files, none changed\./)
    expect(out).toMatch(/It is signed with the\s+key of this user on this computer/)
  })

  test('tells what differs, worst first, with what to do, in 80 columns', async () => {
    const { run, ems, baseline } = await withBaseline('logs/')
    writeFileSync(join(ems, 'bin', 'tabulate.exe'), makePe('tampered'))
    writeFileSync(join(ems, 'bin', 'tool'), '#!/bin/sh\nrm -rf /\n')
    mkdirSync(join(ems, 'doc'))
    cpSync(join(ems, 'manual.pdf'), join(ems, 'doc', 'manual.pdf'))
    rmSync(join(ems, 'manual.pdf'))
    writeFileSync(join(ems, '\u001b[2J.exe'), 'x')
    for (let i = 0; i < 2_000; i++) writeFileSync(join(ems, 'logs', `${i}.log`), `line ${i}`)
    const { code, out } = await run('verify', ems, '--baseline', baseline)
    expect(code).toBe(3)
    const lines = out.split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(out).not.toContain('\u001b')
    const places = [
      /is NOT as it should be/,
      /bin\/tabulate\.exe\n {6}It was signed by Example Vendor\. Now it has no signature\./,
      /Programs that were changed\n {2}bin\/tool\n/,
      /New programs\n {2}<U\+001B>\[2J\.exe\n/,
      /doc\/manual\.pdf\n {6}It was manual\.pdf before\./,
      /2,000 files \(\.log\) new, as "logs\/" expects/,
      /What to do/,
    ].map((form) => out.search(form))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
    const { out: json } = await run('verify', ems, '--baseline', baseline, '--json')
    const document = JSON.parse(json) as { result: string; differences: { kind: string; severity: number }[] }
    expect(document.result).toBe('different')
    expect(document.differences.length).toBe(2_004)
    expect(document.differences[0]).toMatchObject({ kind: 'signer-changed', severity: 4 })
  })

  test('is content with changes that are expected', async () => {
    const { run, ems, baseline, at } = await withBaseline()
    writeFileSync(join(ems, 'logs', 'b.log'), 'x')
    expect((await run('verify', ems, '--baseline', baseline)).code).toBe(3)
    expect((await run('verify', ems, '--baseline', baseline, '--expect', '*.log')).code).toBe(0)
    writeFileSync(at('expect.toml'), 'expected = ["logs/"]\n')
    const { code, out } = await run('verify', ems, '--baseline', baseline, '--expect-from', at('expect.toml'))
    expect([code, out]).toEqual([0, expect.stringMatching(/and 1 change\s+that was expected/)])
    writeFileSync(at('bad.toml'), 'expected = 3\n')
    expect((await run('verify', ems, '--baseline', baseline, '--expect-from', at('bad.toml'))).err).toMatch(
      /no list of patterns/,
    )
  })

  test('refuses a baseline that was changed, is signed with another key, or is something else', async () => {
    const { run, ems, baseline, at } = await withBaseline()
    const text = readFileSync(baseline, 'utf8')
    const verify = (path: string, ...more: string[]) => run('verify', ems, '--baseline', path, ...more)
    writeFileSync(at('changed'), text.replace(/"bytes":\d/, '"bytes":9'))
    expect(await verify(at('changed'))).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/changed after it was signed/),
    })
    expect((await verify(ems)).err).toMatch(/a folder, not/)
    expect((await verify(at('none'))).err).toMatch(/There is no file/)
    writeFileSync(at('list'), `${'a'.repeat(64)}  x\n`)
    expect((await verify(at('list'))).err).toMatch(/is not a baseline.*--hashes/)
    const other = at('other.key')
    writeFileSync(other, makeKey())
    expect((await run('baseline', ems, '--out', at('other'), '--key', other)).code).toBe(0)
    expect((await verify(at('other'))).out).toMatch(/Compare this\s+with the fingerprint on the paper/)
    const fingerprint = /Key fingerprint: {2}(.*)\n/.exec((await run('baseline', ems, '--out', at('third'))).out)?.[1]
    expect((await verify(at('third'), '--trust', fingerprint ?? '')).out).toMatch(/with the key that you named/)
    expect(await verify(at('other'), '--trust', fingerprint ?? '')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/another key/),
    })
  })

  test('makes no baseline of nothing, over another one, or of a file', async () => {
    const { run, at, baseline, ems } = await withBaseline()
    mkdirSync(at('empty'))
    expect(await run('baseline', at('empty'), '--out', at('x'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/holds no file/),
    })
    expect(existsSync(at('x'))).toBe(false)
    expect((await run('baseline', ems, '--out', baseline)).err).toMatch(/already/)
    expect((await run('baseline', baseline)).err).toMatch(/is a file/)
    expect((await run('baseline', at('nowhere'))).err).toMatch(/There is no file or folder/)
    expect((await run('verify', at('empty'), '--baseline', baseline)).out).toMatch(/The folder is empty now/)
  })

  test('leaves the folder as it was, and a baseline in it out', async () => {
    const { run, ems } = setUp()
    const before = statSync(join(ems, 'bin', 'tool')).mtimeMs
    const inside = join(ems, 'ems.baseline')
    expect((await run('baseline', ems, '--out', inside)).code).toBe(0)
    expect((await run('verify', ems, '--baseline', inside)).code).toBe(0)
    expect(statSync(join(ems, 'bin', 'tool')).mtimeMs).toBe(before)
  })

  test('compares with lists of hashes, packed or not, and says that weak hashes are weak', async () => {
    const { run, ems, at } = setUp()
    const names = ['bin/tabulate.exe', 'bin/tool', 'logs/a.log', 'manual.pdf']
    const list = (hash: string): string =>
      names
        .map(
          (name) =>
            `${createHash(hash)
              .update(readFileSync(join(ems, name)))
              .digest('hex')}  /opt/ems/${name}\n`,
        )
        .join('')
    writeFileSync(at('SHA256SUMS'), list('sha256'))
    expect(await run('verify', ems, '--hashes', at('SHA256SUMS'))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/begin with 2 folders more/),
    })
    writeFileSync(at('sums.gz'), gzipSync(list('md5')))
    const weak = await run('verify', ems, '--hashes', at('sums.gz'))
    expect([weak.code, weak.out]).toEqual([0, expect.stringMatching(/MD5, which is weak/)])
    writeFileSync(join(ems, 'bin', 'tool'), 'x')
    expect((await run('verify', ems, '--hashes', at('SHA256SUMS'))).out).toMatch(
      /Programs that were changed|Files that were changed/,
    )
    writeFileSync(
      at('nsrl.csv'),
      `"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\n${'"0","0","0","x",1,1,"1",""\n'.repeat(3)}"${createHash(
        'sha1',
      )
        .update(readFileSync(join(ems, 'manual.pdf')))
        .digest('hex')
        .toUpperCase()}","","","m.pdf",51,1,"1",""\n`,
    )
    const known = await run('verify', ems, '--hashes', at('nsrl.csv'))
    expect(known.out).toMatch(/Programs that the list does not know\n {2}bin\/tabulate\.exe/)
    expect(known.out).not.toMatch(/^ {2}manual\.pdf/m)
    writeFileSync(at('else'), `${'a'.repeat(64)}  else/where\n`)
    expect((await run('verify', ems, '--hashes', at('else'))).out).toMatch(/None of the names on the list/)
    writeFileSync(at('empty'), '')
    expect((await run('verify', ems, '--hashes', at('empty'))).err).toMatch(/is empty/)
    writeFileSync(at('text'), 'hello\n')
    expect((await run('verify', ems, '--hashes', at('text'))).err).toMatch(/is no list of hashes/)
  })

  test('says in one sentence what is missing', async () => {
    const { run } = setUp()
    const said = async (...args: string[]): Promise<string> => (await run(...args)).err
    expect(await said('check')).toMatch(/^Say what to do/)
    expect(await said('verify')).toMatch(/^Say which folder/)
    expect(await said('verify', 'a')).toMatch(/--baseline FILE or --hashes FILE/)
    expect(await said('verify', 'a', '--baseline', 'x', '--hashes', 'y')).toMatch(/--baseline FILE or --hashes FILE/)
    expect(await said('verify', 'a', '--colour')).toMatch(/cannot use --colour/)
    expect(await said('verify', 'a', '--out', 'x')).toMatch(/--out does not go with/)
    expect(await said('baseline', 'a', 'b')).toMatch(/one folder/)
    expect(await said('verify', 'a', '--hashes', 'x', '--trust', 'y')).toMatch(/not signed/)
  })
})
