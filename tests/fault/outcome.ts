/** What a stopped desk has in its store and its archive, in a form that two runs over the same bytes can be compared by:
 *  ids of incidents and places of data folders, which differ between runs, are taken out. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SavedAnalysis } from '../../src/desk/analysis/analysis.ts'
import { unpackState } from '../../src/desk/analysis/packed-state.ts'
import { Archive } from '../../src/store/archive/archive.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import type { Scene } from './desk-child.ts'

/** What came of a run. Lists of lines, so that a comparison names what differs. */
export interface Outcome {
  /** Kind, id, hits, first and last seen of each finding. */
  readonly findings: readonly string[]
  /** Finding, ordinal, place and time of each line of evidence. */
  readonly evidence: readonly string[]
  /** Which findings are together in an incident. */
  readonly incidents: readonly string[]
  readonly sources: readonly string[]
  readonly rejects: readonly string[]
  /** Records in the archive by source, and how many distinct places they have. */
  readonly archive: readonly string[]
  readonly positions: readonly string[]
  /** Lines of evidence whose bytes are those of another moment, or none though their journal is still there. */
  readonly unproven: readonly string[]
}

/** Reads it. No desk may be running on the scene's data. */
export async function readOutcome(scene: Scene): Promise<Outcome> {
  const plain = (text: string): string => text.replaceAll(scene.folder, '')
  const path = join(scene.data, 'desk.sqlite')
  const opened = await openSqliteStore(path)
  if (!opened.ok) throw new Error(opened.error.message)
  const store = opened.value
  try {
    const rows = readRows(path)
    return {
      ...rows.map(plain),
      sources: await sourcesOf(store),
      rejects: (await rejectsOf(store)).map(plain),
      archive: await archived(scene.data),
      positions: (await positionsOf(store)).map(plain),
    }
  } finally {
    await store.close()
  }
}

function readRows(path: string) {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const doc = (text: unknown) => JSON.parse(String(text).slice(8)) as Record<string, unknown>
    const findings = database.prepare('SELECT doc FROM finding ORDER BY id').all()
    const evidence = database.prepare('SELECT * FROM evidence ORDER BY finding_id, ordinal').all()
    const together = new Map<string, string[]>()
    for (const { id, incident_id } of database.prepare('SELECT id, incident_id FROM finding ORDER BY id').all()) {
      together.set(String(incident_id), [...(together.get(String(incident_id)) ?? []), String(id)])
    }
    const lists = {
      findings: findings.map(({ doc: text }) => {
        const { kind, id, hitCount, firstSeenMs, lastSeenMs, actor, target } = doc(text)
        return JSON.stringify([kind, id, hitCount, firstSeenMs, lastSeenMs, actor, target])
      }),
      evidence: evidence.map(({ finding_id, ordinal, place, time_ms, bytes, source_id }) => ({
        line: JSON.stringify([finding_id, ordinal, doc(place), time_ms]),
        timeMs: Number(time_ms),
        text: Buffer.from(bytes as Uint8Array).toString('latin1'),
        isJournal: source_id !== 'followed',
      })),
      incidents: [...together.values()].map((ids) => ids.join(' ')).sort(),
    }
    return {
      map: (change: (text: string) => string) => ({
        findings: lists.findings.map(change),
        evidence: lists.evidence.map(({ line }) => change(line)),
        incidents: lists.incidents,
        unproven: lists.evidence.filter((each) => !isProven(each)).map(({ line, text }) => `${change(line)} ${text}`),
      }),
    }
  } finally {
    database.close()
  }
}

interface EvidenceLine {
  readonly timeMs: number
  readonly text: string
  readonly isJournal: boolean
}

/** True where the bytes are a line of the evidence's time. A log that was rotated meanwhile may have none. */
function isProven({ timeMs, text, isJournal }: EvidenceLine): boolean {
  if (text === '') return !isJournal
  const found = /\[(\d+)\/(\w+)\/(\d+):([\d:]+) ([+-]\d+)\]/.exec(text)
  if (found === null) return false
  const [, day, month, year, time, zone] = found
  return Date.parse(`${day} ${month} ${year} ${time} ${zone}`) === Math.floor(timeMs / 1000) * 1000
}

async function sourcesOf(store: Store): Promise<string[]> {
  const hours = await store.sourceHours(0)
  const sum = (id: string, of: 'records' | 'rejects' | 'bytes') =>
    hours.filter(({ sourceId }) => sourceId === id).reduce((total, hour) => total + hour[of], 0)
  const statuses = await store.sources()
  return statuses
    .filter(({ bytes }) => bytes > 0)
    .map(({ sourceId, records, rejects, bytes, lost, backlogBytes, lastRecordMs }) =>
      JSON.stringify({
        ...{ sourceId, records, rejects, bytes, lost, backlogBytes, lastRecordMs },
        byHour: { records: sum(sourceId, 'records'), rejects: sum(sourceId, 'rejects'), bytes: sum(sourceId, 'bytes') },
      }),
    )
    .sort()
}

async function rejectsOf(store: Store): Promise<string[]> {
  const statuses = await store.sources()
  const lists = await Promise.all(statuses.map(({ sourceId }) => store.rejects(sourceId)))
  return lists
    .flat()
    .map(({ sourceId, ordinal, reject }) => JSON.stringify([sourceId, ordinal, reject.place, reject.reason]))
    .sort()
}

async function archived(data: string): Promise<string[]> {
  const archive = new Archive(join(data, 'archive'), { idleMsMax: 100 })
  try {
    const places = 'count(DISTINCT (file, "offset", "time", line)) AS places'
    const answer = await archive.sql(`SELECT source, count(*) AS records, ${places} FROM records GROUP BY 1 ORDER BY 1`)
    if (!answer.ok) throw new Error(answer.error.message)
    return answer.value.rows.map((row) => row.map(String).join(' '))
  } finally {
    await archive.close()
  }
}

async function positionsOf(store: Store): Promise<string[]> {
  const checkpoint = await store.checkpoint()
  if (checkpoint === undefined) return []
  const { streams } = unpackState(checkpoint.state) as SavedAnalysis
  return streams
    .map(({ key, position, shown, formatName }) =>
      JSON.stringify([key, position.offset, position.line, shown, formatName]),
    )
    .sort()
}

/** Where two runs differ: for each list what only one of them has, at most a few of each. */
export function differences(expected: Outcome, actual: Outcome): string[] {
  return (Object.keys(expected) as (keyof Outcome)[]).flatMap((name) => {
    const [before, after] = [new Set(expected[name]), new Set(actual[name])]
    const missing = expected[name].filter((line) => !after.has(line))
    const extra = actual[name].filter((line) => !before.has(line))
    const counted = (what: string, lines: string[]): string[] =>
      lines.length === 0 ? [] : [`${name}: ${lines.length} ${what}`, ...lines.slice(0, 4).map((line) => `  ${line}`)]
    return [...counted('missing', missing), ...counted('too many', extra)]
  })
}
