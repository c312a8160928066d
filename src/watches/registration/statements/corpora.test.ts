import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Extraction } from './extraction.ts'
import { readStatement } from './reading.ts'
import { shapeOf } from './shape.ts'

const set = join(process.env.BELLWETHER_CORPORA ?? '../shared/corpora', 'registration-site/dev')
const absent = !existsSync(set)

/** Texts of the statements of one PostgreSQL log. */
function statementsOf(path: string): string[] {
  const lines = gunzipSync(readFileSync(join(set, path)))
    .toString('latin1')
    .split('\n')
  return lines.flatMap((line) => {
    const message: unknown = line === '' ? '' : (JSON.parse(line) as { message?: unknown }).message
    const found = typeof message === 'string' ? /^(?:statement|execute [^:]*): ([\s\S]*)/.exec(message) : null
    return found === null ? [] : [found[1] as string]
  })
}

/** Distinct rows that a recording's injected queries show, of the kind. */
function rowsShown(path: string, kind: Extraction['kind']): number {
  const rows = new Set<string>()
  for (const text of statementsOf(path)) {
    const shown = readStatement(text, 'postgresql').extraction
    if (shown?.kind === kind)
      rows.add(`${shown.table} ${shown.ordering} ${shown.offset} ${shown.key} ${shown.predicate}`)
  }
  return rows.size
}

describe.skipIf(absent)('recordings', () => {
  test.each([
    ['sqlmap-U', 'position', 3_500],
    ['sqlmap-E', 'position', 500],
    ['sqlmap-B', 'position', 8],
    ['sqlmap-T', 'position', 2],
    ['sqlmap-tamper-s2c', 'position', 300],
    ['sqlmap-tamper-charencode', 'position', 120],
    ['sqlmap-cookie-only', 'position', 120],
    ['sqlmap-dump-where', 'aggregate', 1],
    ['hand-typed', 'key', 1],
    ['hand-typed', 'prefix', 1],
  ] as const)('of %s show as many distinct rows (%s) as the tool took: %i', (name, kind, count) => {
    expect(rowsShown(`scenarios/${name}.postgres.jsonl.gz`, kind)).toBe(count)
  })

  test('of three quiet weeks hold no more shapes than an application has, and show nothing injected', () => {
    const shapes = new Set<string>()
    for (const text of statementsOf('timelines/quiet-three-weeks/postgres.jsonl.gz')) {
      const { shape } = shapeOf(text, 'postgresql')
      if (shapes.has(shape)) continue
      shapes.add(shape)
      expect(readStatement(text, 'postgresql').extraction).toBeNull()
    }
    expect(shapes.size).toBeLessThan(20)
  }, 30_000)
})
