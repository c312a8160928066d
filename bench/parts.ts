/** Micro-benchmarks of the scan's parts, in one process over one log in memory: each part's time as a ratio to a pass
 *  that only counts line feeds. Parts take turns, and rates are of
 *  CPU time, so that a busy machine blurs little. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { limits } from '../src/core/limits.ts'
import { emptyOffice } from '../src/core/office.ts'
import { combined } from '../src/formats/combined.ts'
import type { Chunk } from '../src/formats/format.ts'
import { field, RequestBatch } from '../src/formats/request-batch.ts'
import { judgeRequest } from '../src/watches/registration/sqli/judge.ts'
import { mayCarrySql } from '../src/watches/registration/sqli/prefilter.ts'
import { RegistrationWatch } from '../src/watches/registration/watch.ts'
import { makeLog } from './make-log.ts'
import { median } from './measure.ts'
import { printTable } from './table.ts'

interface Part {
  readonly name: string
  /** Does the work once over the whole log; says what came of it, so that no work is optimised away. */
  run(): string
}

const lineFeed = 10
const questionMark = 63

/** The log as chunks that end at line ends, as sources cut it. */
function chunksOf(bytes: Uint8Array): Chunk[] {
  const chunks: Chunk[] = []
  let line = 1
  for (let start = 0; start < bytes.length; ) {
    const wanted = Math.min(start + limits.chunkBytes, bytes.length)
    const end = wanted === bytes.length ? wanted : bytes.lastIndexOf(lineFeed, wanted) + 1
    chunks.push({ source: 'log', bytes, start, end, offset: start, line, last: end === bytes.length })
    line += countLines(bytes, start, end)
    start = end
  }
  return chunks
}

function countLines(bytes: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let at = bytes.indexOf(lineFeed, start); at >= 0 && at < end; at = bytes.indexOf(lineFeed, at + 1)) count++
  return count
}

/** Parses all chunks, one batch after the other, and hands each on. */
function parse(chunks: readonly Chunk[], batchFor: () => RequestBatch, take: (batch: RequestBatch) => void): number {
  const reader = combined.open({})
  let rejectCount = 0
  for (const chunk of chunks) {
    for (let rest = chunk; rest.start < rest.end; ) {
      const batch = batchFor()
      const rejects: Parameters<typeof reader.read>[2] = []
      const { bytes, lines } = reader.read(rest, batch, rejects)
      rejectCount += rejects.length
      take(batch)
      if (bytes === 0) throw new Error('the reader made no progress')
      rest = { ...rest, start: rest.start + bytes, offset: rest.offset + bytes, line: rest.line + lines }
    }
  }
  return rejectCount
}

/** Whether the watch's byte filter would have this record looked at. */
function survives(batch: RequestBatch, record: number): boolean {
  const { bytes } = batch
  const start = batch.start(record, field.target)
  const end = batch.end(record, field.target)
  const question = bytes.indexOf(questionMark, start)
  if (question >= 0 && question < end && mayCarrySql(bytes, question + 1, end)) return true
  const refererStart = batch.start(record, field.referer)
  const refererEnd = batch.end(record, field.referer)
  return refererEnd > refererStart && mayCarrySql(bytes, refererStart, refererEnd)
}

function partsOf(chunks: readonly Chunk[]): Part[] {
  const shared = new RequestBatch()
  const batches: RequestBatch[] = []
  parse(
    chunks,
    () => new RequestBatch(limits.batchRecordsMax),
    (batch) => batches.push(batch),
  )
  const survivors = batches.flatMap((batch) => {
    const records = Array.from({ length: batch.count }, (_, record) => record).filter((record) =>
      survives(batch, record),
    )
    return records.map((record) => ({ batch, record }))
  })
  const watchRun = (feed: (watch: RegistrationWatch) => void): string => {
    let hits = 0
    const watch = new RegistrationWatch(emptyOffice, () => hits++)
    feed(watch)
    watch.finish()
    return `${hits} hits`
  }
  return [
    {
      name: 'count line feeds',
      run: () => `${chunks.reduce((sum, chunk) => sum + countLines(chunk.bytes, chunk.start, chunk.end), 0)} lines`,
    },
    {
      name: 'parse',
      run: () => {
        let records = 0
        const rejects = parse(
          chunks,
          () => shared,
          (batch) => (records += batch.count),
        )
        return `${records} records, ${rejects} rejects`
      },
    },
    {
      name: 'filter',
      run: () => {
        let count = 0
        for (const batch of batches)
          for (let record = 0; record < batch.count; record++) if (survives(batch, record)) count++
        return `${count} survive`
      },
    },
    {
      name: 'judge survivors',
      run: () => {
        let count = 0
        for (const { batch, record } of survivors) {
          const verdicts = judgeRequest({
            target: batch.text(record, field.target),
            cookie: batch.text(record, field.cookie),
            referer: batch.text(record, field.referer),
            agent: batch.text(record, field.agent),
          })
          if (verdicts.length > 0) count++
        }
        return `${count} with a verdict`
      },
    },
    {
      name: 'watch',
      run: () =>
        watchRun((watch) => {
          for (const batch of batches) watch.requests(batch)
        }),
    },
    {
      name: 'parse and watch',
      run: () =>
        watchRun((watch) =>
          parse(
            chunks,
            () => shared,
            (batch) => watch.requests(batch),
          ),
        ),
    },
  ]
}

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
})
const { path, facts } = await makeLog(Number(values.megabytes))
const parts = partsOf(chunksOf(readFileSync(path)))
const chosen = parts.filter(({ name }, i) => i === 0 || values.only === undefined || name === values.only)
const cpuSeconds = new Map<Part, number[]>(chosen.map((part) => [part, []]))
const wallSeconds = new Map<Part, number[]>(chosen.map((part) => [part, []]))
const said = new Map<Part, string>()
// The first round, in which code is compiled, is not counted.
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const part of chosen) {
    const start = performance.now()
    const before = process.cpuUsage()
    said.set(part, part.run())
    const { user, system } = process.cpuUsage(before)
    if (round === 0) continue
    cpuSeconds.get(part)?.push((user + system) / 1_000_000)
    wallSeconds.get(part)?.push((performance.now() - start) / 1_000)
  }
}
const yardstick = median(cpuSeconds.get(chosen[0] as Part) ?? [])
console.log(
  `${facts.lines} lines, ${(facts.bytes / 1e6).toFixed(0)} MB, medians of ${values.rounds}; rates and ratios are of CPU time`,
)
printTable(
  ['part', 'CPU ms', 'wall ms', 'MB/s', 'lines/s', 'times counting', ''],
  chosen.map((part) => {
    const cpu = median(cpuSeconds.get(part) ?? [])
    return [
      part.name,
      (cpu * 1_000).toFixed(1),
      (median(wallSeconds.get(part) ?? []) * 1_000).toFixed(1),
      (facts.bytes / 1e6 / cpu).toFixed(0),
      Math.round(facts.lines / cpu).toLocaleString('en-US'),
      (cpu / yardstick).toFixed(1),
      said.get(part) ?? '',
    ]
  }),
)
