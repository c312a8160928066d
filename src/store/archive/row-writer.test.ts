import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../core/limits.ts'
import { Private } from '../../core/private.ts'
import { AddressSet } from '../../formats/address.ts'
import { addressKey, textKey } from './address-key.ts'
import { batchOf, database, makeFolder, must, noon, type RequestFixture, statementOf, web } from './archive.fixture.ts'
import { openSpool, spoolNames, spoolRows } from './spool.fixture.ts'
import { archivedBytes } from './spool-text.ts'

const fields = ['method', 'target', 'agent', 'referer', 'user', 'host'] as const

describe('rows of a spool', () => {
  test('give back any bytes of any field', () => {
    const hostile = fc.uint8Array({ maxLength: 40 })
    const requests = fc.array(
      fc.record({
        method: hostile,
        target: hostile.map((b) => b.filter((c) => c !== 0x3f && c !== 0x23)),
        agent: hostile,
        referer: hostile,
        user: hostile,
        host: hostile,
      }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(requests, (given) => {
        const folder = makeFolder()
        const spool = openSpool(folder)
        must(spool.appendRequests(web, batchOf(given)))
        spool.close()
        const rows = spoolRows(folder)
        expect(rows).toHaveLength(given.length)
        for (const [i, request] of given.entries()) {
          for (const name of fields) {
            const kept = rows[i]?.[name === 'target' ? 'path' : name === 'user' ? 'user_name' : name] ?? ''
            expect(Buffer.from(archivedBytes(kept).bytes).equals(Buffer.from(request[name]))).toBe(true)
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  test('have the escapes of the log undone, and path and query apart', () => {
    const folder = makeFolder()
    must(
      openSpool(folder).appendRequests(
        web,
        batchOf([{ target: '/a\\x22b?q=\\xC3\\xA9\\\\n', agent: 'x\\"y' }], { escaped: true }),
      ),
    )
    expect(spoolRows(folder)[0]).toMatchObject({ path: '/a"b', query: 'q=é\\x5Cn', agent: 'x"y' })
  })

  test('keep what the log says in numbers, and nothing for what it does not say', () => {
    const folder = makeFolder()
    const offset = 7_123_456_789_012
    must(
      openSpool(folder).appendRequests(
        web,
        batchOf([{ timeMs: noon + 7, status: 404, bodyBytes: 0, durationMs: 12.5, line: 3_000_000_001, offset }]),
      ),
    )
    expect(spoolRows(folder)[0]).toMatchObject({
      time_ms: `${noon + 7}`,
      status: '404',
      body_bytes: '0',
      duration_ms: '12.5',
      line: '3000000001',
      offset: `${offset}`,
      length: '99',
      rows: '',
    })
    must(openSpool(folder).appendRequests(web, batchOf([{ status: -1 }])))
    expect(spoolRows(folder)[0]).toMatchObject({ status: '', body_bytes: '', duration_ms: '' })
  })

  test('hold any whole number exactly', () => {
    const folder = makeFolder()
    const numbers = [
      0,
      9,
      10,
      99_999_999,
      100_000_000,
      999_999_999,
      1_000_000_000,
      4_294_967_296,
      1_000_000_000_000_000,
      Number.MAX_SAFE_INTEGER,
    ]
    must(openSpool(folder).appendRequests(web, batchOf(numbers.map((offset) => ({ offset })))))
    expect(spoolRows(folder).map((row) => Number(row.offset))).toEqual(numbers)
  })

  test('name the visitor as the watch sees him: behind our own proxies, in canonical form', () => {
    const folder = makeFolder()
    const parsed = AddressSet.parse(['10.0.0.0/8'])
    const trusted = parsed.ok ? parsed.value : AddressSet.empty
    const spool = openSpool(folder, { trusted, nowMs: () => noon })
    const clients: RequestFixture[] = [
      { client: '10.1.2.3', forwarded: '203.0.113.9, 198.51.100.7, 10.9.9.9' },
      { client: '203.0.113.1', forwarded: '198.51.100.7' },
      { client: '2001:DB8:0:0::1' },
      { client: '::ffff:192.0.2.8' },
      { client: 'unix:' },
      { client: '010.1.1.1' },
      { client: '10.1.2.3' },
    ]
    must(spool.appendRequests(web, batchOf([...clients, ...clients])))
    const rows = spoolRows(folder)
    const expected = ['198.51.100.7', '203.0.113.1', '2001:db8::1', '192.0.2.8', 'unix:', '010.1.1.1', '10.1.2.3']
    expect(rows.map((row) => row.address)).toEqual([...expected, ...expected])
    expect(rows.map((row) => row.address_key)).toEqual([...expected, ...expected].map(textKey))
  })

  test('of statements have the text, never bound values or the message', () => {
    const folder = makeFolder()
    const record = statementOf({
      text: "SELECT *\nFROM voters\t-- 'x'",
      rows: 4,
      durationMs: 3,
      parameters: [new Private('SECRET-1')],
      errorMessage: new Private('SECRET-2'),
    })
    must(openSpool(folder).appendStatements(database, [record]))
    expect(spoolRows(folder)[0]).toMatchObject({
      kind: 'statement',
      text: "SELECT *\\x0AFROM voters\\x09-- 'x'",
      role: 'voter_web',
      database_name: 'voters',
      session: '4711',
      rows: '4',
      address: '10.0.0.5',
    })
    expect(readFileSync(join(folder, 'spool', spoolNames(folder)[0] as string), 'utf8')).not.toContain('SECRET')
  })

  test('stay within the bound of a row, however long a field is', () => {
    const folder = makeFolder()
    const long = Buffer.alloc(600_000, 0xff)
    const spool = openSpool(folder)
    must(
      spool.appendRequests(
        web,
        batchOf([{ target: long, agent: long, referer: long, user: long, host: long, method: long, client: long }], {
          source: `/${'\u0001'.repeat(9_000)}`,
        }),
      ),
    )
    must(
      spool.appendStatements(web, [
        statementOf({
          text: '\u0000'.repeat(1_000_000),
          role: '\n'.repeat(9_000),
          session: '\n'.repeat(9_000),
          remoteHost: '\r'.repeat(9_000),
        }),
      ]),
    )
    for (const name of spoolNames(folder)) {
      const longest = Math.max(
        ...readFileSync(join(folder, 'spool', name), 'latin1')
          .split('\n')
          .map((line) => line.length),
      )
      expect(longest).toBeLessThan(limits.archiveRowBytesMax)
    }
    const { left } = archivedBytes(spoolRows(folder)[0]?.agent ?? '')
    expect(left).toBeGreaterThan(500_000)
  })
})

test('keys of addresses sort as addresses do', () => {
  const word = fc.integer({ min: 0, max: 0xffff_ffff })
  const version6 = fc.tuple(word, word, word, word).map((words) => ({ version: 6 as const, words }))
  fc.assert(
    fc.property(version6, version6, (a, b) => {
      const order = a.words.map((one, i) => one - (b.words[i] as number)).find((difference) => difference !== 0) ?? 0
      expect(Math.sign(addressKey(a) < addressKey(b) ? -1 : addressKey(a) > addressKey(b) ? 1 : 0)).toBe(
        Math.sign(order),
      )
    }),
  )
})
