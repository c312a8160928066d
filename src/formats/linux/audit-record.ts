/** One record of Linux's audit log: head, fields, and the decoding of what the kernel writes as hexadecimal digits. Takes
 *  raw records, enriched ones (names behind a group separator), and those that `ausearch -i` has interpreted. */
import { Buffer } from 'node:buffer'
import { limits } from '../../core/limits.ts'
import type { EventField } from '../event.ts'
import { epochTimeMs, isoTimeMs, unitedStatesTimeMs } from '../events/event-values.ts'
import type { EventFields } from '../events/field-event.ts'
import { sockaddrFields } from './audit-address.ts'
import { syscallName } from './syscall-names.ts'

/** What stands before the fields. */
export interface AuditHead {
  readonly type: string
  /** Time and serial number: equal for all records of one event. */
  readonly id: string
  readonly timeMs: number
  readonly node: string
  readonly isInterpreted: boolean
  /** Where the fields begin. */
  readonly bodyStart: number
}

const headPattern = /(?:^|\s)type=(\S{1,64}) (?:msg=)?audit\(([^()]{3,64}):(\d{1,20})\)\s?:? ?/
const headCharacters = 1_024

/** Types that old kernels and the kernel's own log write as numbers (`linux/audit.h`, libaudit). */
const typeNames: Readonly<Record<string, string>> = {
  1006: 'LOGIN',
  1100: 'USER_AUTH',
  1101: 'USER_ACCT',
  1103: 'CRED_ACQ',
  1104: 'CRED_DISP',
  1105: 'USER_START',
  1106: 'USER_END',
  1112: 'USER_LOGIN',
  1113: 'USER_LOGOUT',
  1114: 'ADD_USER',
  1115: 'DEL_USER',
  1116: 'ADD_GROUP',
  1117: 'DEL_GROUP',
  1123: 'USER_CMD',
  1124: 'USER_TTY',
  1130: 'SERVICE_START',
  1131: 'SERVICE_STOP',
  1300: 'SYSCALL',
  1302: 'PATH',
  1305: 'CONFIG_CHANGE',
  1306: 'SOCKADDR',
  1307: 'CWD',
  1309: 'EXECVE',
  1319: 'TTY',
  1320: 'EOE',
  1325: 'NETFILTER_CFG',
  1326: 'SECCOMP',
  1327: 'PROCTITLE',
  1334: 'BPF',
  1400: 'AVC',
  1700: 'ANOM_PROMISCUOUS',
  1701: 'ANOM_ABEND',
}

/** The head of a record; undefined where the text is none. `utcOffsetMinutes` is for interpreted times, which are local. */
export function readAuditHead(text: string, utcOffsetMinutes: number): AuditHead | undefined {
  const head = text.slice(0, headCharacters)
  const found = headPattern.exec(head)
  if (found === null) return undefined
  const [whole, type, time, serial] = found as unknown as [string, string, string, string]
  const epochMs = epochTimeMs(time)
  const isInterpreted = Number.isNaN(epochMs)
  const localMs = (): number => {
    const iso = isoTimeMs(time, utcOffsetMinutes)
    return Number.isNaN(iso) ? unitedStatesTimeMs(time, utcOffsetMinutes) : iso
  }
  const node = /(?:^|\s)node=(\S{1,255})/.exec(head.slice(0, found.index + 1))
  return {
    type: (Object.hasOwn(typeNames, type) ? typeNames[type] : undefined) ?? type,
    id: `${time}:${serial}`,
    timeMs: isInterpreted ? localMs() : epochMs,
    node: node?.[1] ?? '',
    isInterpreted,
    bodyStart: found.index + whole.length,
  }
}

/** Fields that hold text of others' choice: in digits unless quoted (audit-userspace, `auparse/interpret`). */
const encodedFields = new Set([
  ...['acct', 'cmd', 'comm', 'cwd', 'data', 'device', 'dir', 'exe', 'file', 'key', 'name', 'new-disk', 'ocomm'],
  ...['old-disk', 'path', 'proctitle', 'root_dir', 'sw', 'vm', 'watch', 'new-fs', 'old-fs', 'invalid_context', 'grp'],
])
const argument = /^a(\d{1,5})(?:\[(\d{1,5})\])?$/
const hexText = /^(?:[0-9A-Fa-f]{2})+$/

