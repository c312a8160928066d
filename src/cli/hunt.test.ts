import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchOf, database, must, noon, statementOf, web } from '../store/archive/archive.fixture.ts'
import { Archive } from '../store/archive/archive.ts'
import { ArchiveSpool } from '../store/archive/spool.ts'
import { type HuntDefaults, parseHunt, runHunt } from './hunt.ts'

const defaults: HuntDefaults = { dataPath: '/var/lib/bellwether', nowMs: noon }
const data = mkdtempSync(join(tmpdir(), 'bellwether-hunt-'))

beforeAll(async () => {
  const folder = join(data, 'archive')
  const spool = new ArchiveSpool(folder, { nowMs: () => noon })
  must(spool.rewind([]))
  const hostile = '\u001b[2J\u001b]0;owned\u0007'
  must(
    spool.appendRequests(
      web,
      batchOf([
        {
          client: '198.51.100.7',
          method: 'GET',
          target: `/voter/status?licence=${'x'.repeat(900)}`,
          agent: 'sqlmap/1.8',
          bodyBytes: 512,
        },
        { client: '198.51.100.7', method: 'GET', target: '/voter/status?licence=1', agent: hostile, status: 500 },
        { client: '2001:db8::9', method: 'GET', target: '/', agent: Buffer.from('Mozilla \u202e evil') },
      ]),
    ),
  )
  const archive = new Archive(folder)
  expect((await archive.seal(must(spool.marks(true)))).problems).toEqual([])
  await archive.close()
  must(spool.appendStatements(database, [statementOf({ text: 'SELECT * FROM voters -- \u001b[31m' })]))
  must(spool.marks())
  spool.close()
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

async function run(...argv: string[]): Promise<{ code: number; out: string; complaint: string }> {
  const command = parseHunt(['--data', data, ...argv], defaults)
  if (!command.ok) throw new Error(command.error.message)
  const said = { out: '', complaint: '' }
  const code = await runHunt(command.value, {
    columns: 80,
    colour: false,
    print: (text) => {
      said.out += text
    },
    complain: (text) => {
      said.complaint += text
    },
  })
  return { code, ...said }
}

describe('the arguments of hunt', () => {
  test('say what to search for', () => {
    expect(
      parseHunt(
        ['198.51.100.7', '--address', '10.0.0.0/8', '2001:db8::/32', '--path', '/voter', '--match', 'begins'],
        defaults,
      ),
    ).toMatchObject({
      ok: true,
      value: {
        dataPath: '/var/lib/bellwether',
        query: {
          addresses: ['198.51.100.7', '10.0.0.0/8', '2001:db8::/32'],
          path: '/voter',
          pathMatch: 'begins',
          limit: 20,
          offset: 0,
        },
      },
    })
    expect(
      parseHunt(['--from', '2026-06-23', '--until', '2026-06-23T14:30-05:00', '--page', '3', '--rows', '50'], defaults),
    ).toMatchObject({
      value: {
        query: { fromMs: Date.UTC(2026, 5, 23), untilMs: Date.UTC(2026, 5, 23, 19, 30), limit: 50, offset: 100 },
      },
    })
    expect(parseHunt(['--from', '7d', '--agent', 'x'], defaults)).toMatchObject({
      value: { query: { fromMs: noon - 7 * 86_400_000 } },
    })
  })

  test.each([
    [[], 'Say what to search for'],
    [['--json'], 'Say what to search for'],
    [['300.1.1.1'], '300.1.1.1'],
    [['--address'], '--address needs a value'],
    [['--address', '--path'], '--address needs a value'],
    [['--adress', '1.2.3.4'], '--adress'],
    [['--match', 'like', '--path', '/'], '--match does not know'],
    [['--match', 'is', '--agent', 'x'], '--match goes with --path'],
    [['--from', 'yesterday'], '--from cannot read'],
    [['--from', '2026-06-24', '--until', '2026-06-23'], 'ends before it begins'],
    [['--status', 'abc'], '--status needs a number'],
    [['--rows', '5000', '--agent', 'x'], '1000 rows'],
    [['--source', '../etc'], '--source does not know'],
    [['--path', '/a', '--path', '/b'], 'twice'],
    [['--sql', 'SELECT 1', '--path', '/b'], '--sql goes alone'],
    [['--json=yes', '--path', '/b'], 'takes no value'],
  ])('%j are answered with one sentence', (argv, sentence) => {
    const parsed = parseHunt(argv, defaults)
    expect(parsed.ok).toBe(false)
    if (!parsed.ok) expect(parsed.error.message).toContain(sentence)
  })
})

describe('the page of a hunt', () => {
  test('says what was found, by whom, where it stands and since when records are kept', async () => {
    const { code, out } = await run('198.51.100.7')
    expect(code).toBe(0)
    expect(out).toContain('2 records found, from 1 address.')
    expect(out).toContain('Searched 4 records')
    expect(out.replace(/\s+/g, ' ')).toContain('Records are kept since November 20, 2026, noon;')
    expect(out).toContain('198.51.100.7: 2 records')
    expect(out).toContain('GET /voter/status?licence=1')
    expect(out).toContain('/var/log/access.log, line 2 (web-logs)')
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('shows what an attacker wrote, and never obeys it', async () => {
    const { out } = await run('--from', '2026-11-20')
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u)
    expect(out).toContain('\\x1B[2J')
    expect(out).toContain('<U+202E>')
    expect(out).toContain('SELECT * FROM voters -- \\x1B[31m')
    const json = await run('--from', '2026-11-20', '--json')
    expect(json.out).not.toMatch(/[^\n\u0020-\u007e]/u)
    expect(JSON.parse(json.out)).toMatchObject({ total: 4 })
  })

  test('says since when nothing was found', async () => {
    const { code, out } = await run('203.0.113.1')
    expect(code).toBe(0)
    expect(out).toContain('Nothing was found.')
    expect(out.replace(/\s+/g, ' ')).toContain('what happened before then cannot be searched')
  })

  test('searches for a list of indicators', async () => {
    const path = join(data, 'cert.csv')
    writeFileSync(path, 'ip,seen\n2001:db8::9,2026\n198.51.100[.]99,2026\n')
    expect((await run('--indicators', path)).out).toContain('1 record found, from 1 address.')
    writeFileSync(path, 'nothing\n')
    expect(await run('--indicators', path)).toMatchObject({ code: 2, out: '' })
    expect(await run('--indicators', join(data, 'none.csv'))).toMatchObject({ code: 2, out: '' })
  })

  test('of SQL is a table where it fits', async () => {
    const { out, code } = await run('--sql', 'SELECT kind, count(*) AS n FROM records GROUP BY kind ORDER BY kind')
    expect(code).toBe(0)
    expect(out).toMatch(/^kind {7}n\n-+ {2}-\nrequest {4}3\nstatement {2}1\n/)
    const wide = await run('--sql', "SELECT path, query, agent FROM records WHERE agent LIKE 'sql%'")
    expect(wide.out).toContain('agent: sqlmap/1.8')
    for (const line of wide.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(await run('--sql', "COPY records TO '/tmp/x'")).toMatchObject({ code: 1, out: '' })
  })

  test('is not there without an archive, which is said', async () => {
    const command = parseHunt(['--data', join(data, 'none'), '1.2.3.4'], defaults)
    let complaint = ''
    const own = { columns: 80, colour: false, print: () => {}, complain: (text: string) => (complaint += text) }
    expect(command.ok && (await runHunt(command.value, own))).toBe(1)
    expect(complaint).toContain('There is no archive in')
  })
})
