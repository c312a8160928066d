import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Command, formatFor, parseArguments, type ScanCommand } from './arguments.ts'
import { parseMailCheck } from './mail-check.ts'
import { commandUsage, usageText } from './usage.ts'

const parsed = (line: string): Command => {
  const result = parseArguments(line.split(' '))
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
const scan = (line: string) => parsed(`scan ${line}`) as ScanCommand
const refused = (line: string, formats?: string[]): string => {
  const result = parseArguments(line === '' ? [] : line.split(' '), formats)
  return result.ok ? `accepted: ${JSON.stringify(result.value)}` : result.error.message
}

describe('the command line', () => {
  test('a scan of one file needs nothing else', () => {
    expect(scan('access.log')).toEqual({
      name: 'scan',
      paths: ['access.log'],
      databasePaths: [],
      formats: [],
      indicatorPaths: [],
      rulePaths: [],
      output: 'report',
      colour: true,
      quiet: false,
    })
  })

  test('--db takes every path up to the next option, and may be repeated', () => {
    const command = scan('a.log b.log --db 1.json 2.json --json --db 3.json')
    expect(command.paths).toEqual(['a.log', 'b.log'])
    expect(command.databasePaths).toEqual(['1.json', '2.json', '3.json'])
    expect(command.output).toBe('json')
    expect(scan('--db=1.json a.log')).toMatchObject({ paths: ['a.log'], databasePaths: ['1.json'] })
    expect(scan('--db 1.json -- a.log')).toMatchObject({ paths: ['a.log'], databasePaths: ['1.json'] })
  })

  test('a file whose name begins with a dash is named after --', () => {
    expect(scan('-- -old.log --db').paths).toEqual(['-old.log', '--db'])
  })

  test('standard input is a path like any other, once', () => {
    expect(scan('-').paths).toEqual(['-'])
    expect(scan('a.log --db -').databasePaths).toEqual(['-'])
    expect(refused('scan - --db -')).toMatch(/can be read once only/)
  })

  test('every option is read', () => {
    expect(
      scan(
        'a --ocsf --evidence e.ndjson --office o.toml --indicators x.csv --indicators y.txt --rules r.zip --rules x.yml z.yml --hits h.ndjson --fail-on high --no-color -q --format combined --format iis:*.w3c --utc-offset -05:00',
      ),
    ).toEqual({
      name: 'scan',
      paths: ['a'],
      databasePaths: [],
      formats: [{ format: 'combined' }, { format: 'iis', glob: '*.w3c' }],
      indicatorPaths: ['x.csv', 'y.txt'],
      rulePaths: ['r.zip', 'x.yml', 'z.yml'],
      hitsPath: 'h.ndjson',
      officePath: 'o.toml',
      utcOffsetMinutes: -300,
      output: 'ocsf',
      evidencePath: 'e.ndjson',
      failOn: 'high',
      colour: false,
      quiet: true,
    })
  })

  test('logs may follow the path of rules', () => {
    expect(scan('--rules folder log.evtx events.jsonl')).toMatchObject({
      rulePaths: ['folder'],
      paths: ['log.evtx', 'events.jsonl'],
    })
  })

  test.each([
    ['+02:00', 120],
    ['-0530', -330],
    ['-5', -300],
    ['0', 0],
    ['UTC', 0],
    ['+14:00', 840],
  ])('the offset %s is %i minutes', (text, minutes) => {
    expect(scan(`a --utc-offset ${text}`).utcOffsetMinutes).toBe(minutes)
    expect(scan(`a --utc-offset=${text}`).utcOffsetMinutes).toBe(minutes)
  })

  test.each(['+15:00', '-13', 'EST', '02:75', '1e1', '--json'])('the offset %s is refused with an example', (text) => {
    expect(refused(`scan a --utc-offset ${text}`)).toMatch(/such as --?(utc-offset )?-?05:00|such as -05:00/)
  })

  test('help, version and demo are commands and, where usual, options', () => {
    expect(parsed('help')).toEqual({ name: 'help' })
    expect(parsed('scan x --help')).toEqual({ name: 'help' })
    expect(parseArguments([])).toEqual({ ok: true, value: { name: 'help' } })
    expect(parsed('--version')).toEqual({ name: 'version' })
    expect(parsed('demo --no-color')).toMatchObject({ name: 'demo', colour: false, output: 'report' })
  })

  test.each([
    ['scan', /^Say which files to read, for example: bellwether scan /],
    ['--json', /^Say what to do first, for example: bellwether scan /],
    ['scna access.log', /did you mean scan\?$/],
    ['access.log', /put "scan" first: bellwether scan access\.log$/],
    ['scan a --ofice x', /^There is no option --ofice; did you mean --office\?$/],
    ['scan a --frobnicate', /bellwether help lists those there are$/],
    ['scan a --evidence', /^--evidence needs a file to write/],
    ['scan a --evidence --json', /^--evidence needs a file to write/],
    ['scan a --db', /^--db needs one or more database logs/],
    ['scan a --db --json', /^--db needs one or more database logs/],
    ['scan a --json=yes', /^--json takes no value/],
    ['scan a --json --ocsf', /choose one/],
    ['scan a --fail-on severe', /informational, low, medium, high, critical/],
    ['scan a --office x --office y', /was given twice/],
    ['scan a --format combined:', /ends in a colon/],
    ['scan a --constructor', /^There is no option --constructor/],
    ['demo access.log', /bellwether scan access\.log$/],
    ['demo --office x', /goes with scan/],
  ])('"%s" is refused with the mend', (line, message) => {
    expect(refused(line)).toMatch(message)
  })

  test('a format that does not exist is refused with those that do', () => {
    expect(refused('scan a --format apach', ['combined', 'iis'])).toBe(
      '--format does not know "apach"; write one of combined, iis.',
    )
  })

  test('a glob chooses the format of some files; the last that fits wins', () => {
    const choices = scan('a --format combined --format iis:*.w3c --format json:/var/log/**').formats
    expect(formatFor('/tmp/x.w3c', choices)).toBe('iis')
    expect(formatFor('/var/log/a/x.w3c', choices)).toBe('json')
    expect(formatFor('access.log', choices)).toBe('combined')
    expect(formatFor('access.log', [])).toBeUndefined()
  })

  test('any arguments give a command or one sentence, never an exception', () => {
    const word = fc.oneof(
      fc.constantFrom('scan', 'demo', '--db', '--', '-', '--json', '--format', '--utc-offset', '-q', '-x', '--db=', ''),
      fc.string({ maxLength: 12 }),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        const result = parseArguments(argv)
        if (!result.ok) expect(result.error.message.length).toBeGreaterThan(20)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the help text', () => {
  test('fits 80 columns, in ASCII, examples before options', () => {
    const text = usageText([{ name: 'combined', title: 'nginx or Apache access log (combined)' }])
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(text).toMatch(/^[\x20-\x7e\n]*$/)
    expect(text.indexOf('Examples:')).toBeLessThan(text.indexOf('Options:'))
    expect(text).toContain('  combined  nginx or Apache')
  })

  test('names every option that the command line takes, and its examples are accepted', () => {
    const text = usageText([])
    for (const name of [
      'db',
      'office',
      'indicators',
      'evidence',
      'json',
      'ocsf',
      'format',
      'utc-offset',
      'fail-on',
      'no-color',
      'quiet',
      'help',
      'version',
    ]) {
      expect(text).toContain(`--${name}`)
    }
    const examples = text.slice(text.indexOf('Examples:'), text.indexOf('Use of the desk:'))
    const lines = [...examples.matchAll(/^ {2}bellwether (.*)$/gm)].map(([, line]) => line as string)
    expect(lines.length).toBeGreaterThan(3)
    for (const line of lines) {
      if (line.startsWith('mail check ')) expect(parseMailCheck(line.split(' ').slice(1)).ok, line).toBe(true)
      else expect(refused(line)).toMatch(/^accepted/)
    }
  })

  test('of one command tells of that command alone', () => {
    const text = usageText([])
    const list = text.slice(text.indexOf('Commands:'), text.indexOf('Examples:'))
    const names = [...list.matchAll(/^ {2}bellwether (\w+)/gm)].map(([, name]) => name as string)
    const described = names.filter((name) => commandUsage(name) !== undefined)
    expect(names.filter((name) => !described.includes(name))).toEqual(['scan', 'demo'])
    for (const name of [...described, 'restore']) {
      const uses = [...(commandUsage(name) ?? '').matchAll(/^ {2}bellwether (\w+)/gm)].map(([, each]) => each as string)
      expect(uses).toContain(name)
      expect(uses.filter((each) => each !== name && !(each === 'backup' || each === 'restore'))).toEqual([])
    }
    expect(commandUsage('constructor')).toBeUndefined()
  })
})
