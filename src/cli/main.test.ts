import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { makeFolder } from '../../tests/sources/temp-folder.ts'
import { accessLine } from '../watches/registration/replay.fixture.ts'
import { bellwether, evidenceAt, program, type Run } from './program.fixture.ts'

const startMs = Date.UTC(2026, 5, 1, 9)
const intruder = '203.0.113.7'
const nobody = 65_534

const visit = (i: number): string =>
  accessLine({ client: `192.0.2.${i % 200}`, timeMs: startMs + i * 5_000, target: '/', bytes: 8_312 })
const lookup = (i: number): string =>
  accessLine({
    client: `192.0.2.${i % 200}`,
    timeMs: startMs + i * 5_000,
    target: `/status?dl=D${1_000_000 + i * 7_919}`,
    bytes: 4_810,
  })
const ordinary = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `${visit(from + i)}\n${lookup(from + i)}\n`).join('')
const injection = (i: number): string =>
  accessLine({
    client: intruder,
    timeMs: startMs + i * 5_000,
    target: `/status?dl=D1'+UNION+SELECT+licence,name+FROM+voters+LIMIT+1+OFFSET+${i}--+`,
    bytes: 5_300,
  })
const attack = `${ordinary(0, 20)}${injection(21)}\n${injection(22)}\n`

interface ShownIncident {
  readonly id: string
  readonly level: string
  readonly kinds: readonly string[]
  readonly hitCount: number
  readonly firstSeen: string
  readonly findings: readonly { readonly id: string }[]
}
interface ShownSource {
  readonly path: string
  readonly format: string
  readonly records: number
  readonly rejects: { readonly count: number } | number
}
interface ShownDocument {
  readonly incidents: readonly ShownIncident[]
  readonly sources: readonly ShownSource[]
  readonly problems: readonly { readonly path: string; readonly message: string }[]
}
const documentOf = ({ stdout }: Run): ShownDocument => JSON.parse(stdout) as ShownDocument

