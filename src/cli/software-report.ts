/** What `bellwether software` says, as words for a clerk or as JSON. Names of files are made safe for a terminal here. */
import { counted, inBytes, inDigits } from '../core/counts.ts'
import { dayInWords } from '../core/times.ts'
import { type DifferenceKind, type SoftwareDifference, severityOf } from '../software/difference.ts'
import { type DifferenceGroup, groupDifferences, groupText, headingOf } from '../software/difference-group.ts'
import { shownPath } from '../software/path-text.ts'
import type { CheckedManifest, ManifestFault, ManifestFaultCode } from '../software/read-manifest.ts'
import { fingerprintOf } from '../software/signing-key.ts'
import { showPath } from '../sources/problem.ts'
import type { ComparedTree } from '../sources/tree/compare-tree.ts'
import type { HashListSurvey } from '../sources/tree/hash-list-file.ts'
import type { WrittenManifest } from '../sources/tree/manifest-file.ts'
import { chop, printable, safeJson, wrap } from './printable.ts'

/** A folder that was compared, and with what. */
export interface VerifyReport {
  readonly folder: string
  readonly compared: ComparedTree
  readonly against:
    | {
        readonly kind: 'baseline'
        readonly path: string
        readonly baseline: CheckedManifest
        /** Who vouches for its key: the user named it, it is this user's own, or nobody does. */
        readonly trust: 'named' | 'own' | 'nobody'
      }
    | { readonly kind: 'list'; readonly survey: HashListSurvey; readonly leading: number | undefined }
}

/** A baseline that was written. */
export interface BaselineReport extends WrittenManifest {
  readonly path: string
  readonly folder: string
  readonly machine: string
  readonly publicKey: string
  readonly expected: readonly string[]
}

const safe = (text: string): string => printable(shownPath(text))
const page = (columns: number): number => Math.min(Math.max(40, columns), 100)

function paragraph(text: string, columns: number, indent = ''): string[] {
  return wrap(printable(text), columns - indent.length).map((line) => indent + line)
}

/** What was written down. */
export function baselineText(report: BaselineReport, columnsGiven: number): string {
  const columns = page(columnsGiven)
  const { path, folder, machine, publicKey, files, bytes, programs, signed, unread, expected } = report
  const lines = [
    ...paragraph(
      `Wrote down ${counted(files, 'file')} (${inBytes(bytes)}; ${counted(programs, 'program')}, ${signed.toLocaleString('en-US')} signed) of ${safe(folder)} on ${machine}.`,
      columns,
    ),
    '',
    `Baseline:         ${safe(path)}`,
    `Key fingerprint:  ${fingerprintOf(publicKey)}`,
    ...(expected.length === 0
      ? []
      : wrap(expected.map(safe).join(', '), columns - 18).map(
          (line, at) => (at === 0 ? 'May change:       ' : ' '.repeat(18)) + line,
        )),
    '',
    ...paragraph(
      'Keep the baseline where the people who use this machine cannot write: on a stick that is locked away. Write the fingerprint on paper: with it anybody can tell later that the baseline is still this one.',
      columns,
    ),
  ]
  if (unread.length > 0) {
    lines.push(
      '',
      ...paragraph(
        `${counted(unread.length, 'thing')} could not be read and will not be compared. Run the command as an administrator, or see to it that nobody writes there meanwhile:`,
        columns,
      ),
    )
    for (const each of unread.slice(0, 10)) lines.push(...chop(`  ${safe(each)}`, columns))
    if (unread.length > 10) lines.push(`  ... and ${counted(unread.length - 10, 'more', 'more')}`)
  }
  return `${lines.join('\n')}\n`
}

