import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchOf, database, must, noon, statementOf, web } from './archive.fixture.ts'
import { Archive } from './archive.ts'
import { ArchiveSpool } from './spool.ts'

const outside = mkdtempSync(join(tmpdir(), 'bellwether-sql-'))
const folder = join(outside, "it's an archive")
const archive = new Archive(folder)
const secret = join(outside, 'secret.csv')
const target = join(outside, 'written')

beforeAll(async () => {
  mkdirSync(folder)
  writeFileSync(secret, 'a,b\n1,SECRET\n')
  const spool = new ArchiveSpool(folder, { nowMs: () => noon })
  must(spool.rewind([]))
  must(spool.appendRequests(web, batchOf([{ target: '/a' }, { target: '/b', client: '2001:db8::1' }])))
  expect((await archive.seal(must(spool.marks(true)))).problems).toEqual([])
  must(spool.appendStatements(database, [statementOf({ text: 'SELECT 2' })]))
  must(spool.marks())
  spool.close()
})
afterAll(async () => {
  await archive.close()
  rmSync(outside, { recursive: true, force: true })
})

describe('free SQL', () => {
  test('reads sealed and unsealed records as one table', async () => {
    const answer = must(await archive.sql('SELECT kind, path, "text", address FROM records ORDER BY kind, path'))
    expect(answer).toMatchObject({ columns: ['kind', 'path', 'text', 'address'], isCut: false })
    expect(answer.rows).toEqual([
      ['request', '/a', '', '192.0.2.1'],
      ['request', '/b', '', '2001:db8::1'],
      ['statement', '', 'SELECT 2', '10.0.0.5'],
    ])
    expect(
      must(
        await archive.sql(
          'SELECT "time", status, sum(status) AS s FROM records WHERE status IS NOT NULL GROUP BY ALL ORDER BY 1 LIMIT 1',
        ),
      ).rows,
    ).toEqual(
      [['2026-11-20 12:00:00', 200, 200]].map((row) => row.map((cell, i) => (i === 0 ? cell : expect.anything()))),
    )
    expect(must(await archive.sql('WITH x AS (SELECT * FROM records) SELECT count(*) FROM x, range(3)')).rows).toEqual([
      ['9'],
    ])
    expect(must(await archive.sql('DESCRIBE records')).rows.map(([name]) => name)).not.toContain('address_key')
  })

  test('gives a page of rows and cells of a bounded size, and says that more is there', async () => {
    const many = must(await archive.sql('SELECT * FROM range(5000)'))
    expect(many).toMatchObject({ isCut: true })
    expect(many.rows).toHaveLength(1000)
    expect(must(await archive.sql('SELECT * FROM range(5)', { rowsMax: 3 }))).toMatchObject({
      isCut: true,
      rows: [['0'], ['1'], ['2']],
    })
    expect(String(must(await archive.sql("SELECT repeat('x', 1000000)")).rows[0]?.[0]).length).toBeLessThan(10_100)
  })

  test.each([
    ['an empty statement', ''],
    ['what is no SQL', 'hello there'],
    ['two statements', 'SELECT 1; SELECT 2'],
    ['COPY', `COPY (SELECT 1) TO '${target}'`],
    ['COPY FROM', `COPY records FROM '${secret}'`],
    ['ATTACH', `ATTACH '${target}'`],
    ['INSTALL', 'INSTALL httpfs'],
    ['LOAD', 'LOAD icu'],
    ['PRAGMA', 'PRAGMA database_list'],
    ['SET', "SET memory_limit = '100GB'"],
    ['RESET', 'RESET ALL'],
    ['CALL', 'CALL pragma_version()'],
    ['CREATE TABLE', 'CREATE TABLE t AS SELECT 1'],
    ['CREATE MACRO', 'CREATE MACRO m() AS 1'],
    ['INSERT', 'INSERT INTO records SELECT * FROM records'],
    ['DELETE', 'DELETE FROM records'],
    ['UPDATE', "UPDATE records SET path = ''"],
    ['DROP', 'DROP VIEW records'],
    ['EXPORT', `EXPORT DATABASE '${target}'`],
    ['IMPORT', `IMPORT DATABASE '${outside}'`],
    ['VACUUM', 'VACUUM'],
    ['CHECKPOINT', 'CHECKPOINT'],
    ['BEGIN', 'BEGIN'],
    ['PREPARE', 'PREPARE p AS SELECT 1'],
    ['EXPLAIN', 'EXPLAIN ANALYZE SELECT 1'],
    ['a file as a table', `SELECT * FROM '${secret}'`],
    ['read_csv', `SELECT * FROM read_csv('/etc/passwd')`],
    ['read_text', `SELECT * FROM read_text('${secret}')`],
    ['read_blob', `SELECT * FROM read_blob('${secret}')`],
    ['read_json', `SELECT * FROM read_json('${secret}')`],
    ['read_parquet', `SELECT * FROM read_parquet('${secret}')`],
    ['a function with a qualified name', `SELECT * FROM main.read_text('${secret}')`],
    ['a function in other letters', `SELECT * FROM READ_TEXT('${secret}')`],
    ['a file within a subquery', `SELECT (SELECT content FROM read_text('${secret}'))`],
    ['a file within a CTE', `WITH x AS (FROM read_text('${secret}')) SELECT * FROM x`],
    ['glob', `SELECT * FROM glob('${outside}/*')`],
    ['sniff_csv', `SELECT * FROM sniff_csv('${secret}')`],
    ['parquet_metadata', `SELECT * FROM parquet_metadata('${secret}')`],
    ['query', `SELECT * FROM query('SELECT 1')`],
    ['the settings', 'SELECT * FROM duckdb_settings()'],
    ['logging to a file', `SELECT * FROM enable_logging('QueryLog', storage_path='${target}')`],
    ['profiling to a file', `SELECT * FROM enable_profiling(save_location='${target}.txt')`],
    ['getenv', "SELECT getenv('HOME')"],
    ['write_log', "SELECT write_log('x')"],
    ['a parameter', 'SELECT $1'],
    ['a serialised statement', `SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))`],
  ])('refuses %s', async (_, sql) => {
    const answer = await archive.sql(sql)
    expect(answer).toMatchObject({ ok: false })
    if (!answer.ok) expect(['bad-query', 'damaged']).toContain(answer.error.code)
    expect(JSON.stringify(answer)).not.toContain('SECRET')
    expect(readdirSync(outside).sort()).toEqual(["it's an archive", 'secret.csv'])
  })

  test('that runs away is ended in time, and the next question is answered', async () => {
    const startMs = performance.now()
    const sql = 'SELECT count(*) FROM range(300000) a, range(300000) b WHERE (a.range * b.range) % 1000003 = 5'
    expect(await archive.sql(sql, { timeoutMs: 1500 })).toMatchObject({ ok: false, error: { code: 'too-slow' } })
    expect(performance.now() - startMs).toBeLessThan(5000)
    expect(must(await archive.sql('SELECT count(*) FROM records')).rows).toEqual([['3']])
    expect(must(await archive.hunt({})).total).toBe(3)
  })

  test('that wants all memory gets none, and the next question is answered', async () => {
    const greedy = await archive.sql('SELECT list(repeat(range::VARCHAR, 1000)) FROM range(100000000)')
    expect(greedy).toMatchObject({ ok: false, error: { code: 'too-large' } })
    expect(must(await archive.hunt({})).total).toBe(3)
  })

  test('that is nested or long without end is answered or refused, and the next question is answered', async () => {
    const deep = `SELECT ${'('.repeat(9000)}1${')'.repeat(9000)}`
    expect((await archive.sql(deep)).ok).toBeTypeOf('boolean')
    const wide = `SELECT ${Array.from({ length: 3000 }, () => '1').join('+')}`
    expect((await archive.sql(wide)).ok).toBeTypeOf('boolean')
    expect(await archive.sql('x'.repeat(30_000))).toMatchObject({ ok: false, error: { code: 'bad-query' } })
    expect(must(await archive.hunt({})).total).toBe(3)
  })
})
