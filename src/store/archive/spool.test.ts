import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import { Private } from '../../core/private.ts'
import { AddressSet } from '../../formats/address.ts'
import { addressKey, textKey } from './address-key.ts'
import { batchOf, database, makeFolder, must, noon, type RequestFixture, statementOf, web } from './archive.fixture.ts'
import { columnNames } from './columns.ts'
import { ArchiveSpool, type SpoolMark } from './spool.ts'
import { archivedBytes } from './spool-text.ts'

type SpoolRow = Record<string, string>
const names = (folder: string): string[] => readdirSync(join(folder, 'spool')).sort()
const rowsOf = (folder: string): SpoolRow[] =>
  names(folder).flatMap((name) =>
    readFileSync(join(folder, 'spool', name), 'latin1')
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const cells = line.split('\t')
        expect(cells).toHaveLength(columnNames.length)
        return Object.fromEntries(
          columnNames.map((column, i) => [column, Buffer.from(cells[i] ?? '', 'latin1').toString('utf8')]),
        )
      }),
  )

function open(
  folder: string,
  options: ConstructorParameters<typeof ArchiveSpool>[1] = { nowMs: () => noon },
): ArchiveSpool {
  const spool = new ArchiveSpool(folder, options)
  must(spool.rewind([]))
  return spool
}

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
        const spool = open(folder)
        must(spool.appendRequests(web, batchOf(given)))
        spool.close()
        const rows = rowsOf(folder)
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
      open(folder).appendRequests(
        web,
        batchOf([{ target: '/a\\x22b?q=\\xC3\\xA9\\\\n', agent: 'x\\"y' }], { escaped: true }),
      ),
    )
    expect(rowsOf(folder)[0]).toMatchObject({ path: '/a"b', query: 'q=é\\x5Cn', agent: 'x"y' })
  })

  test('keep what the log says in numbers, and nothing for what it does not say', () => {
    const folder = makeFolder()
    const offset = 7_123_456_789_012
    must(
      open(folder).appendRequests(
        web,
        batchOf([{ timeMs: noon + 7, status: 404, bodyBytes: 0, durationMs: 12.5, line: 3_000_000_001, offset }]),
      ),
    )
    expect(rowsOf(folder)[0]).toMatchObject({
      time_ms: `${noon + 7}`,
      status: '404',
      body_bytes: '0',
      duration_ms: '12.5',
      line: '3000000001',
      offset: `${offset}`,
      length: '99',
      rows: '',
    })
    must(open(folder).appendRequests(web, batchOf([{ status: -1 }])))
    expect(rowsOf(folder)[0]).toMatchObject({ status: '', body_bytes: '', duration_ms: '' })
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
    must(open(folder).appendRequests(web, batchOf(numbers.map((offset) => ({ offset })))))
    expect(rowsOf(folder).map((row) => Number(row.offset))).toEqual(numbers)
  })

  test('name the visitor as the watch sees him: behind our own proxies, in canonical form', () => {
    const folder = makeFolder()
    const parsed = AddressSet.parse(['10.0.0.0/8'])
    const trusted = parsed.ok ? parsed.value : AddressSet.empty
    const spool = open(folder, { trusted, nowMs: () => noon })
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
    const rows = rowsOf(folder)
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
    must(open(folder).appendStatements(database, [record]))
    expect(rowsOf(folder)[0]).toMatchObject({
      kind: 'statement',
      text: "SELECT *\\x0AFROM voters\\x09-- 'x'",
      role: 'voter_web',
      database_name: 'voters',
      session: '4711',
      rows: '4',
      address: '10.0.0.5',
    })
    expect(readFileSync(join(folder, 'spool', names(folder)[0] as string), 'utf8')).not.toContain('SECRET')
  })

  test('stay within the bound of a row, however long a field is', () => {
    const folder = makeFolder()
    const long = Buffer.alloc(600_000, 0xff)
    const spool = open(folder)
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
    for (const name of names(folder)) {
      const longest = Math.max(
        ...readFileSync(join(folder, 'spool', name), 'latin1')
          .split('\n')
          .map((line) => line.length),
      )
      expect(longest).toBeLessThan(limits.archiveRowBytesMax)
    }
    const { left } = archivedBytes(rowsOf(folder)[0]?.agent ?? '')
    expect(left).toBeGreaterThan(500_000)
  })
})

