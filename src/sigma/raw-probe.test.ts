import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { EventRecord } from '../formats/event.ts'
import { buildEvtx, type ElementSpec, numberValue, textValue, usualRecord } from '../formats/evtx/build-evtx.fixture.ts'
import { readEvtx } from '../formats/evtx/evtx.ts'
import { windowsJson } from '../formats/windows-json.ts'
import { compile } from './compile.ts'
import { eventOf } from './event.ts'
import { parseRules } from './parse-rules.ts'

const logsource = { product: 'windows' }
const words = [
  'mimikatz',
  'dpapi::masterkey',
  'sekurlsa',
  'Kerberos List',
  'constant text',
  '4660',
  'x2604660',
  'lsa, key',
  'a,b.c',
] as const
const word = fc.constantFrom(...words)
const piece = fc.oneof(
  word,
  word.map((text) => text.toUpperCase()),
  word.map((text) => text.replace('k', '\u212a')),
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('mimi', 'katz', 'é', '選挙'),
)
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''))

/** A record with two texts and a number. */
function evtxOf([a, b]: readonly [string, string]): EventRecord {
  const data = (Name: string, content: NonNullable<ElementSpec['content']>): ElementSpec => ({
    name: 'Data',
    attributes: { Name },
    content,
  })
  const content = [
    data('A', [{ slot: 0, type: 1 }]),
    data('B', [{ slot: 1, type: 1 }]),
    data('N', [{ slot: 2, type: 8 }]),
  ]
  const template = { id: 2, root: { name: 'EventData', content } }
  const record = usualRecord(1, 1, { template, values: [textValue(a), textValue(b), numberValue(8, 4, 4660)] })
  const found: EventRecord[] = []
  readEvtx('x', buildEvtx([[record]]), { record: (each) => found.push(each), reject: () => {} })
  return found[0] as EventRecord
}

function jsonOf([a, b]: readonly [string, string]): EventRecord {
  const bytes = Buffer.from(JSON.stringify({ Channel: 'Security', EventID: 1, A: a, B: b, N: 4660 }))
  const records: EventRecord[] = []
  const chunk = { source: 'x', bytes, start: 0, end: bytes.length, offset: 0, line: 1, last: true }
  windowsJson.open({}).read(chunk, records, [])
  return records[0] as EventRecord
}

test('keywords are found in the bytes of an event where they are found in its values', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
      fc.tuple(text, text),
      fc.constantFrom(evtxOf, jsonOf),
      (keywords, values, make) => {
        const rule = { title: 'r', status: 'test', logsource, detection: { keywords, condition: 'keywords' } }
        const { engine } = compile(parseRules(stringify(rule), 'a.yml').rules)
        const event = make(values)
        const plain = eventOf({ texts: event.raw }, { logsource })
        const shown = { ...pick(event), logsource }
        expect([values, engine.match(shown).length]).toEqual([values, engine.match(plain).length])
      },
    ),
    { numRuns: 400, seed: 4 },
  )
})

/** The event, of a kind that the rule is for. */
const pick = (event: EventRecord) => ({
  field: (name: string) => event.field(name),
  timeMs: event.timeMs,
  raw: event.raw,
  mayHold: (probe: Parameters<NonNullable<EventRecord['mayHold']>>[0]) => event.mayHold?.(probe) ?? true,
})
