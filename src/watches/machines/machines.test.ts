import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Hit } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import type { EventField, EventRecord } from '../../formats/event.ts'
import { compile } from '../../sigma/compile.ts'
import { parseRules } from '../../sigma/parse-rules.ts'
import { MachinesWatch, type SeenMatch } from './watch.ts'

const rules = `title: Audit log cleared
id: 5f9f4a4e-3f6f-4f0e-9a53-0a3f0b6f1c11
status: stable
level: high
tags: [attack.t1070.001]
bellwether:
  plain: Somebody deleted the record of what happened on a machine.
  doNow: [Ask who did it., Keep the machine on.]
logsource: { product: windows }
detection: { selection: { EventID: 1102 }, condition: selection }
---
title: Failed logon
name: failed
status: test
level: informational
logsource: { product: windows }
detection: { selection: { EventID: 4625 }, condition: selection }
---
title: Many failed logons
status: experimental
level: medium
correlation: { type: event_count, rules: [failed], group-by: [Computer], timespan: 5m, condition: { gte: 3 } }
`
const windows = { product: 'windows' }

function eventAt(line: number, timeMs: number, fields: Record<string, EventField>): EventRecord {
  return {
    field: (name) => fields[name],
    timeMs,
    computer: String(fields.Computer ?? ''),
    ref: line,
    raw: Object.values(fields).map(String),
    place: { source: 'security.jsonl', line, offset: line * 100, length: 99 },
    logsource: windows,
  }
}

const minuteMs = 60_000
const cleared = (line: number, timeMs = 1e12) =>
  eventAt(line, timeMs, { EventID: 1102, Computer: 'EMS01', SubjectUserName: 'm.garza' })
const failed = (line: number, timeMs: number, computer = 'EMS01') =>
  eventAt(line, timeMs, { EventID: 4625, Computer: computer, IpAddress: '203.0.113.9' })

function watchOf() {
  const hits: Hit[] = []
  const matches: SeenMatch[] = []
  const parsed = parseRules(rules, 'ours.yml')
  expect(parsed.rejects).toEqual([])
  const watch = new MachinesWatch(
    (onLimit) => compile(parsed.rules, { onLimit }).engine,
    (hit) => hits.push(hit),
    (match) => matches.push(match),
  )
  return { watch, hits, matches }
}

describe('the machines watch', () => {
  test('says what a rule says: on which machine, by whom, how bad, what to do', () => {
    const { watch, hits, matches } = watchOf()
    watch.events([cleared(7)])
    expect(hits).toEqual([
      {
        kind: 'rule-match',
        rule: 'sigma/5f9f4a4e-3f6f-4f0e-9a53-0a3f0b6f1c11',
        level: 'high',
        confidence: 0.9,
        part: 'Audit log cleared',
        words: {
          title: 'Audit log cleared',
          plain: 'Somebody deleted the record of what happened on a machine.',
          doNow: ['Ask who did it.', 'Keep the machine on.'],
          techniques: ['T1070.001'],
        },
        timeMs: 1e12,
        decidedAtMs: 1e12,
        actor: { type: 'account', value: 'm.garza' },
        target: 'EMS01',
        place: { source: 'security.jsonl', line: 7, offset: 700, length: 99 },
      },
    ])
    expect(matches.map(({ rule, event }) => [rule.title, event?.ref])).toEqual([['Audit log cleared', 7]])
  })

  test('a correlation is told at its latest event, with the address that it came from; what it counts is not', () => {
    const { watch, hits } = watchOf()
    watch.events([1, 2, 3].map((line) => failed(line, 1e12 + line * 1000)))
    expect(hits).toHaveLength(1)
    expect(hits[0]).toMatchObject({
      part: 'Many failed logons',
      level: 'medium',
      target: 'EMS01',
      actor: { type: 'address', value: '203.0.113.9' },
      place: { line: 3, offset: 300 },
    })
  })

  test('quiet: failed logons spread over an hour, or over machines', () => {
    const { watch, hits } = watchOf()
    watch.events([1, 2, 3].map((line) => failed(line, 1e12 + line * 20 * minuteMs)))
    watch.events([4, 5, 6].map((line) => failed(line, 2e12 + line, `WS${line}`)))
    watch.finish()
    expect(hits).toEqual([])
  })

  test('an event without a time counts as the latest, and a machine account is nobody', () => {
    const { watch, hits } = watchOf()
    watch.events([failed(1, 5e11), eventAt(2, Number.NaN, { EventID: 1102, Computer: 'WS9', SubjectUserName: 'WS9$' })])
    expect(hits[0]).toMatchObject({ timeMs: 5e11, actor: { type: 'computer', value: 'WS9' } })
  })

  test('tells the same whatever the batches, and when it goes on from what was saved', () => {
    const event = fc.record({
      clears: fc.boolean(),
      gapMs: fc.integer({ min: 0, max: 3 * minuteMs }),
      computer: fc.constantFrom('EMS01', 'WS1'),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.nat(40), (given, cut) => {
        let timeMs = 1e12
        const records = given.map(({ clears, gapMs, computer }, line) => {
          timeMs += gapMs
          return clears ? cleared(line, timeMs) : failed(line, timeMs, computer)
        })
        const whole = watchOf()
        whole.watch.events(records)
        whole.watch.finish()
        const first = watchOf()
        first.watch.events(records, 0, Math.min(cut, records.length))
        const second = watchOf()
        second.watch.restore(deserialize(serialize(first.watch.save())))
        second.watch.events(records, Math.min(cut, records.length))
        second.watch.finish()
        expect([...first.hits, ...second.hits]).toEqual(whole.hits)
      }),
      { numRuns: 60 },
    )
  })

  test('a name that an attacker made long is cut', () => {
    const { watch, hits } = watchOf()
    watch.events([eventAt(1, 1e12, { EventID: 1102, Computer: 'x'.repeat(9_000), SubjectUserName: 'y'.repeat(9_000) })])
    expect(hits[0]?.target).toHaveLength(limits.actorNameCharactersMax)
    expect(hits[0]?.actor.value).toHaveLength(limits.actorNameCharactersMax)
  })
})
