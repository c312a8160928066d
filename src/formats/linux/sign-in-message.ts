/** What the messages of sshd, su, login, PAM, sudo, cron, the account tools and the packet filter say, as fields. Programs
 *  word them each in their own way; what is not known here is left to keywords. */
import { posix } from 'node:path'
import { limits } from '../../core/limits.ts'
import type { EventField } from '../event.ts'
import { aboutField } from '../events/event-values.ts'

/** Fields by name, of which undefined ones are not there. */
type Found = Readonly<Record<string, EventField | undefined>>

/** One wording: what is found becomes fields by the expression's groups, with those that it always means. */
interface Wording {
  readonly is: RegExp
  readonly means: Found
}

const signIn = { [aboutField]: 'authentication' }
const failed = { ...signIn, outcome: 'failure' }
const done = { ...signIn, outcome: 'success' }
const from = '(?<src_ip>\\S{1,255}) port (?<src_port>\\d{1,5})'
/** Older versions name no port, and end the address with a colon. */
const fromAny = '(?<src_ip>\\S{1,255}?)(?: port (?<src_port>\\d{1,5})|(?=:? |:?$))'
const word = (pattern: string, means: Found): Wording => ({ is: new RegExp(pattern), means })

/** OpenSSH: `auth.c`, `packet.c`, `sshd.c`. Names of users may hold anything, so what stands behind them is matched last. */
const sshd: readonly Wording[] = [
  word(`^Accepted (?<method>\\S{1,64}) for (?<user>.{0,256}?) from ${from}(?: ssh\\d?)?(?:: (?<key>.{1,256}))?$`, {
    ...done,
    action: 'login',
  }),
  word(
    `^(?:error: )?(?:Failed|Postponed) (?<method>\\S{1,64}) for (?<invalid>invalid user |illegal user )?(?<user>.{0,256}) from ${from}`,
    {
      ...failed,
      action: 'login',
    },
  ),
  word('^(?:Invalid|Illegal) user (?<user>.{0,256}?) from (?<src_ip>\\S{1,255})(?: port (?<src_port>\\d{1,5}))?$', {
    ...failed,
    action: 'invalid-user',
    invalid: true,
  }),
  word(
    `^(?:error: )?maximum authentication attempts exceeded for (?<invalid>invalid user )?(?<user>.{0,256}) from ${from}`,
    {
      ...failed,
      action: 'too-many-attempts',
    },
  ),
  word('^User (?<user>.{0,256}) from (?<src_ip>\\S{1,255}) not allowed because (?<reason>.{1,256})$', {
    ...failed,
    action: 'not-allowed',
  }),
  word(`^ROOT LOGIN REFUSED FROM ${from}`, { ...failed, action: 'login', user: 'root' }),
  word(`^Connection (?:closed|reset) by (?:(?<state>authenticating|invalid) user (?<user>.{0,256}) )?${fromAny}`, {
    action: 'disconnect',
  }),
  word(
    `^(?:error: )?(?:Received disconnect|Disconnected) from (?:(?<state>authenticating|invalid )?user (?<user>.{0,256}) )?${fromAny}`,
    {
      action: 'disconnect',
    },
  ),
  word('^(?:input_userauth_request: )invalid user (?<user>.{0,256}?)(?: \\[preauth\\])?$', {
    ...failed,
    action: 'invalid-user',
    invalid: true,
  }),
  word('^Did not receive identification string from (?<src_ip>[^\\s:]{1,255})', { action: 'probe' }),
  word('^(?:error: )?(?:kex_exchange_identification|banner exchange): ', { action: 'probe' }),
  word('^Bad protocol version identification .{0,512} from (?<src_ip>\\S{1,255})', { action: 'probe' }),
  word('^reverse mapping checking getaddrinfo for (?<src_host>\\S{1,255}) \\[?(?<src_ip>[^\\s\\]]{1,255})\\]? failed', {
    action: 'name-mismatch',
  }),
]

