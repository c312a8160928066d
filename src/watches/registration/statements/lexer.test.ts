import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../../core/limits.ts'
import { type Dialect, lex, Tokens, tokenKind } from './lexer.ts'
import { anyDialect, sqlText } from './sql-text.fixture.ts'

const kindNames = Object.keys(tokenKind) as (keyof typeof tokenKind)[]

/** Tokens as `kind:text`. */
function tokensOf(text: string, dialect: Dialect): string[] {
  const tokens = lex(text, dialect)
  return Array.from({ length: tokens.count }, (_, i) => {
    const name = kindNames.find((kind) => tokenKind[kind] === tokens.kinds[i]) as string
    return `${name}:${text.slice(tokens.starts[i], tokens.ends[i])}`
  })
}

describe('strings', () => {
  test('end at a quote that is not doubled', () => {
    expect(tokensOf("'O''Brien' x", 'postgresql')).toEqual(["string:'O''Brien'", 'word:x'])
  })

  test('end at a backslash and quote in PostgreSQL, but not as E-string and not in MySQL', () => {
    expect(tokensOf(String.raw`'C:\' x`, 'postgresql')).toEqual([String.raw`string:'C:\'`, 'word:x'])
    expect(tokensOf(String.raw`E'it\'s' x`, 'postgresql')).toEqual([String.raw`string:E'it\'s'`, 'word:x'])
    expect(tokensOf(String.raw`'it\'s' x`, 'mysql')).toEqual([String.raw`string:'it\'s'`, 'word:x'])
  })

  test('of unknown origin take a backslash for an escape only where a letter follows the quote', () => {
    expect(tokensOf(String.raw`'O\'Brien' x`, 'any')).toEqual([String.raw`string:'O\'Brien'`, 'word:x'])
    expect(tokensOf(String.raw`'\' OR 1`, 'any')).toEqual([String.raw`string:'\'`, 'word:OR', 'number:1'])
  })

  test('may carry a prefix letter', () => {
    expect(tokensOf("N'a' x'0F' B'01' U&'d' n", 'any')).toEqual([
      "string:N'a'",
      "string:x'0F'",
      "string:B'01'",
      "string:U&'d'",
      'word:n',
    ])
    expect(tokensOf("q'[it's]' x", 'any')).toEqual(["string:q'[it's]'", 'word:x'])
  })

  test('in dollars hold quotes and other dollars', () => {
    expect(tokensOf("$a$it's $b$ x$a$ y $1", 'postgresql')).toEqual([
      "string:$a$it's $b$ x$a$",
      'word:y',
      'parameter:$1',
    ])
  })

  test('in double quotes are names but for MySQL', () => {
    expect(tokensOf('"a b"', 'postgresql')).toEqual(['name:"a b"'])
    expect(tokensOf('"a b"', 'mysql')).toEqual(['string:"a b"'])
  })

  test('without an end reach to the end of the text, which is said', () => {
    expect(tokensOf("a 'b c", 'postgresql')).toEqual(['word:a', "string:'b c"])
    expect(lex("a 'b c", 'postgresql').unterminated).toBe('string')
    expect(lex('a /* b', 'postgresql').unterminated).toBe('comment')
    expect(lex('a "b', 'postgresql').unterminated).toBe('name')
    expect(lex("a 'b'", 'postgresql').unterminated).toBe('none')
  })
})

