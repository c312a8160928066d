import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { exitCodes } from './arguments.ts'
import { parseRulesCommand, runRules } from './rules.ts'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-rules-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rule = (title: string, id: number, selection = 'Image: x'): string =>
  `title: ${title}\nid: 0000000${id}-0000-4000-8000-000000000000\nstatus: test\nlogsource:\n  category: process_creation\n  product: windows\ndetection:\n  selection:\n    ${selection}\n  condition: selection\ntags:\n  - attack.impact\n  - attack.t1490\n`

async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  const command = parseRulesCommand(argv, join(folder, 'data'))
  if (!command.ok) return { code: exitCodes.usage, text: command.error }
  let text = ''
  const print = (more: string): void => {
    text += more
  }
  const code = await runRules(command.value, { columns: 80, nowMs: Date.UTC(2026, 10, 3), print, complain: print })
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  return { code, text }
}

const write = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const zip = (name: string, files: Readonly<Record<string, string>>): string => {
  const path = join(folder, name)
  writeFileSync(path, zipSync(Object.fromEntries(Object.entries(files).map(([each, text]) => [each, strToU8(text)]))))
  return path
}

describe('what is asked for', () => {
  test.each([
    [[], 'Say what to do with rules: '],
    [['chek'], 'Say what to do with rules: '],
    [['check'], 'Say which rules to check, for example: bellwether rules check my-rules'],
    [['add'], 'Say which rules to add, for example: bellwether rules add sigma_core.zip'],
    [['add', 'a', 'b'], 'Say which rules to add'],
    [['add', 'a', '--name', '../x'], '"../x" cannot name a set'],
    [['remove'], 'Say which set to remove'],
    [['list', 'x'], 'rules list takes --data FOLDER.'],
    [['check', 'x', '--navigator', 'y'], '--navigator belongs to rules coverage.'],
    [['test', '--fast'], 'rules test takes files or folders, and --data FOLDER; something else was given.'],
  ])('%j is answered with a sentence', (argv, sentence) => {
    const command = parseRulesCommand(argv, 'data')
    expect(command.ok ? '' : command.error).toContain(sentence)
  })
})

describe('rules check', () => {
  test('says file, line and mend of each mistake, and ends with 3', async () => {
    const path = write(
      'bad.yml',
      `${rule('Good', 1).replace('test', 'done')}---\n${rule('Bad', 2, 'Image|containz: x')}`,
    )
    const { code, text } = await run('check', path)
    expect(code).toBe(exitCodes.found)
    expect(text.replace(/\s+/g, ' ')).toContain('line 23: Image: "containz" is not a modifier.')
    expect(text.replace(/\s+/g, ' ')).toContain(
      'line 3: status is none of stable, test, experimental, deprecated, unsupported.',
    )
    expect(text).toContain('2 rules in 1 file: 1 can be used.')
  })

  test('names the values that rules wait for, which is no mistake', async () => {
    const { code, text } = await run(
      'check',
      write('waits.yml', rule('W', 3, "Computer|expand: '%election_machines%'")),
    )
    expect(code).toBe(exitCodes.done)
    expect(text).toContain('  election_machines  1 rule\n')
    expect(text).toContain('0 can be used, 1 waits for values of your office')
  })

  test('of nothing ends with 1', async () => {
    expect(await run('check', join(folder, 'nowhere'))).toMatchObject({
      code: exitCodes.nothingRead,
      text: expect.stringContaining('There is no such file or folder. Check the name.'),
    })
  })
})

test('rules test tells of a case that is not as expected', async () => {
  const path = write('case.yml', rule('Never', 4))
  const event = `
      - System: { Provider: { Name: Microsoft-Windows-Sysmon }, EventID: 1, Channel: Microsoft-Windows-Sysmon/Operational, Computer: A, TimeCreated: { SystemTime: '2026-10-29T14:05:10.000Z' } }
        EventData: { Image: y }`
  write('case.cases.yml', `cases:\n  - name: something\n    fires: true\n    events:${event}\n`)
  const { code, text } = await run('test', path)
  expect(code).toBe(exitCodes.found)
  expect(text).toContain('"Never" should fire on "something", but stayed quiet.')
  expect(text).toContain('1 rule, 1 case. 1 case is not as expected.')
})

test('rules coverage is a table, and a layer for the Navigator', async () => {
  const layerPath = join(folder, 'layer.json')
  const { code, text } = await run('coverage', write('one.yml', rule('One', 5)), '--navigator', layerPath)
  expect(code).toBe(exitCodes.done)
  expect(text).toMatch(/^Impact +1 +1 +#+$/m)
  expect(text).toMatch(/^Discovery +0 +0$/m)
  expect(JSON.parse(readFileSync(layerPath, 'utf8'))).toMatchObject({
    versions: { layer: '4.5' },
    domain: 'enterprise-attack',
    techniques: [{ techniqueID: 'T1490', score: 1, comment: 'One' }],
  })
})

test('sets are added, updated with a report, listed and removed', async () => {
  const first = await run('add', zip('Sigma_Core.zip', { 'a.yml': rule('A', 6), 'b.yml': rule('B', 7) }))
  expect(first).toEqual({
    code: exitCodes.done,
    text: expect.stringContaining('are kept as "sigma_core". 2 can be used.'),
  })
  const files = { 'a.yml': rule('A', 6, 'Image: y'), 'c.yml': rule('C', 8), 'd.yml': 'title: D\n' }
  const { text } = await run('add', zip('Sigma_Core.zip', files))
  expect(text).toContain('Since last time: 1 added, 1 changed, 1 removed.')
  expect(text).toContain('Added:\n  C\n')
  expect(text).toContain('Changed:\n  A\n')
  expect(text).toContain('Removed:\n  B\n')
  expect(text).toContain('d.yml, line 1:')
  expect((await run('list')).text).toContain('sigma_core: 2 rules in 3 files\n  added 2026-11-03 from ')
  expect((await run('add', zip('none.zip', { 'x.txt': 'x' }))).code).toBe(exitCodes.nothingRead)
  expect((await run('remove', 'sigma_core')).text).toBe('The rules "sigma_core" are no longer kept.\n')
  expect((await run('remove', 'sigma_core')).code).toBe(exitCodes.nothingRead)
})

test('our own rules may be referred to by an office’s', async () => {
  const path = write(
    'mine.yml',
    'title: Mine\nid: 00000009-0000-4000-8000-000000000000\ncorrelation:\n  type: event_count\n  rules: [event-log-cleared]\n  group-by: [Computer]\n  timespan: 1h\n  condition:\n    gte: 2\n',
  )
  expect((await run('check', path)).text).toContain('1 rule in 1 file: 1 can be used.')
})
