import { describe, expect, test } from 'vitest'
import { readEvents } from '../../../tests/fuzz/event-formats.ts'
import { eventSamples } from '../../../tests/fuzz/event-samples.ts'
import { deviceLines } from './device-lines.ts'
import { eventLogJson } from './event-log-json.ts'
import { eventLogXml } from './event-log-xml.ts'

describe("an election event log of NIST's form", () => {
  test('gives events with their device, also where its name stands behind them', () => {
    const [json = '', indented = ''] = eventSamples['nist-event-log-json'] ?? []
    for (const text of [json, indented]) {
      for (const chunkBytes of [64, 1 << 20]) {
        const { records, rejects } = readEvents(eventLogJson, text, {}, chunkBytes)
        expect(rejects).toEqual([])
        expect(records.map((record) => record.field('Id'))).toEqual(['E1', 'E2'])
        expect(records.map((record) => record.computer)).toEqual(['SCAN-1', 'SCAN-1'])
        const of = ['DeviceId', 'DeviceType', 'ElectionId', 'Description', 'UserId'].map((name) =>
          records[1]?.field(name),
        )
        expect(of).toEqual(['SCAN-1', 'scan-single', '2026-general', 'Ballot rejected', 'p1'])
        expect(records[0]?.timeMs).toBe(Date.UTC(2026, 10, 3, 11))
      }
    }
  })

  test('is read as XML too, with its entities and character data', () => {
    const [text = ''] = eventSamples['nist-event-log-xml'] ?? []
    const { records, rejects } = readEvents(eventLogXml, text)
    expect(rejects).toEqual([])
    expect(records.map((record) => record.field('Description') ?? record.field('Details'))).toEqual([
      ...['Polls opened & ready', 'a <b>'],
    ])
    expect(records.map((record) => [record.field('DeviceId'), record.field('DeviceType'), record.place.line])).toEqual([
      ['SCAN-1', 'scan-single', 5],
      ['SCAN-1', 'scan-single', 13],
    ])
  })

  test('loses an event that lacks what every event has, and no other', () => {
    const text =
      '<ElectionEventLog><Device><Event><Id>1</Id></Event><Event><Id>2</Id><Type>t</Type><TimeStamp>2026-11-03T06:00:00Z</TimeStamp></Event><Id>D</Id></Device></ElectionEventLog>'
    const { records, rejects } = readEvents(eventLogXml, text)
    expect(records.map((record) => [record.field('Id'), record.computer])).toEqual([['2', 'D']])
    expect(rejects.map(({ reason }) => reason)).toEqual(['damaged'])
  })

  test('has entities of its own left as they are, and looks nothing up', () => {
    const text =
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ElectionEventLog><Device><Id>D</Id><Event><Id>&e;</Id><Type>t</Type><TimeStamp>2026-11-03T06:00:00Z</TimeStamp></Event></Device></ElectionEventLog>'
    expect(readEvents(eventLogXml, text).records.map((record) => record.field('Id'))).toEqual(['&e;'])
  })
})

describe('a plain line of a voting device', () => {
  const of = (line: string, ...names: string[]): unknown[] =>
    names.map((name) => readEvents(deviceLines, `${line}\n`, { utcOffsetMinutes: -300 }).records[0]?.field(name))

  test('is mapped onto the words of the common format', () => {
    const names = ['DeviceId', 'Severity', 'Id', 'Type', 'Disposition', 'Description']
    expect(of('0412, 11/03/2026 06:00:12 AM, INFO, 1004, Polls opened', ...names)).toEqual([
      ...['0412', 'INFO', '1004', 'polls-opened', 'success', 'Polls opened'],
    ])
    expect(of('5120012 160980 SUP 11/03/2026 06:20:01 0001510 Vote cast by voter', ...names)).toEqual([
      ...['5120012', 'SUP', '160980', 'ballot-cast', 'success', 'Vote cast by voter'],
    ])
    expect(of('2026-11-03 07:00:00 [ERROR] Login failed for supervisor', 'Severity', 'Type', 'Disposition')).toEqual([
      ...['ERROR', 'sign-in', 'failure'],
    ])
  })

  test('has the local time of its device', () => {
    const times = [
      '11/03/2026 06:00:12',
      '2026-11-03 06:00:12',
      '2026 Nov 03 06:00:12',
      '03-Nov-2026 06:00:12',
      'Nov 3, 2026 6:00:12 AM',
    ]
    for (const time of times) {
      const { records } = readEvents(deviceLines, `${time} | Polls opened\n`, { utcOffsetMinutes: -300 })
      expect(records[0]?.timeMs, time).toBe(Date.UTC(2026, 10, 3, 11, 0, 12))
    }
  })
})
