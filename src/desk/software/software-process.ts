/** The process that compares two lists of software, makes the last one the baseline, or judges one that came: a workstation's
 *  list has half a million lines, and the desk must not stand still meanwhile. Its argument is a `SoftwareTask`; it ends with 0
 *  where the task was done, with 3 where the list is not the one that was meant. What it judged it sends. */
import { copyFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { limits } from '../../core/limits.ts'
import { Comparison, type SoftwareDifference, severityOf } from '../../software/difference.ts'
import { detailOf } from '../../software/difference-group.ts'
import { ExpectedChanges } from '../../software/expected.ts'
import { shownPath } from '../../software/path-text.ts'
import { type CheckedManifest, entriesOf } from '../../software/read-manifest.ts'
import { fingerprintOf } from '../../software/signing-key.ts'
import { checkManifestFile, piecesOf } from '../../sources/tree/manifest-file.ts'
import { SoftwareShelf } from '../../sources/tree/shelf.ts'
import { judgeSoftware } from '../received-software.ts'
import {
  type ComparedDifference,
  type ComparedList,
  type ComparisonSummary,
  differencesPath,
  type SoftwareTask,
} from './comparison-file.ts'

type CompareTask = Extract<SoftwareTask, { task: 'compare' }>
type KeepTask = Extract<SoftwareTask, { task: 'keep' }>

const notMeant = 3

async function listOf(path: string): Promise<{ checked?: CheckedManifest; list?: ComparedList; isThere: boolean }> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return { isThere: false }
  const checked = checkManifestFile(path)
  if (!checked.ok) return { isThere: true }
  const { head, entries, unread, sha256, publicKey } = checked.value
  const list: ComparedList = {
    machine: head.machine,
    folder: shownPath(head.folder),
    madeAt: head.madeAt,
    keptAtMs: found.mtimeMs,
    ...{ entries, unread, sha256 },
    fingerprint: fingerprintOf(publicKey),
  }
  return { checked: checked.value, list, isThere: true }
}

const nothing = { changes: [], expected: 0, same: 0, leftOut: 0, severity: 0 } as const

async function compare(task: CompareTask): Promise<void> {
  const { latestPath, baselinePath, stamp, out } = task
  const [latest, baseline] = [await listOf(latestPath), await listOf(baselinePath)]
  const lists = {
    ...(latest.list === undefined ? {} : { latest: latest.list }),
    ...(baseline.list === undefined ? {} : { baseline: baseline.list }),
  }
  if (latest.checked !== undefined && baseline.checked !== undefined) {
    await compareTwo(task, lists, [latest.checked, baseline.checked])
    return
  }
  const isDamaged = [latest, baseline].some(({ isThere, checked }) => isThere && checked === undefined)
  const state = isDamaged ? 'damaged' : latest.isThere ? 'no-baseline' : 'no-list'
  await write(out, { stamp, state, ...lists, ...nothing }, [])
}

async function compareTwo(
  { latestPath, baselinePath, stamp, out }: CompareTask,
  lists: Pick<ComparisonSummary, 'latest' | 'baseline'>,
  [latest, baseline]: readonly [CheckedManifest, CheckedManifest],
): Promise<void> {
  const expect = ExpectedChanges.parse(baseline.head.expected)
  const comparison = new Comparison(
    entriesOf(piecesOf(baselinePath), baseline),
    expect.ok ? expect.value : ExpectedChanges.none,
    latest.head.signers && baseline.head.signers,
  )
  for (const entry of entriesOf(piecesOf(latestPath), latest)) comparison.add(entry)
  const { differences, leftOut, same } = comparison.finish()
  const counts = new Map<string, { kind: SoftwareDifference['kind']; isProgram: boolean; count: number }>()
  let expected = 0
  for (const { kind, program: isProgram, expected: pattern } of differences) {
    if (pattern !== undefined) {
      expected++
      continue
    }
    const key = `${kind} ${isProgram}`
    const held = counts.get(key)
    if (held === undefined) counts.set(key, { kind, isProgram, count: 1 })
    else held.count++
  }
  const severity = differences.reduce<ComparisonSummary['severity']>((most, each) => {
    const its = severityOf(each)
    return its > most ? its : most
  }, 0)
  const shown = differences.slice(0, limits.softwareDifferencesShownMax)
  const summary: ComparisonSummary = {
    stamp,
    state: severity === 0 && leftOut === 0 ? 'unchanged' : 'changed',
    ...lists,
    changes: [...counts.values()],
    ...{ expected, same, severity },
    leftOut: leftOut + differences.length - shown.length,
  }
  await write(out, summary, shown.map(shownDifference))
}

function shownDifference(difference: SoftwareDifference): ComparedDifference {
  const { kind, program: isProgram, path, from, expected } = difference
  return {
    ...{ kind, isProgram },
    severity: severityOf(difference),
    path: shownPath(path),
    ...(from === undefined ? {} : { from: shownPath(from) }),
    detail: shownPath(detailOf(difference)),
    ...(expected === undefined ? {} : { expected }),
  }
}

/** The long file first: the short one says that both are there. */
async function write(
  out: string,
  summary: ComparisonSummary,
  differences: readonly ComparedDifference[],
): Promise<void> {
  for (const [path, value] of [
    [differencesPath(out), differences],
    [out, summary],
  ] as const) {
    await writeFile(`${path}.partial`, JSON.stringify(value), { mode: 0o600 })
    await rename(`${path}.partial`, path)
  }
}

/** A copy is checked and becomes the baseline: a list that comes in the meantime changes nothing. */
async function keep({ latestPath, baselinePath, sha256 }: KeepTask): Promise<number> {
  const copy = `${baselinePath}.partial`
  await copyFile(latestPath, copy)
  const checked = checkManifestFile(copy)
  if (!checked.ok || checked.value.sha256 !== sha256) {
    await rm(copy, { force: true })
    return notMeant
  }
  await rename(copy, baselinePath)
  return 0
}

const task = JSON.parse(process.argv[2] ?? '{}') as SoftwareTask
// The desk has ended: nobody waits for it.
process.on('disconnect', () => process.exit(1))
switch (task.task) {
  case 'keep':
    process.exit(await keep(task))
    break
  case 'judge': {
    const judged = await judgeSoftware(task.received, new SoftwareShelf(task.shelfPath), task.about)
    process.send?.(judged, () => process.exit(0))
    break
  }
  case 'compare':
    await compare(task)
    process.exit(0)
}
