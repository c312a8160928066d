/** Blocks for tests, with everything that a test does not care about filled in. */
import { blockId } from '../core/ids.ts'
import type { Block } from './block.ts'

/** A moment for tests: 1 July 2026, noon UTC. */
export const noonMs = Date.UTC(2026, 6, 1, 12)

/** A block that a person made at `noonMs` for a day. */
export const blockOf = (network: string, part: Partial<Block> = {}): Block => ({
  id: blockId(network, JSON.stringify(part)),
  network,
  reason: 'Tried to break into the voter database',
  decided: { by: 'person', name: 'Dana' },
  decidedAtMs: noonMs,
  expiresAtMs: noonMs + 24 * 3_600_000,
  state: 'active',
  ...part,
})
