import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dialect } from './lexer.ts'
import { readFragment, readStatement, type StatementReading } from './reading.ts'
import { anyDialect, sqlText } from './sql-text.fixture.ts'

/** The application's own query with something put into its literal. */
const injected = (payload: string, dialect: Dialect = 'postgresql'): StatementReading =>
  readStatement(`/* rid=4f1 */ SELECT id, name FROM electors WHERE ref = '${payload}'`, dialect)

type Fact =
  | 'tautology'
  | 'constantCondition'
  | 'union'
  | 'blind'
  | 'errorBased'
  | 'sleep'
  | 'catalogueRead'
  | 'fingerprinting'
  | 'fileOrCommand'

/** The names of the facts that hold. */
function factsOf(reading: StatementReading): Fact[] {
  const facts: Fact[] = [
    'tautology',
    'constantCondition',
    'union',
    'blind',
    'errorBased',
    'sleep',
    'catalogueRead',
    'fingerprinting',
    'fileOrCommand',
  ]
  return facts.filter((fact) => reading[fact])
}

describe("an application's own statements", () => {
  test.each([
    "SELECT id, name FROM electors WHERE ref = 'N12'",
    "SELECT DISTINCT name, address FROM polling_places WHERE name ILIKE '%church%' OR address ILIKE '%church%' LIMIT 20",
    "SELECT id FROM electors WHERE last = 'O''Brien' AND first LIKE 'M%' ORDER BY last, first LIMIT 50 OFFSET 100",
    'SELECT e.id, c.name FROM electors e JOIN counties c ON c.id = e.county WHERE e.id = $1',
    "SELECT count(*) FROM electors WHERE status = 'active' AND dob < '2008-11-03'",
    "SELECT upper(substring(last from 1 for 1)), CASE WHEN status = 'A' THEN 'active' ELSE 'inactive' END FROM electors",
    "INSERT INTO applications(first, last) VALUES ('Mary', 'D''Angelo') RETURNING id",
    'UPDATE electors SET city = $1 WHERE id = $2',
    "DELETE FROM sessions WHERE expires < now() - interval '1 day'",
    'SELECT cast(dob as date), convert(varchar(10), dob) FROM electors WHERE id = 5',
  ])('show none of the facts of an attack: %s', (text) => {
    expect(factsOf(readStatement(text, 'any'))).toEqual([])
    expect(readStatement(text, 'any').extraction).toBeNull()
    expect(readStatement(text, 'any').statements).toBe(1)
  })

  test('say what they change', () => {
    expect(readStatement('SELECT 1 FROM t FOR UPDATE', 'postgresql').write).toBe('none')
    expect(readStatement("INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 'x'", 'postgresql').write).toBe(
      'insert',
    )
    expect(readStatement('UPDATE t SET a = 1', 'postgresql').write).toBe('update')
    expect(readStatement('WITH x AS (SELECT 1) DELETE FROM t', 'postgresql').write).toBe('delete')
    expect(readStatement('CREATE TABLE t (a int)', 'postgresql').write).toBe('ddl')
    expect(readStatement('SELECT replace(a, b, c), update_count FROM t', 'postgresql').write).toBe('none')
  })

  test('name their tables', () => {
    const { tables } = readStatement(
      'SELECT 1 FROM public.electors e, "Wards" w JOIN Counties USING (id)',
      'postgresql',
    )
    expect(tables).toEqual([
      { name: 'electors', schema: 'public', catalogue: false },
      { name: 'wards', catalogue: false },
      { name: 'counties', catalogue: false },
    ])
    expect(readStatement('SELECT extract(year from dob) FROM electors', 'postgresql').tables).toEqual([
      { name: 'electors', catalogue: false },
    ])
  })
})

