import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tnefFile } from '../formats/mail/tnef.fixture.ts'
import { mailSource } from '../watches/mail/mail.fixture.ts'
import { exitCodes } from './arguments.ts'
import { parseMailCheck, runMailCheck } from './mail-check.ts'
import { program } from './program.fixture.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-mail-check-'))
  const attack = `From: "VR Systems" <vr.elections@gmail.com>\nTo: <clerk@county.example>\nSubject: New EViD User Guides\u001b[2J\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Please read the new guides of VR Systems.</p><p><a href="http://198.51.100.9/x">https://www.vrsystems.com/</a></p>\n--b\nContent-Type: application/octet-stream; name="New EViD User Guides.js"\n\nnew ActiveXObject("WScript.Shell").Run("cmd")\n--b--\n`
  writeFileSync(join(folder, '1.eml'), attack)
  writeFileSync(join(folder, '2.eml'), 'From: Pat <pat@county.example>\nSubject: Lunch\n\nPizza or salad?\n')
  writeFileSync(join(folder, '3.eml'), 'no mail at all')
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(...args: readonly string[]): Promise<{ code: number; out: string; complaints: string }> {
  const command = parseMailCheck(['check', ...args])
  if (!command.ok) throw new Error(command.error.message)
  let out = ''
  let complaints = ''
  const code = await runMailCheck(command.value, {
    columns: 80,
    print: (text) => {
      out += text
    },
    complain: (text) => {
      complaints += text
    },
  })
  return { code, out, complaints }
}

