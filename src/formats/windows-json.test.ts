import { describe, expect, test } from 'vitest'
import type { Reject } from '../core/place.ts'
import type { EventRecord } from './event.ts'
import type { WindowsEvent } from './windows-event.ts'
import { windowsJson } from './windows-json.ts'

interface Read {
  readonly events: readonly WindowsEvent[]
  readonly rejects: readonly Reject[]
}

/** Reads a log, in pieces of some size. */
function read(text: string, pieceBytes = Number.POSITIVE_INFINITY, utcOffsetMinutes = 0): Read {
  const bytes = Buffer.from(text)
  const reader = windowsJson.open({ utcOffsetMinutes })
  const records: EventRecord[] = []
  const rejects: Reject[] = []
  let [start, line, wanted] = [0, 1, pieceBytes]
  while (start < bytes.length) {
    const end = Math.min(bytes.length, start + wanted)
    const last = end === bytes.length
    const progress = reader.read({ source: 'log', bytes, start, end, offset: start, line, last }, records, rejects)
    start += progress.bytes
    line += progress.lines
    wanted = progress.bytes === 0 ? wanted * 2 : pieceBytes
    if (last && start < bytes.length) throw new Error('the last chunk was not read whole')
  }
  return { events: records as WindowsEvent[], rejects }
}

function one(value: unknown): WindowsEvent {
  const { events, rejects } = read(JSON.stringify(value))
  expect(rejects).toEqual([])
  expect(events).toHaveLength(1)
  return events[0] as WindowsEvent
}

const sysmon = 'Microsoft-Windows-Sysmon/Operational'
const flat = {
  Channel: sysmon,
  EventID: 1,
  Computer: 'ems-1',
  Image: 'C:\\Windows\\cmd.exe',
  '@timestamp': '2026-11-03T08:00:00.5Z',
}
const line = JSON.stringify(flat)

