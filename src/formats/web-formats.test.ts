import { describe, expect, test } from 'vitest'
import { bytesOf, checkWebFormat, readRequests } from '../../tests/fuzz/web-formats.ts'
import { combined } from './combined.ts'
import { webFormats } from './web-formats.ts'

const of = (line: string): string => `${line}\n`.repeat(20)

/** A log of each web format, by the format that it is. */
const own: readonly (readonly [string, string])[] = [
  [
    'json',
    of(
      '{"time_iso8601":"2026-06-23T00:00:00+00:00","remote_addr":"192.0.2.1","request":"GET / HTTP/1.1","status":"200"}',
    ),
  ],
  ['json', of('{"ts":1646861401.5,"request":{"remote_ip":"192.0.2.1","method":"GET","uri":"/"},"status":200}')],
  [
    'iis',
    `#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\r\n${of('2026-06-23 00:00:01 192.0.2.1 GET / 200')}`,
  ],
  [
    'alb',
    of(
      'h2 2026-06-23T00:00:01.186641Z app/lb/50d 192.0.2.1:28 10.0.0.1:80 0.001 0.001 0.000 200 200 34 366 "GET https://a.example:443/ HTTP/2.0" "curl" - - arn "Root=1"',
    ),
  ],
  [
    'cloudfront',
    `#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status\n${of('2026-06-23\t00:00:01\tIAD89-C3\t335\t192.0.2.1\tGET\td.example\t/\t200')}`,
  ],
  ['combined', of('192.0.2.1 - - [23/Jun/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 2 "-" "curl"')],
]

/** What lies in the same folders and is no web log. */
const others: readonly (readonly [string, string])[] = [
  ['an empty file', ''],
  ['blank lines', '\n\r\n  \n'],
  ['the common log format', of('192.0.2.1 - - [23/Jun/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 2')],
  [
    'a PostgreSQL jsonlog',
    of(
      '{"timestamp":"2026-06-23 00:02:10.172 UTC","user":"app","dbname":"voters","pid":14,"remote_host":"192.0.2.1","ps":"SELECT","error_severity":"LOG","message":"statement: SELECT 1","application_name":"web"}',
    ),
  ],
  [
    'a PostgreSQL csvlog',
    of(
      '2026-06-23 00:02:10.172 UTC,"app","voters",14,"192.0.2.1:5",6a.1,1,"SELECT",2026-06-23 00:00:00 UTC,3/4,0,LOG,00000,"statement: SELECT 1",,,,,,,,,"web"',
    ),
  ],
  ['a PostgreSQL stderr log', of('2026-06-23 00:02:10.172 UTC [14] app@voters LOG:  statement: SELECT * FROM t')],
  ['a MySQL general log', of('2026-06-23T00:02:10.172345Z\t   14 Query\tSELECT 1')],
  ['a MariaDB audit log', of("20260623 00:02:10,db1,app,192.0.2.1,14,5,QUERY,voters,'SELECT 1',0")],
  [
    'a MySQL JSON audit log',
    of(
      '{"timestamp":"2026-06-23 00:02:10","id":0,"class":"general","event":"status","connection_id":14,"account":{"user":"app","host":"192.0.2.1"},"general_data":{"command":"Query","sql_command":"select","query":"SELECT 1","status":0}}',
    ),
  ],
  [
    'a Percona JSON audit log',
    of(
      '{"audit_record":{"name":"Query","record":"1_2026","timestamp":"2026-06-23T00:02:10 UTC","status":0,"sqltext":"select 1","user":"app","host":"web","ip":"192.0.2.1"}}',
    ),
  ],
  [
    'a SQL Server audit',
    `event_time,action_id,succeeded,server_principal_name,statement\n${of('2026-06-23 00:02:10.1720000,SL,1,app,"SELECT 1"')}`,
  ],
  ['a syslog', of('Jun 23 00:02:10 web01 sshd[14]: Accepted publickey for clerk from 192.0.2.1 port 5 ssh2')],
  ['a Caddy log without requests', of('{"level":"info","ts":1646861401.5,"msg":"serving initial configuration"}')],
  [
    'a Windows firewall log',
    `#Version: 1.5\n#Fields: date time action protocol src-ip dst-ip\n${of('2026-06-23 00:02:10 DROP TCP 192.0.2.1 192.0.2.2')}`,
  ],
  [
    'a nginx error log',
    of(
      '2026/06/23 00:02:10 [error] 14#14: *1 open() "/srv/x" failed (2: No such file or directory), client: 192.0.2.1',
    ),
  ],
  ['a page of HTML', '<!doctype html>\n<html lang="en"><title>Vote</title>\n<p>GET / HTTP/1.1</p>\n'],
  ['a gzip file', String.fromCharCode(31, 139, 8, 0, 0, 10, 123, 34, 13, 10, 0, 1, 2)],
]

