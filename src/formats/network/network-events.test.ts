import { describe, expect, test } from 'vitest'
import { readEvents } from '../../../tests/fuzz/event-formats.ts'
import type { EventRecord } from '../event.ts'
import { suricataEve } from './suricata-eve.ts'
import { zeekJson } from './zeek-json.ts'
import { zeekTsv } from './zeek-tsv.ts'

describe("an event of Suricata's", () => {
  const line = (object: unknown): EventRecord | undefined =>
    readEvents(suricataEve, `${JSON.stringify(object)}\n`).records[0]
  const head = { timestamp: '2026-06-23T02:00:00.123456+0200', event_type: 'dns', src_ip: '192.0.2.1' }

  test('has its fields at their paths, through lists', () => {
    const dns = { queries: [{ rrname: 'a.example' }], answers: [{ rdata: '192.0.2.2' }, { rdata: '192.0.2.3' }] }
    const record = line({ ...head, dns })
    expect(record?.field('dns.queries.rrname')).toBe('a.example')
    expect(record?.field('dns.answers.rdata')).toEqual(['192.0.2.2', '192.0.2.3'])
    expect(record?.field('dns.answers')).toEqual(['{"rdata":"192.0.2.2"}', '{"rdata":"192.0.2.3"}'])
    expect(record?.field('dns.none')).toBeUndefined()
    expect(record?.timeMs).toBe(Date.UTC(2026, 5, 23, 0, 0, 0, 123))
  })

  test('keeps numbers that a double would not hold, and text as it was', () => {
    const text =
      '{"timestamp":"2026-06-23T02:00:00Z","event_type":"alert","src_ip":"x","flow_id":1234567890123456789,"alert":{"signature":"a \\"b\\" \\u00e9","gid":1}}\n'
    const [record] = readEvents(suricataEve, text).records
    expect(record?.field('flow_id')).toBe('1234567890123456789')
    expect(record?.field('alert.signature')).toBe('a "b" é')
    expect(record?.field('alert.gid')).toBe(1)
    expect(record?.raw).toContain('a "b" é')
  })

  test('that is cut off costs its line alone', () => {
    const good = JSON.stringify(head)
    const { records, rejects } = readEvents(suricataEve, `${good}\n${good.slice(0, 40)}\n${good}\n{"a":1}\n`)
    expect(records.map(({ ref }) => ref)).toEqual([1, 3])
    expect(rejects.map(({ place, reason }) => [place.line, reason])).toEqual([
      [2, 'damaged'],
      [4, 'not-this-format'],
    ])
  })
})

describe("an event of Zeek's", () => {
  test('says which log it is from by its own word, its file, or its fields', () => {
    const about = (object: unknown, source: string): unknown =>
      readEvents(zeekJson, `${JSON.stringify(object)}\n`, {}, 1 << 20, source).records[0]?.field('@event')
    const conn = { ts: 1782180000.5, 'id.orig_h': '10.0.0.1', conn_state: 'SF' }
    expect(about({ ...conn, _path: 'dns' }, 'x.log')).toBe('dns')
    expect(about({ ts: 1, 'id.orig_h': 'a' }, '/logs/http.10:00:00-11:00:00.log.gz')).toBe('http')
    expect(about(conn, 'export.json')).toBe('conn')
  })

  test('has dots in its names, not in its shape, and time in any form', () => {
    const read = (object: unknown): EventRecord | undefined =>
      readEvents(zeekJson, `${JSON.stringify(object)}\n`).records[0]
    expect(read({ ts: 1782180000.1235, 'id.orig_h': '10.0.0.1' })?.timeMs).toBe(1782180000123)
    expect(read({ ts: '2026-06-23T02:00:00.5Z', id_orig_h: 'a', uid: 'C' })?.field('id.orig_h')).toBe('a')
    expect(read({ ts: 1, id: { orig_h: 'b' }, uid: 'C' })?.field('id.orig_h')).toBe('b')
  })

  const head = (path: string, fields: string, types: string): string =>
    `#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t${path}\n#fields\t${fields}\n#types\t${types}\n`

  test('in columns has types, lists, unset and empty values', () => {
    const text = `${head('dns', 'ts\tanswers\tTTLs\tok\tn\tquery', 'time\tset[string]\tvector[interval]\tbool\tcount\tstring')}1782180000.5\ta\\x2cb,c\t1.5,2\tT\t7\t-\n1782180001\t(empty)\t-\tF\t-\t(empty)\n`
    const [first, second] = readEvents(zeekTsv, text).records
    const of = (record: EventRecord | undefined): unknown[] =>
      ['answers', 'TTLs', 'ok', 'n', 'query'].map((name) => record?.field(name))
    expect(of(first)).toEqual([['a,b', 'c'], [1.5, 2], true, 7, null])
    expect(of(second)).toEqual([[], null, false, null, ''])
    expect(first?.timeMs).toBe(1782180000500)
  })

  test('in columns goes on behind a new head, as after a rotation', () => {
    const text = `${head('dns', 'ts\tquery', 'time\tstring')}1\ta\n#close\tx\n${head('conn', 'ts\tuid\tconn_state', 'time\tstring\tstring')}2\tC\tSF\n3\tC\n`
    const { records, rejects } = readEvents(zeekTsv, text)
    expect(records.map((record) => record.field('_path'))).toEqual(['dns', 'conn'])
    expect(rejects.map(({ reason }) => reason)).toEqual(['unexpected-fields'])
  })
})
