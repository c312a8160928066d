import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { buildEventFor } from './build-event.fixture.ts'
import { compile } from './compile.ts'
import { eventOf } from './event.ts'
import { parseMappings } from './mappings.ts'
import { naivelyMatches, type PlainRule } from './naive.fixture.ts'
import { parseRules } from './parse-rules.ts'
import type { DetectionRule } from './rule.ts'
import { validateRules } from './schema.ts'

const root = join(process.env.BELLWETHER_CORPORA ?? '../shared/corpora', 'sigma')
const files = existsSync(root) ? globSync('rules*/**/*.yml', { cwd: root }) : []
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
const parsed = [...texts].map(([file, text]) => parseRules(text, file))
const rules = parsed.flatMap((each) => each.rules).filter((rule) => rule.kind === 'detection')

/** Fields of a Windows event as the regression data has it: the names of Sigma's taxonomy. */
function fieldsOf(node: unknown, fields: Record<string, unknown> = {}): Record<string, unknown> {
  for (const [name, value] of Object.entries((node ?? {}) as Record<string, unknown>)) {
    if (name === '#attributes') continue
    if (typeof value !== 'object' || value === null || Array.isArray(value)) fields[name] = value
    else {
      const { '#attributes': attributes, '#text': text } = value as Record<string, Record<string, unknown>>
      if (text !== undefined) fields[name] = text
      for (const [attribute, of] of Object.entries(attributes ?? {})) fields[`${name}_${attribute}`] = of
      if (text === undefined) fieldsOf(value, fields)
    }
  }
  return fields
}

describe.skipIf(files.length === 0)('the public rules', () => {
  test('are read, every one', () => {
    expect(parsed.flatMap((each) => each.rejects)).toEqual([])
    expect(rules).toHaveLength(files.length)
  })

  test('are written as the specification asks', () => {
    const schema = (name: string): unknown =>
      JSON.parse(readFileSync(join(root, 'json-schema', `sigma-${name}-schema.json`), 'utf8'))
    const schemas = {
      detection: schema('detection-rule'),
      correlation: schema('correlation-rules'),
      filter: schema('filters'),
    }
    expect([...texts].slice(0, 600).flatMap(([file, text]) => validateRules(text, file, schemas))).toEqual([])
  })

  test('compile, but for those that wait for values of the office', () => {
    const { engine, rejects } = compile(rules)
    expect(rejects.filter(({ kind }) => kind !== 'waits')).toEqual([])
    expect(engine.size.detections + rejects.length).toBe(rules.length)
    const named = rejects.map(({ problem }) => /%([^%]+)%/.exec(problem)?.[1] as string)
    const placeholders = Object.fromEntries(named.map((name) => [name, ['x']]))
    const all = compile(rules, { placeholders })
    expect(all.rejects.filter(({ problem }) => !/%[^%]+%/.test(problem))).toEqual([])
    expect(all.engine.size.detections).toBeGreaterThan(engine.size.detections)
  })

  test('survive being written as JSON and read back', () => {
    const some = rules.filter((_, index) => index % 50 === 0)
    expect(JSON.parse(JSON.stringify(some))).toEqual(some)
  })

  const pairs = existsSync(root) ? globSync('regression_data/**/*.json', { cwd: root }) : []
  test('fire on the events that they were recorded with', () => {
    const mappings = parseMappings(
      JSON.parse(readFileSync(join(import.meta.dirname, '../../data/mappings/windows.json'), 'utf8')),
    )
    const { engine } = compile(rules, mappings.ok ? mappings.value : {})
    const silent = pairs.filter((path) => {
      const id = path.split('/').at(-1)?.replace('.json', '')
      const events = readFileSync(join(root, path), 'utf8')
        .trim()
        .split(/\n(?=\{)/)
        .flatMap((text) => JSON.parse(text) as { Event: unknown })
      return !events.some(({ Event }) => engine.match(eventOf(fieldsOf(Event))).some(({ rule }) => rule.id === id))
    })
    expect(pairs.length).toBeGreaterThan(0)
    expect(silent).toEqual([])
  })

  test('match what the naive evaluator matches, on events built for them', () => {
    const { engine, rejects } = compile(rules)
    const unused = new Set(rejects.map(({ file }) => file))
    const usable = rules.filter(({ place }) => !unused.has(place.file))
    let state = 4
    const choose = (count: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
      return (state >> 8) % count
    }
    const plain = new Map<string, PlainRule>()
    const plainOf = (rule: DetectionRule): PlainRule => {
      const known = plain.get(rule.place.file) ?? (parse(texts.get(rule.place.file) as string) as PlainRule)
      plain.set(rule.place.file, known)
      return known
    }
    let matched = 0
    for (let i = 0; i < usable.length; i += 47) {
      const rule = usable[i] as DetectionRule
      const fields = buildEventFor(rule, choose)
      const event = eventOf(fields, { logsource: rule.logsource })
      const found = new Set(engine.match(event).map((match) => match.rule))
      // Its own log source and a share of the others there: the reference takes its time.
      const others = usable.filter(
        ({ logsource }, n) => n % 5 === i % 5 && JSON.stringify(logsource) === JSON.stringify(rule.logsource),
      )
      for (const each of new Set([rule, ...others])) {
        const expected = naivelyMatches(plainOf(each), fields)
        expect([each.place.file, fields, found.has(each)]).toEqual([each.place.file, fields, expected])
        if (expected) matched++
      }
    }
    expect(matched).toBeGreaterThan(60)
  }, 120_000)
})
