import { describe, expect, test } from 'vitest'
import type { Extraction } from './extraction.ts'
import type { Dialect } from './lexer.ts'
import { readFragment, readStatement } from './reading.ts'

/** What a payload shows, injected into a page's literal. */
function shownBy(payload: string, dialect: Dialect): Extraction | null {
  return readStatement(`SELECT id, name FROM electors WHERE ref = '${payload}'`, dialect).extraction
}

const position = (
  offset: number,
  ordering = '',
  place: Extraction['place'] = 'subquery',
  blind = false,
): Extraction => ({
  table: 'voters',
  ordering,
  columns: ['email'],
  kind: 'position',
  offset,
  limit: 1,
  blind,
  place,
})

describe('one row by its rank is a position', () => {
  test.each<[string, Dialect, string, Extraction]>([
    [
      'OFFSET and LIMIT',
      'postgresql',
      "' UNION ALL SELECT NULL,(SELECT (CHR(113))||COALESCE(CAST(email AS VARCHAR(10000))::text,(CHR(32)))||(CHR(113)) FROM public.voters ORDER BY id OFFSET 4 LIMIT 1)-- x",
      position(4, 'id'),
    ],
    [
      'LIMIT and OFFSET',
      'postgresql',
      "' UNION SELECT 1,email FROM voters ORDER BY id ASC LIMIT 1 OFFSET 4-- ",
      position(4, 'id', 'union'),
    ],
    [
      'an error',
      'postgresql',
      "' AND 5=CAST((CHR(113))||(SELECT COALESCE(CAST(email AS VARCHAR(10000))::text,(CHR(32))) FROM public.voters ORDER BY email OFFSET 9 LIMIT 1)::text AS NUMERIC) AND 'a'='a",
      position(9, 'email'),
    ],
    [
      'characters',
      'postgresql',
      "' AND ASCII(SUBSTRING((SELECT COALESCE(CAST(email AS VARCHAR(10000))::text,(CHR(32))) FROM public.voters ORDER BY email OFFSET 2 LIMIT 1)::text FROM 7 FOR 1))>64 AND 'a'='a",
      position(2, 'email', 'subquery', true),
    ],
    [
      'a delay',
      'postgresql',
      "' AND 5=(CASE WHEN (ASCII(SUBSTRING((SELECT COALESCE(CAST(email AS VARCHAR(10000))::text,(CHR(32))) FROM public.voters ORDER BY email OFFSET 2 LIMIT 1)::text FROM 7 FOR 1))>64) THEN (SELECT 5 FROM PG_SLEEP(1)) ELSE 5 END) AND 'a'='a",
      position(2, 'email', 'subquery', true),
    ],
    [
      'LIMIT with a comma',
      'mysql',
      "' UNION ALL SELECT NULL,CONCAT(0x71,IFNULL(CAST(email AS NCHAR),0x20),0x71) FROM reg.voters LIMIT 4,1-- -",
      position(4, '', 'union'),
    ],
    [
      'EXTRACTVALUE',
      'mysql',
      "' AND EXTRACTVALUE(3,CONCAT(0x5c,0x71,(SELECT MID((IFNULL(CAST(email AS NCHAR),0x20)),1,21) FROM reg.voters ORDER BY id LIMIT 12,1),0x71)) AND 'a'='a",
      position(12, 'id'),
    ],
    [
      'FLOOR(RAND(0)*2)',
      'mysql',
      "' AND (SELECT 2 FROM(SELECT COUNT(*),CONCAT(0x71,(SELECT MID((IFNULL(CAST(email AS NCHAR),0x20)),1,54) FROM reg.voters ORDER BY id LIMIT 5,1),0x71,FLOOR(RAND(0)*2))x FROM INFORMATION_SCHEMA.PLUGINS GROUP BY x)a) AND 'a'='a",
      position(5, 'id'),
    ],
    [
      'SLEEP(IF())',
      'mysql',
      "' AND (SELECT 4 FROM (SELECT(SLEEP(5-(IF(ORD(MID((SELECT IFNULL(CAST(email AS NCHAR),0x20) FROM reg.voters ORDER BY id LIMIT 3,1),7,1))>64,0,5)))))a) AND 'a'='a",
      position(3, 'id', 'subquery', true),
    ],
    [
      'ROW_NUMBER',
      'sqlserver',
      "' UNION ALL SELECT NULL,(SELECT CHAR(113)+ISNULL(CAST(email AS NVARCHAR(4000)),CHAR(32))+CHAR(113) FROM (SELECT email, ROW_NUMBER() OVER (ORDER BY (SELECT 1)) AS LIMIT FROM reg.dbo.voters)x WHERE LIMIT=4)-- ",
      position(3),
    ],
    [
      'ROW_NUMBER in an order',
      'sqlserver',
      "' UNION SELECT 1,email FROM (SELECT email, ROW_NUMBER() OVER (ORDER BY id) AS rn FROM voters) q WHERE rn BETWEEN 4 AND 4-- ",
      position(3, 'id', 'union'),
    ],
    [
      'NOT IN (SELECT TOP n)',
      'sqlserver',
      "' UNION ALL SELECT TOP 1 NULL,email FROM reg.dbo.voters WHERE ISNULL(CAST(email AS NVARCHAR(4000)),CHAR(32)) NOT IN (SELECT TOP 4 ISNULL(CAST(email AS NVARCHAR(4000)),CHAR(32)) FROM reg.dbo.voters ORDER BY email) ORDER BY email-- ",
      position(4, 'email', 'union'),
    ],
    [
      'CONVERT of TOP 1',
      'sqlserver',
      "' AND 5=CONVERT(INT,(SELECT CHAR(113)+(SELECT TOP 1 SUBSTRING((ISNULL(CAST(email AS NVARCHAR(4000)),CHAR(32))),1,1024) FROM dbo.voters WHERE CONVERT(NVARCHAR(4000),id) NOT IN (SELECT TOP 9 CONVERT(NVARCHAR(4000),id) FROM dbo.voters ORDER BY id) ORDER BY id)+CHAR(113))) AND 'a'='a",
      position(9, 'id'),
    ],
    [
      'OFFSET and FETCH',
      'sqlserver',
      "' UNION SELECT 1,(SELECT email FROM dbo.voters ORDER BY id OFFSET 4 ROWS FETCH NEXT 1 ROWS ONLY)-- ",
      position(4, 'id'),
    ],
    [
      'the last of TOP n',
      'sqlserver',
      "' UNION SELECT TOP 1 1,email FROM (SELECT TOP 5 id,email FROM voters ORDER BY id ASC) q ORDER BY id DESC-- ",
      position(4, 'id', 'union'),
    ],
    [
      'ROWNUM',
      'any',
      "' UNION ALL SELECT NULL,(SELECT CHR(113)||NVL(CAST(EMAIL AS VARCHAR(4000)),CHR(32)) FROM (SELECT EMAIL,ROWNUM AS LIMIT FROM REG.VOTERS) WHERE LIMIT=4) FROM DUAL-- ",
      position(3),
    ],
    [
      'ROWNUM over all columns',
      'any',
      "' AND ASCII(SUBSTRC((SELECT NVL(CAST(EMAIL AS VARCHAR(4000)),CHR(32)) FROM (SELECT qq.*,ROWNUM AS LIMIT FROM REG.VOTERS qq ORDER BY ROWNUM) WHERE LIMIT=7),3,1))>64 AND 'a'='a",
      position(6, '', 'subquery', true),
    ],
    [
      'SQLite',
      'any',
      "' AND SUBSTR((SELECT COALESCE(CAST(email AS TEXT),CHAR(32)) FROM voters LIMIT 2,1),3,1)>'d' AND 'a'='a",
      position(2, '', 'subquery', true),
    ],
    ['LIMIT 1 alone', 'any', "' UNION SELECT 1,email FROM voters LIMIT 1-- ", position(0, '', 'union')],
  ])('by %s (%s)', (_, dialect, payload, wanted) => {
    expect(shownBy(payload, dialect)).toEqual(wanted)
  })

  test('which is the same whatever columns are asked for, and through case and comments', () => {
    const one = shownBy("' UNION SELECT 1,(SELECT email FROM voters ORDER BY id OFFSET 4 LIMIT 1)-- ", 'postgresql')
    const two = shownBy(
      "'/**/uNiOn/**/sElEcT/**/1,(sElEcT/**/ssn4/**/fRoM/**/Voters/**/oRdEr/**/bY/**/id/**/oFfSeT/**/4/**/lImIt/**/1)--",
      'postgresql',
    )
    expect({ ...two, columns: [] }).toEqual({ ...one, columns: [] })
  })

  test('within a predicate, which is told', () => {
    expect(
      shownBy("' UNION SELECT 1,email FROM voters WHERE county='Kane' AND 1=1 LIMIT 1 OFFSET 3-- ", 'postgresql'),
    ).toMatchObject({
      kind: 'position',
      offset: 3,
      predicate: "county='Kane'",
    })
  })
})