describe('forms of Windows events', () => {
  test.each([
    [
      'as evtx_dump writes them',
      {
        Event: {
          '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
          System: {
            Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon', Guid: 'G' } },
            EventID: { '#text': 1, '#attributes': { Qualifiers: 5 } },
            TimeCreated: { '#attributes': { SystemTime: '2026-11-03T08:00:00.5Z' } },
            EventRecordID: 77,
            Channel: sysmon,
            Computer: 'ems-1',
          },
          EventData: { Image: 'C:\\Windows\\cmd.exe', ProcessId: 4 },
        },
      },
    ],
    [
      'with separate attributes',
      {
        Event_attributes: { xmlns: 'x' },
        Event: {
          System: {
            Provider_attributes: { Name: 'Microsoft-Windows-Sysmon' },
            EventID: 1,
            TimeCreated_attributes: { SystemTime: '2026-11-03T08:00:00.5Z' },
            EventRecordID: 77,
            Channel: sysmon,
            Computer: 'ems-1',
          },
          EventData: { Image: 'C:\\Windows\\cmd.exe' },
        },
      },
    ],
    [
      'as Velociraptor writes them',
      {
        System: {
          Provider: { Name: 'Microsoft-Windows-Sysmon', Guid: 'G' },
          EventID: { Value: 1 },
          TimeCreated: { SystemTime: 1_793_692_800.5 },
          EventRecordID: 77,
          Channel: sysmon,
          Computer: 'ems-1',
        },
        EventData: { Image: 'C:\\Windows\\cmd.exe' },
        Message: 'Process Create',
      },
    ],
    [
      'made of XML, with data in a list',
      {
        Event: {
          '@xmlns': 'x',
          System: {
            Provider: { '@Name': 'Microsoft-Windows-Sysmon' },
            EventID: '1',
            TimeCreated: { '@SystemTime': '2026-11-03T08:00:00.5Z' },
            EventRecordID: '77',
            Channel: sysmon,
            Computer: 'ems-1',
          },
          EventData: {
            Data: [
              { '@Name': 'RuleName', '#text': '-' },
              { '@Name': 'Image', '#text': 'C:\\Windows\\cmd.exe' },
            ],
          },
        },
      },
    ],
    [
      'made of XML, with one element of data',
      {
        Event: {
          System: {
            Provider: { '@Name': 'Microsoft-Windows-Sysmon' },
            EventID: '1',
            TimeCreated: { '@SystemTime': '2026-11-03T08:00:00.5Z' },
            EventRecordID: '77',
            Channel: sysmon,
            Computer: 'ems-1',
          },
          EventData: { Data: { '@Name': 'Image', '#text': 'C:\\Windows\\cmd.exe' } },
        },
      },
    ],
    [
      'as winlogbeat ships them',
      {
        '@timestamp': '2026-11-03T08:00:00.500Z',
        event: { code: '1', provider: 'Microsoft-Windows-Sysmon' },
        host: { name: 'other' },
        winlog: {
          channel: sysmon,
          event_id: '1',
          provider_name: 'Microsoft-Windows-Sysmon',
          record_id: 77,
          computer_name: 'ems-1',
          event_data: { Image: 'C:\\Windows\\cmd.exe' },
        },
      },
    ],
    [
      'as Elasticsearch exports them, with keys that are paths',
      {
        _index: 'winlogbeat',
        _source: {
          '@timestamp': '2026-11-03T08:00:00.500Z',
          'winlog.channel': sysmon,
          'winlog.event_id': 1,
          'winlog.provider_name': 'Microsoft-Windows-Sysmon',
          'winlog.record_id': '77',
          'winlog.computer_name': 'ems-1',
          'winlog.event_data.Image': 'C:\\Windows\\cmd.exe',
        },
      },
    ],
    [
      'as NXLog ships them',
      {
        EventTime: '2026-11-03 08:00:00.5',
        Hostname: 'ems-1',
        EventID: 1,
        SourceName: 'Microsoft-Windows-Sysmon',
        ProviderGuid: 'G',
        RecordNumber: 77,
        Channel: sysmon,
        Image: 'C:\\Windows\\cmd.exe',
      },
    ],
    [
      'as Splunk exports them',
      {
        preview: false,
        result: {
          _time: '2026-11-03T08:00:00.500+00:00',
          ComputerName: 'ems-1',
          EventCode: '1',
          SourceName: 'Microsoft-Windows-Sysmon',
          RecordNumber: '77',
          LogName: sysmon,
          Image: 'C:\\Windows\\cmd.exe',
        },
      },
    ],
    [
      'as Wazuh writes them',
      {
        timestamp: '2026-11-03T09:00:00.500+0100',
        data: {
          win: {
            system: {
              providerName: 'Microsoft-Windows-Sysmon',
              eventID: '1',
              channel: sysmon,
              computer: 'ems-1',
              eventRecordID: '77',
              systemTime: '2026-11-03T08:00:00.500Z',
            },
            eventdata: { image: 'C:\\Windows\\cmd.exe' },
          },
        },
      },
    ],
    [
      'as PowerShell writes them, with fields only in the message',
      {
        Id: 1,
        RecordId: 77,
        ProviderName: 'Microsoft-Windows-Sysmon',
        LogName: sysmon,
        ProcessId: 900,
        MachineName: 'ems-1',
        TimeCreated: '/Date(1793692800500)/',
        Properties: [{ Value: '-' }],
        Message: 'Process Create:\r\nRuleName: -\r\nImage: C:\\Windows\\cmd.exe\r\n',
      },
    ],
  ])('%s', (_form, value) => {
    const event = one(value)
    expect(event.field('Image')).toBe('C:\\Windows\\cmd.exe')
    expect(String(event.field('EventID'))).toBe('1')
    expect(event.field('Channel')).toBe(sysmon)
    expect(event).toMatchObject({
      eventId: 1,
      channel: sysmon,
      provider: 'Microsoft-Windows-Sysmon',
      computer: 'ems-1',
      recordId: 77,
      timeMs: 1_793_692_800_500,
      ref: 1,
    })
    expect(event.raw).toContain('C:\\Windows\\cmd.exe')
  })

  test("the system part is told from the event's own data", () => {
    const event = one({
      System: { EventID: 104, Channel: 'System', Provider: { Name: 'P' } },
      UserData: { LogFileCleared: { Channel: 'Security', SubjectUserName: 'clerk' } },
    })
    expect(event.field('Channel')).toBe('Security')
    expect(event.systemField('Channel')).toBe('System')
    expect(event.channel).toBe('System')
    expect(event.field('SubjectUserName')).toBe('clerk')
  })

  test('fields are found by the paths of their keys, too', () => {
    const event = one({ process: { executable: 'a' }, ...flat, _x: { y: { z: 5 } } })
    expect(event.field('process.executable')).toBe('a')
    expect(event.field('_x.y.z')).toBe(5)
    expect(event.field('nothing')).toBeUndefined()
  })

  test('a kind of event that NXLog writes over is read from the message', () => {
    const event = one({
      EventType: 'INFO',
      EventID: 12,
      Channel: sysmon,
      SourceName: 'Microsoft-Windows-Sysmon',
      Message: 'Registry object added or deleted:\r\nEventType: CreateKey\r\nTargetObject: HKLM\\x',
    })
    expect(event.field('EventType')).toBe('CreateKey')
  })

  test('a time without a zone is of the office, but for the one that Sysmon gives in UTC', () => {
    const at = (value: object): number | undefined =>
      read(JSON.stringify({ Channel: 'C', EventID: 1, ...value }), 1e6, -300).events[0]?.timeMs
    expect(at({ EventTime: '2026-11-03 03:00:00' })).toBe(1_793_692_800_000)
    expect(at({ UtcTime: '2026-11-03 08:00:00.000' })).toBe(1_793_692_800_000)
    expect(at({})).toBeNaN()
  })
})

