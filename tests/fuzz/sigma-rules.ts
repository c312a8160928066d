/** Fuzz targets for the Sigma engine: rule files, regular expressions, conditions and saved state as hostile bytes, and
 *  events that are matched by whatever rules could be read. */
import assert from 'node:assert/strict'
import { compile } from '../../src/sigma/compile.ts'
import { parseCondition } from '../../src/sigma/condition.ts'
import { eventOf } from '../../src/sigma/event.ts'
import { parseRules } from '../../src/sigma/parse-rules.ts'
import { compileRegex } from '../../src/sigma/regex.ts'
import type { FuzzTarget } from './engine/target.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
/** What is longer shows nothing that this does not. */
const textOf = (bytes: Uint8Array, characters: number): string =>
  new TextDecoder().decode(bytes.subarray(0, characters))

const detection = `title: A
id: 1
logsource: {category: x}
detection:
  s:
    a|contains|all: ['x*', 'y\\\\?']
    b|re|i: '^(?:a|b)+[^c]{2,3}\\b$'
    c|cidr: 10.0.0.0/8
    d|windash|endswith: -f
    e|fieldref|neq: f
  t: [k, 5, {g|base64offset|contains: z, h|hour|gte: 5, i: null}]
  condition: [s and not 1 of t*, all of them]
`
const others = `---
title: B
name: b
correlation:
  type: value_count
  rules: ['1']
  group-by: [a]
  timespan: 5m
  aliases: {z: {'1': a}}
  condition: {field: b, gte: 2, lt: 9}
---
title: F
logsource: {category: x}
filter: {rules: any, s: &s {u|startswith: adm_}, t: *s, condition: not s or t}
`
const fields = { a: 'xy', b: 'abb', c: '10.1.1.1', d: '/f', e: 'a', f: ['b', null, 5], g: { h: 'k' } }

function checkRules(bytes: Uint8Array): void {
  const { rules, rejects } = parseRules(textOf(bytes, 1 << 15), 'fuzzed.yml')
  for (const { line, problem, mend } of rejects) assert.ok(line >= 1 && problem !== '' && mend !== '')
  const compiled = compile(rules)
  for (const rule of rules) {
    const logsource = rule.kind === 'correlation' ? {} : rule.logsource
    for (let i = 0; i < 4; i++) {
      compiled.engine.observe(eventOf({ ...fields, b: i }, { logsource, timeMs: i * 1_000, ref: i }), () => {})
    }
  }
  assert.ok(compiled.engine.restore(compiled.engine.save()))
  compiled.engine.finish(() => {})
}

function checkRegex(bytes: Uint8Array): void {
  const [source = '', subject = ''] = textOf(bytes, 1 << 13).split('\n', 2)
  const compiled = compileRegex(source, '')
  if (compiled.ok) compiled.value.test(subject)
  else assert.notEqual(compiled.error, '')
}

function checkState(bytes: Uint8Array): void {
  const { rules } = parseRules(detection + others, 'seed.yml')
  const { engine } = compile(rules)
  engine.observe(eventOf(fields, { logsource: { category: 'x' }, timeMs: 5 }), () => {})
  const saved = engine.save()
  const text = textOf(bytes, 1 << 14)
  if (!engine.restore(text)) assert.equal(engine.save(), saved)
  engine.merge(text, () => {})
  engine.observe(eventOf(fields, { logsource: { category: 'x' }, timeMs: 9 }), () => {})
  engine.finish(() => {})
}

export const fuzzTargets: readonly FuzzTarget[] = [
  { name: 'sigma/rules', run: checkRules, seeds: [detection, detection + others].map(bytesOf) },
  {
    name: 'sigma/regex',
    run: checkRegex,
    seeds: ['(a|b)*c{2,}[^x-z\\d]\\b$\naabccc q', '(?i)^\\x41(?:.+){3}\nAbcd'].map(bytesOf),
  },
  {
    name: 'sigma/condition',
    run: (bytes) => void parseCondition(textOf(bytes, 1 << 13), ['a', 'b', '_c']),
    seeds: ['a and not (b or 1 of _c*) or all of them'].map(bytesOf),
  },
  {
    name: 'sigma/state',
    run: checkState,
    seeds: [
      '{"version":1,"order":3,"agreedMs":5,"states":[["x",[[["k\\u001f",["k"],[],[[5,1]],null,false,[["v",5]]]],[]]]]}',
    ].map(bytesOf),
  },
]
