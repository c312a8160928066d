/** Fuzz targets for the database formats, and the contract of a `StatementReader` as a check that their tests share: no
 *  exception, progress, every line accounted for, places that are right, the same records however the bytes are cut. */
import assert from 'node:assert/strict'
import type { Place, Reject } from '../../src/core/place.ts'
import { databaseFormats } from '../../src/formats/database-formats.ts'
import type { DatabaseFormat } from '../../src/formats/database-reader.ts'
import type { FormatOptions } from '../../src/formats/format.ts'
import type { StatementRecord } from '../../src/formats/statement.ts'
import { sampleOf } from './database-samples.ts'
import type { FuzzTarget } from './engine/target.ts'

/** A record with its private values shown: what tests compare. */
export type PlainStatement = Omit<StatementRecord, 'parameters' | 'errorMessage'> & {
  readonly parameters?: readonly string[]
  readonly errorMessage?: string
}

/** Everything that a reader made of some bytes. */
export interface Reading {
  readonly records: readonly PlainStatement[]
  readonly rejects: readonly Reject[]
  readonly lines: number
  readonly skippedLines: number
}

const source = 'fuzzed.log'

/** The bytes of a text in UTF-8. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function plainStatement(record: StatementRecord): PlainStatement {
  const { parameters, errorMessage, ...rest } = record
  return {
    ...rest,
    ...(parameters === undefined ? {} : { parameters: parameters.map((value) => value.reveal()) }),
    ...(errorMessage === undefined ? {} : { errorMessage: errorMessage.reveal() }),
  }
}

/** Reads bytes as a source hands them over: chunks of at least `chunkBytes` that end at line ends, what was not consumed
 *  again with more behind it, the last one marked. */
export function readStatements(
  format: DatabaseFormat,
  input: Uint8Array | string,
  options: FormatOptions = {},
  chunkBytes = 1 << 20,
): Reading {
  const all = typeof input === 'string' ? bytesOf(input) : input
  // The chunk does not begin where its buffer begins, and bytes of something else lie around it.
  const margin = 7
  const bytes = new Uint8Array(all.length + 2 * margin).fill(10)
  bytes.set(all, margin)
  const reader = format.open(options)
  const records: StatementRecord[] = []
  const rejects: Reject[] = []
  let at = 0
  let line = 1
  let window = chunkBytes
  while (at < all.length) {
    const feed = all.indexOf(10, Math.min(all.length, at + window) - 1)
    const end = feed < 0 ? all.length : feed + 1
    const last = end === all.length
    const chunk = { source, bytes, start: margin + at, end: margin + end, offset: at, line, last }
    const progress = reader.read(chunk, records, rejects)
    assert.ok(progress.bytes >= 0 && progress.bytes <= end - at, 'a reader consumes only what it was given')
    assert.ok(progress.lines >= 0 && (progress.bytes > 0 || progress.lines === 0), 'lines come with their bytes')
    assert.ok(!last || progress.bytes === end - at, 'a reader consumes all of the last chunk')
    window = progress.bytes === 0 ? (end - at) * 2 : chunkBytes
    at += progress.bytes
    line += progress.lines
  }
  return { records: records.map(plainStatement), rejects, lines: line - 1, skippedLines: reader.skippedLines }
}

/** Line starts of the input and whether each line is blank, found without the reader's help. */
function linesOf(bytes: Uint8Array): { offset: number; blank: boolean }[] {
  const text = Buffer.from(bytes).toString('latin1')
  if (text === '') return []
  const parts = text.split('\n')
  if (parts.at(-1) === '') parts.pop()
  let offset = 0
  return parts.map((part, index) => {
    const bare = index === 0 ? part.replace(/^\u00ef\u00bb\u00bf/, '') : part
    const line = { offset: index === 0 ? part.length - bare.length : offset, blank: /^[ \t\r]*$/.test(bare) }
    offset += part.length + 1
    return line
  })
}

/** Asserts that places are in order, begin where their first line begins and end where a line ends; returns the lines
 *  that they cover. */
function checkPlaces(places: readonly Place[], bytes: Uint8Array): Set<number> {
  const lines = linesOf(bytes)
  const covered = new Set<number>()
  for (const { line, offset, length } of places) {
    assert.equal(offset, lines[line - 1]?.offset, `the place on line ${line} begins where the line begins`)
    const end = offset + length
    const after = Buffer.from(bytes.subarray(end, end + 2)).toString('latin1')
    assert.ok(end === bytes.length || /^\r?\n|^\r$/.test(after), `the place on line ${line} ends at a line end`)
    for (let each = line; each <= lines.length && (lines[each - 1]?.offset as number) <= end; each++) {
      if (each > line && (lines[each - 1]?.offset as number) === end) break
      assert.ok(!covered.has(each), `line ${each} is one thing only`)
      covered.add(each)
    }
  }
  return covered
}

