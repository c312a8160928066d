/** Lists of software that came on a stick: each is kept, compared with the baseline of its machine and folder, and what
 *  differs becomes a finding. */
import type { Level, RuleWords } from '../core/finding.ts'
import type { SourceId } from '../core/ids.ts'
import { type SoftwareDifference, severityOf } from '../software/difference.ts'
import { groupDifferences, groupText } from '../software/difference-group.ts'
import type { ReceivedManifest } from '../sources/drop/receive-software.ts'
import type { SoftwareShelf } from '../sources/tree/shelf.ts'
import type { Noticed } from './analysis/protocol.ts'

/** Of a baseline's differences, what their gravest asks of a person; none where all was expected. */
const levels: readonly (Level | undefined)[] = [undefined, 'low', 'medium', 'high', 'critical']

/** What came of a list: what is to become a finding, or a sentence for the source's notes. */
export interface JudgedSoftware {
  readonly noticed?: Noticed
  readonly note?: string
}

/** Compares one list; gives what is to become a finding. Lists that cannot be used, and machines without a baseline, are
 *  sentences for the source's notes. */
export async function judgeSoftware(
  received: ReceivedManifest,
  shelf: SoftwareShelf,
  about: { readonly sourceId: SourceId; readonly timeMs: number },
): Promise<JudgedSoftware> {
  if (received.path === undefined) return { note: received.problem ?? 'A list of software could not be used.' }
  const shelved = await shelf.take(received.path)
  if (!shelved.ok) return { note: shelved.error }
  const { machine, folder } = shelved.value.manifest.head
  if (shelved.value.state === 'no-baseline') {
    return { note: `${machine} has no baseline for ${folder}: make one with "bellwether software keep".` }
  }
  const { differences, leftOut, same } = shelved.value.compared
  const worst = differences.reduce((most, difference) => Math.max(most, severityOf(difference)), 0)
  const level = levels[worst]
  if (level === undefined) return { note: `${machine}: ${folder} is as it should be (${same} files).` }
  const words = wordsOf(differences, leftOut)
  const target = `${machine}: ${folder}`
  return { noticed: { kind: 'software-changed', rule: 'software-changed', level, target, ...about, words } }
}

function wordsOf(differences: readonly SoftwareDifference[], leftOut: number): RuleWords {
  const groups = groupDifferences(differences.filter((difference) => severityOf(difference) > 0))
  const lines = groups.map((group) => {
    const { title, details } = groupText(group)
    return details.length === 0 ? title : `${title}: ${details.join('; ')}`
  })
  if (leftOut > 0) lines.push(`and ${leftOut} more differences`)
  return { title: 'Software differs from its baseline', plain: `${lines.join('. ')}.` }
}