describe('spools', () => {
  test('are by source and by day of the event, and can be read by nobody else', () => {
    const folder = makeFolder()
    const spool = open(folder)
    must(spool.appendRequests(web, batchOf([{ timeMs: noon }, { timeMs: noon - 86_400_000 }, { timeMs: noon }])))
    must(spool.appendRequests('other' as SourceId, batchOf([{ timeMs: noon }])))
    expect(names(folder)).toEqual([
      '00000001_2026-11-20_web-logs.tsv',
      '00000002_2026-11-19_web-logs.tsv',
      '00000003_2026-11-20_other.tsv',
    ])
    for (const name of names(folder)) expect(statSync(join(folder, 'spool', name)).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'spool')).mode & 0o777).toBe(0o700)
  })

  test('file a record whose clock makes no sense under today', () => {
    const folder = makeFolder()
    const times = [Number.NaN, -1e15, 0, Date.UTC(1999, 1), noon + 5 * 86_400_000, 8e15, Number.POSITIVE_INFINITY]
    must(open(folder).appendRequests(web, batchOf(times.map((timeMs) => ({ timeMs })))))
    expect(names(folder)).toEqual(['00000001_2026-11-20_web-logs.tsv'])
    expect(rowsOf(folder)).toHaveLength(times.length)
  })

  test('are bounded in number: a log with times all over the calendar fills no more than those', () => {
    const folder = makeFolder()
    const spool = open(folder)
    const requests = Array.from({ length: 600 }, (_, i) => ({ timeMs: noon - i * 86_400_000 }))
    must(spool.appendRequests(web, batchOf(requests)))
    expect(names(folder).length).toBeLessThanOrEqual(limits.archiveSpoolsOpenMax + 1)
    expect(rowsOf(folder)).toHaveLength(600)
    const marks = must(spool.marks())
    expect(marks.reduce((sum, mark) => sum + mark.rows, 0)).toBe(600)
  })

  test('close when they are old, when their day is over and nothing comes, and when the desk stops', () => {
    let nowMs = noon
    const folder = makeFolder()
    const spool = open(folder, { nowMs: () => nowMs })
    const closed = (all = false): number => must(spool.marks(all)).filter((mark) => mark.isClosed).length
    must(spool.appendRequests(web, batchOf([{ timeMs: noon - 86_400_000 }, {}])))
    expect(closed()).toBe(0)
    nowMs += limits.archiveSpoolIdleMsMax
    expect(closed()).toBe(1)
    nowMs = noon + limits.archiveSpoolAgeMsMax
    expect(closed()).toBe(2)
    must(spool.appendRequests(web, batchOf([{}])))
    expect(closed()).toBe(2)
    expect(closed(true)).toBe(3)
  })

  test('close when they have enough rows, and go on in the next', () => {
    const folder = makeFolder()
    const spool = open(folder)
    const batch = batchOf(Array.from({ length: 10_000 }, () => ({ timeMs: noon })))
    for (let i = 0; i < 26; i++) must(spool.appendRequests(web, batch))
    const marks = must(spool.marks())
    expect(marks.map(({ rows, isClosed }) => [rows, isClosed])).toEqual([
      [250_000, true],
      [10_000, false],
    ])
    expect(marks.map(({ name, bytes }) => statSync(join(folder, 'spool', name)).size === bytes)).toEqual([true, true])
  })

  test('take nothing of a call that failed, and the call may be made again', () => {
    const folder = makeFolder()
    const spool = open(folder)
    must(spool.appendRequests(web, batchOf([{}])))
    const before = must(spool.marks())
    const other = 'blocked' as SourceId
    // A folder stands where the spool of the second source would be made.
    const inTheWay = join(folder, 'spool', '00000002_2026-11-20_blocked.tsv')
    mkdirSync(inTheWay)
    const failed = spool.appendRequests(other, batchOf([{}, {}]))
    expect(failed.ok).toBe(false)
    rmdirSync(inTheWay)
    expect(rowsOf(folder)).toHaveLength(1)
    expect(before).toHaveLength(1)
    must(spool.appendRequests(other, batchOf([{}, {}])))
    expect(
      must(spool.marks())
        .map(({ rows }) => rows)
        .sort(),
    ).toEqual([1, 2])
  })
})

