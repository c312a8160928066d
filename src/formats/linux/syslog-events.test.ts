import { describe, expect, test } from 'vitest'
import { readEvents } from '../../../tests/fuzz/event-formats.ts'
import type { EventRecord } from '../event.ts'
import { syslogEvents } from './syslog-events.ts'

const referenceMs = Date.UTC(2026, 6, 1)
const read = (line: string, options = {}): EventRecord | undefined =>
  readEvents(syslogEvents, `${line}\n`, { referenceMs, ...options }).records[0]
const fieldsOf = (line: string, ...names: string[]): unknown[] => names.map((name) => read(line)?.field(name))
const at = 'Jun 23 02:00:01 web1'

describe('the time of a line', () => {
  test('without a year is the latest that is not after the end of the log', () => {
    expect(read(`${at} sshd[1]: x`)?.timeMs).toBe(Date.UTC(2026, 5, 23, 2, 0, 1))
    expect(read('Dec 31 23:59:59 web1 sshd[1]: x')?.timeMs).toBe(Date.UTC(2025, 11, 31, 23, 59, 59))
    expect(read('Feb 29 10:00:00 web1 sshd[1]: x')?.timeMs).toBe(Date.UTC(2024, 1, 29, 10))
    expect(read(`${at} sshd[1]: x`, { utcOffsetMinutes: -300 })?.timeMs).toBe(Date.UTC(2026, 5, 23, 7, 0, 1))
  })

  test('without a year goes on into the next where the log does', () => {
    const days = ['Jul 1', 'Jul 20', 'Aug 15', 'Sep 10', 'Oct 5', 'Nov 1', 'Nov 29', 'Dec 24', 'Jan 20']
    const text = days.map((day) => `${day.replace(/ (\d)$/, '  $1')} 10:00:00 web1 sshd[1]: x\n`).join('')
    const { records } = readEvents(syslogEvents, text, { referenceMs })
    expect(records.map(({ timeMs }) => new Date(timeMs).getUTCFullYear())).toEqual([...Array(8).fill(2026), 2027])
  })

  test('without a year is not known where nobody knows when the log ended', () => {
    expect(read(`${at} sshd[1]: x`, { referenceMs: undefined })?.timeMs).toBeNaN()
  })

  test('is read in all forms of rsyslog and journalctl', () => {
    const ms = Date.UTC(2026, 5, 23, 2, 0, 1)
    for (const head of [
      '2026-06-23T02:00:01.000000+00:00',
      '2026-06-23T04:00:01+0200',
      '<34>1 2026-06-23T02:00:01Z',
      '<34>Jun 23 02:00:01',
      'Tue 2026-06-23 02:00:01 UTC',
      '1782180001.000000',
    ]) {
      const isNew = head.startsWith('<34>1')
      const record = read(`${head} web1 sshd${isNew ? ' 12 - - ' : '[12]: '}x`)
      expect(record?.timeMs, head).toBe(ms)
      expect([record?.computer, record?.field('program'), record?.field('pid')], head).toEqual(['web1', 'sshd', '12'])
    }
  })
})

describe('a sign-in by sshd', () => {
  test('that failed says who, from where, and whether there is such a user', () => {
    expect(
      fieldsOf(
        `${at} sshd[1]: Failed password for invalid user admin from 192.0.2.7 port 50212 ssh2`,
        ...['action', 'outcome', 'user', 'invalid', 'src_ip', 'src_port', 'method'],
      ),
    ).toEqual(['login', 'failure', 'admin', true, '192.0.2.7', 50212, 'password'])
    expect(fieldsOf(`${at} sshd[1]: Invalid user a from b from 192.0.2.7 port 5`, 'user', 'src_ip')).toEqual([
      'a from b',
      '192.0.2.7',
    ])
  })

  test('that succeeded says the method and the key', () => {
    expect(
      fieldsOf(
        `${at} sshd[1]: Accepted publickey for clerk from 2001:db8::7 port 40022 ssh2: ED25519 SHA256:abc`,
        ...['outcome', 'user', 'src_ip', 'method', 'key'],
      ),
    ).toEqual(['success', 'clerk', '2001:db8::7', 'publickey', 'ED25519 SHA256:abc'])
  })

  test('that PAM refused says the far end, also as older systems write it', () => {
    const message = 'authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.4  user=root'
    for (const line of [`${at} sshd(pam_unix)[19939]: ${message}`, `${at} sshd[3]: pam_unix(sshd:auth): ${message}`]) {
      expect(fieldsOf(line, 'outcome', 'src_ip', 'user')).toEqual(['failure', '192.0.2.4', 'root'])
    }
  })
})

describe('other programs', () => {
  test('sudo: a command is a process with its user and folder', () => {
    const line = `${at} sudo:    clerk : TTY=pts/0 ; PWD=/home/clerk ; USER=root ; COMMAND=/usr/bin/id -u ; x`
    expect(fieldsOf(line, '@event', 'ruser', 'USER', 'CommandLine', 'Image', 'CurrentDirectory', 'outcome')).toEqual([
      ...['process_creation', 'clerk', 'root', '/usr/bin/id -u ; x', '/usr/bin/id', '/home/clerk', 'success'],
    ])
  })

  test('sudo: a refused command is a failure with its reason', () => {
    const line = `${at} sudo: eve : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=#-1 ; COMMAND=/bin/sh`
    expect(fieldsOf(line, '@event', 'outcome', 'reason', 'USER')).toEqual([
      ...['authentication', 'failure', 'user NOT in sudoers', '#-1'],
    ])
  })

  test('su, login, accounts and cron are told by their words', () => {
    expect(fieldsOf(`${at} su[9]: FAILED SU (to root) clerk on pts/1`, 'action', 'outcome', 'user', 'ruser')).toEqual([
      ...['su', 'failure', 'root', 'clerk'],
    ])
    expect(fieldsOf(`${at} su: (to root) clerk on pts/1`, 'outcome', 'user', 'ruser')).toEqual([
      'success',
      'root',
      'clerk',
    ])
    expect(
      fieldsOf(`${at} login[5]: FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure`, 'outcome', 'user'),
    ).toEqual(['failure', 'root'])
    expect(fieldsOf(`${at} useradd[4]: new user: name=helper, UID=0, GID=0`, 'action', 'user', 'UID')).toEqual([
      ...['user-added', 'helper', '0'],
    ])
    expect(fieldsOf(`${at} CRON[3]: (root) CMD (/bin/a --b)`, '@event', 'CommandLine', 'User')).toEqual([
      ...['process_creation', '/bin/a --b', 'root'],
    ])
  })

  test('the packet filter says addresses, ports and what it did', () => {
    const line = `${at} kernel: [ 12.5] [UFW BLOCK] IN=eth0 OUT= MAC=aa SRC=192.0.2.9 DST=10.0.0.5 PROTO=TCP SPT=55 DPT=22`
    expect(fieldsOf(line, '@event', 'action', 'SRC', 'DST', 'DPT')).toEqual([
      'packet',
      'block',
      '192.0.2.9',
      '10.0.0.5',
      '22',
    ])
  })

  test('network devices of Cisco are told by the form of their messages', () => {
    const line = '<189>Jun 23 02:00:01 10.0.0.1 77: %SYS-5-CONFIG_I: Configured from console by vty0'
    expect(fieldsOf(line, 'vendor', 'mnemonic')).toEqual(['cisco', 'CONFIG_I'])
  })
})
