import { describe, expect, test } from 'vitest'
import { readEvents } from '../../../tests/fuzz/event-formats.ts'
import type { EventRecord } from '../event.ts'
import { cloudtrail } from './cloudtrail.ts'
import { entra } from './entra.ts'
import { googleWorkspace } from './google.ts'
import { m365Csv } from './m365-csv.ts'
import { m365Json } from './m365-json.ts'

const json = (value: unknown): string => JSON.stringify(value)
const rule = {
  CreationTime: '2026-06-23T02:00:00',
  RecordType: 1,
  Operation: 'New-InboxRule',
  Workload: 'Exchange',
  Parameters: [
    { Name: 'ForwardTo', Value: 'x@mail.example' },
    { Name: 'Name', Value: '.' },
  ],
}
const checkRule = (record: EventRecord | undefined): void => {
  expect(record?.timeMs).toBe(Date.UTC(2026, 5, 23, 2))
  expect(record?.field('Parameters')).toContain('{"Name":"ForwardTo","Value":"x@mail.example"}')
  expect(record?.field('Parameters.ForwardTo')).toBe('x@mail.example')
  expect(record?.field('ForwardTo')).toBe('x@mail.example')
  expect(record?.field('ForwardingAddress')).toBeUndefined()
}

describe("a record of Microsoft 365's unified audit log", () => {
  test('has its lists of names and values as fields, from lines, lists and the shell', () => {
    const shell = { RecordType: 'ExchangeAdmin', CreationDate: 'x', AuditData: json(rule) }
    for (const text of [json(rule), json([rule]), json({ value: [rule] }), json(shell)]) {
      const { records, rejects } = readEvents(m365Json, `${text}\n`)
      expect([records.length, rejects.length], text).toEqual([1, 0])
      checkRule(records[0])
    }
  })

  test('is read out of the column of the portal’s export', () => {
    const quoted = `"${json(rule).replaceAll('"', '""')}"`
    const text = `\ufeffRecordId,CreationDate,"AuditData",X\r\n1,a,${quoted},"two\nlines"\r\n2,b,"no json",\r\n`
    const { records, rejects } = readEvents(m365Csv, text)
    checkRule(records[0])
    expect(rejects.map(({ reason, place }) => [reason, place.line])).toEqual([['damaged', 4]])
  })
})

describe('CloudTrail', () => {
  const call = (eventName: string, more = {}): object => ({
    eventVersion: '1.10',
    eventTime: '2026-06-23T02:00:00Z',
    eventSource: 'iam.amazonaws.com',
    eventName,
    requestParameters: { policy: { Allow: ['*'] }, enable: false },
    responseElements: null,
    ...more,
  })

  test('is read from a file of one line, however long it is', () => {
    const Records = Array.from({ length: 3_000 }, (_, index) => call(`Call${index}`, { note: '}, {"a":[' }))
    const { records, rejects } = readEvents(cloudtrail, json({ Records }), {}, 4_096)
    expect([records.length, rejects.length]).toEqual([3_000, 0])
    expect(records[2_999]?.field('eventName')).toBe('Call2999')
  })

  test('has objects as text, what is inside at its path, and whether the call succeeded', () => {
    const text = `${json(call('A'))}\n${json(call('B', { errorCode: 'AccessDenied' }))}\n`
    const [good, bad] = readEvents(cloudtrail, text).records
    expect(good?.field('requestParameters')).toBe('{"policy":{"Allow":["*"]},"enable":false}')
    expect(good?.field('requestParameters.enable')).toBe(false)
    expect(good?.field('requestParameters.policy.Allow')).toEqual(['*'])
    expect(good?.field('responseElements')).toBeNull()
    expect([good?.field('errorCode'), good?.field('status'), bad?.field('status')]).toEqual([
      ...[undefined, 'success', 'failure'],
    ])
  })

  test('loses one record of a list where one is damaged', () => {
    const text = `{"Records":[${json(call('A'))},{"eventName":,"x":1},${json(call('C'))}]}`
    const { records, rejects } = readEvents(cloudtrail, text)
    expect(records.map((record) => record.field('eventName'))).toEqual(['A', 'C'])
    expect(rejects.map(({ reason }) => reason)).toEqual(['damaged'])
  })
})

describe('Entra', () => {
  test('has the same fields in the form of diagnostic settings and of Graph', () => {
    const facts = {
      userPrincipalName: 'clerk@county.example',
      status: { errorCode: 50126 },
      createdDateTime: '2026-06-23T02:00:00Z',
    }
    const diagnostic = { time: '2026-06-23T02:05:00Z', resourceId: '/t', category: 'SignInLogs', properties: facts }
    for (const object of [diagnostic, facts]) {
      const [record] = readEvents(entra, `${json(object)}\n`).records
      for (const name of ['properties.status.errorCode', 'status.errorCode', 'Status.ErrorCode']) {
        expect(record?.field(name), name).toBe(50126)
      }
      expect(record?.timeMs).toBe(Date.UTC(2026, 5, 23, 2))
      expect(record?.field('@event')).toBe('signinlogs')
    }
  })

  test('has changed properties as fields of their names', () => {
    const modifiedProperties = [{ displayName: 'ConsentContext.IsAdminConsent', newValue: '"False"' }]
    const audit = {
      activityDateTime: '2026-06-23T02:00:00Z',
      activityDisplayName: 'Consent',
      targetResources: [{ modifiedProperties }],
    }
    const [record] = readEvents(entra, json(audit)).records
    expect(record?.field('ConsentContext.IsAdminConsent')).toBe('False')
  })
})

test('Google Workspace has parameters of events as fields, whatever their case', () => {
  const parameters = [{ name: 'SETTING_NAME', value: 'x' }]
  const activity = {
    id: { time: '2026-06-23T02:00:00Z', applicationName: 'admin' },
    events: [{ name: 'CHANGE', parameters }],
  }
  const [record] = readEvents(googleWorkspace, json({ items: [activity] })).records
  expect(['eventService', 'eventName', 'setting_name'].map((name) => record?.field(name))).toEqual([
    ...['admin.googleapis.com', 'CHANGE', 'x'],
  ])
})