describe('after a crash', () => {
  test('spools are cut back to their marks, and rows read again are there once', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({
          step: fc.constant('append' as const),
          count: fc.integer({ min: 1, max: 5 }),
          day: fc.integer({ min: 0, max: 2 }),
        }),
        fc.constant({ step: 'checkpoint' as const }),
        fc.record({ step: fc.constant('crash' as const), torn: fc.string({ maxLength: 20 }) }),
      ),
      { maxLength: 25 },
    )
    fc.assert(
      fc.property(steps, (script) => {
        const folder = makeFolder()
        let spool = open(folder)
        const written: RequestFixture[] = []
        let checkpoint: { position: number; marks: readonly SpoolMark[] } = { position: 0, marks: [] }
        let next = 0
        for (const step of script) {
          if (step.step === 'append') {
            const requests = Array.from({ length: step.count }, () => {
              const request = written[next] ?? { timeMs: noon - step.day * 86_400_000, target: `/record/${next}` }
              written[next++] = request
              return request
            })
            must(spool.appendRequests(web, batchOf(requests)))
          } else if (step.step === 'checkpoint') checkpoint = { position: next, marks: must(spool.marks()) }
          else {
            spool.close()
            for (const name of names(folder)) appendFileSync(join(folder, 'spool', name), step.torn)
            spool = new ArchiveSpool(folder, { nowMs: () => noon })
            expect(must(spool.rewind(checkpoint.marks))).toEqual([])
            next = checkpoint.position
          }
        }
        // What was read since the last checkpoint is read again.
        const rest = written.slice(next)
        if (rest.length > 0) must(spool.appendRequests(web, batchOf(rest)))
        spool.close()
        const paths = rowsOf(folder).map((row) => row.path)
        expect(paths.sort()).toEqual(written.map(({ target }) => target).sort())
      }),
      { numRuns: 60 },
    )
  })

  test('files that no checkpoint names go', () => {
    const folder = makeFolder()
    const spool = open(folder)
    must(spool.appendRequests(web, batchOf([{}])))
    spool.close()
    must(new ArchiveSpool(folder).rewind([]))
    expect(names(folder)).toEqual([])
  })

  test('a spool that lost bytes is named, and its whole rows are kept', () => {
    const folder = makeFolder()
    const spool = open(folder)
    must(spool.appendRequests(web, batchOf([{ target: '/1' }, { target: '/2' }])))
    const marks = must(spool.marks())
    spool.close()
    const path = join(folder, 'spool', marks[0]?.name ?? '')
    truncateSync(path, statSync(path).size - 5)
    const again = new ArchiveSpool(folder, { nowMs: () => noon })
    expect(must(again.rewind(marks)).map(({ code }) => code)).toEqual(['lost'])
    expect(rowsOf(folder).map((row) => row.path)).toEqual(['/1'])
    expect(must(again.marks())).toMatchObject([{ rows: 1, isClosed: true }])
    writeFileSync(path, '')
    expect(must(again.rewind(marks)).map(({ code }) => code)).toEqual(['lost'])
    expect(existsSync(path)).toBe(true)
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
