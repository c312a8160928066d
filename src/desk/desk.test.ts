import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { until } from '../../tests/loopback.ts'
import { record } from '../../tests/recording/record.ts'
import { bundled, bundledSeed } from '../../tests/recording/scenarios.ts'
import type { IncidentId, SourceId } from '../core/ids.ts'
import { type OpenDesk, openDesk } from './compose.ts'
import type { Desk, Person } from './desk.ts'

const root = mkdtempSync(join(tmpdir(), 'bellwether-desk-'))
const web = record(bundled(), bundledSeed).combined()
const clerk: Person = { name: 'Pat', address: '127.0.0.1' }
const everything = { order: 'severity', offset: 0, limit: 50 } as const
let made = 0
let open: OpenDesk[] = []

afterEach(async () => {
  for (const { desk } of open) await desk.close()
  open = []
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function start(options: Partial<Parameters<typeof openDesk>[0]> = {}): Promise<OpenDesk> {
  const dataPath = join(root, String(made++))
  const opened = await openDesk({ dataPath, version: 'test', clock: Date.now, ...options })
  if (!opened.ok) throw new Error(opened.error.join('\n'))
  open.push(opened.value)
  return opened.value
}

const worst = (desk: Desk) =>
  until(async () => (await desk.incidents(everything)).rows.find(({ level }) => level === 'critical'))

/** A desk that was pushed the recording of an attack. */
async function underAttack(): Promise<{ readonly desk: Desk; readonly opened: OpenDesk; readonly id: IncidentId }> {
  const opened = await start()
  const { desk } = opened
  const added = await desk.addSource({ kind: 'push', title: 'Web server' }, clerk)
  if (!added.ok) throw new Error(added.error.message)
  const body = Readable.from([Buffer.from(`${web.join('\n')}\n`, 'latin1')])
  const kept = await desk.push(added.value.id as SourceId, 'web1', body, undefined)
  expect(kept).toMatchObject({ ok: true, value: { lines: web.length } })
  const incident = await worst(desk)
  return { desk, opened, id: incident.id as IncidentId }
}

describe('a desk', () => {
  test('tells of an attack that was pushed to it, and keeps what a clerk decides', async () => {
    const { desk, opened, id } = await underAttack()
    const today = await desk.today()
    expect(today.mood).toBe('attack')
    expect(today.sentence).toMatch(/voter database/)

    const shown = await desk.incident(id)
    if (!shown.ok) throw new Error(shown.error.message)
    const [step] = shown.value.advice[0]?.now ?? []
    await desk.markStep(id, step?.text ?? '', true, clerk)
    await desk.addNote(id, 'Called IT. <b>They come.</b>', clerk)
    await desk.decide(id, 'acknowledged', 'I have it', clerk)
    const after = await desk.incident(id)
    expect(after.ok && after.value).toMatchObject({
      state: 'acknowledged',
      notes: [{ text: 'Called IT. <b>They come.</b>', by: 'Pat' }],
      history: [{ state: 'acknowledged', by: 'Pat', comment: 'I have it' }],
    })
    expect(after.ok && after.value.advice[0]?.now[0]).toMatchObject({ doneBy: 'Pat' })
    expect(await desk.decide(id, 'acknowledged', undefined, clerk)).toMatchObject({
      ok: false,
      error: { code: 'refused' },
    })

    const trail = await desk.auditTrail({ limit: 50 })
    expect(trail.whole).toBe(true)
    expect(trail.rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['desk.start', 'source.add', 'step.done', 'incident.note', 'incident.acknowledged']),
    )
    expect(await opened.store.auditBreak()).toBeUndefined()
  })

  test('opens each line of evidence at its exact place', async () => {
    const { desk, id } = await underAttack()
    const lines = await until(async () => {
      const page = await desk.evidence(id, { offset: 0, limit: 20 })
      return page.ok && page.value.rows.length > 0 ? page.value.rows : undefined
    })
    for (const line of lines.slice(0, 5)) {
      expect(web[line.place.line - 1]).toBe(line.text)
      const opened = await desk.openEvidence(line.findingId as never, line.ordinal)
      expect(opened.ok && opened.value.evidence.text).toBe(line.text)
    }
  })

  test('blocks at a click, never the clerk’s own address, and lifts', async () => {
    const { desk, id } = await underAttack()
    const shown = await desk.incident(id)
    const [proposal] = shown.ok ? shown.value.proposals : []
    const network = proposal?.network ?? ''
    const body = { network, reason: 'attack', hours: 24, incidentId: id }
    const blocked = await desk.block(body, clerk)
    expect(blocked).toMatchObject({ ok: true, value: { network, state: 'active', decidedBy: 'Pat' } })
    expect(await desk.block(body, clerk)).toMatchObject({ ok: false, error: { code: 'refused' } })
    const feed = await desk.blockDownload('feed.txt')
    expect(feed.ok && feed.value.body).toBe(`${network}\n`)
    const lifted = blocked.ok ? await desk.lift(blocked.value.id as never, clerk) : blocked
    expect(lifted).toMatchObject({ ok: true, value: { state: 'lifted', liftedBy: 'Pat' } })
    const own = { ...body, network: '203.0.113.200' }
    expect(await desk.block(own, { name: 'Pat', address: '203.0.113.200' })).toMatchObject({ ok: false })
  })

  test('takes a packed log that is put in, recognises it the second time, and searches a new list backwards', async () => {
    const { desk } = await start()
    const packed = gzipSync(Buffer.from(`${web.join('\n')}\n`, 'latin1'))
    const first = await desk.upload('../access.log.gz', Readable.from([packed]), clerk)
    expect(first).toMatchObject({ ok: true, value: { knownAlready: false } })
    const incident = await worst(desk)
    const again = await desk.upload('copy.gz', Readable.from([packed]), clerk)
    expect(again).toMatchObject({ ok: true, value: { knownAlready: true } })
    const address = incident.actors.find(({ type }) => type === 'address')?.value ?? ''
    await desk.addIndicators('bad', `${address}\n`, clerk)
    const hunt = await until(async () => (await desk.huntPage()).hunts.find(({ state }) => state === 'done'), 40_000)
    expect(hunt.matches).toBe(web.filter((line) => line.startsWith(`${address} `)).length)
  }, 60_000)

  test('tells what the rules find in a server’s log, with its lines, and finds the address in what it kept', async () => {
    const { desk } = await start()
    const added = await desk.addSource({ kind: 'push', title: 'Server' }, clerk)
    if (!added.ok) throw new Error(added.error.message)
    const at = (second: number) => new Date(Date.UTC(2026, 9, 29, 14, 5, second)).toISOString()
    const says = (second: number, text: string) => `${at(second)} roll-web sshd[4211]: ${text}`
    const from = 'from 203.0.113.77 port 50000 ssh2'
    const lines = Array.from({ length: 20 }, (_, i) => says(i, `Failed password for root ${from}`))
    lines.push(says(30, `Accepted password for root ${from}`), 'no line of a log')
    const body = Readable.from([Buffer.from(`${lines.join('\n')}\n`)])
    expect((await desk.push(added.value.id as SourceId, 'auth', body, undefined)).ok).toBe(true)
    const incident = await until(async () =>
      (await desk.incidents(everything)).rows.find(({ level }) => level === 'high' || level === 'critical'),
    )
    expect(incident).toMatchObject({ kinds: ['rule-match'], actors: [{ type: 'address', value: '203.0.113.77' }] })
    const shown = await desk.incident(incident.id as IncidentId)
    expect(shown.ok && shown.value.targets).toEqual(['roll-web'])
    expect(shown.ok && shown.value.advice[0]?.now.length).toBeGreaterThan(0)
    expect(shown.ok && shown.value.proposals[0]?.network).toBe('203.0.113.77')
    const evidence = await until(async () => {
      const page = await desk.evidence(incident.id as IncidentId, { offset: 0, limit: 50 })
      return page.ok && page.value.rows.length > 0 ? page.value.rows : undefined
    })
    for (const { place, text } of evidence) expect(text).toBe(lines[place.line - 1])
    const found = await desk.hunt({ addresses: ['203.0.113.77'] }, clerk)
    if (!found.ok) throw new Error(found.error.message)
    expect(found.value.total).toBe(21)
    expect(found.value.rows[0]).toMatchObject({ kind: 'event', address: '203.0.113.77', text: lines[20] })
  }, 90_000)

  test('reads on after it was stopped, and tells nothing twice', async () => {
    const dataPath = join(root, String(made++))
    const log = join(root, `${made}.log`)
    writeFileSync(log, `${web.slice(0, 8_000).join('\n')}\n`, 'latin1')
    const first = await start({ dataPath })
    const source = { kind: 'follow' as const, title: 'Web', paths: [log], from: 'start' as const }
    expect(await first.desk.addSource(source, clerk)).toMatchObject({ ok: true })
    await until(async () => ((await first.desk.sources())[0]?.records === 8_000 ? true : undefined))
    const before = await first.desk.incidents(everything)
    await first.desk.close()
    open = []
    writeFileSync(log, `${web.slice(8_000).join('\n')}\n`, { encoding: 'latin1', flag: 'a' })
    const second = await start({ dataPath })
    await until(async () => ((await second.desk.sources())[0]?.records === web.length ? true : undefined))
    const after = await second.desk.incidents(everything)
    const ids = new Set(after.rows.map(({ id }) => id))
    for (const { id } of before.rows) expect(ids.has(id)).toBe(true)
  }, 40_000)
})

describe('a data folder', () => {
  test('is for its owner alone', async () => {
    const { folder } = await start()
    expect(statSync(folder.path).mode & 0o777).toBe(0o700)
    for (const path of [folder.configurationPath, folder.storePath, join(folder.keysPath, 'seal.key')]) {
      expect(statSync(path).mode & 0o777).toBe(0o600)
    }
    expect(readFileSync(folder.configurationPath, 'utf8')).toContain('[office]')
  })

  test('is used by one desk at a time, and freed by a desk that ends', async () => {
    const { folder, desk } = await start()
    const second = await openDesk({ dataPath: folder.path, version: 'test', clock: Date.now })
    expect(second).toMatchObject({ ok: false, error: [expect.stringMatching(/Another desk .* already uses/)] })
    await desk.close()
    open = []
    await start({ dataPath: folder.path })
  })

  test('with a mistake in its configuration is left as it is, and the mistake is told', async () => {
    const { folder, desk } = await start()
    await desk.close()
    open = []
    writeFileSync(folder.configurationPath, '[listen]\nprot = 1\n')
    const refused = await openDesk({ dataPath: folder.path, version: 'test', clock: Date.now })
    expect(refused).toMatchObject({ ok: false, error: [expect.stringMatching(/line 2: "prot" is not known/)] })
  })
})

describe('the demonstration', () => {
  test('shows an attack, and leaves nothing when it is ended', async () => {
    const { desk } = await start({ demonstrationFolder: join(import.meta.dirname, '../../data/recording') })
    expect(desk.isDemonstration).toBe(true)
    await worst(desk)
    await desk.setAutomaticKinds(['scan'], clerk)
    expect(await desk.endDemonstration(clerk)).toMatchObject({ ok: true })
    expect(desk.isDemonstration).toBe(false)
    expect(await desk.incidents(everything)).toMatchObject({ rows: [], total: 0 })
    expect(await desk.sources()).toEqual([])
    expect((await desk.blockList()).automaticKinds).toEqual([])
    expect((await desk.today()).mood).toBe('blind')
  }, 60_000)
})