const faultSentences: Readonly<Record<ManifestFaultCode, string>> = {
  empty: 'is empty. Get the baseline again from where it is kept.',
  'not-a-manifest': 'is not a baseline of Bellwether. If it is a list of hashes, name it with --hashes.',
  'other-version': 'was made by a newer version of Bellwether. Use that version to compare.',
  damaged: 'is damaged',
  'cut-short': 'is cut short: its last lines are missing. Get it again from where it is kept.',
  unsigned: 'is not signed, so anybody may have written it. Nothing was compared.',
  'bad-signature':
    'was changed after it was signed, or the copy is damaged: its signature does not fit. Nothing was compared. Get it again from where it is kept; if that does not fit either, keep both and call your security contact.',
}

/** Why a baseline cannot be used, as a sentence. */
export function faultText(path: string, { code, line }: ManifestFault): string {
  const place =
    code === 'damaged'
      ? ` at line ${line.toLocaleString('en-US')}. Nothing was compared. Get it again from where it is kept.`
      : ''
  return `${showPath(path)} ${faultSentences[code]}${place}`
}

const summaries: Readonly<Record<DifferenceKind, readonly [one: string, many: string]>> = {
  'signer-changed': ['was changed and is not signed as before', 'were changed and are not signed as before'],
  'type-changed': ['was replaced by something else', 'were replaced by something else'],
  changed: ['was changed', 'were changed'],
  added: ['is new', 'are new'],
  unlisted: ['is not on the list', 'are not on the list'],
  removed: ['is gone', 'are gone'],
  unread: ['could not be read', 'could not be read'],
  'mode-changed': ['has other permissions', 'have other permissions'],
  moved: ['was moved', 'were moved'],
}

/** `2 programs were changed`, worst first. */
function summaryLines(differences: readonly SoftwareDifference[]): string[] {
  const counts = new Map<string, { kind: DifferenceKind; program: boolean; count: number }>()
  for (const { kind, program, expected } of differences) {
    if (expected !== undefined) continue
    const key = `${kind} ${program}`
    const held = counts.get(key)
    if (held === undefined) counts.set(key, { kind, program, count: 1 })
    else held.count++
  }
  return [...counts.values()].map(
    ({ kind, program, count }) =>
      `${counted(count, program ? 'program' : 'file')} ${summaries[kind][count === 1 ? 0 : 1]}`,
  )
}

function groupLines(groups: readonly DifferenceGroup[], columns: number): string[] {
  const lines: string[] = []
  let heading = ''
  for (const group of groups) {
    const next = headingOf(group)
    if (next !== heading) lines.push('', next)
    heading = next
    const { title, details } = groupText(group)
    lines.push(...chop(safe(title), columns - 2).map((line) => `  ${line}`))
    for (const detail of details) lines.push(...paragraph(safe(detail), columns, '      '))
  }
  return lines
}

/** Who says what the folder should be. */
function againstLines({ against, compared }: VerifyReport, columns: number): string[] {
  if (against.kind === 'list') return listLines(against.survey, against.leading, columns)
  const { baseline, trust } = against
  const { head, publicKey, unread } = baseline
  const words = {
    named: 'It is signed with the key that you named.',
    own: `It is signed with the key of this user on this computer (${fingerprintOf(publicKey)}).`,
    nobody: `It is signed with the key ${fingerprintOf(publicKey)}. Compare this with the fingerprint on the paper from the day it was made: only if it is the same, what is said here counts.`,
  }
  const made = `The baseline is of ${safe(head.folder)} on ${safe(head.machine)}, ${dayInWords(Date.parse(head.madeAt))}. ${words[trust]}`
  const gaps = unread > 0 ? [`When it was made, ${counted(unread, 'thing')} could not be read.`] : []
  const empty = baseline.entries === 0 ? ['It is the baseline of an empty folder.'] : []
  const nothing = compared.entries === 0 ? ['The folder is empty now.'] : []
  return [made, ...gaps, ...empty, ...nothing].flatMap((text) => paragraph(text, columns))
}