const isUtf16 = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

/** Asserts the contract of a reader on these bytes; throws where it is broken. */
export function checkDatabaseFormat(format: DatabaseFormat, bytes: Uint8Array, options: FormatOptions = {}): void {
  const sure = format.recognise(bytes)
  assert.ok(sure >= 0 && sure <= 1, 'recognise gives a share')
  const whole = readStatements(format, bytes, options)
  if (!isUtf16(bytes)) {
    const lines = linesOf(bytes)
    assert.equal(whole.lines, lines.length, 'all lines are counted')
    const places = [...whole.records, ...whole.rejects].map(({ place }) => place)
    const covered = checkPlaces(
      places.sort((a, b) => a.offset - b.offset),
      bytes,
    )
    const left = lines.filter((_, index) => !covered.has(index + 1))
    const leftWithText = left.filter((line) => !line.blank)
    assert.ok(whole.skippedLines >= leftWithText.length, 'no line with text goes missing')
    assert.ok(whole.skippedLines <= left.length, 'no line is passed over twice')
  }
  for (const record of whole.records) {
    assert.ok(Number.isFinite(record.timeMs), 'a record has a time')
    assert.ok(record.rows === undefined || record.rows >= 0, 'a count of rows is one')
    assert.ok(record.durationMs === undefined || record.durationMs >= 0, 'a duration is one')
  }
  for (const reject of whole.rejects) assert.match(reject.message, /^[A-Z].*\.$/s)
  for (const chunkBytes of [1, 100, 1000]) {
    assert.deepEqual(readStatements(format, bytes, options, chunkBytes), whole, 'the same, however the bytes are cut')
  }
}

/** Texts that mean something to one reader or another, for building input out of random bytes. */
const pieces = [
  '\n',
  '\r\n',
  '"',
  '""',
  ',',
  "'",
  '\t',
  '\t\t',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ';',
  '<AUDIT_RECORD',
  '</AUDIT_RECORD>',
  '/>',
  '2026-03-03 09:30:00.123 UTC',
  '260303  9:30:00',
  '2026-03-03T09:30:00.123456Z',
  '20260303 09:30:00',
  ' [42] ',
  'LOG:  ',
  'ERROR:  ',
  'STATEMENT:  ',
  'DETAIL:  ',
  'AUDIT: SESSION,1,1,READ,SELECT,,,x,<none>,1',
  'duration: 1.5 ms',
  'statement: ',
  '    8 Query\t',
  'SELECT 1',
  'é漢',
  '\0',
  '{"timestamp":"',
  '"error_severity":"LOG"',
  'QUERY,d,',
  'event_time,statement,action_id',
]

const buildText = (program: Uint8Array): string =>
  Array.from(program.subarray(0, 400), (byte) => pieces[byte % pieces.length]).join('')

/** Good lines with random bytes let in: `program` says which lines, how often, and where the damage is. */
function damage(sample: string, program: Uint8Array): Uint8Array {
  const lines = sample.split('\n')
  let text = ''
  for (let i = 0; i + 2 < program.length && i < 120; i += 3) {
    const line = lines[(program[i] as number) % lines.length] as string
    const how = program[i + 1] as number
    const at = Math.floor(((program[i + 2] as number) / 256) * line.length)
    if (how < 150) text += `${line}\n`
    else if (how < 180) text += line.slice(0, at)
    else if (how < 210) text += `${line.slice(0, at)}${pieces[how % pieces.length]}${line.slice(at)}\n`
    else text += `${line.slice(at)}\r\n`
  }
  return bytesOf(text)
}

const formats = databaseFormats as readonly DatabaseFormat[]

/** The whole contract on as much as can be compared in good time; a long input must be read without a stall. */
function runBounded(format: DatabaseFormat, bytes: Uint8Array): void {
  checkDatabaseFormat(format, bytes.subarray(0, 24 * 1024))
  if (bytes.length > 24 * 1024) readStatements(format, bytes.subarray(0, 1024 * 1024))
}

export const fuzzTargets: readonly FuzzTarget[] = formats.flatMap((format) => [
  {
    name: `formats/${format.name}`,
    run: (bytes: Uint8Array): void => runBounded(format, bytes),
    seeds: [bytesOf(sampleOf(format.name))],
  },
  {
    name: `formats/${format.name}/built`,
    run: (bytes: Uint8Array): void => {
      checkDatabaseFormat(format, bytesOf(buildText(bytes)))
      checkDatabaseFormat(format, damage(sampleOf(format.name), bytes))
    },
  },
])
