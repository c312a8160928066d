import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { record } from '../../../tests/recording/record.ts'
import { bundled, bundledSeed } from '../../../tests/recording/scenarios.ts'
import type { SourceId } from '../../core/ids.ts'
import { parseRules } from '../../sigma/parse-rules.ts'
import type { FollowDefinition, PushDefinition } from '../../sources/definition.ts'
import { rulePackText } from '../rules/rule-pack-file.ts'
import { Kept, LoopRun } from './loop.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-loop-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const recording = record(bundled(), bundledSeed)
const web = recording.combined()
const database = recording.database()
const id = (text: string): SourceId => text as SourceId
let made = 0

function site(): {
  readonly logs: string
  readonly journal: string
  readonly definitions: readonly FollowDefinition[]
} {
  const root = join(folder, String(made++))
  const logs = join(root, 'logs')
  mkdirSync(logs, { recursive: true })
  const follow = (name: string): FollowDefinition => ({
    id: id(name),
    title: name,
    kind: 'follow',
    paths: [join(logs, `${name}.log`)],
    from: 'start',
  })
  return { logs, journal: join(root, 'journal'), definitions: [follow('web')] }
}

/** What people are told, without what depends on when it was told. */
const outcome = (kept: Kept) => ({
  findings: [...kept.findings.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  evidence: [...kept.evidence.values()]
    .map(({ findingId, ordinal, bytes }) => `${findingId} ${ordinal} ${Buffer.from(bytes)}`)
    .sort(),
  records: [...kept.sources.values()].map(({ sourceId, records, rejects, bytes }) => [
    sourceId,
    records,
    rejects,
    bytes,
  ]),
})

describe('the live analysis', () => {
  test('finds in a followed log what a scan finds, with the bytes of each line of evidence', () => {
    const { logs, journal, definitions } = site()
    writeFileSync(join(logs, 'web.log'), `${web.join('\n')}\n`, 'latin1')
    const run = new LoopRun(new Kept(), definitions, journal)
    run.toTheEnd()
    const { kept } = run
    expect([...kept.incidents.values()].map(({ level }) => level)).toContain('critical')
    expect(kept.sources.get(id('web'))).toMatchObject({ records: web.length, rejects: 0, state: 'live' })
    for (const { place, bytes } of kept.evidence.values()) {
      expect(Buffer.from(bytes).toString('latin1')).toBe(web[place.line - 1])
    }
    // Every finding is part of an incident that is told.
    for (const finding of kept.findings.keys())
      expect(kept.incidents.has(kept.assigned.get(finding) as never)).toBe(true)
  })

  test('shows requests to rules for web servers, with the bytes of the line as evidence', () => {
    const { logs, journal, definitions } = site()
    const line = (target: string): string =>
      `198.51.100.9 - - [20/Sep/2026:02:52:48 +0000] "GET ${target} HTTP/1.1" 404 12 "-" "curl/8"`
    const probe = line('/ecp/%44efault.flt')
    writeFileSync(join(logs, 'web.log'), `${line('/')}\n${probe}\n${line('/style.css')}\n`)
    const text = `title: A probe of a mail server
status: test
logsource: { category: webserver }
detection: { s: { cs-uri-query|contains: /ecp/default }, condition: s }
`
    const rulesPath = join(logs, 'rules')
    writeFileSync(
      rulesPath,
      rulePackText({ rules: parseRules(text, 'a.yml').rules, options: {}, sets: [], rejects: [] }),
    )
    const run = new LoopRun(new Kept(), definitions, journal, rulesPath)
    run.toTheEnd()
    const found = [...run.kept.findings.values()].filter(({ kind }) => kind === 'rule-match')
    expect(found.map(({ words }) => words?.title)).toEqual(['A probe of a mail server'])
    const evidence = [...run.kept.evidence.values()].filter(({ findingId }) => findingId === found[0]?.id)
    expect(evidence.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([probe])
  })

  test('tells the same whatever it is interrupted at, also where its last words were not stored', () => {
    const lines = web.slice(0, 9_000)
    const whole = site()
    writeFileSync(join(whole.logs, 'web.log'), `${lines.join('\n')}\n`, 'latin1')
    const undisturbed = new LoopRun(new Kept(), whole.definitions, whole.journal)
    undisturbed.toTheEnd()
    const step = fc.record({
      lines: fc.integer({ min: 0, max: 3_000 }),
      turns: fc.integer({ min: 0, max: 14 }),
      lostTurns: fc.integer({ min: 0, max: 3 }),
      rotates: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const { logs, journal, definitions } = site()
        const path = join(logs, 'web.log')
        const kept = new Kept()
        let written = 0
        let rotated = 0
        const write = (count: number): void => {
          const part = lines.slice(written, written + count)
          written += part.length
          if (part.length > 0) appendFileSync(path, `${part.join('\n')}\n`, 'latin1')
        }
        write(10)
        for (const { lines: count, turns, lostTurns, rotates } of steps) {
          const run = new LoopRun(kept, definitions, journal)
          write(count)
          run.turn(turns)
          if (rotates && written < lines.length) {
            renameSync(path, `${path}.${100 - rotated++}`)
            write(5)
          }
          run.turn(lostTurns, true)
        }
        write(lines.length)
        const last = new LoopRun(kept, definitions, journal)
        last.toTheEnd()
        const [a, b] = [outcome(kept), outcome(undisturbed.kept)]
        expect(a.records).toEqual(b.records)
        // A line's number is that in its file, which rotation changes; all else is equal.
        const plain = ({ evidence: _, ...finding }: (typeof a.findings)[number]) => finding
        expect(a.findings.map(plain)).toEqual(b.findings.map(plain))
        expect(a.evidence).toEqual(b.evidence)
      }),
      { numRuns: 12 },
    )
  }, 120_000)

  test('reads web and database logs in the order of events, so that statements are tied to requests', () => {
    const { logs, journal, definitions } = site()
    const both = [
      ...definitions,
      { ...(definitions[0] as FollowDefinition), id: id('db'), paths: [join(logs, 'db.log')] },
    ]
    writeFileSync(join(logs, 'web.log'), `${web.join('\n')}\n`, 'latin1')
    writeFileSync(join(logs, 'db.log'), `${database.join('\n')}\n`, 'latin1')
    const run = new LoopRun(new Kept(), both, journal)
    run.toTheEnd()
    const worst = [...run.kept.incidents.values()].find(({ level }) => level === 'critical')
    expect(worst?.exposure?.basis.join(' ')).toContain('database log')
  })

  test('reads what was put in apart from what is live, and says when it is at its end', () => {
    const { journal } = site()
    const definition: PushDefinition = { id: id('push'), title: 'push', kind: 'push' }
    const upload = { id: id('uploads'), title: 'uploads', kind: 'upload' } as const
    const write = (source: string, stream: string, lines: readonly string[]): string => {
      const path = join(journal, source, stream)
      mkdirSync(path, { recursive: true })
      writeFileSync(join(path, '00000001.log'), `${lines.join('\n')}\n`, 'latin1')
      return path
    }
    write('push', 'live', web.slice(0, 500))
    writeFileSync(join(write('uploads', 'upload+old', web), 'end'), '')
    const run = new LoopRun(new Kept(), [definition, upload], journal)
    run.toTheEnd()
    expect(run.kept.sources.get(id('push'))?.records).toBe(500)
    expect(run.kept.sources.get(id('uploads'))?.records).toBe(web.length)
  })

  test('counts lines of no known kind as rejects and says why', () => {
    const { logs, journal, definitions } = site()
    writeFileSync(join(logs, 'web.log'), 'nothing that we know\n'.repeat(2_000))
    const run = new LoopRun(new Kept(), definitions, journal)
    run.toTheEnd()
    expect(run.kept.sources.get(id('web'))).toMatchObject({ records: 0, rejects: 2_000, format: undefined })
  })
})