describe('bellwether scan', () => {
  test('judges mail by what the office file says of the office and its lists', () => {
    const cwd = makeFolder({
      'q.eml':
        'Received: from gmail.com by mx.maple.example; Mon, 2 Nov 2026 10:00:00 -0500\nFrom: Quellmar Ballots <q1@gmail.com>\nTo: clerk@maple.example\nDate: Mon, 2 Nov 2026 10:00:00 -0500\nSubject: Update\n\nSign in at http://198.51.100.7/login to keep your account.\n',
      'vendors.json': '[{"id":"q","name":"Quellmar Ballots","kind":"vendor","domains":["quellmar.example"]}]',
      'office.toml': '[office]\nname = "Maple"\n[mail]\ndomains = ["maple.example"]\nlists = ["vendors.json"]\n',
    })
    const kinds = (...more: readonly string[]) =>
      documentOf(bellwether(['scan', 'q.eml', '--json', ...more], { cwd })).incidents.flatMap((each) => each.kinds)
    expect(kinds()).not.toContain('mail-impersonation')
    expect(kinds('--office', 'office.toml')).toContain('mail-impersonation')
  })

  test('says so where mail comes by standard input', () => {
    const mail =
      'Received: from a.example by b.example; Mon, 2 Nov 2026 10:00:00 -0500\nFrom: a@a.example\nTo: b@b.example\nDate: Mon, 2 Nov 2026 10:00:00 -0500\nSubject: Lunch\n\nPizza?\n'
    const { status, stdout } = bellwether(['scan', '-'], { input: mail })
    expect(status).toBe(1)
    expect(stdout.replace(/\s+/g, ' ')).toContain('Standard input holds mail')
  })

  test('tells an attack in plain words, with the lines that show it', () => {
    const cwd = makeFolder({ 'access.log': attack })
    const { status, stdout, stderr } = bellwether(['scan', 'access.log'], { cwd })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('voter database')
    expect(stdout).toContain(intruder)
    expect(stdout).toMatch(/access\.log\D+41/)
    expect(stdout).not.toContain('\u001b')
  })

  test('prints one JSON document that fits its published schema', () => {
    const cwd = makeFolder({ 'access.log': attack })
    const schema: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../docs/scan-document.schema.json'), 'utf8'),
    )
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const validate = ajv.compile(schema as object)
    for (const paths of [['access.log'], ['absent.log']]) {
      const document = documentOf(bellwether(['scan', ...paths, '--json'], { cwd }))
      validate(document)
      expect(validate.errors ?? []).toEqual([])
    }
  })

  test('prints an OCSF Detection Finding for each finding', () => {
    const cwd = makeFolder({ 'access.log': attack })
    const lines = bellwether(['scan', 'access.log', '--ocsf'], { cwd }).stdout.trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { class_uid: number }).class_uid)).toEqual([2004])
  })

  test('prints the same twice, but for the time of printing', () => {
    const cwd = makeFolder({ 'access.log': attack })
    const [one, other] = [0, 1].map(() => {
      const text = bellwether(['scan', 'access.log', '--json'], { cwd }).stdout
      return text.replace(/"generatedAt": "[^"]*"/, '')
    })
    expect(one).toBe(other)
  })

  test('reads rotated files in the order of events, however they are named', () => {
    const older = `${ordinary(0, 15)}${injection(16)}\n`
    const newer = `${ordinary(17, 15)}${injection(40)}\n`
    const cwd = makeFolder({ 'access.log': newer, 'access.log.1': older, 'access.log.2.gz': '' })
    const inOrder = documentOf(bellwether(['scan', 'access.log.1', 'access.log', '--json'], { cwd }))
    const swapped = documentOf(bellwether(['scan', 'access.log', 'access.log.1', '--json'], { cwd }))
    expect(swapped.incidents).toEqual(inOrder.incidents)
    expect(inOrder.incidents).toHaveLength(1)
    expect(inOrder.incidents[0]?.firstSeen).toBe(new Date(startMs + 80_000).toISOString())
  })

  test('reads gzip by its content, whatever its name, to the same findings', () => {
    const cwd = makeFolder({ 'plain.log': attack, 'packed.log': gzipSync(attack), 'packed.log.gz': gzipSync(attack) })
    const findings = ['plain.log', 'packed.log', 'packed.log.gz'].map((path) => {
      const { incidents } = documentOf(bellwether(['scan', path, '--json'], { cwd }))
      return incidents.map(({ id, hitCount, kinds }) => ({ id, hitCount, kinds }))
    })
    expect(findings[1]).toEqual(findings[0])
    expect(findings[2]).toEqual(findings[0])
    expect(findings[0]).toHaveLength(1)
  })

  test('takes a folder, and says what in it is no log', () => {
    const cwd = makeFolder({
      'logs/access.log': attack,
      'logs/sub/old.log.gz': gzipSync(ordinary(0, 5)),
      'logs/photo.png': Buffer.from(
        '\u0089PNG\r\n\u001a\n\0\0\0\rIHDR\0\0\u0001\0\0\0\u0001\0\u0008\u0006\0\0\0',
        'latin1',
      ),
      'logs/empty.log': '',
      'logs/notes.txt': 'buy milk\ncall the clerk\n',
    })
    const run = bellwether(['scan', 'logs', '--json'], { cwd })
    const { incidents, sources, problems } = documentOf(run)
    expect(run.status).toBe(0)
    expect(incidents).toHaveLength(1)
    expect(sources.map(({ path }) => path).sort()).toEqual(['logs/access.log', 'logs/sub/old.log.gz'])
    const said = problems.map(({ path, message }) => [path, message])
    expect(Object.fromEntries(said)).toEqual({
      'logs/photo.png': expect.stringContaining('not a text log'),
      'logs/empty.log': expect.stringContaining('is empty'),
      'logs/notes.txt': expect.stringContaining('no log format'),
    })
  })

  test('raises a finding by a list of known addresses, and keeps the office’s own scanner apart', () => {
    const cwd = makeFolder({
      'access.log': attack,
      'office.toml': `[office]\nname = "Alder County Clerk"\nauthorised_scanners = ["${intruder}"]\n`,
      'bad.csv': `address\n${intruder.replaceAll('.', '[.]')}\n`,
    })
    const raised = bellwether(['scan', 'access.log', '--indicators', 'bad.csv'], { cwd })
    expect(raised.stdout).toContain('bad.csv')
    const own = documentOf(bellwether(['scan', 'access.log', '--office', 'office.toml', '--json'], { cwd }))
    expect(own.incidents.map(({ level, kinds }) => [level, kinds])).toEqual([['informational', ['authorised-scan']]])
  })
})

