import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dialect } from './lexer.ts'
import { shapeOf } from './shape.ts'
import { anyDialect, sqlText } from './sql-text.fixture.ts'

const shape = (text: string, dialect: Dialect = 'postgresql'): string => shapeOf(text, dialect).shape

describe('a shape', () => {
  test('leaves out literals, comments, case, white space and the last semicolon', () => {
    expect(shape("/* rid=7 */ SELECT  Name\nFROM Voters v WHERE id = 5 AND city='Peoria' -- x\n ;")).toBe(
      'select name from voters v where id = ? and city = ?',
    )
  })

  test('is the same for parameters, literals, NULL and negative numbers', () => {
    const wanted = 'select a from t where b = ?'
    for (const value of [
      '$1',
      '?',
      ':b',
      "'x'",
      '-5',
      '+1.5e3',
      'NULL',
      'true',
      "E'\\''",
      "N'x'",
      '0xff',
      "$q$a'b$q$",
    ]) {
      expect(shape(`SELECT a FROM t WHERE b = ${value}`)).toBe(wanted)
    }
    expect(shape('SELECT a FROM t WHERE b IS NULL')).toBe('select a from t where b is null')
    expect(shape('SELECT a - 5 FROM t')).toBe('select a - ? from t')
  })

  test('collapses IN lists and rows of VALUES', () => {
    expect(shape('SELECT a FROM t WHERE b IN (1, 2,3)')).toBe(shape('SELECT a FROM t WHERE b IN (1)'))
    expect(shape("INSERT INTO t(a,b) VALUES ('x',1)")).toBe('insert into t(a, b) values (?)')
    expect(shape("INSERT INTO t(a,b) VALUES ('x',1),('y',NULL),('z',-3)")).toBe('insert into t(a, b) values (?), ...')
    expect(shape('INSERT INTO t(a,b) VALUES ($1,now()),($2,now())')).toBe('insert into t(a, b) values (?, now()), ...')
  })

  test('shows what an injection adds', () => {
    const page = shape("SELECT a FROM t WHERE b = 'x'")
    expect(shape("SELECT a FROM t WHERE b = '' OR 1=1 --'")).not.toBe(page)
    expect(shape("SELECT a FROM t WHERE b = '' UNION SELECT c FROM d -- '")).toBe(`${page} union select c from d`)
    expect(shape("SELECT a FROM t WHERE b = 'x'; SELECT pg_sleep(1)--'")).toBe(`${page}; select pg_sleep(?)`)
  })

  test('sees through tampering with case and comments', () => {
    expect(shape("SELECT a FROM t WHERE b = ''/**/uNiOn/**/sElEcT/**/1--/**/x'")).toBe(
      shape("SELECT a FROM t WHERE b = '' UNION SELECT 2 -- x'"),
    )
  })

  test('has a hash of 32 digits that tells shapes apart', () => {
    expect(shapeOf('SELECT 1', 'any').hash).toMatch(/^[0-9a-f]{32}$/)
    expect(shapeOf('SELECT 1', 'any').hash).toBe(shapeOf('select  2', 'any').hash)
    expect(shapeOf('SELECT 1', 'any').hash).not.toBe(shapeOf('SELECT a', 'any').hash)
  })
})

describe('no voter value stands in a shape', () => {
  test('when an apostrophe breaks the quoting', () => {
    expect(shape("SELECT a FROM t WHERE last = 'O'Brien'")).toBe('select a from t where last = ? _ ?')
    expect(shape("SELECT a FROM t WHERE first = 'D'Angelo (Jones) Smith' AND x = 1")).not.toMatch(/angelo|jones|smith/i)
    expect(shape("SELECT a FROM t WHERE last = 'O'Neil' AND first = 'Mary'")).not.toMatch(/neil|mary/i)
  })

  test('when a number is written without quotes where one was expected', () => {
    expect(shape('SELECT a FROM t WHERE dl = N27441094908')).toBe('select a from t where dl = n_')
    expect(shape('SELECT a FROM t WHERE dl = 27441B')).toBe('select a from t where dl = ? _')
  })

  test('when a driver quotes values with double quotes', () => {
    expect(shape('SELECT a FROM t WHERE last = "Brien"', 'mysql')).toBe('select a from t where last = ?')
    expect(shape('SELECT a FROM t WHERE last = "Brien"', 'any')).toBe('select a from t where last = ?')
    expect(shape('SELECT a FROM t WHERE last IN ("Brien Smith")', 'any')).not.toMatch(/brien/)
  })

  test('but names that a statement may hold stay', () => {
    expect(shape('SELECT TOP 5 name, [First Name] FROM dbo.v', 'sqlserver')).toBe(
      'select top ? name, [First Name] from dbo.v',
    )
    expect(shape('SELECT "Name" FROM "Voters"')).toBe('select "Name" from "Voters"')
  })
})

/** A template with holes for literals, and two ways to fill each. */
const template = fc
  .record({
    column: fc.constantFrom('name', 'v.last', 'count(*)', 'dob::text', '"Ward"'),
    conditions: fc.array(
      fc.constantFrom('a = ?', 'b LIKE ?', 'c IN (?)', 'd BETWEEN ? AND ?', 'e > ? + 1', 'lower(f) = lower(?)'),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    tail: fc.constantFrom('', ' LIMIT ?', ' ORDER BY name OFFSET ? LIMIT ?', '; '),
  })
  .map(({ column, conditions, tail }) => `SELECT ${column} FROM voters v WHERE ${conditions.join(' AND ')}${tail}`)

const literal = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.string({ maxLength: 12 }).map((value) => `'${value.replaceAll("'", "''").replaceAll('\\', '')}'`),
  fc.constantFrom("''", 'NULL', '$3', "'--'", "'/*'", "'; DROP TABLE x'", "N'a'"),
)

describe('every statement', () => {
  test('has the shape of its own shape', () => {
    fc.assert(
      fc.property(sqlText, anyDialect, (text, dialect) => {
        const once = shape(text, dialect)
        expect(shape(once, dialect)).toBe(once)
      }),
      { seed: 2016, numRuns: 3_000 },
    )
  })

  test('keeps its shape when its literals change', () => {
    fc.assert(
      fc.property(
        template,
        fc.array(literal, { minLength: 20, maxLength: 20 }),
        anyDialect,
        (text, literals, dialect) => {
          let next = 0
          const filled = text.replace(/\?/g, () => literals[next++ % literals.length] as string)
          expect(shape(filled, dialect)).toBe(shape(text, dialect))
        },
      ),
      { seed: 2016, numRuns: 1_000 },
    )
  })

  test('holds none of its string literals', () => {
    fc.assert(
      fc.property(template, fc.stringMatching(/^[a-z]{8}[A-Z]{4}$/), anyDialect, (text, secret, dialect) => {
        const filled = text.replace(/\?/g, `'${secret}'`)
        expect(shape(filled, dialect).toLowerCase()).not.toContain(secret.toLowerCase())
        const broken = text.replace(/\?/g, `'O'${secret}'`)
        expect(shape(broken, dialect).toLowerCase()).not.toContain(secret.toLowerCase())
      }),
      { seed: 2016, numRuns: 500 },
    )
  })
})
