import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readAround } from './read-around.ts'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-around-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const lines = Array.from({ length: 5_000 }, (_, i) => `line ${i + 1} ${'x'.repeat(i % 90)}`)
const path = join(folder, 'a.log')
writeFileSync(path, `${lines.join('\n')}\n`)

const placeOf = (line: number) => {
  const offset = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
  return { source: path, line, offset, length: (lines[line - 1] as string).length }
}
const texts = (of: readonly { readonly line: number; readonly bytes: Uint8Array }[]) =>
  of.map(({ line, bytes }) => [line, Buffer.from(bytes).toString()])
const around = (line: number) => readAround(placeOf(line), Buffer.from(lines[line - 1] as string), 3)

describe('the lines around a line of evidence', () => {
  test.each([1, 2, 4, 2_500, 4_999, 5_000])('are shown with their numbers (line %i)', async (line) => {
    const { before, after, note } = await around(line)
    const expected = (numbers: readonly number[]) =>
      numbers.filter((n) => n >= 1 && n <= lines.length).map((n) => [n, lines[n - 1]])
    expect(note).toBeUndefined()
    expect(texts(before)).toEqual(expected([line - 3, line - 2, line - 1]))
    expect(texts(after)).toEqual(expected([line + 1, line + 2, line + 3]))
  })

  test('are not shown where the file holds another line by now, or is gone', async () => {
    const changed = await readAround(placeOf(10), Buffer.from('another line'), 3)
    expect(changed).toMatchObject({ before: [], after: [], note: expect.stringMatching(/rotated or deleted/) })
    const gone = await readAround({ ...placeOf(10), source: join(folder, 'gone') }, new Uint8Array(0), 3)
    expect(gone.note).toMatch(/rotated or deleted/)
  })
})