describe('a tautology', () => {
  test.each([
    "' OR 1=1 -- ",
    "' OR '1'='1",
    "x' or 'a' LIKE 'a",
    "x' OR ('a')=('a",
    "x' OR 2>1 -- ",
    "x' OR 3 BETWEEN 1 AND 5 -- ",
    "x' OR 1 IN (1) -- ",
    "x' OR NOT 5=6 -- ",
    "x' OR 1 -- ",
    "x' OR true -- ",
    "x' OR 2+705-705-1=0+0+0+1 -- ",
    "x' OR a=a -- ",
    "x' OR 1 IS NOT NULL -- ",
    "x' OR 5=5 AND 'a'='a",
  ])('is seen in %s', (payload) => {
    expect(factsOf(injected(payload))).toEqual(['tautology', 'constantCondition'])
  })

  test.each(["x' OR 1=2 -- ", "x' AND 1=1 -- ", "x' OR 5=5 AND 'a'='b", "x' AND 'a'='b", "x' OR NOT 5=5 -- "])(
    'is not %s, which is a probe',
    (payload) => {
      expect(factsOf(injected(payload))).toEqual(['constantCondition'])
    },
  )

  test("is MySQL's ''='' and || too", () => {
    expect(injected("'='", 'mysql').tautology).toBe(true)
    expect(injected("'||'1'='1", 'mysql').tautology).toBe(true)
    expect(injected("'||'1'='1", 'postgresql').tautology).toBe(false)
  })

  test('shows every row that the LIMIT of the query lets through', () => {
    const reading = readStatement(
      "SELECT id, name FROM electors WHERE ref = '' OR 1=1 ORDER BY id LIMIT 50",
      'postgresql',
    )
    expect(reading.extraction).toEqual({
      table: 'electors',
      ordering: 'id',
      columns: ['id', 'name'],
      kind: 'all',
      limit: 50,
      blind: false,
      place: 'own',
    })
  })
})

