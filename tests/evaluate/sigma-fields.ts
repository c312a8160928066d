/** `node tests/evaluate/sigma-fields.ts [--all]`: takes SigmaHQ's rules that are not for Windows or macOS, and says which
 *  of them no log that is read here could ever make fire: for no kind of log fits, or for no event has a field that they
 *  name. What events can have is written here by the documents of their writers, apart from the code that reads them. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { readMappingTables } from '../../src/desk/rules/mapping-tables.ts'
import type { Logsource } from '../../src/sigma/event.ts'
import { factsOf, isFor, type LogsourceFacts, LogsourceTable, placesFor } from '../../src/sigma/mappings.ts'

const corpora = process.env.BELLWETHER_CORPORA ?? join(import.meta.dirname, '../../../shared/corpora')
const folder = join(corpora, 'sigma')
const showsAll = process.argv.includes('--all')

const words = (text: string): RegExp => new RegExp(`^(?:${text.trim().split(/\s+/).join('|')})$`)
const journal = words(String.raw`host program message pid user ruser USER COMMAND PWD TTY Image CommandLine User
  CurrentDirectory SRC DST SPT DPT action outcome src_ip src_port method _[A-Z_0-9]+ MESSAGE UNIT`)
const zeekConn = String.raw`ts uid id\.orig_h id\.orig_p id\.resp_h id\.resp_p proto service`

/** Fields that the events of a format can have. */
const fieldsOfFormat: Readonly<Record<string, RegExp>> = {
  auditd:
    words(String.raw`type a\d+ exe comm key name nametype unit euid uid auid gid pid ppid ses tty success exit arch
    syscall SYSCALL cwd proctitle data acct res addr hostname terminal op saddr laddr lport Image CommandLine User
    CurrentDirectory ProcessId ParentProcessId ParentImage ParentCommandLine ParentUser LogonId LogonUser
    TargetFilename DestinationIp DestinationPort SourceIp SourcePort Initiated`),
  syslog: journal,
  'journald-json': journal,
  'journald-export': journal,
  'suricata-eve': words(String.raw`event_type src_ip src_port dest_ip dest_port proto app_proto host in_iface
    (?:dns|http|tls|flow|alert|smb|ssh|smtp|fileinfo|ftp|rdp|krb5|dcerpc|dhcp|snmp|drop|netflow)\..+`),
  'zeek-json': words(String.raw`${zeekConn} query qtype_name qtype rcode_name answers rejected Z AA TTLs method host uri
    referrer user_agent status_code request_body_len response_body_len resp_mime_types orig_mime_types username
    client_header_names endpoint operation named_pipe path name action size request_type client cipher success
    error_msg certificate\.\w+ san\.\w+ conn_state duration orig_bytes resp_bytes server_name ja3 ja3s cookie
    mailfrom rcptto subject note msg sub`),
  cef: words(
    'FTNT\\w+ src dst spt dpt act msg request requestMethod requestClientApplication suser duser fname cs\\d name DeviceVendor',
  ),
  leef: words('src dst srcPort dstPort action usrName url userAgent DeviceVendor'),
  'm365-json':
    words(String.raw`CreationTime Id Operation OrganizationId RecordType ResultStatus UserKey UserType Version
    Workload UserId ClientIP ObjectId ApplicationId AppId ActorIpAddress UserAgent Parameters ExtendedProperties
    OperationProperties ModifiedProperties DeviceProperties RequestType Name Status Severity Category Source Payload
    Directionality DeliveryAction P1Sender P2Sender NetworkMessageId MailboxOwnerUPN Item AffectedItems Folder`),
  entra:
    words(String.raw`time operationName category resultType resultDescription callerIpAddress resourceId identity level
    location userAgent properties\..+ riskEventType conditionalAccessStatus authenticationRequirement homeTenantId
    resourceTenantId riskState (?:deviceDetail|DeviceDetail)\..+ ResourceDisplayName AuthenticationRequirement RiskState
    (?:T|t)argetResources(?:\..+)? LoggedByService ConsentContext\.IsAdminConsent additionalDetails\..+ ResourceId`),
  cloudtrail:
    words(String.raw`eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode
    errorMessage requestID eventID eventType recipientAccountId readOnly managementEvent status src_ip
    (?:userIdentity|requestParameters|responseElements|additionalEventData|resources|tlsDetails)(?:\..+)?`),
  'google-workspace': words(
    'eventService eventName protoPayload\\.serviceName protoPayload\\.metadata\\.event\\.eventName setting_name new_value actor\\..+ ipAddress events\\..+',
  ),
  'google-cloud': words('(?:data\\.)?(?:protoPayload|resource)\\..+ (?:data\\.)?logName severity timestamp'),
  'web server':
    words(String.raw`c-ip src_ip cs-method cs-uri c-uri cs-uri-stem cs-uri-query c-uri-query c-uri-extension cs-referer
    cs-referrer cs-user-agent c-useragent cs-username cs-host cs-cookie sc-status sc-bytes time-taken`),
  database: words('statement user database src_ip application_name session phase error_code rows objects'),
}
const sameFields: Readonly<Record<string, string>> = { 'zeek-tsv': 'zeek-json', 'm365-csv': 'm365-json' }

