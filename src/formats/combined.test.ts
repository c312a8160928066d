import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkBothReadings, fuzzTargets } from '../../tests/fuzz/combined.ts'
import { bytesOf, checkWebFormat, type PlainRequest, readRequests } from '../../tests/fuzz/web-formats.ts'
import type { RejectReason } from '../core/place.ts'
import { combined } from './combined.ts'

const time = '[23/Jun/2026:02:52:48 +0000]'
const head = `192.0.2.1 - - ${time}`
const usual = `${head} "GET /status?dl=D1 HTTP/1.1" 200 512 "https://vote.example/" "Mozilla/5.0 (X11)"`
const usualRecord = {
  client: '192.0.2.1',
  method: 'GET',
  target: '/status?dl=D1',
  referer: 'https://vote.example/',
  agent: 'Mozilla/5.0 (X11)',
  user: '',
  forwarded: '',
  host: '',
  cookie: '',
  requestId: '',
  timeMs: Date.UTC(2026, 5, 23, 2, 52, 48),
  status: 200,
  bodyBytes: 512,
  durationMs: -1,
  line: 1,
  offset: 0,
}

/** The one record of a line. */
function recordOf(line: string): PlainRequest {
  const { records, rejects } = readRequests(combined, line)
  expect(rejects).toEqual([])
  expect(records).toHaveLength(1)
  return records[0] as PlainRequest
}

function reasonOf(line: string): RejectReason | undefined {
  const { records, rejects } = readRequests(combined, `${line}\n`)
  expect(records).toEqual([])
  return rejects[0]?.reason
}

describe('a line of the combined format', () => {
  test('is read with all its fields', () => {
    expect(recordOf(`${usual}\n`)).toEqual({ ...usualRecord, length: usual.length })
  })

  test('is the same without a final newline, and with the line ends of Windows', () => {
    expect(recordOf(usual)).toEqual(recordOf(`${usual}\n`))
    expect(recordOf(`${usual}\r\n`)).toEqual(recordOf(`${usual}\n`))
  })

  test('may be of the common format, without referer and user agent', () => {
    const { referer, agent, ...rest } = usualRecord
    expect(recordOf(`${head} "GET /status?dl=D1 HTTP/1.1" 200 512`)).toMatchObject(rest)
    expect(recordOf(`${head} "GET /status?dl=D1 HTTP/1.1" 200 512`)).toMatchObject({ referer: '', agent: '' })
  })

  test('has no body size where the writer put a dash, which means nothing was sent', () => {
    expect(recordOf(`${head} "HEAD / HTTP/1.1" 304 - "-" "-"`)).toMatchObject({ bodyBytes: 0, referer: '', agent: '' })
  })

  test('has a client of IPv6, or a host name', () => {
    expect(recordOf(usual.replace('192.0.2.1', '2001:db8::2a')).client).toBe('2001:db8::2a')
    expect(recordOf(usual.replace('192.0.2.1', 'desk7.example')).client).toBe('desk7.example')
  })

  test('may begin with a virtual host', () => {
    for (const host of ['vote.example:443', 'vote.example', '192.0.2.80:8080']) {
      expect(recordOf(`${host} ${usual}`)).toMatchObject({ ...usualRecord, host })
    }
    expect(recordOf(`vote.example:443 ${usual.replace('- -', '- m.garza')}`)).toMatchObject({
      client: '192.0.2.1',
      user: 'm.garza',
      host: 'vote.example:443',
    })
  })

  test('has a user name, spaces included', () => {
    expect(recordOf(usual.replace('- - [', '- m.garza [')).user).toBe('m.garza')
    expect(recordOf(usual.replace('- - [', '- Maria de la Garza [')).user).toBe('Maria de la Garza')
  })

  test('is read though the user name, which anybody may send, imitates the format', () => {
    for (const user of [
      'x [y',
      'a] [b',
      '[01/Jan/2020:00:00:00 +0000]',
      '[01/Jan/2020:00:00:00 +0000] \\x22GET /',
      '198.51.100.1 -',
    ]) {
      expect(recordOf(usual.replace('- - [', `- ${user} [`))).toMatchObject({
        client: '192.0.2.1',
        target: '/status?dl=D1',
        timeMs: usualRecord.timeMs,
      })
    }
  })
})

