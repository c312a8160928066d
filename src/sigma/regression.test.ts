/** The pairs of a rule and the events that it was recorded with, where they are at hand: the rule fires as often as the
 *  pair says, from the EVTX form and from the JSON form, through the readers and the tables of the product. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { EventRecord } from '../formats/event.ts'
import { windowsFormats } from '../formats/windows-formats.ts'
import { compile } from './compile.ts'
import { LogsourceTable, parseMappings } from './mappings.ts'
import { naivelyMatches, type PlainRule } from './naive.fixture.ts'
import { parseRules } from './parse-rules.ts'

const root = join(process.env.BELLWETHER_CORPORA ?? '../shared/corpora', 'sigma')
const infos = existsSync(root) ? globSync('regression_data/**/info.yml', { cwd: root }) : []

interface Info {
  readonly rule_metadata: readonly { readonly id: string }[]
  readonly regression_tests_info: readonly { readonly path: string; readonly match_count?: number }[]
}

const tables = parseMappings(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../data/mappings/windows.json'), 'utf8')),
)
if (!tables.ok) throw new Error(tables.error)
const { logsources = [], fieldMappings = [] } = tables.value
const table = new LogsourceTable(logsources)

/** All events of a file, by the format that is surest of it. */
function eventsOf(path: string): EventRecord[] {
  const bytes = readFileSync(path)
  const [format] = [...windowsFormats].sort((a, b) => b.recognise(bytes) - a.recognise(bytes))
  if (format === undefined || format.recognise(bytes) === 0) throw new Error(`no format for ${path}`)
  const reader = format.open({ kindOf: (field) => table.of(field) })
  const records: EventRecord[] = []
  let start = 0
  while (start < bytes.length) {
    const chunk = { source: path, bytes, start, end: bytes.length, offset: start, line: 1, last: true }
    start += reader.read(chunk, records, []).bytes
  }
  return records
}

/** On how many events a rule is true, by the evaluator that has no index. */
function naiveCount(files: readonly string[], id: string | undefined, events: readonly EventRecord[]): number {
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'))
  const plain = parse(texts.find((text) => text.includes(`id: ${id}`)) ?? '') as PlainRule
  const names = [...new Set(JSON.stringify(plain).match(/[A-Z]\w+(?=["|])/g))]
  return events.filter((event) => {
    const fields = names.flatMap((name) => {
      const value = event.field(name)
      return value === undefined ? [] : [[name, value] as const]
    })
    return naivelyMatches(plain, Object.fromEntries(fields))
  }).length
}

describe.skipIf(infos.length === 0)('recorded pairs of a rule and its events', () => {
  test('fire as often as they say, from EVTX and from JSON', () => {
    const files = globSync('rules*/**/*.yml', { cwd: root })
    const rules = files.flatMap((file) => parseRules(readFileSync(join(root, file), 'utf8'), file).rules)
    const { engine } = compile(rules, { fieldMappings })
    const misses: string[] = []
    let pairs = 0
    for (const info of infos) {
      const { rule_metadata: [rule] = [], regression_tests_info: runs } = parse(
        readFileSync(join(root, info), 'utf8'),
      ) as Info
      for (const { path, match_count: expected = 1 } of runs) {
        const evtx = existsSync(join(root, path))
          ? join(root, path)
          : join(root, dirname(info), path.split('/').at(-1) ?? '')
        for (const file of [evtx, evtx.replace(/\.evtx$/, '.json')]) {
          if (!existsSync(file)) continue
          pairs++
          const events = eventsOf(file)
          const count = events.filter((event) => engine.match(event).some((match) => match.rule.id === rule?.id)).length
          // Some pairs state fewer events than their rule is true of, read word by word.
          if (count !== expected && (count < expected || count !== naiveCount(files, rule?.id, events))) {
            const kinds = new Set(events.map(({ logsource }) => JSON.stringify(logsource)))
            misses.push(`${file.slice(root.length)}: ${count}, not ${expected}, of ${events.length}; ${[...kinds]}`)
          }
        }
      }
    }
    expect(pairs).toBeGreaterThan(200)
    expect(misses).toEqual([])
  }, 240_000)
})
