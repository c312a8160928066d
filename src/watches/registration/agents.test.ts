import { describe, expect, test } from 'vitest'
import { limits } from '../../core/limits.ts'
import { latin1Bytes } from '../../formats/latin1.ts'
import { AgentTable } from './agents.ts'
import { hashOf } from './interner.ts'

const see = (table: AgentTable, text: string): number => {
  const bytes = latin1Bytes(text)
  return table.of(bytes, 0, bytes.length, hashOf(bytes)).id
}

describe('user agents', () => {
  test('keep their number, and no number is given twice when the table overflows', () => {
    const table = new AgentTable()
    const first = see(table, 'agent 0')
    expect(see(table, 'agent 0')).toBe(first)
    const ids = new Set([first])
    for (let i = 1; i <= limits.agentsMax + 10; i++) ids.add(see(table, `agent ${i}`))
    expect(ids.size).toBe(limits.agentsMax + 11)
    expect(table.forgotten).toBe(limits.agentsMax)
  })

  test('have the same numbers after a restore', () => {
    const table = new AgentTable()
    for (let i = 0; i <= limits.agentsMax; i++) see(table, `agent ${i}`)
    const restored = new AgentTable()
    restored.restore(structuredClone(table.save()))
    expect(see(restored, `agent ${limits.agentsMax}`)).toBe(see(table, `agent ${limits.agentsMax}`))
    expect(see(restored, 'another')).toBe(see(table, 'another'))
  })
})
