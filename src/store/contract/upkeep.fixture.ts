/** The contract's part about the store itself: what it forgets, its backup, its integrity, its end. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { incidentId } from '../../core/ids.ts'
import { openSqliteStore } from '../sqlite/sqlite-store.ts'
import type { Store } from '../store.ts'
import {
  account,
  block,
  clock,
  commitOf,
  finding,
  hour,
  idOf,
  incident,
  line,
  type Subject,
  startMs,
  status,
  webLogs,
} from './samples.fixture.ts'

const rejected = {
  sourceId: webLogs,
  ordinal: 0,
  reject: { place: { source: 'a', line: 1, offset: 0, length: 1 }, reason: 'binary' as const, message: 'Not text.' },
}

async function fill(store: Store): Promise<void> {
  await store.commit(
    commitOf({
      incidents: [incident('open'), incident('closed', { findings: [finding('c1'), finding('c2')] })],
      evidence: [line('open', 0), line('c1', 0), line('c1', 1, { timeMs: startMs + 9 * hour }), line('c2', 0)],
      sources: [status('web-logs')],
      hours: [0, 5].map((n) => ({
        sourceId: webLogs,
        hourMs: startMs + n * hour,
        records: 1,
        rejects: 0,
        bytes: 1,
        lost: 0,
      })),
      rejects: [rejected],
      checkpoint: { version: '1', takenAtMs: startMs, state: Uint8Array.of(1) },
    }),
  )
  await store.decide(incidentId('test', 'closed'), { state: 'closed', by: 'Ada', atMs: startMs })
  await store.saveBlock(block('one', { incidentId: incidentId('test', 'open') }))
  await store.saveAccount(account('Ada'))
  await store.audit({ atMs: startMs, who: 'Ada', action: 'sign-in', object: 'Ada', details: {} })
  await store.saveSession({
    tokenHash: 'a',
    accountId: idOf('Ada'),
    csrfToken: 'c',
    createdAtMs: startMs,
    lastSeenMs: startMs,
    expiresAtMs: startMs + hour,
    agent: '',
  })
  await store.saveLink({
    tokenHash: 'l',
    purpose: 'reset',
    role: 'viewer',
    createdBy: 'Ada',
    expiresAtMs: startMs + hour,
  })
  await store.saveSetting('office', { name: 'County' })
  await store.addSource({ id: webLogs, definition: {}, addedBy: 'Ada', addedAtMs: startMs })
}

export function describeUpkeep(subject: () => Subject): void {
  const store = () => subject().store
  const totalOf = async (name: string): Promise<number> =>
    (await store().evidence(incidentId('test', name), { offset: 0, limit: 10 })).total

  describe('what is old', () => {
    test('is forgotten: evidence of closed incidents, hours, rejects, sessions and links that ended', async () => {
      await fill(store())
      await store().forget({ evidenceMs: startMs + 5 * hour, hoursMs: startMs + hour, nowMs: startMs + hour })
      expect([await totalOf('open'), await totalOf('closed')]).toEqual([1, 1])
      expect(await store().sourceHours(0)).toHaveLength(1)
      expect(await store().rejects(webLogs)).toEqual([])
      expect(await store().session('a')).toBeUndefined()
      expect(await store().link('l', 0)).toBeUndefined()
      expect((await store().incident(incidentId('test', 'closed')))?.incident.findings).toHaveLength(2)
    })

    test('and what is young stays', async () => {
      await fill(store())
      await store().forget({ evidenceMs: startMs, hoursMs: startMs, nowMs: startMs + hour - 1 })
      expect([await totalOf('open'), await totalOf('closed')]).toEqual([1, 3])
      expect(await store().sourceHours(0)).toHaveLength(2)
      expect(await store().rejects(webLogs)).toHaveLength(1)
      expect(await store().session('a')).toBeDefined()
      expect(await store().link('l', startMs)).toBeDefined()
    })

    test('is forgotten of any number of findings, and not where an incident is open again', async () => {
      const names = Array.from({ length: 250 }, (_, n) => `f${n}`)
      const many = incident('many', { findings: names.map((name) => finding(name)) })
      await store().commit(commitOf({ incidents: [many], evidence: names.map((name) => line(name, 0)) }))
      const all = { evidenceMs: startMs + hour, hoursMs: 0, nowMs: 0 }
      await store().forget(all)
      expect(await totalOf('many')).toBe(250)
      await store().decide(many.id, { state: 'closed', by: 'Ada', atMs: startMs })
      await store().commit(commitOf({ incidents: [{ ...many, lastSeenMs: startMs + 2 * hour }] }))
      await store().forget(all)
      expect(await totalOf('many')).toBe(250)
      await store().decide(many.id, { state: 'closed', by: 'Ada', atMs: startMs })
      await store().forget(all)
      expect(await totalOf('many')).toBe(0)
    })
  })

  describe('the end of a demonstration', () => {
    test('takes all that was analysed and decided, and leaves people, settings and the trail', async () => {
      await fill(store())
      await store().commit(
        commitOf({ merged: [{ id: incidentId('test', 'closed'), into: incidentId('test', 'open') }] }),
      )
      await store().clear()
      await store().clear()
      expect(await store().incidents({ order: 'latest', offset: 0, limit: 5 })).toEqual({ rows: [], total: 0 })
      expect(await store().incident(incidentId('test', 'open'))).toBeUndefined()
      expect(await store().checkpoint()).toBeUndefined()
      expect(await store().sources()).toEqual([])
      expect(await store().sourceHours(0)).toEqual([])
      expect(await store().storedSources()).toEqual([])
      expect(await store().blocks()).toEqual([])
      expect(await store().assignments(0)).toEqual([])
      expect(await store().accountNamed('ada')).toBeDefined()
      expect(await store().session('a')).toBeDefined()
      expect(await store().setting('office')).toEqual({ name: 'County' })
      expect(await store().auditRows({ limit: 5 })).toHaveLength(1)
      expect(await store().auditBreak()).toBeUndefined()
      clock.nowMs += hour
      await fill(store())
      expect((await store().incident(incidentId('test', 'open')))?.createdAtMs).toBe(startMs + hour)
    })
  })

  describe('a backup', () => {
    let folder = ''
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'bellwether-backup-'))
    })
    afterEach(() => rmSync(folder, { recursive: true, force: true }))

    test('is a store of its own that holds the same, made while others write', async () => {
      await fill(store())
      const path = join(folder, 'backup.sqlite')
      const writing = Array.from({ length: 20 }, (_, n) => store().saveSetting(`n${n}`, n))
      const made = await store().backup(path)
      await Promise.all(writing)
      expect(made).toEqual({ ok: true, value: { bytes: statSync(path).size } })
      const opened = await openSqliteStore(path)
      if (!opened.ok) throw new Error(opened.error.message)
      const copy = opened.value
      for (const name of ['open', 'closed']) {
        const id = incidentId('test', name)
        expect(await copy.incident(id)).toEqual(await store().incident(id))
        const page = { offset: 0, limit: 10 }
        expect((await copy.evidence(id, page)).rows.map((row) => Buffer.from(row.bytes).toString())).toEqual(
          (await store().evidence(id, page)).rows.map((row) => Buffer.from(row.bytes).toString()),
        )
      }
      expect(await copy.accounts()).toEqual(await store().accounts())
      expect(await copy.auditRows({ limit: 9 })).toEqual(await store().auditRows({ limit: 9 }))
      expect(await copy.auditBreak()).toBeUndefined()
      await copy.close()
    })

    test('never overwrites a file, and leaves nothing where it fails', async () => {
      await fill(store())
      const path = join(folder, 'mine.txt')
      writeFileSync(path, 'mine')
      expect(await store().backup(path)).toMatchObject({ ok: false, error: { message: expect.stringContaining(path) } })
      expect(statSync(path).size).toBe(4)
      expect(existsSync(`${path}.part`)).toBe(false)
      expect((await store().backup(join(folder, 'no', 'folder'))).ok).toBe(false)
    })
  })

  describe('a store', () => {
    test('that is whole says so', async () => {
      await fill(store())
      expect((await store().integrity()).ok).toBe(true)
    })

    test('whose trail was changed says where', async () => {
      await fill(store())
      await subject().tamper('DROP TRIGGERS ON audit')
      await subject().tamper("UPDATE audit SET who = 'Eve'")
      expect(await store().integrity()).toMatchObject({
        ok: false,
        error: { code: 'damaged', message: expect.stringContaining('entry 1') },
      })
    })

    test('that is closed rejects every verb, and can be closed again', async () => {
      const closing = store()
      const written = closing.saveSetting('last', 1)
      await closing.close()
      await written
      await expect(closing.setting('last')).rejects.toMatchObject({ name: 'StoreError' })
      await closing.close()
    })
  })
}
