import { describe, expect, test } from 'vitest'
import { SyslogFramer } from './syslog-frames.ts'

function messagesOf(...pieces: string[]): string[] {
  const found: string[] = []
  const framer = new SyslogFramer({
    take: (bytes, start, end) => found.push(bytes.toString('latin1', start, end)),
    reject: (reason) => found.push(`(${reason})`),
  })
  for (const piece of pieces) framer.push(Buffer.from(piece, 'latin1'))
  framer.end()
  return found
}

describe('a syslog connection', () => {
  test('gives a message a line, whether lines end in LF, CR LF or NUL', () => {
    expect(messagesOf('<1>a\n<2>b\r\n<3>c\0<4>d')).toEqual(['<1>a', '<2>b', '<3>c', '<4>d'])
  })

  test('gives counted messages, with line feeds inside and uncounted ones behind', () => {
    expect(messagesOf('6 <1>a\nb4 <2>c\n4 <3>d')).toEqual(['<1>a\nb', '<2>c', '<3>d'])
  })

  test('takes a log whose lines begin with numbers for lines', () => {
    expect(messagesOf('1719100000 GET /\n192.0.2.1 - -\n')).toEqual(['1719100000 GET /', '192.0.2.1 - -'])
  })

  test('may be cut anywhere, also within a length', () => {
    expect(messagesOf('1', '2', ' ', '<1>aaaaaaa', 'aa4 ', '<2>b')).toEqual(['<1>aaaaaaaaa', '<2>b'])
    expect(messagesOf('<1>a', 'b', '\r', '\n<2>c')).toEqual(['<1>ab', '<2>c'])
  })

  test('says which messages were too long and goes on behind them', () => {
    const long = 'x'.repeat(70_000)
    expect(messagesOf(`<1>${long}\n<2>b\n`)).toEqual(['(too-long)', '<2>b'])
    expect(messagesOf(`<1>${long}`, `${long}\n<2>b\n`)).toEqual(['(too-long)', '<2>b'])
    expect(messagesOf(`70003 <1>${long}4 <2>b`)).toEqual(['(too-long)', '<2>b'])
  })

  test('goes on with the next line where a length is missing', () => {
    expect(messagesOf('4 <1>aoops <2>b\n4 <3>c')).toEqual(['<1>a', '(framing-lost)', '<3>c'])
  })

  test('says that a counted message was cut short', () => {
    expect(messagesOf('40 <1>a')).toEqual(['(cut-short)'])
  })
})
