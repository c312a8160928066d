/** Reads public EVTX logs, where they are at hand: all that are intact, whole, and equal to what another reader made of
 *  them. `BELLWETHER_CORPORA` says where they are. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Reject } from '../../core/place.ts'
import { type EvtxRecord, readEvtx } from './evtx.ts'

const root = process.env.BELLWETHER_CORPORA ?? '../shared/corpora'
const samples = existsSync(join(root, 'evtx-attack-samples'))
  ? globSync('evtx-attack-samples/**/*.evtx', { cwd: root })
  : []
const pairs = existsSync(join(root, 'sigma')) ? globSync('sigma/regression_data/**/*.evtx', { cwd: root }) : []

function read(path: string): { events: EvtxRecord[]; rejects: Reject[] } {
  const events: EvtxRecord[] = []
  const rejects: Reject[] = []
  const sink = { record: (record: EvtxRecord) => events.push(record), reject: (reject: Reject) => rejects.push(reject) }
  readEvtx(path, readFileSync(join(root, path)), sink)
  return { events, rejects }
}

/** Records by the bytes that every one begins with, in chunks of which heads say how far they go. */
function countRecords(bytes: Buffer): number {
  let count = 0
  for (let chunk = 4_096; chunk + 512 <= bytes.length; chunk += 65_536) {
    if (bytes.toString('latin1', chunk, chunk + 7) !== 'ElfChnk') continue
    const end = chunk + bytes.readUInt32LE(chunk + 48)
    for (let at = chunk + 512; at < end && bytes.readUInt32LE(at) === 0x2a2a; at += bytes.readUInt32LE(at + 4)) count++
  }
  return count
}

type Members = Record<string, unknown>

/** What two readers may write differently and mean the same: braces and case of GUIDs, precision of times, numbers
 *  as text, case, white space at the end. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value as Members)
        .filter(([name]) => !name.startsWith('xmlns'))
        .map(([name, inner]) => [name, plain(inner)] as const)
        .filter(
          ([, inner]) => inner !== null && !(typeof inner === 'object' && Object.keys(inner as object).length === 0),
        ),
    )
  }
  if (value === null || value === '') return null
  const text = String(value).trimEnd().toLowerCase()
  if (text === '') return null
  if (/^\{?[0-9a-f]{8}-[0-9a-f-]{27}\}?$/i.test(text)) return text.replace(/[{}]/g, '').toLowerCase()
  if (/^\d{4}-\d\d-\d\dt[\d:.]+z$/.test(text)) return text.replace(/(\.\d{6})\d+z$/, '$1z').replace(/\.?0*z$/, 'z')
  return text
}

describe.skipIf(samples.length === 0)('public EVTX logs', () => {
  test('are read whole, every one, without a reject', () => {
    const wrong = [...samples, ...pairs].flatMap((path) => {
      const { events, rejects } = read(path)
      for (const event of events) for (const name of event.names) event.field(name)
      const expected = countRecords(readFileSync(join(root, path)))
      return events.length === expected && rejects.length === 0 ? [] : [`${path}: ${events.length} of ${expected}`]
    })
    expect(samples.length).toBeGreaterThan(80)
    expect(wrong).toEqual([])
  })

  test('that are cut or overwritten give what is intact, and count the rest', () => {
    for (const path of samples.filter((_, index) => index % 9 === 0)) {
      const bytes = readFileSync(join(root, path))
      const whole = read(path).events.map((event) => [event.recordId, event.toXml()])
      const damaged = Buffer.from(bytes.subarray(0, Math.max(5_000, bytes.length - 20_000)))
      damaged.fill(0xff, 4_096 + 3_000, 4_096 + 3_100)
      const [events, rejects]: [EvtxRecord[], Reject[]] = [[], []]
      readEvtx(path, damaged, { record: (each) => events.push(each), reject: (each) => rejects.push(each) })
      expect([path, rejects.length > 0]).toEqual([path, true])
      const known = new Set(whole.map(([id]) => id))
      expect([path, events.every(({ recordId }) => known.has(recordId))]).toEqual([path, true])
    }
  })
})

describe.skipIf(pairs.length === 0)('public EVTX logs with what another reader made of them', () => {
  test('give the same events', () => {
    const wrong = pairs.flatMap((path) => {
      const json = path.replace(/\.evtx$/, '.json')
      if (!existsSync(join(root, json))) return []
      const texts = readFileSync(join(root, json), 'utf8')
        .trim()
        .split(/\n(?=\{)/)
      const expected = texts.flatMap((text) => JSON.parse(text) as unknown)
      const { events } = read(path)
      const ours = events.map((event) => JSON.stringify(plain(JSON.parse(JSON.stringify(event)))))
      const missing = expected.filter((each) => !ours.includes(JSON.stringify(plain(each))))
      return missing.length === 0 ? [] : [`${path}: ${JSON.stringify(plain(missing[0]))} is not in ${ours[0]}`]
    })
    expect(wrong).toEqual([])
  })
})
