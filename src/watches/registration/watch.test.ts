import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ScanResult, scan } from '../../cli/scan.ts'
import { emptyOffice, type Office } from '../../core/office.ts'
import { readOffice } from '../../desk/config/office-file.ts'
import { readIndicatorList } from '../../formats/indicator-list.ts'
import type { Incident } from '../../incidents/incident.ts'

const folder = join(import.meta.dirname, 'cases')

/** What `cases/CASE/expected.json` says. Incidents come in the order of the report; of each, what is named is compared.
 *  `exposed` is how many voters' records truly came out, which must lie within the bounds. `flagged` has the lines of
 *  each file that belong to a finding, such as `3-9, 12`. */
interface Expected {
  readonly fact: string
  readonly incidents: readonly (Readonly<Record<string, unknown>> & { readonly exposed?: number })[]
  readonly flagged: Readonly<Record<string, string>>
}

const expectedOf = (name: string): Expected =>
  JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as Expected

function officeOf(path: string): Office {
  if (!existsSync(path)) return emptyOffice
  const office = readOffice(readFileSync(path, 'utf8'), path)
  if (!office.ok) throw new Error(office.error.map(({ message }) => message).join('\n'))
  return office.value.office
}

/** Line numbers as runs: `3-9, 12`. */
function runsOf(lines: ReadonlySet<number>): string {
  const runs: [number, number][] = []
  for (const line of [...lines].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === line - 1) last[1] = line
    else runs.push([line, line])
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}

/** What may stand in `expected.json` of an incident. */
function factsOf(incident: Incident): Record<string, unknown> {
  const { level, kinds, outcome, targets, actors, title, context, tools } = incident
  return { level, kinds, outcome, targets, actors: actors.length, actor: actors[0]?.value, title, context, tools }
}

const picked = (facts: Record<string, unknown>, like: object): Record<string, unknown> =>
  Object.fromEntries(Object.keys(like).map((key) => [key, facts[key]]))

/** Scans the files of a case and compares what is found with what is expected. */
async function check(name: string): Promise<void> {
  const at = (file: string): string => join(folder, name, file)
  const expected = expectedOf(name)
  const files = readdirSync(join(folder, name))
  const lists = files.filter((file) => file.startsWith('indicators'))
  const flagged = new Map<string, Set<number>>()
  const result: ScanResult = await scan({
    paths: files.filter((file) => file.startsWith('access')).map(at),
    databasePaths: files.filter((file) => file.startsWith('database')).map(at),
    formatFor: () => undefined,
    formatOptions: {},
    office: officeOf(at('office.toml')),
    indicators: lists.map((file) => readIndicatorList(file, readFileSync(at(file), 'utf8'))),
    spool: false,
    onEvidence: ({ source, line }) => {
      const file = relative(join(folder, name), source)
      flagged.set(file, (flagged.get(file) ?? new Set()).add(line))
    },
  })
  for (const stream of result.streams) stream.dispose()
  expect(result.problems).toEqual([])
  expect(result.sources.map(({ rejects }) => rejects)).toEqual(result.sources.map(() => 0))
  const shown = result.incidents.map((incident, i) => {
    const { exposed, ...like } = expected.incidents[i] ?? { level: '', kinds: '', title: '', targets: '' }
    return picked(factsOf(incident), like)
  })
  expect({
    incidents: shown,
    flagged: Object.fromEntries([...flagged].map(([file, lines]) => [file, runsOf(lines)])),
  }).toEqual({ incidents: expected.incidents.map(({ exposed, ...like }) => like), flagged: expected.flagged })
  for (const [i, { exposed }] of expected.incidents.entries()) {
    const { exposure } = result.incidents[i] as Incident
    if (exposed === undefined) expect(exposure?.recordsMin ?? 0).toBe(0)
    else {
      expect(exposure?.recordsMin).toBeLessThanOrEqual(exposed)
      expect(exposure?.recordsMax).toBeGreaterThanOrEqual(exposed)
    }
  }
}

describe('a site’s logs show that', () => {
  for (const name of readdirSync(folder).sort()) {
    test(`${expectedOf(name).fact} (${name})`, () => check(name))
  }
})