describe('facts of an injected statement', () => {
  test('stacked statements are counted', () => {
    expect(injected("x'; SELECT pg_sleep(1); --").statements).toBe(2)
    expect(injected("x');;SELECT 1;UPDATE t SET a=1--").statements).toBe(3)
    expect(readStatement(' ; ', 'any').statements).toBe(0)
  })

  test.each([
    "' UNION SELECT 1,table_name FROM information_schema.tables -- ",
    "' UNION SELECT 1,usename FROM pg_shadow -- ",
    "' UNION SELECT 1,name FROM master..sysdatabases -- ",
    "' UNION SELECT 1,table_name FROM all_tables -- ",
    "' UNION SELECT 1,sql FROM sqlite_master -- ",
    "' UNION SELECT 1,user FROM mysql.user -- ",
    "' UNION SELECT 1,name FROM sys.tables -- ",
    "' UNION SELECT 1,banner FROM v$version -- ",
  ])('the catalogue is read by %s', (payload) => {
    const reading = injected(payload, 'any')
    expect(reading.catalogueRead).toBe(true)
    expect(reading.union).toBe(true)
    expect(reading.extraction).toBeNull()
  })

  test.each([
    'version()',
    'current_user',
    'current_database()',
    '@@version',
    'db_name()',
    'user()',
    'sqlite_version()',
  ])('the server is asked for %s', (word) => {
    expect(injected(`' UNION SELECT 1,${word} -- `, 'any').fingerprinting).toBe(true)
  })

  test.each([
    "x'; SELECT pg_sleep(5) -- ",
    "x' AND 5=(SELECT 5 FROM PG_SLEEP(5)) -- ",
    "x' AND SLEEP(5) -- ",
    "x' AND 1=BENCHMARK(5000000,MD5(1)) -- ",
    "x'; WAITFOR DELAY '0:0:5' -- ",
    "x' AND GET_LOCK('a',5) -- ",
    "x' AND DBMS_PIPE.RECEIVE_MESSAGE('a',5)=1 -- ",
    "x' AND 5=(SELECT COUNT(*) FROM GENERATE_SERIES(1,5000000)) -- ",
    "x' AND 5=LIKE('ABCDEFG',UPPER(HEX(RANDOMBLOB(500000000/2)))) -- ",
    "x' AND 5=(SELECT COUNT(*) FROM ALL_USERS T1,ALL_USERS T2,ALL_USERS T3) -- ",
  ])('a delay is seen in %s', (payload) => {
    expect(injected(payload, 'any').sleep).toBe(true)
  })

  test.each([
    "x'; COPY electors TO PROGRAM 'sh' -- ",
    "x'; COPY t FROM '/etc/passwd' -- ",
    "x' INTO OUTFILE '/tmp/x' -- ",
    "x' UNION SELECT 1,LOAD_FILE('/etc/passwd') -- ",
    "x'; EXEC master..xp_cmdshell 'dir' -- ",
    "x'; SELECT lo_import('/etc/passwd') -- ",
    "x' UNION SELECT 1,pg_read_file('x') -- ",
  ])('files and commands are seen in %s', (payload) => {
    expect(injected(payload, 'any').fileOrCommand).toBe(true)
  })

  test('a copy to the client is neither file nor command', () => {
    expect(readStatement('COPY electors TO STDOUT', 'postgresql').fileOrCommand).toBe(false)
  })

  test.each([
    "x' AND ASCII(SUBSTRING((SELECT email FROM electors LIMIT 1)::text FROM 1 FOR 1))>64 AND 'a'='a",
    "x' AND ORD(MID((IFNULL(CAST(DATABASE() AS NCHAR),0x20)),1,1))>64 -- ",
    "x' AND UNICODE(SUBSTRING((SELECT TOP 1 name FROM t),1,1)) NOT BETWEEN 0 AND 64 -- ",
    "x' AND SUBSTR((SELECT name FROM t LIMIT 1),1,1)>'a' -- ",
    "x' AND (SELECT name FROM t LIMIT 1) LIKE 'a%' -- ",
    "x' AND 5=(CASE WHEN (3=4) THEN 5 ELSE 6 END) -- ",
    "x' AND 5=IF((SELECT 1 FROM t)=1,5,6) -- ",
    "x' AND LENGTH((SELECT name FROM t LIMIT 1))>5 -- ",
  ])('reading bit by bit is seen in %s', (payload) => {
    expect(injected(payload, 'any').blind).toBe(true)
  })

  test.each([
    "x' AND 5=CAST((CHR(113))||(SELECT email FROM electors LIMIT 1)::text||(CHR(113)) AS NUMERIC) -- ",
    "x' AND EXTRACTVALUE(3,CONCAT(0x5c,(SELECT user()))) -- ",
    "x' AND UPDATEXML(3,CONCAT(0x2e,version()),4) -- ",
    "x' AND (SELECT 2 FROM(SELECT COUNT(*),CONCAT((SELECT 1),FLOOR(RAND(0)*2))x FROM INFORMATION_SCHEMA.PLUGINS GROUP BY x)a) -- ",
    "x' AND 5=CONVERT(INT,(SELECT CHAR(113)+@@version)) -- ",
    "x' AND 5 IN (SELECT (CHAR(113)+(SELECT db_name())+CHAR(113))) -- ",
    "x' AND 5=CTXSYS.DRITHSX.SN(5,(SELECT user FROM dual)) -- ",
    "x' AND 5=(SELECT version())::int -- ",
  ])('a value carried out in an error is seen in %s', (payload) => {
    expect(injected(payload, 'any').errorBased).toBe(true)
  })

  test('writes are seen in stacked statements, with or without a semicolon', () => {
    expect(injected("x'; DROP TABLE electors -- ", 'sqlserver').write).toBe('ddl')
    expect(injected("x' DROP TABLE electors -- ", 'sqlserver').write).toBe('ddl')
    expect(injected("x'; UPDATE electors SET party='X' -- ").write).toBe('update')
    expect(injected("x'; DELETE FROM electors -- ").write).toBe('delete')
  })

  test('SQL within a string that is run is read too', () => {
    const reading = injected("' UNION SELECT 1,query_to_xml('select * from electors',true,true,'') -- ")
    expect(reading.extraction).toMatchObject({ table: 'electors', kind: 'aggregate', columns: ['*'] })
    const whole = readStatement("SELECT query_to_xml('select email from electors', true, true, '')", 'postgresql')
    expect(whole.extraction).toMatchObject({ table: 'electors', kind: 'aggregate', columns: ['email'] })
    expect(
      readStatement("EXEC('SELECT email FROM electors WHERE 1=1; WAITFOR DELAY ''0:0:5''')", 'sqlserver').sleep,
    ).toBe(true)
  })
})

