import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventOf } from './event.ts'
import { type Mappings, parseMappings } from './mappings.ts'
import { compiled } from './rule-text.fixture.ts'

const load = (path: string): Mappings => {
  const parsed = parseMappings(JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8')))
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}
const rule = (words: string, selection: string): string =>
  `title: T\nlogsource: {${words}}\ndetection:\n  s:\n    ${selection}\n  condition: s\n`
const count = (mappings: Mappings, text: string, event: Readonly<Record<string, unknown>>): number =>
  compiled([text], mappings).engine.match(eventOf(event)).length

describe('the tables for Windows', () => {
  const windows = load('../../data/mappings/windows.json')
  const creation = rule(
    'product: windows, category: process_creation',
    "Image|endswith: '\\cmd.exe'\n    IntegrityLevel: High",
  )
  const fields = { Channel: 'Security', EventID: 4688, MandatoryLabel: 'S-1-16-12288' }

  test('tells kinds of logs by channel and event, and finds fields under the names of their log', () => {
    const sysmon = {
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: 1,
      Image: 'C:\\cmd.exe',
      IntegrityLevel: 'High',
    }
    expect(count(windows, creation, sysmon)).toBe(1)
    expect(count(windows, creation, { ...fields, NewProcessName: 'C:\\cmd.exe' })).toBe(1)
    expect(count(windows, creation, { ...fields, Image: 'C:\\cmd.exe' })).toBe(0)
    expect(count(windows, creation, { ...fields, EventID: '4689', NewProcessName: 'C:\\cmd.exe' })).toBe(0)
  })

  test('knows an event by several kinds at once', () => {
    const registry = { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 13, TargetObject: 'x' }
    for (const words of ['category: registry_set', 'category: registry_event', 'service: sysmon']) {
      expect(count(windows, rule(`product: windows, ${words}`, 'TargetObject: x'), registry)).toBe(1)
    }
    expect(count(windows, rule('category: registry_add', 'TargetObject: x'), registry)).toBe(0)
  })

  test('says which fields of a kind of log will be asked for, by the names of that log', () => {
    const text = rule('product: windows, category: process_creation', 'Image|fieldref: ParentImage')
    const { engine } = compiled([text, rule('service: other', '"|re": x')], windows)
    const security = { product: 'windows', category: 'process_creation', service: 'security' }
    expect(engine.fieldsOf(security)).toEqual({
      names: new Set(['NewProcessName', 'ParentProcessName']),
      needsRaw: false,
    })
    expect(engine.fieldsOf({ service: 'other' }).needsRaw).toBe(true)
  })

  test('maps fields that are compared with others, too', () => {
    const text = rule('product: windows, category: process_creation', 'Image|fieldref: ParentImage')
    expect(count(windows, text, { ...fields, NewProcessName: 'a', ParentProcessName: 'A' })).toBe(1)
  })
})

test('an event of which no table knows the kind matches nothing', () => {
  expect(count({}, rule('product: windows', 'a: x'), { a: 'x' })).toBe(0)
})

describe('mappings that are not well made', () => {
  test.each([
    [[], 'The mappings are not an object'],
    [{ logsources: {} }, '"logsources" of the mappings is not a list.'],
    [
      { logsources: [{ when: { a: 1 }, is: { product: 'x' } }, { when: { a: {} } }] },
      'Entry 2 of "logsources" has no "when"',
    ],
    [{ logsources: [{ when: {}, is: { kind: 'x' } }] }, 'Entry 1 of "logsources" has no "is"'],
    [{ fieldMappings: [{ when: {}, fields: { a: [1] } }] }, 'Entry 1 of "fieldMappings" has no "fields"'],
  ])('are refused by entry: %j', (value, error) => {
    expect(parseMappings(value)).toEqual({ ok: false, error: expect.stringContaining(error) })
  })
})
