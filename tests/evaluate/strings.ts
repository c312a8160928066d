/** Measures the SQL-injection judge on published strings: libinjection's, HttpParamsDataset's, and the Core Rule Set's
 *  regression stages that can stand in an access log. Runs alone too: `node tests/evaluate/strings.ts [--misses]`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { judgeRequest, judgeValue } from '../../src/watches/registration/sqli/judge.ts'
import { mayCarrySql } from '../../src/watches/registration/sqli/prefilter.ts'

export interface Table {
  readonly title: string
  readonly columns: string[]
  readonly rows: (string | number)[][]
}

interface Measured {
  readonly name: string
  readonly strings: readonly string[]
  readonly attack: boolean
  readonly bar: string
}

const isInjection = (value: string): boolean => (judgeValue(value)?.confidence ?? 0) >= 0.5
const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)}%`)

const passes = (value: string): boolean => {
  const bytes = Buffer.from(`/page?x=${value}`, 'latin1')
  return mayCarrySql(bytes, 0, bytes.length)
}

function libinjection(folder: string): Measured[] {
  if (!existsSync(folder)) return []
  const lines = (name: string): string[] =>
    readFileSync(join(folder, name), 'latin1')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const files = readdirSync(folder).filter((name) => name.startsWith('sqli-'))
  return [
    { name: 'libinjection attacks', strings: files.flatMap(lines), attack: true, bar: '>= 99%' },
    ...files.map((name) => ({ name: `  ${name}`, strings: lines(name), attack: true, bar: '' })),
    { name: 'libinjection false positives', strings: lines('false_positives.txt'), attack: false, bar: '<= 2%' },
  ]
}

/** RFC 4180 records; the dataset has no line breaks inside quotes, but allows for them. */
function csvRecords(text: string): string[][] {
  const records: string[][] = []
  for (const [line] of text.matchAll(/(?:"(?:[^"]|"")*"|[^"\n])+/g))
    records.push(
      [...line.trimEnd().matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) =>
        match[1] === undefined ? (match[2] as string) : match[1].replaceAll('""', '"'),
      ),
    )
  return records
}

function httpParams(file: string): Measured[] {
  if (!existsSync(file)) return []
  const records = csvRecords(readFileSync(file, 'latin1')).slice(1)
  const of = (kind: string): string[] =>
    records.filter((record) => record[2] === kind).map((record) => record[0] as string)
  return [
    { name: 'http-params SQL injection', strings: of('sqli'), attack: true, bar: '>= 99%' },
    { name: 'http-params ordinary', strings: of('norm'), attack: false, bar: '<= 0.1%' },
    {
      name: 'http-params ordinary, URL-encoded',
      strings: of('norm').map(encodeURIComponent),
      attack: false,
      bar: '<= 0.1%',
    },
  ]
}

interface Stage {
  readonly id: string
  readonly expected: boolean
  readonly target: string
  readonly cookie: string
  readonly referer: string
  readonly agent: string
}

const agreed = (stage: Stage): boolean =>
  judgeRequest(stage).some(({ confidence }) => confidence >= 0.5) === stage.expected

/** Rules of the set whose tests carry no SQL: they count special characters, or know numbers that crashed PHP. */
const withoutSql = /^942(?:220|420|421|430|431|432|460)-/

/** Why a stage that does not agree is let be. */
const reasons: [RegExp, string][] = [
  [/^942(?:420|421|430|431|432|460)-/, 'the rule counts special characters; the value is no SQL'],
  [/^942220-/, 'the rule knows numbers that once crashed PHP; the value is no SQL'],
  [/^942(?:511|480|140)-/, 'a quoted or bare word; no SQL goes on from it'],
  [/^942390-/, 'a fragment such as `or 88`, which an address in Oregon holds too'],
  [/^942180-/, 'a quote and punctuation: judged weak, as a probe'],
]

function text(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'utf8').toString('latin1') : ''
}