describe('the request of a line', () => {
  const targetOf = (request: string): string => recordOf(`${head} "${request}" 200 1 "-" "-"`).target

  test('has the quotes of nginx, written \\x22, and of Apache, written \\"', () => {
    expect(targetOf('GET /s?q=\\x22a\\x22 HTTP/1.1')).toBe('/s?q="a"')
    expect(targetOf('GET /s?q=\\"a\\" HTTP/1.1')).toBe('/s?q="a"')
    expect(recordOf(`${head} "GET / HTTP/1.1" 200 1 "-" "agent \\"quoted\\""`).agent).toBe('agent "quoted"')
    expect(recordOf(`${head} "GET / HTTP/1.1" 200 1 "https://a.example/?\\"" "b"`)).toMatchObject({
      referer: 'https://a.example/?"',
      agent: 'b',
    })
  })

  test('has backslashes as nginx and Apache write them, one at the very end included', () => {
    expect(targetOf('GET /a\\\\b HTTP/1.1')).toBe('/a\\b')
    expect(targetOf('GET /a\\x5C HTTP/1.1')).toBe('/a\\')
    expect(recordOf(`${head} "GET / HTTP/1.1" 200 1 "-" "ends so \\\\"`).agent).toBe('ends so \\')
    expect(recordOf(`${head} "GET / HTTP/1.1" 200 1 "\\\\" "b"`)).toMatchObject({ referer: '\\', agent: 'b' })
  })

  test('has control characters and raw bytes beyond ASCII', () => {
    expect(targetOf('GET /a\\x0D\\x0Ab HTTP/1.1')).toBe('/a\r\nb')
    expect(targetOf('GET /caf\u00e9 HTTP/1.1')).toBe('/caf\u00c3\u00a9')
  })

  test('may hold spaces, and lacks its protocol before HTTP/1.0', () => {
    expect(targetOf('GET /s?q=1 or 1=1 HTTP/1.1')).toBe('/s?q=1 or 1=1')
    expect(targetOf('GET /s HTTP/1.1 HTTP/1.1')).toBe('/s HTTP/1.1')
    expect(targetOf('GET /index.html')).toBe('/index.html')
    expect(targetOf('GET /a b')).toBe('/a b')
    expect(targetOf('GET / HTTP/2.0')).toBe('/')
    expect(targetOf('GET / HTTP/2')).toBe('/')
  })

  test('may be garbage, or nothing at all', () => {
    expect(recordOf(`${head} "\\x16\\x03\\x01\\x02" 400 150 "-" "-"`)).toMatchObject({
      method: '\u0016\u0003\u0001\u0002',
      target: '',
      status: 400,
    })
    expect(recordOf(`${head} "-" 400 0 "-" "-"`)).toMatchObject({ method: '', target: '', status: 400, bodyBytes: 0 })
    expect(recordOf(`${head} "" 400 0 "-" "-"`)).toMatchObject({ method: '', target: '', status: 400 })
    expect(recordOf(`${head} "-" 408 - "-" "-"`)).toMatchObject({ method: '', target: '', status: 408 })
  })

  test('has no status where nginx wrote 000, for a client that went away', () => {
    expect(recordOf(`${head} "GET / HTTP/1.1" 000 0 "-" "-"`).status).toBe(-1)
  })

  test('has no size where the number is beyond all files', () => {
    expect(recordOf(`${head} "GET / HTTP/1.1" 200 ${'9'.repeat(400)} "-" "-"`)).toMatchObject({
      status: 200,
      bodyBytes: -1,
    })
  })
})

