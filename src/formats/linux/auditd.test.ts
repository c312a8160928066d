import { describe, expect, test } from 'vitest'
import { readEvents } from '../../../tests/fuzz/event-formats.ts'
import type { EventRecord } from '../event.ts'
import { auditd } from './auditd.ts'

const read = (...lines: string[]): readonly EventRecord[] => readEvents(auditd, `${lines.join('\n')}\n`).records
const time = 'audit(1782180000.123:4711)'
const call = (more: string): string =>
  `type=SYSCALL msg=${time}: arch=c000003e syscall=59 success=yes exit=0 a0=55d0 ppid=900 pid=901 auid=1000 uid=0 ses=3 tty=pts0 comm="curl" exe="/usr/bin/curl" ${more}`
const about = (records: readonly EventRecord[], what: string): EventRecord | undefined =>
  records.find((record) => record.field('@event') === what)

describe('an audit record', () => {
  test('is an event with its own type, time and machine', () => {
    const [record] = read(`node=ems1 type=PATH msg=${time}: item=0 name="/etc/shadow" nametype=NORMAL`)
    expect(record?.field('type')).toBe('PATH')
    expect(record?.field('name')).toBe('/etc/shadow')
    expect(record?.timeMs).toBe(1782180000123)
    expect(record?.computer).toBe('ems1')
  })

  test('has text where the kernel wrote digits, and numbers where they are numbers', () => {
    const [path] = read(`type=PATH msg=${time}: name=2F746D702F61206220 inode=1234`)
    expect(path?.field('name')).toBe('/tmp/a b ')
    expect(path?.field('inode')).toBe('1234')
    const [sys] = read(call('key=(null)'))
    expect(sys?.field('a0')).toBe('55d0')
    expect(sys?.field('key')).toBeNull()
  })

  test('names its system call, by itself or by its number', () => {
    expect(read(call('key="k"'))[0]?.field('SYSCALL')).toBe('execve')
    expect(
      read(`${call('key="k"')}\x1dARCH=x86_64 SYSCALL=memfd_create AUID="clerk" UID="root"`)[0]?.field('SYSCALL'),
    ).toBe('memfd_create')
    expect(read(`type=SYSCALL msg=${time}: arch=c00000b7 syscall=221 pid=1`)[0]?.field('SYSCALL')).toBe('execve')
  })

  test('has the fields that a program put inside quotes', () => {
    const [stop] = read(
      `type=SERVICE_STOP msg=${time}: pid=1 uid=0 msg='unit=firewalld comm="systemd" exe="/usr/lib/systemd/systemd" res=success'`,
    )
    expect(stop?.field('unit')).toBe('firewalld')
    expect(stop?.field('comm')).toBe('systemd')
    expect(stop?.field('res')).toBe('success')
  })

  test('puts the pieces of a long argument together, over which keywords are found', () => {
    const [start] = read(`type=EXECVE msg=${time}: argc=3 a0="sh" a1="-c" a2_len=6 a2[0]=616263 a2[1]=646566`)
    expect(start?.field('a2')).toBe('abcdef')
    expect(start?.raw).toContain('sh -c abcdef')
  })

  test('that ausearch has interpreted is read with its local time and its spaces', () => {
    const line = 'type=PROCTITLE msg=audit(06/23/2026 02:00:00.500:7) : proctitle=ls -la /tmp uid=root'
    const { records } = readEvents(auditd, `----\n${line}\n`, { utcOffsetMinutes: -300 })
    expect(records[0]?.timeMs).toBe(Date.UTC(2026, 5, 23, 7, 0, 0, 500))
    expect(records[0]?.field('proctitle')).toBe('ls -la /tmp')
    expect(records[0]?.field('uid')).toBe('root')
  })

  test('within a syslog line is read too', () => {
    const [record] = read(`<13>Jun 23 02:00:00 web1 audisp-syslog: type=TTY msg=${time}: pid=1 data=6C730D`)
    expect(record?.field('type')).toBe('TTY')
    expect(record?.field('data')).toBe('ls\r')
  })

  test('of no known form is a reject with its place', () => {
    const { rejects } = readEvents(
      auditd,
      `type=CWD msg=${time}: cwd="/"\ntype=CWD what\ntype=CWD msg=audit(yesterday:1): a=1\n`,
    )
    expect(rejects.map(({ reason, place }) => [reason, place.line])).toEqual([
      ['not-this-format', 2],
      ['bad-time', 3],
    ])
  })
})

