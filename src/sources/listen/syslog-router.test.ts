import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SourceId } from '../../core/ids.ts'
import type { JournalPort } from '../definition.ts'
import { streamFolderName } from './journal-names.ts'
import { SyslogRouter } from './syslog-router.ts'

/** A journal in memory. */
function memoryJournal(): JournalPort & { readonly streams: Map<string, string> } {
  const streams = new Map<string, string>()
  return {
    streams,
    append(_, stream, lines) {
      streams.set(stream, (streams.get(stream) ?? '') + Buffer.from(lines).toString('latin1'))
      return Promise.resolve()
    },
    end: () => Promise.resolve(),
    isFull: false,
    whenReady: () => Promise.resolve(),
    countLost: () => undefined,
  }
}

async function route(...messages: string[]): Promise<Record<string, string>> {
  const journal = memoryJournal()
  const router = new SyslogRouter(journal, 'syslog' as SourceId)
  router.peer = '192.0.2.9'
  for (const message of messages) {
    const bytes = Buffer.from(`..${message}..`, 'latin1')
    router.take(bytes, 2, bytes.length - 2, message.includes('\n'))
  }
  await router.flush()
  return Object.fromEntries(journal.streams)
}
const streamOf = async (message: string): Promise<string> => Object.keys(await route(message))[0] as string

describe('the stream of a syslog message', () => {
  test.each([
    ['<34>1 2026-06-23T02:52:48.003Z web1.example su - ID47 - text', 'web1.example/su'],
    ['<34>1 - web1 - - - - text', 'web1/unnamed'],
    ['<34>1 - - app - - - text', '192.0.2.9/app'],
    ['<190>Jun 23 02:52:48 web1 nginx: 192.0.2.1 - - [x] "GET /"', 'web1/nginx'],
    ['<190>Jun  3 02:52:48 web1 sshd[123]: text', 'web1/sshd'],
    ['<190>Jun 23 02:52:48 nginx: text', '192.0.2.9/nginx'],
    ['<13>2026-06-23T02:52:48.003+02:00 web1 app[12]: text', 'web1/app'],
    ['<13>Jun 23 2026 02:52:48 fw1 asa: text', 'fw1/asa'],
    ['<13>Jun 23 02:52:48.123 fw1 asa: text', 'fw1/asa'],
    ['<13>Jun 23 02:52:48 2001:db8::1 app: text', '2001:db8::1/app'],
    ['<13>text without a head', '192.0.2.9/unnamed'],
    ['text', '192.0.2.9/unnamed'],
    ['<13>Jun 23 02:52:48 we\u0001b app: text', '192.0.2.9/unnamed'],
    [`<13>1 - ${'h'.repeat(300)} app - - - x`, '192.0.2.9/unnamed'],
  ])('%s: %s', async (message, stream) => {
    expect(await streamOf(message)).toBe(stream)
  })
})

describe('the router', () => {
  test('makes one line of any message, in a stream whose folder is plain', async () => {
    const head = fc.constantFrom('', '<13>1 - ', '<13>Jun 23 02:52:48 ', '<190>1 2026-06-23T02:52:48Z ')
    const message = fc.tuple(head, fc.uint8Array({ minLength: 1, maxLength: 200 }))
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (messages) => {
        const found = await route(...messages.map(([start, rest]) => start + Buffer.from(rest).toString('latin1')))
        const lines = Object.values(found).join('').split('\n')
        expect(lines.length).toBe(messages.length + 1)
        for (const stream of Object.keys(found))
          expect(streamFolderName(stream)).toMatch(/^[a-z0-9_%+-][a-z0-9._%+~-]*$/)
      }),
      { numRuns: 300 },
    )
  })

  test('keeps the order within a stream, however streams take turns', async () => {
    const found = await route(
      '<1>1 - a x - - - 1',
      '<1>1 - b x - - - 2',
      '<1>1 - a x - - - 3',
      '<1>1 - b x - - - 4',
      '<1>1 - b y - - - 5',
    )
    expect(found).toEqual({
      'a/x': '<1>1 - a x - - - 1\n<1>1 - a x - - - 3\n',
      'b/x': '<1>1 - b x - - - 2\n<1>1 - b x - - - 4\n',
      'b/y': '<1>1 - b y - - - 5\n',
    })
  })

  test('writes a line feed within a message as #012', async () => {
    expect(await route('<1>1 - a x - - - one\ntwo\n\nthree')).toEqual({
      'a/x': '<1>1 - a x - - - one#012two#012#012three\n',
    })
  })

  test('keeps all messages of more hosts than it remembers', async () => {
    const messages = Array.from({ length: 9_000 }, (_, number) => `<1>1 - host${number % 4_500} x - - - ${number}`)
    const found = await route(...messages)
    const lines = Object.values(found).flatMap((text) => text.split('\n').filter((one) => one !== ''))
    expect(lines.length).toBe(9_000)
    expect(found['host17/x']?.split('\n').length).toBe(3)
  })
})
