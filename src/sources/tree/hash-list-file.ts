/** Reads a list of hashes from a file, packed or not, as often as it is needed and in bounded memory: once to find out how
 *  it is written and which hashes it has, and once to compare. */
import { openSync, statSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import {
  cleanLine,
  type HashLine,
  type HashListForm,
  type HashName,
  type HashRow,
  recogniseHashList,
} from '../../software/hash-list.ts'
import { pathText } from '../../software/path-text.ts'
import { FileInput } from '../byte-input.ts'
import { openText } from '../compression.ts'
import { makeProblem, problemOfError, showPath } from '../problem.ts'

/** What a list is, after it was read once. */
export interface HashListSurvey {
  readonly path: string
  readonly form: HashListForm
  readonly rows: number
  readonly hashes: ReadonlySet<HashName>
  /** Lines that are no rows, and the numbers of the first ones. */
  readonly badLines: number
  readonly firstBadLines: readonly number[]
  /** Some of the names, spread over the whole list. */
  readonly names: readonly string[]
}

const lineFeed = 10

/** Shows every line to `take`, which answers false to stop. Rejects where the file cannot be read. */
async function eachLine(path: string, take: (line: string) => boolean): Promise<void> {
  const descriptor = openSync(path, 'r')
  const stats = statSync(path)
  const raw = new FileInput(path, descriptor, stats.size)
  try {
    const { input } = await openText(path, raw)
    const buffer = Buffer.allocUnsafe(limits.chunkBytes + limits.softwareLineBytesMax)
    let held = 0
    for (;;) {
      const given = input.read(buffer, held, limits.chunkBytes)
      const count = typeof given === 'number' ? given : await given
      const filled = held + count
      const end = count === 0 ? filled : buffer.subarray(0, filled).lastIndexOf(lineFeed) + 1
      if (!takeLines(buffer.subarray(0, end), take)) return
      buffer.copyWithin(0, end, filled)
      held = filled - end
      if (count === 0) break
      // A line that is longer than any can be is cut, and its parts are no rows.
      if (held > limits.softwareLineBytesMax) {
        if (!take(' ')) return
        held = 0
      }
    }
    if (input.problem !== undefined) throw new ListProblem(input.problem.message)
  } finally {
    raw.close()
  }
}

class ListProblem extends Error {}

function takeLines(bytes: Buffer, take: (line: string) => boolean): boolean {
  if (bytes.length === 0) return true
  const text = pathText(bytes)
  let at = 0
  while (at < text.length) {
    const feed = text.indexOf('\n', at)
    const end = feed < 0 ? text.length : feed
    if (!take(cleanLine(text.slice(at, end)))) return false
    at = end + 1
  }
  return true
}

/** Reads the list once. The failure is a sentence. */
export async function surveyHashList(path: string): Promise<Result<HashListSurvey, string>> {
  try {
    if (!statSync(path).isFile()) return err(makeProblem('not-a-file', path, 'a folder').message)
    const sample: string[] = []
    await eachLine(path, (line) => sample.push(line) < limits.hashListSampleLinesMax)
    if (sample.every((line) => line.trim() === ''))
      return err(`The list ${showPath(path)} is empty. Get it again from whoever published it.`)
    const form = recogniseHashList(sample)
    if (form === undefined) return err(notAList(path, sample))
    const survey = await countRows(path, form)
    return survey.rows === 0 ? err(notAList(path, sample)) : ok(survey)
  } catch (error) {
    return err(error instanceof ListProblem ? error.message : problemOfError(error, path).message)
  }
}

async function countRows(path: string, form: HashListForm): Promise<HashListSurvey> {
  const hashes = new Set<HashName>()
  const firstBadLines: number[] = []
  const names: string[] = []
  let rows = 0
  let badLines = 0
  let number = 0
  let stride = 1
  await eachRow(path, form, (row) => {
    number++
    if (row === 'comment') return
    if (row === 'bad') {
      badLines++
      if (firstBadLines.length < limits.hashListRejectsShownMax) firstBadLines.push(number)
      return
    }
    hashes.add(row.hash)
    if (row.path !== undefined && rows % stride === 0) names.push(row.path)
    rows++
    if (names.length < limits.hashListNamesSampledMax) return
    // Every second name stays, so that the sample spreads over a list of unknown length.
    for (let at = 0; at < names.length / 2; at++) names[at] = names[2 * at] as string
    names.length = Math.ceil(names.length / 2)
    stride *= 2
  })
  return { path, form, rows, hashes, badLines, firstBadLines, names }
}

/** Shows every line's meaning, in order. Rejects where the file cannot be read. */
export const eachRow = (path: string, form: HashListForm, take: (row: HashLine) => void): Promise<void> =>
  eachLine(path, (line) => {
    take(form.read(line))
    return true
  })

/** Shows every row. */
export const eachHash = (survey: HashListSurvey, take: (row: HashRow) => void): Promise<void> =>
  eachRow(survey.path, survey.form, (row) => {
    if (typeof row === 'object') take(row)
  })

function notAList(path: string, sample: readonly string[]): string {
  const first = sample[0] ?? ''
  if (first.startsWith('{"manifest":"bellwether software"')) {
    return `${showPath(path)} is a baseline of Bellwether, not a list of hashes. Name it with --baseline.`
  }
  if (first.startsWith('SQLite format 3')) {
    return `${showPath(path)} is a database. Export it as CSV first: docs/how-to/software.md says how.`
  }
  if (first.startsWith('PK')) return `${showPath(path)} is a zip file. Unpack it, and name the list in it.`
  return `${showPath(path)} is no list of hashes that Bellwether knows. It reads what sha256sum, hashdeep and PowerShell write, CSV, and NIST NSRL.`
}