function listLines(survey: HashListSurvey, leading: number | undefined, columns: number): string[] {
  const { form, rows, hashes, badLines, firstBadLines } = survey
  const texts = [`The list is ${form.title}, with ${counted(rows, 'row')}.`]
  if (form.about === 'known') texts.push('It says which files are known, not what has to be here: nothing can be gone.')
  if (leading === undefined && form.about === 'paths') {
    texts.push('None of the names on the list is in this folder. Name the folder in which the list was made.')
  } else if (leading !== undefined && leading > 0) {
    texts.push(`Its names begin with ${counted(leading, 'folder')} more than this folder has; they were left out.`)
  }
  const weak = ['sha1', 'md5'].filter((name) => [...hashes].some((each) => each === name))
  if (weak.length > 0) {
    const names = weak.map((name) => (name === 'md5' ? 'MD5' : 'SHA-1')).join(' and ')
    texts.push(
      `Some or all of its hashes are ${names}, which is weak: whoever made a file can have made a second one with the same hash. They were compared all the same. Ask for SHA-256.`,
    )
  }
  if (badLines > 0) {
    texts.push(
      `${counted(badLines, 'line')} of it could not be read (${badLines > firstBadLines.length ? 'first ' : ''}line ${firstBadLines.join(', ')}).`,
    )
  }
  return texts.flatMap((text) => paragraph(text, columns))
}

const whatToDo = [
  'Do not use this machine for an election until this is explained. Leave it as it is: do not repair it, do not install anything, do not run a virus scan on it. Write down who ran this and when. Then call your vendor and your security contact, and read them this report.',
]

/** The report. */
export function verifyText(report: VerifyReport, columnsGiven: number): string {
  const columns = page(columnsGiven)
  const { folder, compared } = report
  const { differences, leftOut, files } = compared
  const unexpected = differences.filter(({ expected }) => expected === undefined)
  const expectedCount = differences.length - unexpected.length
  const severity = unexpected.reduce((most, each) => Math.max(most, severityOf(each)), 0)
  const name = safe(folder)
  const lines =
    unexpected.length === 0 && leftOut === 0
      ? paragraph(
          `${name} is as it should be: ${counted(files, 'file')}, ${expectedCount === 0 ? 'none changed' : `and ${counted(expectedCount, 'change')} that ${expectedCount === 1 ? 'was' : 'were'} expected`}.`,
          columns,
        )
      : [
          ...paragraph(`${name} is NOT as it should be.`, columns),
          ...summaryLines(differences).flatMap((line) => paragraph(line, columns, '  ')),
        ]
  if (unexpected.length > 0)
    lines.push(
      `  ${inDigits(compared.same)} of ${counted(compared.entries, 'thing')} ${compared.same === 1 ? 'is' : 'are'} as ${compared.same === 1 ? 'it' : 'they'} should be`,
    )
  lines.push('', ...againstLines(report, columns))
  lines.push(...groupLines(groupDifferences(differences), columns))
  if (leftOut > 0)
    lines.push(
      '',
      ...paragraph(`${counted(leftOut, 'further difference')} ${leftOut === 1 ? 'is' : 'are'} not shown.`, columns),
    )
  if (severity >= 2) lines.push('', 'What to do', ...whatToDo.flatMap((text) => paragraph(text, columns, '  ')))
  return `${lines.join('\n')}\n`
}

/** The report as JSON: every difference, worst first. */
export function verifyJson({ folder, compared, against }: VerifyReport): string {
  const { differences, leftOut, same, files, bytes } = compared
  const isDifferent = leftOut > 0 || differences.some(({ expected }) => expected === undefined)
  const source =
    against.kind === 'baseline'
      ? {
          baseline: {
            ...against.baseline.head,
            sha256: against.baseline.sha256,
            fingerprint: fingerprintOf(against.baseline.publicKey),
            trust: against.trust,
          },
        }
      : {
          list: {
            form: against.survey.form.title,
            rows: against.survey.rows,
            hashes: [...against.survey.hashes],
            badLines: against.survey.badLines,
          },
        }
  const document = {
    version: 1,
    folder,
    result: isDifferent ? 'different' : 'as-expected',
    ...source,
    files,
    bytes,
    same,
    leftOut,
    differences: differences.map((each) => ({ severity: severityOf(each), ...each })),
  }
  return `${safeJson(document, 1)}\n`
}