describe('comments', () => {
  test('nest in PostgreSQL and SQL Server, not in MySQL', () => {
    for (const dialect of ['postgresql', 'sqlserver'] as const) {
      expect(tokensOf('/* a /* b */ c */ d', dialect)).toEqual(['comment:/* a /* b */ c */', 'word:d'])
    }
    expect(tokensOf('/* a /* b */ c', 'mysql')).toEqual(['comment:/* a /* b */', 'word:c'])
  })

  test('with an exclamation mark are code in MySQL', () => {
    expect(tokensOf('/*!50000UNION*/ x', 'mysql')).toEqual(['comment:/*!50000', 'word:UNION', 'comment:*/', 'word:x'])
    expect(tokensOf('/*!50000UNION*/ x', 'postgresql')).toEqual(['comment:/*!50000UNION*/', 'word:x'])
  })

  test('begin with two dashes, behind which MySQL wants a space', () => {
    expect(tokensOf('1--1', 'postgresql')).toEqual(['number:1', 'comment:--1'])
    expect(tokensOf('1--1', 'mysql')).toEqual(['number:1', 'operator:-', 'operator:-', 'number:1'])
    expect(tokensOf('1-- 1\n2', 'mysql')).toEqual(['number:1', 'comment:-- 1\n', 'number:2'])
  })

  test('begin with # in MySQL; in SQL Server it names a temporary table', () => {
    expect(tokensOf('a # b', 'mysql')).toEqual(['word:a', 'comment:# b'])
    expect(tokensOf('FROM #b', 'sqlserver')).toEqual(['word:FROM', 'word:#b'])
    expect(tokensOf('FROM #b x', 'any')).toEqual(['word:FROM', 'word:#b', 'word:x'])
    expect(tokensOf('1#b', 'any')).toEqual(['number:1', 'comment:#b'])
  })
})

describe('other tokens', () => {
  test('numbers are decimal, hexadecimal, with fraction and exponent, and end before a word', () => {
    expect(tokensOf('1 .5 1.5e-3 0xFF 1UNION 1e0UNION 1.e', 'any')).toEqual([
      'number:1',
      'number:.5',
      'number:1.5e-3',
      'number:0xFF',
      'number:1',
      'word:UNION',
      'number:1e0',
      'word:UNION',
      'number:1.',
      'word:e',
    ])
  })

  test('parameters are $1, ?, :name and @p1; @@version is a word', () => {
    expect(tokensOf('$1 ? :name @p1 @@version', 'any')).toEqual([
      'parameter:$1',
      'parameter:?',
      'parameter::name',
      'parameter:@p1',
      'word:@@version',
    ])
  })

  test('casts and operators of several characters are one token', () => {
    expect(tokensOf('a::text||b<>c<=d', 'postgresql')).toEqual([
      'word:a',
      'operator:::',
      'word:text',
      'operator:||',
      'word:b',
      'operator:<>',
      'word:c',
      'operator:<=',
      'word:d',
    ])
  })

  test('brackets quote a name in SQL Server and are subscripts elsewhere', () => {
    expect(tokensOf('[First Name]', 'sqlserver')).toEqual(['name:[First Name]'])
    expect(tokensOf('a[1]', 'postgresql')).toEqual(['word:a', 'operator:[', 'number:1', 'operator:]'])
  })

  test('control characters are white space, as attackers use them', () => {
    expect(tokensOf('1\u0001UNION\u000bSELECT\u00a02', 'any')).toEqual([
      'number:1',
      'word:UNION',
      'word:SELECT',
      'number:2',
    ])
  })
})

describe('every text', () => {
  test('is covered exactly by its tokens and the white space between them', () => {
    fc.assert(
      fc.property(sqlText, anyDialect, (text, dialect) => {
        const tokens = lex(text, dialect)
        let end = 0
        for (let i = 0; i < tokens.count; i++) {
          const start = tokens.starts[i] as number
          expect(isSpace(text.slice(end, start))).toBe(true)
          end = tokens.ends[i] as number
          expect(end).toBeGreaterThan(start)
        }
        expect(isSpace(text.slice(end))).toBe(true)
      }),
      { seed: 2016, numRuns: 2_000 },
    )
  })

  test('with more tokens than the bound ends in one token that holds the rest', () => {
    const text = 'a,'.repeat(limits.statementTokensMax)
    const tokens = lex(text, 'any', new Tokens())
    expect(tokens.count).toBe(limits.statementTokensMax + 1)
    expect(tokens.kinds[tokens.count - 1]).toBe(tokenKind.rest)
    expect(tokens.ends[tokens.count - 1]).toBe(text.length)
  })
})

/** White space as the lexer has it: control characters too. */
const isSpace = (text: string): boolean =>
  /^[\u0000-\u0020\u007f\u0085\u00a0\u2000-\u200b\u2028\u2029\u3000\ufeff]*$/.test(text)
