import { expect, test } from 'vitest'
import type { Reject } from '../core/place.ts'
import type { EventRecord } from './event.ts'
import type { WindowsEvent } from './windows-event.ts'
import { windowsXml } from './windows-xml.ts'

function read(text: string, pieceBytes = Number.POSITIVE_INFINITY): { events: WindowsEvent[]; rejects: Reject[] } {
  const bytes = Buffer.from(text)
  const reader = windowsXml.open({})
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

const event = (id: number, inner: string, channel = 'Security'): string =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P' Guid='{G}'/>` +
  `<EventID Qualifiers="7">${id}</EventID><TimeCreated SystemTime='2026-11-03T08:00:00.5000000Z'/>` +
  `<EventRecordID>77</EventRecordID><Execution ProcessID='4' ThreadID='8'/><Channel>${channel}</Channel>` +
  `<Computer>ems-1</Computer><Security/></System>${inner}</Event>`
const logon = event(
  4624,
  `<EventData><Data Name='TargetUserName'>clerk &amp; "&#x41;&lt;b&gt;</Data><Data Name='Empty'></Data></EventData>`,
)

test('an event has the fields of its system part and of its data', () => {
  const [found] = read(logon).events
  expect(found).toMatchObject({
    eventId: 4624,
    channel: 'Security',
    provider: 'P',
    computer: 'ems-1',
    recordId: 77,
    timeMs: 1_793_692_800_500,
  })
  const values = ['TargetUserName', 'Empty', 'EventID_Qualifiers', 'Execution_ProcessID', 'Event.System.Channel', 'x.y']
  expect(values.map((name) => found?.field(name))).toEqual(['clerk & "A<b>', '', '7', '4', 'Security', undefined])
})

test('data without names is a list, data of the user part has the names of its elements', () => {
  const text =
    event(1, '<EventData><Data>one</Data><Data>two</Data><Binary>00FF</Binary></EventData>') +
    event(
      104,
      `<UserData><LogFileCleared xmlns='x'><Channel>Security</Channel><SubjectUserName>clerk</SubjectUserName>
      </LogFileCleared></UserData><RenderingInfo Culture='en-US'><Message><![CDATA[The <log>]]></Message></RenderingInfo>`,
      'System',
    )
  const [first, second] = read(text).events
  expect([first?.field('Data'), first?.field('Binary')]).toEqual([['one', 'two'], '00FF'])
  expect(second?.field('Channel')).toBe('Security')
  expect(second?.systemField('Channel')).toBe('System')
  expect(second?.field('RenderingInfo.Message')).toBe('The <log>')
  expect(second?.raw).toContain('clerk')
})

test.each([
  ['one a line', `${logon}\r\n${logon}\r\n`],
  [
    'in an element, on one line',
    `<?xml version="1.0" encoding="utf-8" standalone="yes"?><Events>${logon}${logon}</Events>`,
  ],
  ['over many lines', `\ufeff<Events>\n${logon.replaceAll('><', '>\n  <')}\n${logon}\n</Events>`],
])('events are found however they stand, whatever the pieces: %s', (_how, text) => {
  const whole = read(text)
  expect([whole.events.length, whole.rejects]).toEqual([2, []])
  for (const { place } of whole.events) {
    expect(Buffer.from(text).toString('utf8', place.offset, place.offset + place.length)).toMatch(
      /^<Event [\s\S]*<\/Event>$/,
    )
    expect(text.slice(0, text.indexOf('<Event ', place.offset - 3)).split('\n')).toHaveLength(place.line)
  }
  for (const pieceBytes of [1, 7, 300]) {
    expect(read(text, pieceBytes).events.map(({ place }) => place)).toEqual(whole.events.map(({ place }) => place))
  }
})

test('an event that is cut off or broken is a reject, and the others are read', () => {
  const text = `${logon.slice(0, 200)}${logon}\n<Event><a></b></Event>\n<Event><a/></Event>${logon}${logon.slice(0, 90)}`
  const { events, rejects } = read(text)
  expect(events).toHaveLength(2)
  expect(rejects.map(({ reason }) => reason)).toEqual(['truncated', 'damaged', 'unexpected-fields', 'truncated'])
  expect(read('<Event>'.repeat(200_000)).rejects).toHaveLength(200_000)
  expect(read(`<Event>${'<a>'.repeat(100_000)}</Event>${logon}`).events).toHaveLength(1)
})

test('a file is recognised by its events', () => {
  const share = (text: string): number => windowsXml.recognise(Buffer.from(text))
  expect(share(`<Events>${logon}`)).toBeGreaterThan(0.9)
  expect(share('<html><Event></Event></html>')).toBe(0)
  expect(share('{"Event": "<Event></Event>"}')).toBe(0)
})