describe('the evidence file', () => {
  const odd = accessLine({ client: intruder, timeMs: startMs + 99_000, target: `/status?dl=D1'%22(`, status: 500 })
  const log = `${ordinary(0, 20)}${odd}\n${injection(21)}\n${ordinary(22, 3)}${injection(40)}\n`

  test('has every line of the findings with its hash, what was only clear in hindsight included', () => {
    const cwd = makeFolder({ 'access.log': log, 'again.log.gz': gzipSync(log) })
    for (const path of ['access.log', 'again.log.gz']) {
      const run = bellwether(['scan', path, '--json', '--evidence', 'evidence.ndjson'], { cwd })
      const rows = evidenceAt(join(cwd, 'evidence.ndjson'))
      const lines = log.split('\n')
      expect(rows.map(({ line }) => line)).toEqual([41, 42, 49])
      for (const { file, line, offset, sha256, raw, kinds } of rows) {
        expect([file, raw, kinds]).toEqual([path, lines[line - 1], ['sql-injection']])
        expect(sha256).toBe(createHash('sha256').update(raw).digest('hex'))
        expect(log.slice(offset, offset + raw.length)).toBe(raw)
      }
      const ids = documentOf(run).incidents.flatMap(({ findings }) => findings.map(({ id }) => id))
      expect([...new Set(rows.flatMap(({ findings }) => findings))]).toEqual(ids)
    }
  })

  test('is written from standard input too', () => {
    const cwd = makeFolder()
    const { status } = bellwether(['scan', '-', '--evidence', 'evidence.ndjson'], { cwd, input: log })
    expect(status).toBe(0)
    expect(evidenceAt(join(cwd, 'evidence.ndjson')).map(({ file, line }) => [file, line])).toEqual([
      ['-', 41],
      ['-', 42],
      ['-', 49],
    ])
  })

  test('is empty where nothing was found', () => {
    const cwd = makeFolder({ 'access.log': ordinary(0, 20) })
    expect(bellwether(['scan', 'access.log', '--evidence', 'evidence.ndjson'], { cwd }).status).toBe(0)
    expect(statSync(join(cwd, 'evidence.ndjson')).size).toBe(0)
  })

  test('that cannot be written is one sentence and exit code 1; the report is printed all the same', () => {
    const cwd = makeFolder({ 'access.log': log })
    const { status, stdout, stderr } = bellwether(['scan', 'access.log', '--evidence', 'absent/evidence.ndjson'], {
      cwd,
    })
    expect(stderr).toContain('absent/evidence.ndjson')
    expect(stderr).not.toContain('    at ')
    expect(stdout).toContain(intruder)
    expect(status).toBe(1)
  })
})

describe('the exit code', () => {
  const folder = (): string => makeFolder({ 'access.log': attack, 'quiet.log': ordinary(0, 10) })

  test('is 0 after a scan, whatever it found', () => {
    const cwd = folder()
    expect(bellwether(['scan', 'access.log'], { cwd }).status).toBe(0)
    expect(bellwether(['scan', 'quiet.log'], { cwd }).status).toBe(0)
  })

  test('is 0 where some of the files could be read, and the rest is named', () => {
    const { status, stdout } = bellwether(['scan', 'quiet.log', 'absent.log'], { cwd: folder() })
    expect(status).toBe(0)
    expect(stdout).toContain('absent.log')
  })

  test('is 1 where nothing could be read', () => {
    const { status, stdout, stderr } = bellwether(['scan', 'absent.log'], { cwd: folder() })
    expect(status).toBe(1)
    expect(stdout + stderr).toContain('There is no file or folder')
  })

  test('is 2 for arguments and office files that cannot be used, with a sentence', () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'office.toml'), '[office]\nknown_userz = ["a"]\n')
    for (const parameters of [
      ['scan'],
      ['scan', 'access.log', '--fail-on', 'soon'],
      ['scan', 'access.log', '--format', 'fax'],
      ['scan', 'access.log', '--json', '--ocsf'],
      ['scan', 'access.log', '--office', 'office.toml'],
      ['scan', 'access.log', '--office', 'absent.toml'],
      ['scan', 'access.log', '--indicators', 'absent.csv'],
      ['look'],
    ]) {
      const { status, stdout, stderr } = bellwether(parameters, { cwd })
      expect([status, stdout], parameters.join(' ')).toEqual([2, ''])
      expect(stderr).toMatch(/^[A-Z“"-].{10,}\n/i)
      expect(stderr).not.toContain('    at ')
    }
  })

  test('is 3 where something at the asked level or above was found', () => {
    const cwd = folder()
    const codeOf = (path: string, level: string): number | null =>
      bellwether(['scan', path, '--fail-on', level], { cwd }).status
    expect([codeOf('access.log', 'low'), codeOf('access.log', 'high')]).toEqual([3, 3])
    expect(codeOf('quiet.log', 'informational')).toBe(0)
  })
})