describe('values', () => {
  const valueIn = (json: string): unknown => read(`{"Channel":"C","EventID":1,"x":${json}}`).events[0]?.field('x')
  test.each([
    ['"a\\\\b\\"c\\/\\u00e9\\n"', 'a\\b"c/é\n'],
    ['"Grüße \\\\ 選挙"', 'Grüße \\ 選挙'],
    ['"bad \\x escape"', 'bad \\x escape'],
    ['5', 5],
    ['-1.5e3', -1500],
    ['true', true],
    ['false', false],
    ['null', null],
    ['18446744073709551615', '18446744073709551615'],
    ['["a",5,null]', ['a', 5, null]],
    ['[{"a":1}]', ['{"a":1}']],
    ['""', ''],
  ])('%s is %j', (json, value) => {
    expect(valueIn(json)).toEqual(value)
  })

  test('a key that comes twice has both values', () => {
    expect(read('{"Channel":"C","EventID":1,"x":"a","x":"b"}').events[0]?.field('x')).toEqual(['a', 'b'])
  })
})

describe('how events stand in a log', () => {
  const pretty = JSON.stringify(flat, null, 2)
  test.each([
    ['one a line', `${line}\n${line}\r\n${line}`, [1, 2, 3]],
    ['a list', `[${line},${line},\n${line}]`, [1, 1, 2]],
    ['a list over many lines', `[\n${pretty},\n${pretty},\n${pretty}\n]\n`, [2, 9, 16]],
    ['objects one after the other', `${pretty}\n${pretty}${pretty}`, [1, 8, 14]],
    ['a list that an object holds', `{"value":[${line},${line},${line}],"Count":3}\n`, [1, 1, 1]],
    ['a byte order mark', `\ufeff${line}\n\n${line}\n${line}`, [1, 3, 4]],
  ])('%s', (_what, text, lines) => {
    const whole = read(text)
    expect(whole.rejects).toEqual([])
    expect(whole.events.map(({ ref }) => ref)).toEqual(lines)
    for (const event of whole.events) {
      const { offset, length } = event.place
      expect(JSON.parse(Buffer.from(text).toString('utf8', offset, offset + length))).toEqual(flat)
    }
    for (const pieceBytes of [1, 7, 100, 1_000]) {
      const cut = read(text, pieceBytes)
      expect(cut.rejects).toEqual([])
      expect(cut.events.map(({ place }) => place)).toEqual(whole.events.map(({ place }) => place))
      expect(cut.events.map((event) => event.field('Image'))).toEqual(Array(3).fill(flat.Image))
    }
  })

  test('a line that is cut off or is something else is a reject, and the others are read', () => {
    const text = `${line}\n${line.slice(0, 60)}\n${line}\n{"a":\n${line}\nnot JSON\n{"just":"json"}\n${line.slice(0, 50)}`
    const { events, rejects } = read(text)
    expect(events.map(({ ref }) => ref)).toEqual([1, 3, 5])
    expect(rejects.map(({ place, reason }) => [place.line, reason])).toEqual([
      [2, 'not-this-format'],
      [4, 'not-this-format'],
      [6, 'not-this-format'],
      [7, 'unexpected-fields'],
      [8, 'truncated'],
    ])
  })

  test('objects that are nested without end, or have keys without end, cost one pass', () => {
    const deep = `${'{"a":'.repeat(100_000)}\n${line}`
    const wide = `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":1`).join(',')}}\n${line}`
    for (const text of [deep, wide]) {
      const { events, rejects } = read(text)
      expect([events.length, rejects.length]).toEqual([1, 1])
    }
    const changing = Array.from({ length: 3_000 }, (_, i) => line.replace('Image', `k${i}`)).join('\n')
    expect(read(changing).events).toHaveLength(3_000)
  })
})

test('a log is recognised by its events', () => {
  const share = (text: string): number => windowsJson.recognise(Buffer.from(text))
  expect(share(`${line}\n${line}`)).toBeGreaterThan(0.9)
  expect(share(JSON.stringify([flat, flat], null, 2))).toBeGreaterThan(0.9)
  expect(share('{"eventID":"5","eventName":"ConsoleLogin","eventTime":"2026-11-03T08:00:00Z"}\n')).toBe(0)
  expect(share('{"timestamp":"2026-11-03T08:00:00.0+0000","event_type":"alert"}\n')).toBe(0)
  expect(share('')).toBe(0)
})