const opinions = (text: string): Record<string, number> =>
  Object.fromEntries([...webFormats, combined].map((format) => [format.name, format.recognise(bytesOf(text))]))

describe('recognition', () => {
  test.each(own)('a log of %s is taken for that and for nothing else', (name, text) => {
    for (const [format, share] of Object.entries(opinions(text))) {
      // JSON is any program's form: it leaves the last word to formats that say more.
      if (format === name) expect(share, format).toBeGreaterThan(0.97)
      else expect(share, format).toBe(0)
    }
  })

  test.each(others)('%s is taken for none', (_what, text) => {
    for (const format of webFormats) expect(format.recognise(bytesOf(text)), format.name).toBe(0)
  })

  test.each(own.filter(([name]) => name !== 'combined'))(
    'a log of %s with damaged lines is less sure, not refused',
    (name, text) => {
      const format = webFormats.find((each) => each.name === name)
      const lines = text.trimEnd().split('\n')
      const damaged = lines.map((line, index) => (index > 2 && index % 3 === 0 ? line.slice(0, 9) : line)).join('\n')
      const share = format?.recognise(bytesOf(`${damaged}\n`)) ?? 0
      expect(share).toBeGreaterThan(0.5)
      expect(share).toBeLessThan(1)
    },
  )

  test.each(own)('a sample of %s that was cut in a line is as sure as a whole one', (name, text) => {
    const format = [...webFormats, combined].find((each) => each.name === name)
    if (name !== 'combined') expect(format?.recognise(bytesOf(text.slice(0, -30)))).toBeGreaterThan(0.97)
  })

  test('an IIS log whose head is gone is recognised faintly, so that its rejects can say what to do', () => {
    const share = opinions(of('2026-06-23 00:00:01 10.0.0.5 GET /status dl=1 443 - 192.0.2.1 curl 200'))
    expect(share.iis).toBe(0.5)
    expect({ ...share, iis: 0 }).toEqual({ json: 0, iis: 0, alb: 0, cloudfront: 0, combined: 0 })
  })
})

describe('every web format', () => {
  test.each(webFormats.map((format) => [format.name, format] as const))(
    '%s takes any file without an exception',
    (_name, format) => {
      for (const [, text] of [...own, ...others]) checkWebFormat(format, bytesOf(text))
    },
  )

  test.each(webFormats.map((format) => [format.name, format] as const))(
    '%s reads a megabyte without a line end, or of line ends alone, at once',
    (_name, format) => {
      for (const unit of [
        '{',
        '[',
        '"',
        ' ',
        '\t',
        '#',
        '\\',
        '%',
        '{"a":',
        '\n',
        '\r',
        '#Fields: a\n',
        '{}\n',
        'a\n',
      ]) {
        // More than linear time would end in the test's own limit.
        expect(() => readRequests(format, unit.repeat(1_000_000 / unit.length)), unit).not.toThrow()
      }
    },
  )
})