describe('rows of a key', () => {
  test('are told with the key', () => {
    expect(shownBy("' UNION SELECT voter_id,email FROM voters WHERE voter_id=200500-- ", 'postgresql')).toEqual({
      table: 'voters',
      ordering: '',
      columns: ['voter_id', 'email'],
      kind: 'key',
      key: 'voter_id=200500',
      blind: false,
      place: 'union',
    })
    expect(shownBy("' UNION SELECT 1,email FROM voters WHERE (voter_id LIKE 200500)-- ", 'postgresql')).toMatchObject({
      kind: 'key',
      key: 'voter_id like 200500',
    })
  })

  test('reached from the row before are keys too', () => {
    expect(
      shownBy("' UNION SELECT 1,email FROM voters WHERE id > 200500 ORDER BY id LIMIT 1-- ", 'postgresql'),
    ).toMatchObject({
      kind: 'key',
      key: 'id>200500',
      ordering: 'id',
      limit: 1,
    })
    const least =
      "' AND 5 IN (SELECT (CHAR(113)+(SELECT MIN(email) FROM dbo.voters WHERE CONVERT(NVARCHAR(4000),email)>'b@c.d')+CHAR(113))) AND 'a'='a"
    expect(shownBy(least, 'sqlserver')).toMatchObject({
      kind: 'key',
      key: "convert(nvarchar(4000),email)>'b@c.d'",
      limit: 1,
    })
  })
})

