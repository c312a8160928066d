/** Compares a folder with what it should be: a baseline, or a list of hashes. */
import { type Compared, Comparison } from '../../software/difference.ts'
import type { ExpectedChanges } from '../../software/expected.ts'
import { type ComparedEntry, ListComparison, leadingFolders } from '../../software/list-comparison.ts'
import { type CheckedManifest, entriesOf } from '../../software/read-manifest.ts'
import type { OtherHash } from './hash-file.ts'
import { eachHash, type HashListSurvey } from './hash-list-file.ts'
import { hashTree, type TreeEntry, type TreeOptions } from './hash-tree.ts'
import { piecesOf } from './manifest-file.ts'

/** How far a comparison has come. */
export interface TreeCount {
  files: number
  bytes: number
  entries: number
}

/** What a comparison found, and of how much. */
export interface ComparedTree extends Compared, TreeCount {}

/** What a comparison needs beside the two sides. */
export interface CompareOptions extends TreeOptions {
  readonly expect: ExpectedChanges
  readonly onProgress?: (count: TreeCount) => void
}

async function eachEntry(
  root: string,
  options: CompareOptions,
  others: readonly OtherHash[],
  take: (entry: TreeEntry) => void,
): Promise<TreeCount> {
  const count = { files: 0, bytes: 0, entries: 0 }
  for await (const batch of hashTree(root, { ...options, others })) {
    for (const entry of batch) {
      take(entry)
      count.entries++
      if (entry.type === 'file') {
        count.files++
        count.bytes += entry.bytes
      }
    }
    options.onProgress?.(count)
  }
  return count
}

/** Compares a folder with a baseline that was checked. Rejects where the folder cannot be read, or the baseline's file
 *  changes meanwhile (`ManifestChanged`). */
export async function compareWithBaseline(
  root: string,
  baselinePath: string,
  baseline: CheckedManifest,
  options: CompareOptions,
): Promise<ComparedTree> {
  const comparison = new Comparison(entriesOf(piecesOf(baselinePath), baseline), options.expect, baseline.head.signers)
  const count = await eachEntry(root, options, [], (entry) => comparison.add(entry))
  return { ...count, ...comparison.finish() }
}

/** What a comparison with a list found. */
export interface ComparedList extends ComparedTree {
  /** Leading folders of the list's names that were left out; undefined where none of its names is in the folder. */
  readonly leading: number | undefined
}

/** Compares a folder with a list of hashes that was read once. */
export async function compareWithList(
  root: string,
  survey: HashListSurvey,
  options: CompareOptions,
): Promise<ComparedList> {
  const entries: ComparedEntry[] = []
  const others = [...survey.hashes].filter((name): name is OtherHash => name !== 'sha256')
  const count = await eachEntry(root, options, others, (entry) => {
    if (entry.type !== 'folder') entries.push(entry)
  })
  const { form } = survey
  const keyOf = (path: string): string => (form.ignoresCase ? path.toLowerCase() : path)
  const there = new Set(form.about === 'paths' ? entries.map(({ path }) => keyOf(path)) : [])
  const leading = leadingFolders(survey.names, (path) => there.has(keyOf(path)))
  const comparison = new ListComparison(form, entries, leading?.count ?? 0, options.expect)
  await eachHash(survey, (row) => comparison.add(row))
  return { ...count, ...comparison.finish(), leading: form.about === 'paths' ? leading?.count : 0 }
}
