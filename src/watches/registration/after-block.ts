/** After a block: an address that was served, or asks for what others are served, began to get refusals and goes on.
 *  It shows that a block works and that the attacker has not given up; addresses that are merely not allowed somewhere
 *  (a page that is closed to all) are left out. */
import { type BlockState, keep } from './clients.ts'
import { type Claim, type Emit, hitOf, hitOfKept, isRefused, isServed, keptRecord, type Seen } from './seen.ts'

/** Refusals in a row before it is called going on: a person gives up after a few. */
const refusedMin = 12

export function observeAfterBlock(seen: Seen, emit: Emit): void {
  const { client, path, status } = seen
  if (!isRefused(status)) {
    if (client.block !== undefined && isServed(status)) delete client.block
    return
  }
  const openToOthers = path.page.ok > 0
  if (!openToOthers && client.block === undefined) return
  client.block ??= newBlock()
  const block = client.block
  block.refused++
  const claim: Claim = {
    kind: 'after-block',
    rule: 'registration/after-block',
    level: 'low',
    confidence: 0.9,
    outcome: 'attempt',
  }
  if (block.alarmed) emit(hitOf(seen, claim))
  else if (block.refused >= refusedMin) {
    block.alarmed = true
    for (const kept of block.kept) emit(hitOfKept(kept, client, seen.timeMs, claim))
    block.kept = []
    emit(hitOf(seen, claim))
  } else keep(block.kept, keptRecord(seen))
}

const newBlock = (): BlockState => ({ refused: 0, alarmed: false, kept: [] })
