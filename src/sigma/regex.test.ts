import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRegex, requiredTexts, shortestMatch } from './regex.ts'
import { parseRegex } from './regex-syntax.ts'

const found = (source: string, text: string, flags = ''): boolean => {
  const compiled = compileRegex(source, flags)
  if (!compiled.ok) throw new Error(compiled.error)
  return compiled.value.test(text)
}

const unit = fc.constantFrom('a', 'b', 'A', ' ', '\n', '.', '[ab]', '[^a]', '\\w', '\\W', '\\d', '\\s', '[a-c\\d]')
const edge = fc.constantFrom('^', '\\b', '\\B')
const { source } = fc.letrec<{ source: string; part: string }>((tie) => ({
  source: fc.oneof(
    { depthSize: 'small' },
    tie('part'),
    fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    fc.array(tie('source'), { minLength: 2, maxLength: 3 }).map((parts) => `(?:${parts.join('|')})`),
  ),
  part: fc.oneof(
    { depthSize: 'small' },
    unit,
    edge,
    fc
      .tuple(
        fc.oneof(
          unit,
          tie('source').map((inner) => `(${inner})`),
        ),
        fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '*?', '+?'),
      )
      .map((parts) => parts.join('')),
  ),
}))
const subject = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', '1', ' ', '\n', 'é'), maxLength: 14 })

describe('regular expressions', () => {
  test('find what JavaScript finds', () => {
    fc.assert(
      fc.property(source, subject, fc.constantFrom('', 'i', 'm', 's', 'im'), (expression, text, flags) => {
        expect([expression, text, flags, found(expression, text, flags)]).toEqual([
          expression,
          text,
          flags,
          new RegExp(expression, flags).test(text),
        ])
      }),
      { numRuns: 3_000, seed: 4 },
    )
  })

  test('need a text that holds what is said to be required', () => {
    fc.assert(
      fc.property(source, subject, fc.constantFrom('', 'i'), (expression, text, flags) => {
        const tree = parseRegex(expression, flags)
        if (!tree.ok || !found(expression, text, flags)) return
        expect(text.length).toBeGreaterThanOrEqual(shortestMatch(tree.value))
        const texts = requiredTexts(tree.value)
        if (texts.length > 0) expect(texts.some((each) => text.toLowerCase().includes(each))).toBe(true)
      }),
      { numRuns: 2_000, seed: 4 },
    )
  })

  test.each([
    ['a$', 'xa\n', true],
    ['a$', 'a\nb', false],
    ['a\\Z', 'a\n', true],
    ['a\\z', 'a\n', false],
    ['\\Aab', 'xab', false],
    ['x{,3}', 'x{,3}', true],
    ['[[:alpha:]]+[[:^digit:]]', '1ab', true],
    ['[]a]+x', ']x', true],
    ['\\x41\\u0042\\x{43}', 'ABC', true],
    ['(?i:a)b', 'Ab', true],
    ['(?i:a)b', 'AB', false],
    ['a(?i)b|c', 'aB', true],
    ['(?<name>a)b', 'ab', true],
    ['.{1000,}', 'x'.repeat(1_000), true],
    ['.{1000,}', 'x'.repeat(999), false],
    ['(.){200,}', 'x'.repeat(199), false],
    ['K', '\u212A', false],
    ['(?i)k', '\u212A', true],
    ['\ud83d\ude00+', 'x\ud83d\ude00', true],
  ])('%s in %j', (expression, text, expected) => {
    expect(found(expression, text)).toBe(expected)
  })

  test.each([
    ['(a)\\1', 'a backreference'],
    ['(?=a)', 'lookaround'],
    ['(?<!a)b', 'lookaround'],
    ['(?>a)', 'an atomic group'],
    ['a++', 'a possessive quantifier'],
    ['a**', 'a quantifier on a quantifier'],
    ['\\p{L}', 'a Unicode property'],
    ['(a', 'a group that is not closed'],
    ['a)', 'a closing parenthesis without an opening one'],
    ['[a', 'a character class that is not closed'],
    ['[z-a]', 'a character range whose end is before its start'],
    ['a{3,2}', 'a repetition whose lower bound is above its upper one'],
    ['*a', 'a quantifier (*) with nothing before it'],
    ['a\\', 'a backslash at its end'],
    ['\\y', 'the escape \\y'],
  ])('%s is refused by name', (expression, reason) => {
    expect(compileRegex(expression, '')).toEqual({ ok: false, error: reason })
  })

  test('that explode elsewhere take time in proportion to the text', () => {
    const text = `${'a'.repeat(60_000)}!`
    for (const expression of [
      '(a+)+$',
      '(a|aa)+$',
      '(.*a){12}b',
      '(a*)*b',
      '.*.*.*.*.*=x',
      '\\+.*\\+.*\\+.*\\+.*\\+.*x',
    ]) {
      expect(found(expression, text)).toBe(false)
    }
  })

  test('whose automaton outgrows its cache still answer rightly', () => {
    const text = Array.from({ length: 4_000 }, (_, i) => ((i * i * 7_919) % 13 < 6 ? 'a' : 'b')).join('')
    expect(found('a.{300}c', text)).toBe(false)
    expect(found('a.{300}c', `${text}a${'b'.repeat(300)}c`)).toBe(true)
  })
})