describe('what stands behind the user agent', () => {
  const withExtras = (extras: string): PlainRequest => recordOf(`${usual} ${extras}`)

  test('is a request time in seconds where it has a fraction, in microseconds where it is whole', () => {
    expect(withExtras('0.250').durationMs).toBe(250)
    expect(withExtras('"0.250"').durationMs).toBe(250)
    expect(withExtras('rt=1.5').durationMs).toBe(1_500)
    expect(withExtras('1234567').durationMs).toBeCloseTo(1_234.567)
    expect(withExtras('0.250 0.248 .').durationMs).toBe(250)
    expect(recordOf(`${head} "GET / HTTP/1.1" 200 512 0.250`).durationMs).toBe(250)
  })

  test('is a list of proxies, quoted or not, of IPv6 too', () => {
    expect(withExtras('"203.0.113.9"').forwarded).toBe('203.0.113.9')
    expect(withExtras('"203.0.113.9, 10.0.0.1"').forwarded).toBe('203.0.113.9, 10.0.0.1')
    expect(withExtras('203.0.113.9, 10.0.0.1').forwarded).toBe('203.0.113.9, 10.0.0.1')
    expect(withExtras('"2001:db8::9, 10.0.0.1"').forwarded).toBe('2001:db8::9, 10.0.0.1')
    expect(withExtras('"[2001:db8::9]:4711"').forwarded).toBe('[2001:db8::9]:4711')
    expect(withExtras('"-"').forwarded).toBe('')
  })

  test('is a list of proxies also where the visitor began it with something else', () => {
    expect(withExtras('"unknown, 203.0.113.9"').forwarded).toBe('unknown, 203.0.113.9')
    expect(withExtras('"1\' or 1=1, 203.0.113.9"').forwarded).toBe("1' or 1=1, 203.0.113.9")
    expect(withExtras('"a\\" 198.51.100.1 \\"b, 203.0.113.9" 0.5')).toMatchObject({
      forwarded: 'a" 198.51.100.1 "b, 203.0.113.9',
      durationMs: 500,
    })
  })

  test('is a host where it is a name with a point', () => {
    expect(withExtras('vote.example').host).toBe('vote.example')
    expect(withExtras('"vote.example:8443"').host).toBe('vote.example:8443')
  })

  test('comes in any order', () => {
    const all = { durationMs: 250, forwarded: '203.0.113.9, 10.0.0.1', host: 'vote.example' }
    const parts = ['0.250', '"203.0.113.9, 10.0.0.1"', 'vote.example']
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [0, 2, 1],
    ]) {
      expect(withExtras(order.map((i) => parts[i]).join(' '))).toMatchObject({ ...usualRecord, ...all })
    }
  })
})

describe('a line that is none is a reject with its reason and its place', () => {
  test.each([
    ['not-this-format', 'once upon a time'],
    ['not-this-format', '192.0.2.1 GET / 200'],
    ['not-this-format', `${head} GET / HTTP/1.1 200 512 and so on, and so on`],
    ['truncated', '192.0.2.1 - - [23/Jun/2026:02'],
    ['truncated', head],
    ['truncated', `${head} "GET /status`],
    ['truncated', `${head} "GET /status\\"`],
    ['truncated', `${head} "GET / HTTP/1.1"`],
    ['truncated', `${head} "GET / HTTP/1.1" 20`],
    ['bad-time', usual.replace('Jun', 'Jux')],
    ['bad-time', usual.replace('23/Jun', '31/Feb')],
    ['bad-time', '2026/06/23 02:52:48 [error] 1234#0: *5 open() "/var/www/a" failed (2: No such file or directory)'],
    ['bad-number', usual.replace(' 200 ', ' abc ')],
    ['bad-number', usual.replace(' 200 ', ' 2:0 ')],
    ['bad-number', usual.replace(' 200 ', ' 2000 ')],
    ['bad-number', usual.replace('D1 HTTP', 'D"1 HTTP')],
  ] as const)('%s: %s', (reason, line) => {
    expect(reasonOf(line)).toBe(reason)
  })

  test('and the lines around it are read', () => {
    const { records, rejects } = readRequests(combined, `${usual}\n\nwhat is this\n  \n${usual}\n`)
    expect(records.map(({ line }) => line)).toEqual([1, 5])
    expect(rejects.map(({ place }) => place)).toEqual([
      { source: 'fuzzed.log', line: 3, offset: usual.length + 2, length: 12 },
    ])
    expect(rejects[0]?.message).toMatch(/^This line is not an access-log line/)
  })

  test('but a line cut off behind its status is a record: the request is all there', () => {
    expect(recordOf(`${head} "GET / HTTP/1.1" 200 512 "https://vote.ex`)).toMatchObject({
      status: 200,
      referer: 'https://vote.ex',
      agent: '',
    })
    expect(recordOf(`${usual.slice(0, -3)}\\`)).toMatchObject({ status: 200, referer: 'https://vote.example/' })
  })
})