describe('many rows', () => {
  test.each<[string, Dialect]>([
    ['ARRAY_AGG(COALESCE(email::text,CHR(32)))::text', 'postgresql'],
    ["STRING_AGG(email, ',')", 'postgresql'],
    ['JSON_AGG(email)', 'postgresql'],
    ['GROUP_CONCAT(email SEPARATOR 0x2c)', 'mysql'],
    ['CONCAT(0x71,JSON_ARRAYAGG(CONCAT_WS(0x6a,email)),0x71)', 'mysql'],
    ["LISTAGG(email, ',') WITHIN GROUP (ORDER BY email)", 'any'],
    ['json_group_array(email)', 'any'],
  ])('in one value are an aggregate: %s (%s)', (gathering, dialect) => {
    expect(shownBy(`' UNION ALL SELECT NULL,${gathering} FROM voters WHERE voter_id<203001-- x`, dialect)).toEqual({
      table: 'voters',
      ordering: '',
      columns: ['email'],
      kind: 'aggregate',
      predicate: 'voter_id<203001',
      blind: false,
      place: 'union',
    })
  })

  test('in one value through FOR XML, FOR JSON, ARRAY(SELECT ...) or a variable are an aggregate', () => {
    expect(shownBy("' UNION SELECT 1,(SELECT email+',' FROM voters FOR XML PATH(''))-- ", 'sqlserver')?.kind).toBe(
      'aggregate',
    )
    expect(shownBy("' UNION SELECT 1,(SELECT id,email FROM voters FOR JSON AUTO)-- ", 'sqlserver')?.kind).toBe(
      'aggregate',
    )
    expect(
      shownBy("' UNION SELECT 1,array_to_string(ARRAY(SELECT email FROM voters),',')-- ", 'postgresql')?.kind,
    ).toBe('aggregate')
    const variable =
      "' UNION SELECT 1,(SELECT (@a) FROM (SELECT(@a:=0x00),(SELECT (@a) FROM (voters) WHERE (@a) IN (@a:=CONCAT(@a,email))))a)-- "
    expect(shownBy(variable, 'mysql')).toMatchObject({ table: 'voters', kind: 'aggregate' })
  })

  test('of a part of the table in one value tell the part', () => {
    const part =
      "' UNION SELECT 1,string_agg(email,',') FROM (SELECT email FROM voters ORDER BY id LIMIT 50 OFFSET 100) q-- "
    expect(shownBy(part, 'postgresql')).toMatchObject({ kind: 'aggregate', ordering: 'id', offset: 100, limit: 50 })
  })

  test('up to a limit are a prefix, with the rows skipped', () => {
    expect(shownBy("' UNION SELECT 1,email FROM voters LIMIT 3-- ", 'postgresql')).toMatchObject({
      kind: 'prefix',
      limit: 3,
    })
    expect(shownBy("' UNION SELECT 1,email FROM voters ORDER BY id LIMIT 10,50-- ", 'mysql')).toMatchObject({
      kind: 'prefix',
      offset: 10,
      limit: 50,
    })
    expect(shownBy("' UNION SELECT TOP 3 1,email FROM voters-- ", 'sqlserver')).toMatchObject({
      kind: 'prefix',
      limit: 3,
    })
    expect(shownBy("' UNION SELECT 1,email FROM voters WHERE ROWNUM<=3-- ", 'any')).toMatchObject({
      kind: 'prefix',
      offset: 0,
      limit: 3,
    })
  })

  test('without a limit are all', () => {
    expect(shownBy("' UNION SELECT 1,email FROM voters-- ", 'postgresql')).toMatchObject({
      kind: 'all',
      columns: ['email'],
    })
    expect(shownBy("'; SELECT * FROM voters-- ", 'postgresql')).toMatchObject({
      kind: 'all',
      columns: ['*'],
      place: 'stacked',
    })
    expect(shownBy("'; COPY voters TO '/tmp/x'-- ", 'postgresql')).toMatchObject({
      kind: 'all',
      columns: ['*'],
      place: 'stacked',
    })
    expect(shownBy("' UNION TABLE voters-- ", 'postgresql')).toMatchObject({
      table: 'voters',
      kind: 'all',
      columns: ['*'],
    })
  })
})

