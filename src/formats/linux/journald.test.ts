import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { readEvents } from '../../../tests/fuzz/event-formats.ts'
import { journaldExport } from './journald-export.ts'
import { journaldJson } from './journald-json.ts'

const message = 'Failed password for root from 192.0.2.7 port 50212 ssh2'
const entry = {
  __REALTIME_TIMESTAMP: '1782180000123456',
  _HOSTNAME: 'web1',
  SYSLOG_IDENTIFIER: 'sshd',
  MESSAGE: message,
}

test('an entry of the journal has its own fields and those of its message, in both forms', () => {
  const text = Object.entries({ __CURSOR: 'c', ...entry }).map(([name, value]) => `${name}=${value}\n`)
  const readings = [readEvents(journaldJson, `${JSON.stringify(entry)}\n`), readEvents(journaldExport, text.join(''))]
  for (const { records } of readings) {
    const [record] = records
    expect(record?.timeMs).toBe(1782180000123)
    expect(record?.computer).toBe('web1')
    expect(['program', 'action', 'outcome', 'src_ip', '_HOSTNAME'].map((name) => record?.field(name))).toEqual([
      ...['sshd', 'login', 'failure', '192.0.2.7', 'web1'],
    ])
  }
})

test('a message that is no text is read from its bytes', () => {
  const [record] = readEvents(
    journaldJson,
    `${JSON.stringify({ ...entry, MESSAGE: [...Buffer.from('a\u0000é')] })}\n`,
  ).records
  expect(record?.field('message')).toBe('a\u0000é')
})

test('a value behind its length may hold line ends, and one whose length lies costs its entry', () => {
  const length = (value: number): string => String.fromCharCode(value, 0, 0, 0, 0, 0, 0, 0)
  const head = '__CURSOR=c\n__REALTIME_TIMESTAMP=1782180000123456\n'
  const good = `${head}MESSAGE\n${length(4)}a\n\nb\nN=1\n\n`
  const { records, rejects } = readEvents(journaldExport, `${good}${head}MESSAGE\n${length(90)}a\n\n${good}`)
  expect(records.map((record) => record.field('MESSAGE'))).toContain('a\n\nb')
  expect(records.at(-1)?.field('N')).toBe('1')
  expect(rejects.length).toBeGreaterThan(0)
})