/** Lines made of the pieces of real ones, whole and damaged. */
const anyLine = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(usual) },
      fc.constantFrom(
        head,
        '192.0.2.1 - - ',
        time,
        ' "GET /a HTTP/1.1" 200 5',
        ' "-" "-"',
        ' "GET / HTTP/1.1"',
        ' 404 ',
        '"',
        '\\',
        '\\x22',
        '\\"',
        '[',
        ']',
        ' ',
        '-',
        '\n',
        '\t',
        '0.5',
        '10.0.0.1, ::1',
        '\u00e9',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''))

/** A good line with one byte changed. */
const damagedLine = fc
  .tuple(fc.nat(usual.length - 1), fc.integer({ min: 1, max: 126 }))
  .map(([at, code]) => `${usual.slice(0, at)}${String.fromCharCode(code)}${usual.slice(at + 1)}`)

const anyText = fc.array(fc.oneof(anyLine, damagedLine), { maxLength: 6 }).map((lines) => lines.join('\n'))

describe('whatever the bytes', () => {
  test('no line is lost, none makes an exception, and cutting changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string()), (text) => checkWebFormat(combined, bytesOf(text))),
      {
        numRuns: 300,
      },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => checkWebFormat(combined, bytes)))
  })

  test('the fast reading of usual lines and the careful one agree', () => {
    fc.assert(
      fc.property(anyText, (text) => checkBothReadings(bytesOf(text))),
      { numRuns: 500 },
    )
  })

  test('a line feed anywhere in a usual line makes two lines of it', () => {
    for (let at = 0; at <= usual.length; at++) {
      checkBothReadings(bytesOf(`${usual.slice(0, at)}\n${usual.slice(at + 1)}\n${usual}\n`))
      checkBothReadings(bytesOf(`${usual.slice(0, at)}\n${usual.slice(at)}\n${usual}\n`))
    }
  })

  test('the seeds of the fuzzer hold', () => {
    for (const { run, seeds } of fuzzTargets) for (const seed of seeds ?? []) run(seed)
  })
})

describe('the combined format is recognised', () => {
  test('in a sample that holds mostly its lines, damaged ones among them', () => {
    expect(combined.recognise(bytesOf(`${usual}\n${usual}\n`))).toBe(1)
    expect(combined.recognise(bytesOf(`${usual}\nwhat is this\n${usual}\n`))).toBeCloseTo(2 / 3)
    expect(combined.recognise(bytesOf(`vote.example:443 ${usual}\r\n`))).toBe(1)
  })

  test('but not in other text', () => {
    for (const text of ['', '\n\n', 'once upon a time\n', '{"a":1}\n', '\u0000\u0001\u0002'])
      expect(combined.recognise(bytesOf(text))).toBe(0)
  })

  test('without being held up by a hostile sample', () => {
    // More than linear time would end in the test's own limit.
    const hostile = `${'a '.repeat(30_000)}\n${' '.repeat(60_000)}\n${'[23/'.repeat(15_000)}`
    expect(combined.recognise(bytesOf(hostile))).toBe(0)
  })
})