/** The stages of 942 whose request line, cookie, referer or agent is not merely the test suite's default. */
function crsStages(folder: string): Stage[] {
  if (!existsSync(folder)) return []
  const stages: Stage[] = []
  for (const group of readdirSync(folder).filter((name) => name.includes('-942-')))
    for (const name of readdirSync(join(folder, group))) {
      const file = parse(readFileSync(join(folder, group, name), 'utf8'))
      for (const test of file.tests)
        for (const { input, output } of test.stages) {
          const headers = input.headers ?? {}
          const agent = text(headers['User-Agent'])
          const target = text(input.uri)
          const stage = {
            id: `${file.rule_id}-${test.test_id}`,
            expected: output?.log?.expect_ids !== undefined,
            target,
            cookie: text(headers.Cookie),
            referer: text(headers.Referer),
            agent: agent.includes('CRS') ? '' : agent,
          }
          const bodyOnly = input.data !== undefined && !target.includes('?')
          const empty = !target.includes('?') && stage.cookie + stage.referer + stage.agent === ''
          const inPath = !/^\/(?:get|post|put)?\/?$/.test(target)
          if ((bodyOnly && stage.cookie + stage.referer + stage.agent === '') || (empty && !inPath)) continue
          stages.push(stage)
        }
    }
  return stages
}

function stringsTable(measured: readonly Measured[]): Table {
  const rows = measured.map(({ name, strings, attack, bar }) => {
    const flagged = strings.filter(isInjection)
    const passed = flagged.filter((value) => passes(value)).length
    return [
      name,
      strings.length,
      flagged.length,
      percent(flagged.length, strings.length),
      bar,
      attack ? flagged.length - passed : '',
    ]
  })
  return {
    title: 'SQL-injection judge on strings',
    columns: ['strings', 'count', 'flagged', 'share', 'bar', 'flagged but not passed by the prefilter'],
    rows,
  }
}

function crsTables(stages: readonly Stage[]): Table[] {
  const disagreements = stages.filter((stage) => !agreed(stage))
  const row = (name: string, chosen: readonly Stage[]): (string | number)[] => {
    const agree = chosen.filter(agreed).length
    return [name, chosen.length, agree, percent(agree, chosen.length), '>= 95%']
  }
  return [
    {
      title: 'Core Rule Set 942 stages that can stand in an access log',
      columns: ['stages', 'count', 'agree', 'share', 'bar'],
      rows: [
        row('all', stages),
        row(
          'of rules that are about SQL',
          stages.filter(({ id }) => !withoutSql.test(id)),
        ),
      ],
    },
    {
      title: 'Disagreements with the Core Rule Set',
      columns: ['stage', 'expected', 'request', 'reason'],
      rows: disagreements.map((stage) => [
        stage.id,
        stage.expected ? 'flag' : 'quiet',
        [stage.target, stage.cookie, stage.referer, stage.agent]
          .filter((part) => part !== '')
          .join(' | ')
          .slice(0, 90),
        reasons.find(([pattern]) => pattern.test(stage.id))?.[1] ?? 'missed',
      ]),
    },
  ]
}

function measurements(corpora: string): Measured[] {
  return [...libinjection(join(corpora, 'libinjection')), ...httpParams(join(corpora, 'http-params/payloads.csv'))]
}

/** All tables over whichever of the corpora are present. */
export function evaluateStrings(corpora: string): Table[] {
  const measured = measurements(corpora)
  const stages = crsStages(join(corpora, 'crs-tests'))
  return [...(measured.length > 0 ? [stringsTable(measured)] : []), ...(stages.length > 0 ? crsTables(stages) : [])]
}

function print(table: Table): void {
  const cells = [table.columns, ...table.rows.map((row) => row.map(String))]
  const widths = table.columns.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  console.log(`\n${table.title}`)
  for (const row of cells)
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ')}`)
}

if (import.meta.main) {
  const corpora = process.env.BELLWETHER_CORPORA ?? '../shared/corpora'
  if (process.argv.includes('--misses'))
    for (const { name, strings, attack } of measurements(corpora))
      for (const value of strings)
        if (isInjection(value) !== attack && !name.startsWith(' ')) console.log(`${name}\t${value.slice(0, 240)}`)
  const tables = evaluateStrings(corpora)
  if (tables.length === 0) console.log(`No corpora at ${corpora}; set BELLWETHER_CORPORA.`)
  for (const table of tables) print(table)
}
