import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { compile } from './compile.ts'
import { eventOf } from './event.ts'
import { naivelyMatches, type PlainEvent, type PlainRule } from './naive.fixture.ts'
import { parseRules } from './parse-rules.ts'
import { testLogsource } from './rule-text.fixture.ts'

/** A run compares some 30 pairs of a rule and an event; `BELLWETHER_SIGMA_RUNS=40000` makes it a million. */
const numRuns = Number(process.env.BELLWETHER_SIGMA_RUNS ?? 800)

const letters = fc.constantFrom('a', 'b', 'B', 'é', 'É', '\\', '/', '-', '\u2013', ' ', '*', '?', '.', '1')
const text = fc.string({ unit: letters, maxLength: 6 })
const word = fc.oneof(
  text,
  fc.constantFrom('ab', 'aB', 'bab', 'a-b', '/a', '\\a', 'a*b', '*a', 'b?', '\\\\*', '\\?', ''),
)
const field = fc.constantFrom('f', 'g', 'h.i')
const scalar = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 1, arbitrary: fc.boolean() },
)
const listed = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 4 }))
const encoded = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), minLength: 1, maxLength: 4 })

const item: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .oneof(
    fc.tuple(
      fc.constantFrom(
        '',
        '|contains',
        '|startswith',
        '|endswith',
        '|cased',
        '|contains|cased',
        '|neq',
        '|contains|windash',
        '|endswith|windash',
        '|windash',
      ),
      listed(scalar),
    ),
    fc.tuple(
      fc.constantFrom('|contains|all', '|all', '|contains|all|neq'),
      fc.array(scalar, { minLength: 2, maxLength: 3 }),
    ),
    fc.tuple(
      fc.constantFrom('|re', '|re|i'),
      listed(fc.constantFrom('a+b', '^a|b$', '[^a]b?', '\\\\[ab]', 'a.b', '(a|b){2}', '(?i)AB', ' ')),
    ),
    fc.tuple(
      fc.constantFrom('|base64', '|base64offset|contains', '|wide|base64offset|contains', '|base64|contains'),
      listed(encoded),
    ),
    fc.tuple(fc.constantFrom('|lt', '|lte', '|gt', '|gte'), fc.integer({ min: 0, max: 12 })),
    fc.tuple(fc.constantFrom('|exists'), fc.boolean()),
    fc.tuple(fc.constantFrom('|fieldref', '|fieldref|neq'), field),
    fc.tuple(fc.constantFrom(''), fc.constant(null)),
  )
  .chain(([modifiers, value]) => field.map((name) => ({ [`${name}${modifiers}`]: value })))
const map = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => Object.assign({}, ...items) as object)
const keywords = fc.oneof(
  fc.array(scalar, { minLength: 1, maxLength: 3 }),
  fc.array(scalar, { minLength: 2, maxLength: 2 }).map((list) => ({ '|all': list })),
)
const detection = fc.oneof(
  { weight: 6, arbitrary: map },
  { weight: 2, arbitrary: fc.array(map, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: keywords },
)

const identifiers = ['s1', 's2', '_s3', 'f1'] as const
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...identifiers, '1 of s*', 'all of s*', '1 of them', 'all of them', '1 of _s*'),
    tie('condition').map((inner) => `not ${inner}`),
    fc.tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition')).map((parts) => parts.join(' ')),
    tie('condition').map((inner) => `(${inner})`),
  ),
}))
const rule: fc.Arbitrary<PlainRule> = fc
  .tuple(
    detection,
    detection,
    detection,
    detection,
    fc.oneof(
      { weight: 5, arbitrary: condition },
      { weight: 1, arbitrary: fc.array(condition, { minLength: 1, maxLength: 2 }) },
    ),
  )
  .map(([s1, s2, s3, f1, chosen]) => ({ detection: { s1, s2, _s3: s3, f1, condition: chosen } }))

const value = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom<null | number | boolean>(null, 5, 12, true) },
  { weight: 1, arbitrary: fc.array(fc.oneof(word, fc.constant(null)), { maxLength: 3 }) },
  { weight: 1, arbitrary: encoded.map((plain) => Buffer.from(`x${plain}y`).toString('base64')) },
  { weight: 1, arbitrary: encoded.map((plain) => Buffer.from(plain, 'utf16le').toString('base64')) },
)
const event: fc.Arbitrary<PlainEvent> = fc.record({ f: value, g: value, 'h.i': value }, { requiredKeys: [] })

test(
  'the indexed engine matches what the naive one matches',
  () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 6 }),
        fc.array(event, { minLength: 1, maxLength: 8 }),
        // The plan of how rules are noticed is made anew after so many events.
        fc.constantFrom(1, 2, 3, undefined),
        (rules, events, learnAfter) => {
          const documents = rules.map((each, i) => stringify({ title: `r${i}`, logsource: testLogsource, ...each }))
          const parsed = parseRules(documents.join('---\n'), 'random.yml')
          expect(parsed.rejects).toEqual([])
          const { engine, rejects } = compile(parsed.rules, learnAfter === undefined ? {} : { learnAfter })
          expect(rejects).toEqual([])
          for (const each of [...events, ...events]) {
            const found = engine.match(eventOf(each, { logsource: testLogsource })).map((match) => match.rule.title)
            const expected = rules.flatMap((one, i) => (naivelyMatches(one, each) ? [`r${i}`] : []))
            expect([each, found]).toEqual([each, expected])
          }
        },
      ),
      { numRuns, seed: 4 },
    )
  },
  60_000 + numRuns * 200,
)

const many = 2_600

test('whatever was learnt of an office, the same events match', () => {
  // Values that come again and again, and others that never do.
  const kinds = fc.array(event, { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 8 }),
      kinds,
      kinds,
      fc.boolean(),
      (rules, before, after, areNew) => {
        const documents = rules.map((each, i) => stringify({ title: `r${i}`, logsource: testLogsource, ...each }))
        const parsed = parseRules(documents.join('---\n'), 'random.yml')
        const learning = compile(parsed.rules, { learnAfter: 40 }).engine
        const fixed = compile(parsed.rules, { learnAfter: Number.MAX_SAFE_INTEGER }).engine
        for (let i = 0; i < many; i++) {
          // What is common changes on the way.
          const from = i < many / 2 ? before : after
          const plain = from[i % from.length] as PlainEvent
          const tail = areNew && typeof plain.f === 'string' ? { f: `${plain.f} ${i}` } : {}
          const seen = eventOf({ ...plain, ...tail }, { logsource: testLogsource })
          const titles = [learning, fixed].map((engine) => engine.match(seen).map((match) => match.rule.title))
          if (String(titles[0]) !== String(titles[1])) expect([plain, i, titles[0]]).toEqual([plain, i, titles[1]])
        }
      },
    ),
    { numRuns: 30, seed: 4 },
  )
}, 120_000)
