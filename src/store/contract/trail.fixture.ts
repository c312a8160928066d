/** The contract's part about the audit trail. */
import { describe, expect, test } from 'vitest'
import { chainHash, chainStart } from '../audit-chain.ts'
import type { AuditEntry } from '../store.ts'
import { hostileTexts, type Subject, startMs } from './samples.fixture.ts'

const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  atMs: startMs,
  who: 'Ada',
  action: 'incident.acknowledge',
  object: 'incident-1',
  details: { comment: 'I look into it.', count: 3, quiet: false, list: ['a', 'b'] },
  ...change,
})

export function describeTrail(subject: () => Subject): void {
  const store = () => subject().store

  describe('the audit trail', () => {
    test('numbers its rows from 1 and chains each to the one before', async () => {
      const first = await store().audit(entry())
      const second = await store().audit(entry({ who: 'the desk' }))
      expect(first).toEqual({ ...entry(), sequence: 1, previous: chainStart, hash: chainHash(chainStart, entry()) })
      expect([second.sequence, second.previous]).toEqual([2, first.hash])
      expect(await store().auditRows({ limit: 10 })).toEqual([second, first])
      expect(await store().auditBreak()).toBeUndefined()
    })

    test('has no gap when many write at the same moment', async () => {
      const rows = await Promise.all(Array.from({ length: 40 }, (_, n) => store().audit(entry({ object: `o${n}` }))))
      expect(rows.map((row) => row.sequence).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
      expect(await store().auditBreak()).toBeUndefined()
    })

    test('goes on in its chain after the store was opened again', async () => {
      const { reopen } = subject()
      const first = await store().audit(entry())
      const again = await reopen()
      expect((await again.audit(entry())).previous).toBe(first.hash)
      expect(await again.auditBreak()).toBeUndefined()
    })

    test('is found by who, action, object and place', async () => {
      for (let n = 1; n <= 12; n++) {
        await store().audit(
          entry({ who: n % 2 ? 'Ada' : 'Bo', action: n % 3 ? 'sign-in' : 'block.apply', object: `o${n % 4}` }),
        )
      }
      const sequences = async (query: object): Promise<number[]> =>
        (await store().auditRows({ limit: 100, ...query })).map((row) => row.sequence)
      expect(await sequences({ who: 'Bo' })).toEqual([12, 10, 8, 6, 4, 2])
      expect(await sequences({ who: 'Bo', action: 'block.apply' })).toEqual([12, 6])
      expect(await sequences({ object: 'o1' })).toEqual([9, 5, 1])
      expect(await sequences({ beforeSequence: 4, limit: 2 })).toEqual([3, 2])
      expect(await sequences({ who: "Ada' OR 'a'='a" })).toEqual([])
    })

    test('keeps any text, and stays whole with it', async () => {
      for (const text of hostileTexts) {
        await store().audit(entry({ who: text, action: text, object: text, details: { [text]: text } }))
      }
      expect(await store().auditBreak()).toBeUndefined()
      for (const text of hostileTexts) {
        const [row] = await store().auditRows({ who: text, object: text, limit: 5 })
        expect([row?.who, row?.details]).toEqual([text, { [text]: text }])
      }
    })

    test('can only be added to', async () => {
      await store().audit(entry())
      await expect(subject().tamper("UPDATE audit SET who = 'Eve'")).rejects.toThrow()
      await expect(subject().tamper('DELETE FROM audit')).rejects.toThrow()
      expect(await store().auditBreak()).toBeUndefined()
    })
  })

  describe('a trail that was changed behind the store’s back is noticed', () => {
    const tampered = async (sql: string): Promise<number | undefined> => {
      const { tamper } = subject()
      for (let n = 1; n <= 5; n++) await store().audit(entry({ object: `o${n}` }))
      await tamper('DROP TRIGGERS ON audit')
      await tamper(sql)
      return store().auditBreak()
    }

    test.each([
      ['a name', "UPDATE audit SET who = 'Eve' WHERE sequence = 3", 3],
      ['a document', "UPDATE audit SET doc = replace(doc, 'Ada', 'Eve') WHERE sequence = 2", 2],
      ['a document that is none', "UPDATE audit SET doc = '' WHERE sequence = 2", 2],
      ['a hash', "UPDATE audit SET hash = replace(hash, substr(hash, 1, 1), '') WHERE sequence = 4", 4],
      ['a row taken out', 'DELETE FROM audit WHERE sequence = 3', 3],
      ['the first row', 'DELETE FROM audit WHERE sequence = 1', 1],
      ['the last row', 'DELETE FROM audit WHERE sequence = 5', 5],
      ['all rows', 'DELETE FROM audit', 1],
      [
        'a row put before',
        'INSERT INTO audit SELECT 0, who, action, object, previous, hash, doc FROM audit WHERE sequence = 1',
        0,
      ],
      [
        'a row put behind',
        'INSERT INTO audit SELECT 9, who, action, object, previous, hash, doc FROM audit WHERE sequence = 1',
        6,
      ],
      ['the head', "UPDATE audit_head SET hash = 'x'", 6],
      ['the head taken out', 'DELETE FROM audit_head', 6],
      [
        'two rows changed places',
        'UPDATE audit SET sequence = CASE sequence WHEN 2 THEN -2 ELSE -3 END WHERE sequence IN (2, 3)',
        2,
      ],
    ])('%s', async (_, sql, sequence) => {
      expect(await tampered(sql)).toBe(sequence)
    })
  })
}