describe('no record is shown', () => {
  test('by a count', () => {
    expect(shownBy("' AND (SELECT count(*) FROM voters)>10000-- ", 'postgresql')).toMatchObject({
      kind: 'count',
      blind: true,
    })
    expect(
      shownBy("' UNION SELECT 1,COALESCE(CAST(COUNT(*) AS VARCHAR(10000))::text,CHR(32)) FROM voters-- ", 'postgresql')
        ?.kind,
    ).toBe('count')
  })

  test('by literals alone', () => {
    expect(shownBy("' UNION SELECT 1,2 FROM voters-- ", 'postgresql')?.kind).toBe('count')
    expect(shownBy("' UNION SELECT NULL,NULL-- ", 'postgresql')).toBeNull()
  })

  test('by the catalogue', () => {
    expect(
      shownBy("' UNION SELECT 1,table_name FROM information_schema.tables LIMIT 1 OFFSET 3-- ", 'postgresql'),
    ).toBeNull()
  })
})

describe('beside what is injected', () => {
  test("the statement's own query is told apart", () => {
    const reading = readStatement("SELECT id FROM voters WHERE ref = 'N5' AND 5=5", 'postgresql')
    expect(reading.extraction).toBeNull()
    expect(reading.own).toMatchObject({ table: 'voters', kind: 'key', key: "ref='N5'", place: 'own' })
  })

  test('several queries are all told', () => {
    const two =
      "' UNION SELECT (SELECT email FROM voters LIMIT 1 OFFSET 3),(SELECT name FROM admins LIMIT 1 OFFSET 1)-- "
    const reading = readStatement(`SELECT a, b FROM t WHERE c = '${two}'`, 'postgresql')
    expect(reading.extractions.map(({ table, offset }) => [table, offset])).toEqual([
      ['voters', 3],
      ['admins', 1],
    ])
  })

  test('a name from WITH leads to its table', () => {
    const whole = readStatement('WITH v AS (SELECT email FROM voters) SELECT * FROM v LIMIT 1 OFFSET 7', 'postgresql')
    expect(whole.own).toMatchObject({ table: 'voters', kind: 'position', offset: 7 })
  })
})

describe('a fragment of a request shows the same', () => {
  test.each<[string, Extraction]>([
    [
      "-2953' UNION ALL SELECT NULL,(SELECT (CHR(113))||COALESCE(CAST(email AS VARCHAR(10000))::text,(CHR(32))) FROM public.voters OFFSET 3499 LIMIT 1)-- ykgz",
      position(3499),
    ],
    [
      '1 AND ORD(MID((SELECT IFNULL(CAST(email AS NCHAR),0x20) FROM reg.voters ORDER BY id LIMIT 3,1),7,1))>64',
      position(3, 'id', 'subquery', true),
    ],
    [
      "1' AND GREATEST(ASCII(SUBSTRING((SELECT email FROM voters ORDER BY id LIMIT 1 OFFSET 3)::text FROM 7 FOR 1)),65)=65-- ",
      position(3, 'id', 'subquery', true),
    ],
    [
      "N'/**/uNiOn/**/aLL/**/sElEcT/**/nUlL,email/**/fRoM/**/voters/**/lImIt/**/1/**/oFfSeT/**/8--/**/x",
      position(8, '', 'union'),
    ],
    ['1"+UNION+SELECT+1,email+FROM+voters+LIMIT+1-- '.replaceAll('+', '\t'), position(0, '', 'union')],
    ['id,(SELECT email FROM voters LIMIT 1 OFFSET 2)', position(2)],
  ])('%s', (fragment, wanted) => {
    expect(readFragment(fragment).extraction).toEqual(wanted)
  })
})