/** The fields of a record, decoded. */
export function readAuditFields(head: AuditHead, text: string): EventFields {
  const fields: EventFields = new Map<string, EventField>([
    ['type', head.type],
    ['serial', head.id.slice(head.id.lastIndexOf(':') + 1)],
  ])
  if (head.node !== '') fields.set('node', head.node)
  const separator = text.indexOf('\x1d', head.bodyStart)
  const body = text.slice(head.bodyStart, separator < 0 ? undefined : separator)
  readPairs(body, head, fields)
  if (separator >= 0) readPairs(text.slice(separator + 1), head, fields)
  if (head.type === 'EXECVE') joinArguments(fields)
  if (head.type === 'SYSCALL' && !fields.has('SYSCALL')) {
    const number = String(fields.get('syscall') ?? '')
    const name = /^\d{1,4}$/.test(number) ? syscallName(String(fields.get('arch') ?? ''), number) : number
    if (name !== undefined && name !== '') fields.set('SYSCALL', name)
  }
  if (head.type === 'SOCKADDR') for (const [name, value] of sockaddrFields(fields)) fields.set(name, value)
  return fields
}

const isKeyCode = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  ((code | 32) >= 97 && (code | 32) <= 122) ||
  code === 95 ||
  code === 45 ||
  code === 91 ||
  code === 93

/** Reads `key=value` pairs. Words that are none are passed over; of equal keys the first counts. */
function readPairs(text: string, head: AuditHead, fields: EventFields, isInner = false): void {
  let p = 0
  while (p < text.length && fields.size < limits.eventFieldsMax) {
    const code = text.charCodeAt(p)
    if (!isKeyCode(code)) {
      p++
      continue
    }
    let keyEnd = p
    while (keyEnd < text.length && isKeyCode(text.charCodeAt(keyEnd))) keyEnd++
    if (text[keyEnd] !== '=') {
      p = keyEnd + 1
      continue
    }
    const key = text.slice(p, keyEnd)
    const start = keyEnd + 1
    const mark = text[start]
    if (mark === "'" && !isInner) {
      const close = text.lastIndexOf("'")
      const end = close > start ? close : text.length
      readPairs(text.slice(start + 1, end), head, fields, true)
      p = end + 1
      continue
    }
    const isQuoted = mark === '"'
    const close = isQuoted ? text.indexOf('"', start + 1) : -1
    const end =
      close >= 0 ? close : isQuoted ? text.length : head.isInterpreted ? looseEnd(text, start) : wordEnd(text, start)
    if (!fields.has(key)) fields.set(key, decode(key, text.slice(isQuoted ? start + 1 : start, end), isQuoted, head))
    p = end + 1
  }
}

function wordEnd(text: string, start: number): number {
  const space = text.indexOf(' ', start)
  return space < 0 ? text.length : space
}

/** The end of an interpreted value, which may hold spaces: before the next ` key=`. */
function looseEnd(text: string, start: number): number {
  let end = wordEnd(text, start)
  while (end < text.length) {
    let p = end + 1
    while (p < text.length && isKeyCode(text.charCodeAt(p))) p++
    if (p > end + 1 && text[p] === '=') return end
    end = wordEnd(text, p)
  }
  return end
}

function decode(key: string, raw: string, isQuoted: boolean, head: AuditHead): EventField {
  if (isQuoted || head.isInterpreted) return raw
  if (raw === '(null)') return null
  const isArgument = head.type === 'EXECVE' && argument.test(key)
  if (!(isArgument || encodedFields.has(key)) || !hexText.test(raw)) return raw
  const text = Buffer.from(raw, 'hex').toString('utf8')
  return key === 'proctitle' || key === 'data'
    ? text.replace(/\0+$/, '').replaceAll('\0', ' ')
    : text.replace(/\0+$/, '')
}

/** Puts pieces of long arguments (`a1[0]`, `a1[1]`) together, and all arguments to one line. */
function joinArguments(fields: EventFields): void {
  const pieces = new Map<number, string[]>()
  for (const [key, value] of fields) {
    const found = argument.exec(key)
    if (found === null) continue
    const index = Number(found[1])
    const list = pieces.get(index) ?? []
    list[Math.min(Number(found[2] ?? 0), limits.eventFieldsMax)] = String(value ?? '')
    pieces.set(index, list)
  }
  const order = [...pieces.keys()].sort((a, b) => a - b)
  for (const index of order)
    fields.set(`a${index}`, (pieces.get(index) as string[]).filter((each) => each !== undefined).join(''))
  const command = order.map((index) => fields.get(`a${index}`)).join(' ')
  fields.set('command', command.slice(0, limits.auditCommandCharactersMax))
}
