/** The tables of kinds of logs, proved from the line of a log to the match of a rule. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readMappingTables } from '../src/desk/rules/mapping-tables.ts'
import { formatNamed } from '../src/formats/formats.ts'
import { compile } from '../src/sigma/compile.ts'
import type { Mappings } from '../src/sigma/mappings.ts'
import { parseRules } from '../src/sigma/parse-rules.ts'
import { readEvents } from './fuzz/event-formats.ts'
import { eventSamples } from './fuzz/event-samples.ts'

let mappings: Required<Mappings>
beforeAll(async () => {
  const tables = await readMappingTables(join(import.meta.dirname, '../data/mappings'))
  expect(tables.rejects).toEqual([])
  mappings = tables.mappings
})

/** How many events of a format's samples a rule of one selection finds. */
function hits(format: string, logsource: string, selection: string): number {
  const text = `title: T\nlogsource: {${logsource}}\ndetection:\n  s:\n    ${selection}\n  condition: s\n`
  const parsed = parseRules(text, 't.yml')
  const { engine, rejects } = compile(parsed.rules, mappings)
  expect([...parsed.rejects, ...rejects]).toEqual([])
  const reader = formatNamed(format)
  if (reader?.kind !== 'events') throw new Error(`no format of events is named ${format}`)
  const events = (eventSamples[format] ?? []).flatMap((sample) => readEvents(reader, sample).records)
  return events.filter((event) => engine.match(event).length > 0).length
}

describe('a rule fires on the line of the log that it is for', () => {
  test.each([
    ['auditd', 'product: linux, service: auditd', 'type: SYSCALL\n    SYSCALL: execve'],
    ['auditd', 'product: linux, service: auditd', 'type: SERVICE_STOP\n    unit: firewalld'],
    ['auditd', 'product: linux, category: process_creation', "Image|endswith: /curl\n    CommandLine|contains: '-o'"],
    ['auditd', 'product: linux, category: file_event', 'TargetFilename|endswith: new file'],
    [
      'auditd',
      'product: linux, category: network_connection',
      'DestinationIp|cidr: 192.0.2.0/24\n    Initiated: "true"',
    ],
    ['syslog', 'product: linux, service: sshd', 'outcome: failure'],
    ['syslog', 'product: linux, service: auth', 'user: root'],
    ['syslog', 'product: linux, service: sudo', 'USER: root'],
    ['syslog', 'product: linux, category: process_creation', 'CommandLine|contains: stop firewalld'],
    ['syslog', 'category: firewall', 'dst_port: 22\n    src_ip: 192.0.2.9'],
    ['journald-json', 'product: linux, service: sshd', 'user: root'],
    ['suricata-eve', 'category: dns', 'query: a.example\n    answer: 192.0.2.1'],
    ['suricata-eve', 'product: suricata, service: alert', 'alert.signature|contains: quoted'],
    ['zeek-json', 'category: dns', 'record_type: A'],
    ['zeek-json', 'product: zeek, service: http', 'c-uri|endswith: .exe\n    c-useragent|contains: WebDAV'],
    ['zeek-json', 'category: proxy', 'cs-method: PUT'],
    ['zeek-tsv', 'product: zeek, service: conn', 'conn_state: SF'],
    ['cef', 'category: firewall', 'dst_port: 3389'],
    ['leef', 'category: firewall', 'dst_port: 22'],
    ['m365-json', 'product: m365, service: audit', 'Operation: New-InboxRule\n    Parameters|contains: ForwardTo'],
    ['m365-csv', 'product: m365, service: exchange', 'eventSource: Exchange\n    status: success'],
    ['entra', 'product: azure, service: signinlogs', 'ResultType: 50126'],
    ['entra', 'product: azure, service: signinlogs', 'Status: Success'],
    ['entra', 'product: azure, service: auditlogs', 'properties.message: Consent to application'],
    ['cloudtrail', 'product: aws, service: cloudtrail', 'eventName: StopLogging\n    errorCode: null'],
    ['google-workspace', 'product: gcp, service: google_workspace.admin', 'eventService: admin.googleapis.com'],
    ['google-cloud', 'product: gcp, service: gcp.audit', 'gcp.audit.method_name|endswith: .delete'],
    ['nist-event-log-json', 'product: voting, category: election_event_log', 'Disposition: failure'],
    ['nist-event-log-xml', 'product: voting, category: election_event_log', 'DeviceId: SCAN-1'],
    ['voting-device-log', 'product: voting, category: election_event_log', 'Type: sign-in\n    Disposition: failure'],
  ])('%s: %s', (format, logsource, selection) => {
    expect(hits(format, logsource, selection)).toBeGreaterThan(0)
  })
})

test('a rule for one kind of log is not shown the events of another', () => {
  expect(hits('auditd', 'product: linux, service: auditd', 'CommandLine|contains: curl')).toBe(0)
  expect(hits('syslog', 'product: linux, service: sudo', 'program: sshd')).toBe(0)
  expect(hits('zeek-json', 'product: zeek, service: conn', 'query: a.example')).toBe(0)
  expect(hits('m365-json', 'product: m365, service: exchange', 'Operation: UserLoggedIn')).toBe(0)
})