describe('bad input', () => {
  test.each([
    ['an empty file', '', 'is empty'],
    ['a binary file', Buffer.from([0, 1, 2, 3, 0, 255, 254, 0, 7, 7, 0, 0]), 'not a text log'],
    ['text that is no log', 'once upon a time\n', 'no log format'],
  ] as const)('%s is one clear sentence', (_, content, words) => {
    const cwd = makeFolder({ odd: content })
    const run = bellwether(['scan', 'odd', '--json'], { cwd })
    expect(run.status).toBe(1)
    const { problems } = documentOf(run)
    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(/^"odd" .*\.$/s)])
    expect(problems[0]?.message).toContain(words)
  })

  test('a folder without a file is one clear sentence', () => {
    const cwd = makeFolder()
    mkdirSync(join(cwd, 'logs'))
    const run = bellwether(['scan', 'logs', '--json'], { cwd })
    expect(run.status).toBe(1)
    expect(documentOf(run).problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('holds no file to read'),
    ])
  })

  test('a truncated gzip is read as far as it goes', () => {
    const packed = gzipSync(`${attack}${ordinary(60, 3_000)}`)
    const cwd = makeFolder({ 'cut.log.gz': packed.subarray(0, packed.length - 500) })
    const run = bellwether(['scan', 'cut.log.gz', '--json'], { cwd })
    const { incidents, problems, sources } = documentOf(run)
    expect([run.status, incidents.length, problems.length]).toEqual([0, 1, 1])
    expect(problems[0]?.message).toContain('is cut short')
    expect(sources[0]?.records).toBeGreaterThan(1_000)
  })

  test.skipIf(process.geteuid?.() !== 0)(
    'a file that may not be read is one clear sentence, the rest is scanned',
    () => {
      const cwd = makeFolder({ 'access.log': attack, 'secret.log': attack })
      chmodSync(cwd, 0o755)
      chmodSync(join(cwd, 'secret.log'), 0)
      const run = bellwether(['scan', 'secret.log', 'access.log', '--json'], { cwd, uid: nobody })
      const { incidents, problems } = documentOf(run)
      expect([run.status, incidents.length, problems.length]).toEqual([0, 1, 1])
      expect(problems[0]?.message).toContain('may not be read')
    },
  )

  test('a line of 64 MiB is one reject, and the lines around it are read', () => {
    const cwd = makeFolder()
    const path = join(cwd, 'long.log')
    writeFileSync(path, `${attack}192.0.2.1 - - [01/Jun/2026:10:00:00 +0000] "GET /`)
    for (let i = 0; i < 64; i++) writeFileSync(path, Buffer.alloc(1 << 20, 97), { flag: 'a' })
    writeFileSync(path, ` HTTP/1.1" 200 5 "-" "-"\n${injection(90)}\n`, { flag: 'a' })
    const { incidents, sources } = documentOf(bellwether(['scan', 'long.log', '--json'], { cwd }))
    expect(incidents.map(({ hitCount }) => hitCount)).toEqual([3])
    expect(sources[0]?.records).toBe(43)
    expect(JSON.stringify(sources[0])).toContain('line-too-long')
  })
})

describe('a reader that has seen enough', () => {
  test('may close early, as head does', async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) =>
      accessLine({ client: `10.1.${i >> 8}.${i & 255}`, timeMs: startMs + i * 1_000, target: "/s?a=1'+OR+1=1--+" }),
    )
    const cwd = makeFolder({ 'access.log': `${lines.join('\n')}\n` })
    const child = spawn(process.execPath, [program, 'scan', 'access.log', '--json'], { cwd })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect([code, errors]).toEqual([0, ''])
  })
})