const pam: readonly Wording[] = [
  word('(?:^|: )(?:\\d{1,5} more )?authentication failures?;', { ...failed, action: 'login' }),
  word('(?:^|: )check pass; user unknown', { ...failed, action: 'invalid-user', invalid: true }),
  word(
    '(?:^|: )session opened for user (?<user>[^\\s(]{1,256})(?:\\(uid=(?<uid>\\d{1,10})\\))?(?: by (?<ruser>[^\\s(]{0,256})(?:\\(uid=(?<ruid>\\d{1,10})\\))?)?',
    { ...done, action: 'session-opened' },
  ),
  word('(?:^|: )session closed for user (?<user>\\S{1,256})', { action: 'session-closed' }),
  word('(?:^|: )password changed for (?<user>\\S{1,256})', { action: 'password-changed' }),
  word('(?:^|: )account (?<user>\\S{1,256}) has (?:password )?expired', { ...failed, action: 'account-expired' }),
]

const su: readonly Wording[] = [
  word('^(?:\\+ \\S{1,64} |Successful su for )(?<ruser>[^\\s:]{1,256})(?: by |:)(?<user>\\S{1,256})', {
    ...done,
    action: 'su',
  }),
  word('^\\(to (?<user>\\S{1,256})\\) (?<ruser>\\S{1,256}) on (?<tty>\\S{1,64})', { ...done, action: 'su' }),
  word('^FAILED [Ss][Uu] (?:for |\\(to )(?<user>[^\\s)]{1,256})\\)?(?: by)? (?<ruser>\\S{1,256})', {
    ...failed,
    action: 'su',
  }),
  word('^(?:- \\S{1,64} |BAD SU )(?<ruser>[^\\s:]{1,256})(?: to |:)(?<user>\\S{1,256})', { ...failed, action: 'su' }),
]

const login: readonly Wording[] = [
  word(
    "^FAILED LOGIN (?:SESSION |\\(?\\d{1,4}\\)? )?(?:on '?(?<tty>[^\\s']{1,64})'? )?(?:FROM (?<src_ip>\\S{1,255}) )?FOR '?(?<user>[^',]{0,256})",
    {
      ...failed,
      action: 'login',
    },
  ),
  word('^(?<root>ROOT )?LOGIN ON (?<tty>\\S{1,64})(?: BY (?<user>\\S{1,256}))?(?: FROM (?<src_ip>\\S{1,255}))?', {
    ...done,
    action: 'login',
  }),
  word("^ROOT LOGIN +on '?(?<tty>[^\\s']{1,64})", { ...done, action: 'login', user: 'root' }),
]

const accounts: readonly Wording[] = [
  word('^new user: name=(?<user>[^,]{1,256})', { action: 'user-added' }),
  word('^new group: name=(?<group>[^,]{1,256})', { action: 'group-added' }),
  word("^add '(?<user>[^']{1,256})' to (?:shadow )?group '(?<group>[^']{1,256})'", { action: 'group-member-added' }),
  word("^delete user '(?<user>[^']{1,256})'", { action: 'user-removed' }),
  word("^change user '(?<user>[^']{1,256})'", { action: 'user-changed' }),
  word('^password for (?<user>\\S{1,256}) changed by (?<ruser>\\S{1,256})', { action: 'password-changed' }),
]

const wordings: Readonly<Record<string, readonly Wording[]>> = {
  sshd: [...sshd, ...pam],
  'sshd-session': [...sshd, ...pam],
  'sshd-auth': [...sshd, ...pam],
  su: [...su, ...pam],
  login: [...login, ...pam],
  useradd: accounts,
  usermod: accounts,
  userdel: accounts,
  groupadd: accounts,
  passwd: [...accounts, ...pam],
  chpasswd: [...accounts, ...pam],
}

const numericFields = new Set(['src_port', 'uid', 'ruid'])

