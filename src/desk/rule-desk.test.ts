import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SourceId } from '../core/ids.ts'
import type { RuleView } from './api/rules.ts'
import { type OpenDesk, openDesk } from './compose.ts'
import type { Person } from './desk.ts'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-rule-desk-'))
const clerk: Person = { name: 'Pat', address: '127.0.0.1' }
const own = (title: string, detection: string): string =>
  `title: ${title}\nstatus: stable\nlevel: low\nlogsource: { product: windows }\ndetection: ${detection}\n---\n`
const rules = [
  own('Wall clock set', '{ selection: { EventID: 4616 }, condition: selection }'),
  own('Known machine signs in', '{ selection: { Computer|expand: "%front_desk%" }, condition: selection }'),
  own('No detection at all', '{ selection: { EventID|nonsense: 1 }, condition: selection }'),
].join('')

/** An event as Windows' own export has it. */
const event = (id: number, computer: string): string =>
  JSON.stringify({
    System: {
      Provider: { Name: id === 1102 ? 'Microsoft-Windows-Eventlog' : 'Microsoft-Windows-Security-Auditing' },
      EventID: id,
      TimeCreated: { SystemTime: new Date().toISOString() },
      Channel: 'Security',
      Computer: computer,
    },
    EventData: { SubjectUserName: 'pat' },
  })

describe('the detection rules of a desk', () => {
  let opened: OpenDesk
  let sourceId = '' as SourceId
  beforeAll(async () => {
    const dataPath = join(folder, 'data')
    mkdirSync(dataPath, { mode: 0o700 })
    const path = join(folder, 'ours.yml')
    writeFileSync(path, rules)
    writeFileSync(join(dataPath, 'bellwether.toml'), `[rules]\npaths = [${JSON.stringify(path)}]\n`)
    const found = await openDesk({ dataPath, version: 'test', clock: Date.now })
    if (!found.ok) throw new Error(found.error.join('\n'))
    opened = found.value
    const added = await opened.desk.addSource({ kind: 'push', title: 'Windows events' }, clerk)
    if (added.ok) sourceId = added.value.id as SourceId
  }, 60_000)
  afterAll(async () => {
    await opened?.desk.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const send = async (...events: string[]): Promise<void> => {
    const body = Readable.from([Buffer.from(`${events.join('\n')}\n`)])
    expect(await opened.desk.push(sourceId, 'events', body, undefined)).toMatchObject({ ok: true })
  }
  const one = async (title: string): Promise<RuleView> => {
    const list = await opened.desk.rules({ text: title, order: 'title' })
    const id = list.ok ? list.value.rows.find((row) => row.title === title)?.id : undefined
    const found = await opened.desk.rule(id ?? '')
    if (!found.ok) throw new Error(found.error.message)
    return found.value
  }
  const hitsOf = async (title: string): Promise<number> => (await one(title)).fired?.hits ?? 0
  const hasHits = async (title: string, hits: number): Promise<void> => {
    for (const endMs = Date.now() + 20_000; (await hitsOf(title)) < hits; await delay(100)) {
      if (Date.now() > endMs) throw new Error(`${title} has ${await hitsOf(title)} hits`)
    }
  }

  test('are told by set, with what waits for values and what cannot be used, with its line and mend', async () => {
    const page = await opened.desk.rulesPage()
    if (!page.ok) throw new Error(page.error.message)
    const { sets, counts, placeholders, problems, coverage } = page.value
    expect(sets.map(({ kind, name }) => [kind, name])).toEqual([
      ['shipped', 'Bellwether'],
      ['configured', join(folder, 'ours.yml')],
    ])
    expect(sets[1]).toMatchObject({ rules: 2, inUse: 1, waiting: 1, unusable: 1 })
    expect(counts.inUse).toBeGreaterThan(60)
    // What could not be read is in no list.
    const unusable = await opened.desk.rules({ state: 'unusable' })
    expect(unusable.ok && unusable.value.total).toBe(counts.unusable)
    expect(placeholders.find(({ name }) => name === 'front_desk')?.rules).toEqual(['Known machine signs in'])
    expect(problems).toEqual([
      expect.objectContaining({ file: join(folder, 'ours.yml'), mend: expect.stringMatching(/./) }),
    ])
    expect(problems[0]?.line).toBeGreaterThan(10)
    expect(coverage.find(({ tactic }) => tactic === 'Impact')?.rules).toBeGreaterThan(0)
  })

  test('are found by words, kind of log, tactic, level and state', async () => {
    const found = async (query: Parameters<typeof opened.desk.rules>[0]) => {
      const list = await opened.desk.rules(query)
      return list.ok ? list.value : { rows: [], total: 0 }
    }
    expect((await found({ text: 'wall CLOCK' })).rows.map(({ title }) => title)).toEqual(['Wall clock set'])
    expect((await found({ state: 'waiting', set: join(folder, 'ours.yml') })).total).toBe(1)
    const graver = await found({ level: 'critical', tactic: 'Impact', limit: 3 })
    expect(graver.total).toBeGreaterThan(0)
    expect(graver.rows.every(({ level, tactics }) => level === 'critical' && tactics.includes('Impact'))).toBe(true)
    expect((await found({ text: 'no such rule anywhere' })).rows).toEqual([])
  })

  test('say how often they fired, make nothing more once they are switched off, and go on when switched on', async () => {
    await send(event(4616, 'EMS01'))
    await hasHits('Wall clock set', 1)
    const { id, fired } = await one('Wall clock set')
    expect(fired).toMatchObject({ findings: 1, hits: 1, incidentId: expect.stringMatching(/^incident-/) })

    const off = await opened.desk.switchRuleOff(id, 'our time server does this', clerk)
    expect(off).toMatchObject({
      ok: true,
      value: { state: 'off', off: { by: 'Pat', reason: 'our time server does this' } },
    })
    expect(await opened.desk.switchRuleOff(id, 'again', clerk)).toMatchObject({ error: { code: 'refused' } })
    await send(event(4616, 'EMS01'), event(1102, 'EMS01'))
    // The second event is told, so the first was looked at.
    await hasHits('A Windows log was cleared', 1)
    expect(await hitsOf('Wall clock set')).toBe(1)

    expect(await opened.desk.switchRuleOn(id, clerk)).toMatchObject({ ok: true, value: { state: 'in-use' } })
    await send(event(4616, 'EMS01'))
    await hasHits('Wall clock set', 2)
    const trail = await opened.desk.auditTrail({ limit: 10 })
    expect(trail.rows.map(({ sentence }) => sentence)).toEqual(
      expect.arrayContaining([
        'Switched the rule “Wall clock set” off: our time server does this',
        'Switched the rule “Wall clock set” on again.',
      ]),
    )
  }, 60_000)

  test('a rule that is not there is said to be missing', async () => {
    expect(await opened.desk.rule('0'.repeat(16))).toMatchObject({ ok: false, error: { code: 'missing' } })
  })
})