describe('the records of one audit event', () => {
  test('make a started process with its command line, folder, user and parent', () => {
    const parent = [
      'type=SYSCALL msg=audit(1782180000.1:1): arch=c000003e syscall=59 success=yes ppid=1 pid=900 uid=1000 exe="/usr/bin/bash"',
      'type=EXECVE msg=audit(1782180000.1:1): argc=2 a0="bash" a1="-i"',
      'type=PROCTITLE msg=audit(1782180000.1:1): proctitle="bash"',
    ]
    const child = [
      `${call('key="k"')}\x1dAUID="clerk" UID="root"`,
      `type=EXECVE msg=${time}: argc=3 a0="curl" a1="-o" a2="/tmp/x"`,
      `type=CWD msg=${time}: cwd="/root"`,
      `type=PROCTITLE msg=${time}: proctitle="curl"`,
    ]
    const records = read(...parent, ...child)
    const process = records.filter((record) => record.field('@event') === 'process_creation')[1]
    const fields = ['Image', 'CommandLine', 'CurrentDirectory', 'User', 'LogonUser', 'ParentImage', 'ParentCommandLine']
    expect(fields.map((name) => process?.field(name))).toEqual([
      ...['/usr/bin/curl', 'curl -o /tmp/x', '/root', 'root', 'clerk', '/usr/bin/bash', 'bash -i'],
    ])
    expect(process?.place.line).toBe(5)
  })

  test('make a file that was created, with its whole path', () => {
    const records = read(
      'type=SYSCALL msg=audit(1782180000.1:2): arch=c000003e syscall=257 success=yes ppid=1 pid=9 uid=0 exe="/usr/bin/touch"',
      'type=CWD msg=audit(1782180000.1:2): cwd="/etc/cron.d"',
      'type=PATH msg=audit(1782180000.1:2): item=1 name="job" nametype=CREATE',
    )
    const file = about(records, 'file_event')
    expect(file?.field('TargetFilename')).toBe('/etc/cron.d/job')
    expect(file?.field('Image')).toBe('/usr/bin/touch')
  })

  test('make a connection, of version 4 and 6, also while it is under way', () => {
    const connect = (saddr: string): readonly EventRecord[] =>
      read(
        'type=SYSCALL msg=audit(1782180000.1:3): arch=c000003e syscall=42 success=no exit=-115 pid=9 exe="/usr/bin/nc"',
        `type=SOCKADDR msg=audit(1782180000.1:3): saddr=${saddr}`,
      )
    const four = about(connect('020001BBC00002010000000000000000'), 'network_connection')
    expect([four?.field('DestinationIp'), four?.field('DestinationPort')]).toEqual(['192.0.2.1', '443'])
    const six = about(
      connect('0A00005000000000' + '20010DB8000000000000000000000001' + '00000000'),
      'network_connection',
    )
    expect([six?.field('DestinationIp'), six?.field('DestinationPort')]).toEqual(['2001:db8::1', '80'])
  })

  test('make no process where the start failed', () => {
    const records = read(
      'type=SYSCALL msg=audit(1782180000.1:4): arch=c000003e syscall=59 success=no exit=-2 pid=9 exe="/usr/bin/bash"',
      'type=EXECVE msg=audit(1782180000.1:4): argc=1 a0="nosuch"',
    )
    expect(about(records, 'process_creation')).toBeUndefined()
  })
})