describe('a fragment as it stands in a request', () => {
  test.each([
    ["x' OR '1'='1", ['tautology', 'constantCondition']],
    ['x" or "a"="a', ['tautology', 'constantCondition']],
    ['1 OR 3=3', ['tautology', 'constantCondition']],
    ["1') OR ('a'='a", ['tautology', 'constantCondition']],
    ["x'/**/aNd/**/5=5--/**/x", ['constantCondition']],
    ["1'/*!50000UNION*//*!50000SELECT*/1,2#", ['union']],
    ['1%0aunion', []],
    ["x'; WAITFOR DELAY '0:0:5'--", ['sleep']],
    ['1 AND SLEEP(5)', ['sleep']],
  ] as const)('shows its facts: %s', (fragment, facts) => {
    expect(factsOf(readFragment(fragment))).toEqual(facts)
  })

  test.each([
    "O'Brien",
    "D'Angelo and O'Neil",
    'Union Street',
    'Select Board; Union Street',
    '1 or 2 copies',
    "rock 'n' roll",
    'AT&T; C++ 100%',
    "it's 5 o'clock and I'm here",
    'Smith or Jones',
    'order by mail',
    'drop off at the table',
    '2026-11-03',
    'where do I vote?',
    "St. John's (all or some)",
    '50% -- or more',
    'a = b',
    '#1 Main St',
    'insert my name',
  ])('shows nothing in everyday words: %s', (text) => {
    const reading = readFragment(text)
    expect(factsOf(reading)).toEqual([])
    expect(reading.extraction).toBeNull()
    expect(reading.statements).toBe(1)
    expect(reading.write).toBe('none')
  })

  test('that is a sentence with SQL words shows no rows', () => {
    expect(readFragment('select a party from the list').extraction).toBeNull()
  })

  test("of which the application's table is out of view leaves its name empty", () => {
    expect(readFragment("x' OR 1=1-- ").extraction).toMatchObject({ table: '', kind: 'all', place: 'own' })
  })

  test('counts stacked statements only where a statement begins', () => {
    expect(readFragment("x'; DROP TABLE electors--")).toMatchObject({ statements: 2, write: 'ddl' })
    expect(readFragment('a; b; c').statements).toBe(1)
  })
})

describe('every text', () => {
  test('is read without failure', () => {
    fc.assert(
      fc.property(sqlText, anyDialect, (text, dialect) => {
        expect(readStatement(text, dialect).statements).toBeGreaterThanOrEqual(0)
        expect(readFragment(text).statements).toBeGreaterThanOrEqual(1)
      }),
      { seed: 2016, numRuns: 2_000 },
    )
  })

  test.each([
    '(',
    '((select a from t where x in ',
    'or 1=1 and ',
    'case when ',
    'ascii(',
    '1=(',
    'with v as (select a from v,v) ',
    'union select a from t ',
  ])('of %s repeated is read in time that grows with its length alone', (unit) => {
    // More than linear time would end in the test's own limit.
    expect(() => readStatement(unit.repeat(100_000 / unit.length), 'any')).not.toThrow()
  })
})
