/** `node tests/evaluate/documents.ts [FOLDER]`: examines every file of the document corpus and prints, file by file, what
 *  its folder and name say is inside, what was found, and the proof; then totals against the bars. The corpus stays where
 *  it is (BELLWETHER_CORPORA, else ../shared/corpora). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { isActive, type PayloadFeature } from '../../src/formats/documents/examination.ts'
import { examine } from '../../src/formats/documents/examine.ts'

/** What one file was expected to hold, and what was found. */
export interface DocumentOutcome {
  readonly file: string
  /** Any of these counts; none where the file is clean. */
  readonly expected: readonly PayloadFeature[]
  readonly found: readonly PayloadFeature[]
  readonly proof: string
  readonly verdict: 'found' | 'missed' | 'clean' | 'flagged'
  readonly problems: readonly string[]
}

/** Where the corpus lies. */
export const documentCorpus = join(process.env.BELLWETHER_CORPORA ?? '../shared/corpora', 'mail', 'documents')

/** The files that are archives with a password were published with it. */
const passwords = ['infected', 'infected-test']

/** What a folder of the corpus says about its files. */
const folders: Readonly<Record<string, readonly PayloadFeature[]>> = {
  basic: [],
  encrypted: ['encrypted-document'],
  'excel4-macros': ['excel4-macro'],
  msodde: ['dde'],
  oleobj: ['embedded-package'],
  external_link: ['external-relationship', 'external-template'],
  olevba: ['macro'],
  ooxml: ['dde', 'macro', 'external-relationship', 'embedded-package'],
  rtfobj: ['embedded-object', 'embedded-package', 'external-relationship'],
}

/** What a file is expected to hold: its name says most, then its folder; of a folder that is not known, anything that
 *  acts. */
function expectedOf(path: string): readonly PayloadFeature[] {
  const parts = path.split(sep)
  const name = (parts.at(-1) ?? '').toLowerCase()
  if (/harmless|clean|^empty$|^text$/.test(name)) return []
  if (/standardpassword/.test(name)) return /dde/.test(name) ? ['dde'] : ['macro-autorun']
  const folder = parts.slice(0, -1).findLast((part) => part in folders)
  return folder === undefined ? ['macro', 'dde', 'embedded-object', 'embedded-package'] : (folders[folder] ?? [])
}

const listFiles = (folder: string): string[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) =>
      statSync(join(folder, name)).isDirectory() ? listFiles(join(folder, name)) : [join(folder, name)],
    )

/** Examines one file of the corpus. */
export function judgeDocument(root: string, path: string): DocumentOutcome {
  const file = relative(root, path)
  const bytes = new Uint8Array(readFileSync(path))
  const { features, problems } = examine({ name: file.split(sep).at(-1) ?? '', contentType: '', bytes }, { passwords })
  const found = [...new Set(features.map(({ feature }) => feature))]
  const expected = expectedOf(file)
  const isFound = found.some((feature) => expected.includes(feature))
  const isFlagged = found.some(isActive)
  const shown = features.find(({ feature }) => (expected.length > 0 ? expected.includes(feature) : isActive(feature)))
  const verdict = expected.length > 0 ? (isFound ? 'found' : 'missed') : isFlagged ? 'flagged' : 'clean'
  return { file, expected, found, verdict, problems, proof: shown ? `${shown.path.at(-1)}: ${shown.proof}` : '' }
}

/** Examines all files under a folder; undefined where there is no such folder. */
export function judgeDocuments(root: string = documentCorpus): DocumentOutcome[] | undefined {
  return existsSync(root) ? listFiles(root).map((path) => judgeDocument(root, path)) : undefined
}

/** Counts of verdicts, and the share found of what acts. */
export function totalsOf(
  outcomes: readonly DocumentOutcome[],
): Record<DocumentOutcome['verdict'], number> & { share: number } {
  const count = (verdict: DocumentOutcome['verdict']): number =>
    outcomes.filter((each) => each.verdict === verdict).length
  const found = count('found')
  const missed = count('missed')
  return { found, missed, clean: count('clean'), flagged: count('flagged'), share: found / Math.max(1, found + missed) }
}

function print(root: string): void {
  const outcomes = judgeDocuments(root)
  if (outcomes === undefined) {
    console.log(`Skipped: there is no document corpus at ${root}.`)
    return
  }
  for (const { file, expected, found, verdict, proof, problems } of outcomes) {
    console.log(`${verdict.padEnd(8)}${file}`)
    console.log(`        expected ${expected.join(' or ') || 'nothing'}; found ${found.join(', ') || 'nothing'}`)
    if (proof !== '') console.log(`        proof    ${proof}`)
    for (const problem of problems) console.log(`        problem  ${problem}`)
  }
  const { found, missed, clean, flagged, share } = totalsOf(outcomes)
  console.log(
    `\n${outcomes.length} files: ${found} of ${found + missed} with active content found (${(share * 100).toFixed(1)}%, bar 98%); ${clean} clean left alone, ${flagged} clean flagged (bar 0).`,
  )
  printSpeed(root)
  if (share < 0.98 || flagged > 0) process.exitCode = 1
}

/** Files a second of one core, in processor time, without those whose password is tried: that costs a tenth of a second
 *  by design. */
function printSpeed(root: string): void {
  const files = listFiles(root).map((path) => ({
    name: path,
    contentType: '',
    bytes: new Uint8Array(readFileSync(path)),
  }))
  const plain = files.filter(({ name }) => !/encrypt/.test(name))
  const measure = (of: typeof files, rounds: number): number => {
    const before = process.cpuUsage()
    for (let round = 0; round < rounds; round++) for (const file of of) examine(file)
    const { user, system } = process.cpuUsage(before)
    return (of.length * rounds * 1_000_000) / (user + system)
  }
  measure(plain, 2)
  console.log(
    `${measure(plain, 10).toFixed(0)} documents/s of processor time; ${measure(files, 1).toFixed(0)} with those whose standard password is tried.`,
  )
}

if (import.meta.main) print(process.argv[2] ?? documentCorpus)
