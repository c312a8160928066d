import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { AuditRow } from '../store/store.ts'
import { auditSentence } from './audit-sentence.ts'

const row = (action: string, object: string, details: AuditRow['details']): AuditRow => ({
  sequence: 1,
  atMs: 0,
  who: 'Pat',
  action,
  object,
  details,
  previous: '',
  hash: '',
})

describe('the audit trail in sentences', () => {
  test('has one for every action that the desk and the server write', () => {
    const files = globSync(['src/desk/**/*.ts', 'src/server/**/*.ts']).filter(
      (path) => !/\.(test|fixture)\.ts$/.test(path),
    )
    const actions = files.flatMap((path) => {
      const text = readFileSync(path, 'utf8')
      const written = [...text.matchAll(/writeDown\([^']*?'([a-z.-]+)'|action: '([a-z.-]+)'/g)]
      return written.map((match) => match[1] ?? match[2] ?? '').filter((action) => /[.-]/.test(action))
    })
    expect(actions.length).toBeGreaterThan(20)
    const bare = actions.filter((action) => auditSentence(row(action, 'x', {})).startsWith(`${action}:`))
    expect(bare).toEqual([])
  })

  test('says until when an address is blocked, and why', () => {
    const details = { reason: 'attack', until: '2026-12-03T10:00:00.000Z' }
    expect(auditSentence(row('block.apply', '203.0.113.9', details))).toBe(
      'Blocked 203.0.113.9 until December 3, 2026: attack',
    )
  })
})
