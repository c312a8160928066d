import { describe, expect, test } from 'vitest'
import { blockOf, findingOf, incidentOf, noonMs } from './block.fixture.ts'
import { proposeBlocks } from './propose.ts'

const context = { nowMs: noonMs }
const dayMs = 24 * 3_600_000

describe('what an incident suggests to block', () => {
  test('are its attackers, the gravest first, each with what it did and a longer block for more harm', () => {
    const incident = incidentOf(
      findingOf('203.0.113.9', { kind: 'scan', level: 'medium', target: '/', hitCount: 400 }),
      findingOf('198.51.100.7', { level: 'critical', outcome: 'success', hitCount: 3 }),
      findingOf('203.0.113.9', { level: 'high' }),
    )
    expect(proposeBlocks(incident, [], [], context)).toMatchObject([
      {
        network: '198.51.100.7',
        reason: 'Made the voter database answer to them through /status (3 log lines).',
        suggestedEndMs: noonMs + 30 * dayMs,
      },
      {
        network: '203.0.113.9',
        reason:
          'Tried to break into the voter database through /status, and searched the site for weak spots (412 log lines).',
        suggestedEndMs: noonMs + 7 * dayMs,
      },
    ])
  })

  test('say why an address may not be blocked', () => {
    const incident = incidentOf(findingOf('192.0.2.1'), findingOf('127.0.0.1'), findingOf('198.51.100.7'))
    const proposals = proposeBlocks(incident, [{ network: '192.0.2.0/24', reason: 'the office’s proxy' }], [], {
      nowMs: noonMs,
      own: [{ address: '198.51.100.7', whose: 'person' }],
    })
    const refusal = (network: string): string | undefined =>
      proposals.find((proposal) => proposal.network === network)?.refusal
    expect(refusal('192.0.2.1')).toContain('the office’s proxy')
    expect(refusal('127.0.0.1')).toContain('speaking to itself')
    expect(refusal('198.51.100.7')).toContain('lock yourself out')
  })

  test('name a database role and say that it is no address', () => {
    const incident = incidentOf(findingOf('webapp', { actor: { type: 'role', value: 'webapp' } }))
    expect(proposeBlocks(incident, [], [], context)).toMatchObject([{ network: 'webapp', warnings: [] }])
    expect(proposeBlocks(incident, [], [], context)[0]?.refusal).toContain('Only the database’s role webapp is known')
  })

  test('do not offer to block the office’s own scanner', () => {
    const incident = incidentOf(findingOf('203.0.113.9', { kind: 'authorised-scan', level: 'informational' }))
    expect(proposeBlocks(incident, [], [], context)[0]?.refusal).toContain('Your office ordered this scan')
  })

  test('point to the block that already keeps an address out, also as part of a range', () => {
    const held = blockOf('203.0.113.0/24')
    const [proposal] = proposeBlocks(incidentOf(findingOf('203.0.113.9')), [], [held], context)
    expect(proposal?.block).toBe(held)
    const [later] = proposeBlocks(incidentOf(findingOf('203.0.113.9')), [], [held], { nowMs: held.expiresAtMs })
    expect(later?.block).toBeUndefined()
  })

  test('name the /64 around an IPv6 address', () => {
    const [proposal] = proposeBlocks(incidentOf(findingOf('2001:db8:1:2::3')), [], [], context)
    expect(proposal).toMatchObject({ network: '2001:db8:1:2::3', suggestion: '2001:db8:1:2::/64' })
  })

  test('hold one line of printable text whatever path the attacker asked for', () => {
    const incident = incidentOf(findingOf('203.0.113.9', { target: `/a\r\n\u202e\u0000${'x'.repeat(10_000)}` }))
    const reason = proposeBlocks(incident, [], [], context)[0]?.reason ?? ''
    expect(reason).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(reason.length).toBeLessThan(400)
  })
})