describe('mail check', () => {
  test('tells in 80 columns whom a mail poses as, with its proofs and what to do', async () => {
    const { code, out } = await run(join(folder, '1.eml'))
    expect(code).toBe(exitCodes.done)
    expect(out).toContain('ATTACK: this mail poses as VR Systems')
    expect(out).toContain('vr.elections@gmail.com')
    expect(out).toContain('New EViD User Guides.js')
    expect(out).toContain('What to do:')
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('says that a mail carries a program where nothing else speaks against it', async () => {
    const file = join(folder, 'program.eml')
    writeFileSync(file, 'From: Pat <pat@a.example>\nSubject: Tool\nContent-Type: a/b; name=tool.exe\n\nMZ')
    const { out } = await run(file)
    expect(out).toContain('Take care: it carries something that acts')
    expect(out).toContain('What it carries:\n  - A program in tool.exe')
    rmSync(file)
  })

  test('names the files of a mail, those in a package of Outlook and in a mail inside too', async () => {
    const inner = mailSource({ from: 'b@b.example', subject: 'Inner', file: { name: 'b.pdf', type: 'a/b', text: 'x' } })
    const packed = tnefFile({
      files: [
        { name: 'Guides.docm', bytes: Buffer.from('x') },
        { name: 'Fwd.eml', bytes: inner },
      ],
    })
    const file = join(folder, 'packed.eml')
    writeFileSync(
      file,
      `From: Pat <pat@a.example>\nSubject: Lunch\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n${Buffer.from(packed).toString('base64')}\n`,
    )
    const { out } = await run(file)
    expect(out).toContain('Files in it:\n  - Guides.docm\n  - Inner > b.pdf\n')
    const line = JSON.parse((await run('--json', file)).out) as { files: { name: string; within: string[] }[] }
    expect(line.files.map(({ name, within }) => [name, within])).toEqual([
      ['Guides.docm', []],
      ['b.pdf', ['Inner']],
    ])
    rmSync(file)
  })

  test('tells of the one whom the mail poses as, and leaves names out that only stand in its text', async () => {
    const mail = join(folder, 'names.eml')
    writeFileSync(
      mail,
      `From: "VR Systems" <vr.elections@gmail.com>\nSubject: New EViD guides\n\nOpen http://198.51.100.9/x today.\nIt works as well with the poll books of Hart InterCivic and with Microsoft Excel.\n${'Read them line by line.\n'.repeat(20)}\nThe team\n`,
    )
    const { out } = await run(mail)
    expect(out).toContain('VR Systems, in the sender')
    expect(out).not.toContain('Hart InterCivic,')
    const line = JSON.parse((await run('--json', mail)).out) as { claims: { identity: string }[] }
    expect(line.claims.map(({ identity }) => identity)).toContain('hart-intercivic')
    rmSync(mail)
  })

  test('shows nothing of a mail that a terminal would obey', async () => {
    const { out } = await run(folder)
    expect(out).not.toContain('\u001b')
    expect(out).toContain('<U+001B>')
  })

  test('prints one line of JSON a mail, and one for a mail that cannot be read', async () => {
    const { out } = await run('--json', folder)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ verdict }) => verdict)).toEqual(['attack', 'clean', null])
    expect(Object.keys(lines[0] ?? {})).toEqual(
      expect.arrayContaining(['file', 'verdict', 'score', 'claims', 'failures', 'payload', 'campaign']),
    )
    expect(lines[2]).toMatchObject({ unreadable: { reason: 'not-this-format' } })
  })

  test('says that checks of senders were not used where no server is named that may be believed', async () => {
    const file = join(folder, 'checked.eml')
    writeFileSync(
      file,
      'Authentication-Results: mx.a.example; spf=fail\nFrom: Pat <pat@a.example>\nSubject: Lunch\n\nPizza?\n',
    )
    const office = join(folder, 'office.json')
    const toml = join(folder, 'office.toml')
    writeFileSync(office, '{"trustedServers":["mx.a.example"]}')
    writeFileSync(toml, '[mail]\ntrusted_servers = ["mx.a.example"]\n')
    expect((await run(file)).out).toContain('trusted_servers')
    for (const path of [office, toml]) {
      expect((await run('--office', path, file)).out).not.toContain('trusted_servers')
    }
    writeFileSync(toml, '[mail]\ntrusted_server = ["mx.a.example"]\n')
    const { code, complaints } = await run('--office', toml, file)
    expect(code).toBe(exitCodes.usage)
    expect(complaints).toContain('line 2')
    for (const path of [file, office, toml]) rmSync(path)
  })

  test('protects the names of a list that the office gives', async () => {
    const list = join(folder, 'vendors.json')
    writeFileSync(
      list,
      JSON.stringify([{ id: 'q', name: 'Quellmar Ballots', kind: 'vendor', domains: ['quellmar.example'] }]),
    )
    const mail = join(folder, 'q.eml')
    writeFileSync(
      mail,
      'From: Quellmar Ballots <q1@gmail.com>\nSubject: Update\n\nSign in at http://198.51.100.7/login to keep your account.\n',
    )
    const verdicts = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await run('--json', mail, ...args)).out).posesAs
    expect(await verdicts()).toBeNull()
    expect(await verdicts('--vendors', list)).toBe('q')
    const office = join(folder, 'office.toml')
    writeFileSync(office, '[mail]\nlists = ["vendors.json"]\n')
    expect(await verdicts('--office', office)).toBe('q')
    for (const path of [list, mail, office]) rmSync(path)
  })

  test('unpacks what is packed, and says where that breaks off', async () => {
    const packed = join(folder, 'old.gz')
    const separator = 'From a@example.org Thu Nov  3 04:56:17 2022\n'
    const whole = gzipSync(
      `${separator}Subject: a\n\nx\n\n${separator}Subject: b\n\n${'words of a mail '.repeat(900)}\n`,
    )
    writeFileSync(packed, whole)
    const files = async (): Promise<string[]> =>
      (await run('--json', packed)).out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { file: string }).file)
    expect(await files()).toEqual([`${packed}#1`, `${packed}#2`])
    writeFileSync(packed, whole.subarray(0, whole.length - 12))
    expect((await run(packed)).complaints).toContain('is cut short')
    writeFileSync(packed, whole.subarray(0, 12))
    const { code, out, complaints } = await run('--json', packed)
    expect({ code, out }).toEqual({ code: exitCodes.nothingRead, out: '' })
    expect(complaints).toContain('is cut short')
    rmSync(packed)
  })

  test('follows a link to a file in a folder, and says of one that leads nowhere', async () => {
    const links = join(folder, 'links')
    mkdirSync(links)
    symlinkSync(join(folder, '2.eml'), join(links, 'a.eml'))
    symlinkSync(join(folder, 'gone.eml'), join(links, 'b.eml'))
    symlinkSync(folder, join(links, 'up'))
    const { out, complaints } = await run('--json', links)
    expect(out.trim().split('\n')).toHaveLength(1)
    expect(complaints).toContain('b.eml')
    rmSync(links, { recursive: true })
  })

  test('reads standard input, and is not ended by a reader who stops early', () => {
    const check = (input: string, script: string) =>
      spawnSync('sh', ['-c', script, 'sh', process.execPath, program], { input, encoding: 'utf8', timeout: 60_000 })
    const mail = readFileSync(join(folder, '1.eml'), 'utf8')
    const one = check(mail, '"$1" "$2" mail check -')
    expect(one.stdout).toContain('ATTACK: this mail poses as VR Systems')
    expect(one.stdout).toContain('File: standard input')
    const box = `From a@example.org Thu Nov  3 04:56:17 2022\n${mail}\n\n`.repeat(300)
    const early = check(box, '"$1" "$2" mail check - | head -n 1')
    expect(early.stdout.split('\n')).toHaveLength(2)
    expect(early.stderr).toBe('')
  }, 90_000)

  test('ends with a code of its own when it is asked to', async () => {
    expect((await run(join(folder, '1.eml'), '--fail-on', 'attack')).code).toBe(exitCodes.found)
    expect((await run(join(folder, '2.eml'), '--fail-on', 'attack')).code).toBe(exitCodes.done)
    expect((await run(join(folder, 'none.eml'))).code).toBe(exitCodes.nothingRead)
  })
})

test('what is not understood is refused with a sentence', () => {
  expect(parseMailCheck([])).toMatchObject({ ok: false })
  expect(parseMailCheck(['check'])).toMatchObject({ ok: false })
  expect(parseMailCheck(['check', 'a', '--fail-on', 'clean'])).toMatchObject({ ok: false })
})
