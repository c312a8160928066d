import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FindingKind, findingKinds } from '../core/finding.ts'
import type { Place } from '../core/place.ts'
import { EvidenceIndex, renderEvidenceLine } from './evidence.ts'

const place = (source: string, line: number): Place => ({ source, line, offset: line * 100, length: 80 })
const bytes = (text: string) => new TextEncoder().encode(text)

describe('the evidence index', () => {
  test('gives each line once, by file and line, with all its kinds and findings', () => {
    const index = new EvidenceIndex()
    index.add(place('b.log', 5), 'scan', 2)
    index.add(place('b.log', 5), 'scan', 2)
    index.add(place('a.log', 9), 'sql-injection', 1)
    index.add(place('b.log', 2), 'enumeration', 3)
    index.add(place('b.log', 5), 'sql-injection', 1)
    expect([...index.lines()]).toEqual([
      { ...place('a.log', 9), kinds: ['sql-injection'], findings: [1] },
      { ...place('b.log', 2), kinds: ['enumeration'], findings: [3] },
      { ...place('b.log', 5), kinds: ['sql-injection', 'scan'], findings: [1, 2] },
    ])
    expect(index.statement()).toBeUndefined()
  })

  test('sorts and merges as a plain list of objects would', () => {
    const entry = fc.record({
      source: fc.constantFrom('a', 'b', 'c'),
      line: fc.integer({ min: 1, max: 20 }),
      kind: fc.constantFrom<FindingKind>(...findingKinds),
      finding: fc.integer({ min: 0, max: 5 }),
    })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 200 }), (entries) => {
        const index = new EvidenceIndex()
        for (const { source, line, kind, finding } of entries) index.add(place(source, line), kind, finding)
        const expected = new Map<string, { kinds: Set<string>; findings: Set<number> }>()
        for (const { source, line, kind, finding } of entries) {
          const key = `${source}:${String(line).padStart(3, '0')}`
          const of = expected.get(key) ?? { kinds: new Set(), findings: new Set() }
          expected.set(key, of)
          of.kinds.add(kind)
          of.findings.add(finding)
        }
        const lines = [...index.lines()]
        expect(lines.map(({ source, line }) => `${source}:${String(line).padStart(3, '0')}`)).toEqual(
          [...expected.keys()].sort(),
        )
        for (const line of lines) {
          const of = expected.get(`${line.source}:${String(line.line).padStart(3, '0')}`)
          expect(line.findings).toEqual([...(of?.findings ?? [])].sort((a, b) => a - b))
          expect([...line.kinds].sort()).toEqual([...(of?.kinds ?? [])].sort())
        }
      }),
      { numRuns: 100 },
    )
  })

  test('says how many lines it could not hold', () => {
    const index = new EvidenceIndex(2)
    expect([1, 2, 3, 4].map((line) => index.add(place('a', line), 'scan', 0))).toEqual([true, true, false, false])
    expect(index.statement()).toBe(
      'The evidence file holds the first 2 lines that belong to findings; 2 more were found and are left out. Scan fewer files at a time to get them all.',
    )
    expect([...index.lines()]).toHaveLength(2)
  })

  test('a million lines take less than 40 bytes each, places beyond 4 GiB and 4 billion lines included', () => {
    const before = process.memoryUsage().arrayBuffers
    const index = new EvidenceIndex()
    const far = 5_000_000_000
    for (let i = 1_000_000; i > 0; i--)
      index.add({ source: 'a', line: far + i, offset: far * 80 + i, length: 80 }, 'scan', 7)
    expect((process.memoryUsage().arrayBuffers - before) / 1_000_000).toBeLessThan(40)
    expect(index.lines().next().value).toMatchObject({ line: far + 1, offset: far * 80 + 1 })
  })
})

describe('a line of the evidence file', () => {
  const record = { file: 'access.log', line: 3, offset: 120, kinds: ['scan'], findings: ['finding-1'] } as const

  test('holds the raw line and the hash of its bytes', () => {
    const raw = 'GET /status?dl=%27 "Doña"'
    expect(JSON.parse(renderEvidenceLine({ ...record, bytes: bytes(raw) }))).toEqual({
      ...record,
      sha256: createHash('sha256').update(raw).digest('hex'),
      raw,
    })
  })

  test('gives bytes that are not UTF-8 exactly, beside a readable form', () => {
    const parsed = JSON.parse(renderEvidenceLine({ ...record, bytes: new Uint8Array([0x41, 0xff, 0x42]) }))
    expect(parsed.raw).toBe('A\ufffdB')
    expect(Buffer.from(parsed.rawBase64, 'base64')).toEqual(Buffer.from([0x41, 0xff, 0x42]))
  })

  test('is one line, harmless on a terminal, and gives the text back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const bytesOf = bytes(text)
        const line = renderEvidenceLine({ ...record, bytes: bytesOf })
        expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/)
        expect(line.endsWith('\n')).toBe(true)
        expect(bytes(JSON.parse(line).raw)).toEqual(bytesOf)
      }),
    )
  })
})