/** The fields that a message of a program says, in the order of their certainty. */
export function messageFields(program: string, message: string): Map<string, EventField> {
  const fields = new Map<string, EventField>()
  const text = message.slice(0, limits.eventMessageCharactersMax)
  // Older PAM wrote its module into the program's name: `sshd(pam_unix)`.
  const base = program.replace(/\(.{1,64}\)$/, '').replace(/^.*\//, '')
  const list = Object.hasOwn(wordings, base) ? (wordings[base] as readonly Wording[]) : pam
  for (const { is, means } of list) {
    const found = is.exec(text)
    if (found === null) continue
    put(fields, found.groups ?? {})
    put(fields, means)
    break
  }
  if (base === 'sudo') put(fields, sudoFields(text))
  else if (/^cron|^crond|^anacron/i.test(base)) put(fields, cronFields(text))
  pairs(text, fields)
  if (fields.get('rhost') !== undefined && !fields.has('src_ip')) fields.set('src_ip', fields.get('rhost') ?? null)
  if (fields.has('SRC') && fields.has('DST')) put(fields, packetFields(text))
  return fields
}

function put(fields: Map<string, EventField>, found: Found): void {
  for (const [name, value] of Object.entries(found)) {
    if (value === undefined || fields.has(name)) continue
    const isFlag = name === 'invalid' && typeof value === 'string'
    fields.set(name, isFlag ? true : numericFields.has(name) ? Number(value) : value)
  }
}

/** sudoers(5), "Log format": `user : [reason ;] TTY=… ; PWD=… ; USER=… ; COMMAND=…`. */
function sudoFields(text: string): Found {
  const head = /^ {0,8}(\S{1,256}) : /.exec(text)
  if (head === null) return {}
  const rest = text.slice(head[0].length)
  const commandAt = rest.indexOf('COMMAND=')
  const command = commandAt < 0 ? undefined : rest.slice(commandAt + 'COMMAND='.length)
  const fields: Record<string, EventField> = { action: 'sudo', ruser: head[1] as string }
  const reasons: string[] = []
  for (const part of rest.slice(0, commandAt < 0 ? undefined : commandAt).split(' ; ')) {
    const pair = /^([A-Z]{1,16})=(.*)$/.exec(part)
    if (pair !== null) fields[pair[1] as string] = pair[2] as string
    else if (part.trim() !== '') reasons.push(part.trim())
  }
  if (reasons.length > 0) Object.assign(fields, { ...failed, reason: reasons.join('; ') })
  if (fields.USER !== undefined) fields.user = fields.USER
  if (command === undefined) return fields
  if (reasons.length === 0) fields.outcome = 'success'
  const about = reasons.length === 0 ? 'process_creation' : 'authentication'
  return { ...fields, [aboutField]: about, COMMAND: command, ...commandFields(command, fields.USER, fields.PWD) }
}

/** cron(8): `(user) CMD (command)`, `(user) REPLACE (crontab)`. */
function cronFields(text: string): Found {
  const found = /^\(([^)]{1,256})\) ([A-Z ]{2,32}) \((.*)\)$/s.exec(text)
  if (found === null) return {}
  const [, user = '', action = '', rest = ''] = found
  if (action !== 'CMD') return { user, action: `cron-${action.toLowerCase().replaceAll(' ', '-')}`, object: rest }
  return { user, action: 'cron-command', [aboutField]: 'process_creation', ...commandFields(rest, user, undefined) }
}

function commandFields(command: string, user: EventField | undefined, folder: EventField | undefined): Found {
  const image = /^\S{1,4096}/.exec(command.trimStart())?.[0] ?? ''
  return { CommandLine: command, Image: image, User: user, CurrentDirectory: folder, ImageName: posix.basename(image) }
}

/** `key=value` pairs, as PAM, the account tools and the kernel's packet filter write them. */
function pairs(text: string, fields: Map<string, EventField>): void {
  const pair = /(?:^|[\s,;])([A-Za-z_]{1,32})=([^\s,;]{0,512})/g
  for (let found = pair.exec(text); found !== null && fields.size < limits.eventFieldsMax; found = pair.exec(text)) {
    const [, name, value] = found as unknown as [string, string, string]
    if (value !== '' && !fields.has(name)) fields.set(name, value)
  }
}

/** The words that a rule of the packet filter puts before its line: `[UFW BLOCK] IN=…`. */
function packetFields(text: string): Found {
  const prefix = /^(?:\[ {0,8}\d{1,12}\.\d{1,9}\] )?(.{0,64}?)IN=/.exec(text)?.[1] ?? ''
  const verdict = /\b(BLOCK|DROP|DENY|REJECT|ALLOW|ACCEPT|AUDIT|LIMIT)/i.exec(prefix)?.[1]?.toLowerCase()
  return { [aboutField]: 'packet', prefix: prefix.trim(), action: verdict }
}
