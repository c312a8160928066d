/** Proves that lint really refuses what ARCHITECTURE.md forbids: each case is a file in a copy of the lint setting, all
 *  linted in one run. A case that lint accepts is a boundary that exists on paper only. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layers, pureLayers, sourceUsers } from './layers.ts'

interface Case {
  readonly path: string
  readonly text: string
  /** What the diagnostic is called, or undefined where lint must stay quiet. */
  readonly refusedBy?: string
}

const body = (line: string): string => `/** A probe. */\n${line}\n`
const imports = (target: string): string => body(`import { probe } from '${target}'\n\nexport const found = probe`)

function layeringCases(): Case[] {
  const cases: Case[] = []
  for (const [index, layer] of layers.entries()) {
    for (const [otherIndex, other] of layers.entries()) {
      if (other === layer) continue
      const sourcesByOther = other === 'sources' && !sourceUsers.includes(layer)
      const path = `src/${layer}/imports-${other}.ts`
      const text = imports(`../${other}/probe.ts`)
      if (otherIndex > index || sourcesByOther || layer === 'core') {
        cases.push({ path, text, refusedBy: 'lint/style/noRestrictedImports' })
      } else cases.push({ path, text })
    }
  }
  return cases
}

const restricted = 'lint/style/noRestrictedImports'
const otherCases: Case[] = [
  { path: 'src/watches/registration/up.ts', text: imports('../../incidents/incident.ts'), refusedBy: restricted },
  { path: 'src/watches/registration/deep/up.ts', text: imports('../../../cli/main.ts'), refusedBy: restricted },
  { path: 'src/watches/registration/down.ts', text: imports('../../core/finding.ts') },
  { path: 'src/watches/registration/own.ts', text: imports('./incidents.ts') },
  {
    path: 'src/formats/type-only.ts',
    text: body("import type { Probe } from '../watches/x.ts'\n\nexport type Found = Probe"),
    refusedBy: restricted,
  },
  { path: 'src/formats/re-export.ts', text: body("export { probe } from '../watches/x.ts'"), refusedBy: restricted },
  {
    path: 'src/formats/dynamic.ts',
    text: body("export const load = () => import('../watches/x.ts')"),
    refusedBy: restricted,
  },
  ...pureLayers.flatMap((layer): Case[] => [
    { path: `src/${layer}/disk.ts`, text: imports('node:fs'), refusedBy: restricted },
    { path: `src/${layer}/disk-promises.ts`, text: imports('node:fs/promises'), refusedBy: restricted },
    { path: `src/${layer}/net.ts`, text: imports('node:net'), refusedBy: restricted },
    { path: `src/${layer}/clock.ts`, text: body('export const now = () => Date.now()'), refusedBy: 'plugin' },
    { path: `src/${layer}/clock-by-name.ts`, text: body('export const now = Date.now'), refusedBy: 'plugin' },
    { path: `src/${layer}/new-date.ts`, text: body('export const now = () => new Date()'), refusedBy: 'plugin' },
    { path: `src/${layer}/event-time.ts`, text: body('export const day = (timeMs: number) => new Date(timeMs)') },
    { path: `src/${layer}/chance.ts`, text: body('export const roll = () => Math.random()'), refusedBy: 'plugin' },
    { path: `src/${layer}/environment.ts`, text: body('export const home = process.env.HOME'), refusedBy: 'plugin' },
    { path: `src/${layer}/own.test.ts`, text: imports('node:fs') },
  ]),
  {
    path: 'src/cli/reveal.ts',
    text: body('export const open = (name: { reveal(): string }) => name.reveal()'),
    refusedBy: 'plugin',
  },
  {
    path: 'src/incidents/reveal-maybe.ts',
    text: body('export const open = (name?: { reveal(): string }) => name?.reveal()'),
    refusedBy: 'plugin',
  },
  {
    path: 'src/watches/rolls/reveal.ts',
    text: body('export const open = (name: { reveal(): string }) => name.reveal()'),
  },
  {
    path: 'src/core/any.ts',
    text: body('export const probe = (value: any): string => value'),
    refusedBy: 'lint/suspicious/noExplicitAny',
  },
  {
    path: 'src/cli/default.ts',
    text: body('export default function probe() {}'),
    refusedBy: 'lint/style/noDefaultExport',
  },
  {
    path: 'src/sources/console.ts',
    text: body("console.log('probe')"),
    refusedBy: 'lint/suspicious/noConsole',
  },
  { path: 'src/cli/console.ts', text: body("console.log('probe')") },
  {
    path: 'src/sources/environment.ts',
    text: body('export const home = process.env.HOME'),
    refusedBy: 'lint/style/noProcessEnv',
  },
]

const cases = [...layeringCases(), ...otherCases]
const folder = mkdtempSync(join(tmpdir(), 'bellwether-lint-'))
const refusals = new Map<string, Set<string>>()

interface Report {
  diagnostics: { category: string; severity: string; location: { path: string | { file: string } } }[]
}

beforeAll(() => {
  const setting = JSON.parse(readFileSync('biome.json', 'utf8')) as Record<string, unknown>
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...setting, vcs: { enabled: false } }))
  cpSync('build/lint', join(folder, 'build', 'lint'), { recursive: true })
  for (const { path, text } of cases) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')
  const run = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none', 'src'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const report = JSON.parse(run.stdout.slice(run.stdout.indexOf('{'))) as Report
  for (const { category, severity, location } of report.diagnostics) {
    if (severity !== 'error') continue
    const path = typeof location.path === 'string' ? location.path : location.path.file
    const found = refusals.get(path) ?? new Set()
    found.add(category)
    refusals.set(path, found)
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('lint', () => {
  const refused = cases.filter((each) => each.refusedBy !== undefined)
  const accepted = cases.filter((each) => each.refusedBy === undefined)

  test(`refuses ${refused.length} imports, clocks, streams and disclosures that the design forbids`, () => {
    const missed = refused.filter((each) => !refusals.get(each.path)?.has(each.refusedBy as string))
    expect(missed.map((each) => each.path)).toEqual([])
  })

  test(`accepts ${accepted.length} imports and calls that the design allows`, () => {
    const wronged = accepted.filter((each) => refusals.has(each.path))
    expect(wronged.map((each) => [each.path, ...(refusals.get(each.path) ?? [])])).toEqual([])
  })
})