/** A kind of log that some format gives. */
interface Kind {
  readonly format: string
  readonly facts: LogsourceFacts
}

const { mappings, rejects } = await readMappingTables(join(import.meta.dirname, '../../data/mappings'))
for (const { problem } of rejects) console.log(problem)

function kindsOfLogs(): Kind[] {
  const table = new LogsourceTable(mappings.logsources)
  const kinds: Kind[] = [
    { format: 'web server', facts: factsOf({ category: 'webserver' }) },
    { format: 'database', facts: factsOf({ category: 'database', product: 'postgresql' }) },
  ]
  for (const { when } of mappings.logsources) {
    for (const format of [when['@format'] ?? []].flat()) {
      const fields: Readonly<Record<string, unknown>> = { ...when, '@format': format }
      const first = (name: string): string | undefined => {
        const value = fields[name]
        return value === undefined ? undefined : String(Array.isArray(value) ? value[0] : value)
      }
      const logsource: Logsource = table.of(first)
      kinds.push({ format: String(format), facts: factsOf(logsource) })
    }
  }
  return kinds
}

/** Names of fields that a detection asks for. */
function fieldsOf(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) for (const each of value) fieldsOf(each, names)
  else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      const name = key.split('|')[0] as string
      if (name !== '') names.add(name)
    }
  }
}

interface Rule {
  readonly title: string
  readonly logsource: Readonly<Record<'product' | 'category' | 'service', string | undefined>>
  readonly fields: ReadonlySet<string>
}

function rulesOf(path: string): Rule[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
    const value: unknown = document.toJS()
    if (typeof value !== 'object' || value === null || !('logsource' in value) || !('detection' in value)) return []
    const { title, logsource, detection } = value as {
      title?: unknown
      logsource: Rule['logsource']
      detection: object
    }
    const fields = new Set<string>()
    for (const [name, selection] of Object.entries(detection)) if (name !== 'condition') fieldsOf(selection, fields)
    return [{ title: String(title), logsource, fields }]
  })
}

function isReachable(field: string, { format, facts }: Kind): boolean {
  const known = fieldsOfFormat[sameFields[format] ?? format]
  return placesFor(mappings.fieldMappings, facts)(field).names.some((name) => known?.test(name) ?? false)
}

const kinds = kindsOfLogs()
const tally = new Map<string, { rules: number; fit: number; whole: number }>()
const homeless = new Map<string, number>()
const lacking = new Map<string, string[]>()
for (const path of existsSync(folder) ? globSync('rules*/**/*.yml', { cwd: folder }) : []) {
  for (const rule of rulesOf(join(folder, path))) {
    const { product, category, service } = rule.logsource
    if (product === 'windows' || product === 'macos') continue
    const label = [product, category, service].map((word) => word ?? '-').join('/')
    const row = tally.get(label) ?? { rules: 0, fit: 0, whole: 0 }
    tally.set(label, row)
    row.rules++
    const named = Object.fromEntries(
      Object.entries(rule.logsource).filter(([name]) => ['product', 'category', 'service'].includes(name)),
    )
    const fitting = kinds.filter(({ facts }) => isFor(named, facts))
    if (fitting.length === 0) {
      homeless.set(label, (homeless.get(label) ?? 0) + 1)
      continue
    }
    row.fit++
    const missing = [...rule.fields].filter((field) => !fitting.some((kind) => isReachable(field, kind)))
    if (missing.length === 0) row.whole++
    else
      lacking.set(`${label}: ${missing.join(', ')}`, [
        ...(lacking.get(`${label}: ${missing.join(', ')}`) ?? []),
        rule.title,
      ])
  }
}

if (tally.size === 0) console.log(`Skipped: no rules in ${folder}.`)
console.log('product/category/service: rules, of them with a kind of log, of these with every field')
let sum = { rules: 0, fit: 0, whole: 0 }
for (const [label, { rules, fit, whole }] of [...tally].sort()) {
  sum = { rules: sum.rules + rules, fit: sum.fit + fit, whole: sum.whole + whole }
  if (fit > 0 || showsAll) console.log(`  ${label}: ${rules}, ${fit}, ${whole}`)
}
console.log(`  together: ${sum.rules}, ${sum.fit}, ${sum.whole}`)
console.log(
  `For no kind of log that is read here: ${[...homeless].map(([label, count]) => `${label} (${count})`).join(', ')}`,
)
console.log('Fields that no event has:')
for (const [what, titles] of lacking) console.log(`  ${what}  <- ${titles.slice(0, 3).join('; ')}`)
