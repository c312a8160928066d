/** Which of Zeek's logs a line is from: by the log's own word, by the name of its file, or by the fields that only that log
 *  has. Sigma's rules name the log as their service. */

/** Fields that tell a log from all others, in the order in which they are tried. */
const signatures: readonly (readonly [path: string, fields: readonly string[]])[] = [
  ['conn', ['conn_state', 'id.orig_h']],
  ['dns', ['query', 'qtype', 'id.orig_h']],
  ['dns', ['query', 'qtype_name']],
  ['http', ['method', 'uri', 'id.orig_h']],
  ['http', ['trans_depth', 'status_code']],
  ['ssl', ['cipher', 'curve']],
  ['ssl', ['server_name', 'established']],
  ['ssl', ['version', 'established']],
  ['files', ['fuid', 'mime_type', 'source']],
  ['files', ['fuid', 'seen_bytes']],
  ['x509', ['certificate.serial']],
  ['smb_files', ['action', 'path', 'name', 'id.orig_h']],
  ['smb_files', ['action', 'name', 'times.modified']],
  ['smb_mapping', ['path', 'share_type']],
  ['dce_rpc', ['endpoint', 'operation']],
  ['kerberos', ['request_type', 'client']],
  ['kerberos', ['request_type', 'service']],
  ['ntlm', ['domainname', 'hostname']],
  ['ntlm', ['server_nb_computer_name']],
  ['ssh', ['auth_attempts']],
  ['ssh', ['cipher_alg', 'mac_alg']],
  ['rdp', ['cookie', 'security_protocol']],
  ['rdp', ['cookie', 'result', 'id.orig_h']],
  ['smtp', ['mailfrom', 'rcptto']],
  ['smtp', ['helo', 'last_reply']],
  ['notice', ['note', 'actions']],
  ['weird', ['name', 'notice', 'peer']],
  ['dhcp', ['msg_types']],
  ['ftp', ['command', 'reply_code', 'user']],
  ['software', ['software_type']],
  ['intel', ['seen.indicator']],
  ['tunnel', ['tunnel_type']],
  ['snmp', ['community']],
  ['radius', ['username', 'result', 'mac']],
  ['sip', ['call_id', 'request_path']],
  ['pe', ['is_exe', 'compile_ts']],
  ['ldap', ['message_id', 'opcode']],
  ['ntp', ['stratum', 'ref_id']],
  ['syslog', ['facility', 'severity', 'message', 'id.orig_h']],
  ['modbus', ['func']],
  ['dnp3', ['fc_request']],
  ['mysql', ['cmd', 'arg', 'success']],
  ['known_hosts', ['host', 'host_num']],
  ['capture_loss', ['gaps', 'acks']],
  ['stats', ['pkts_proc']],
  ['reporter', ['level', 'location']],
]

const names = new Set([...signatures.map(([path]) => path), 'known_services', 'known_certs', 'loaded_scripts', 'socks'])
names.add('packet_filter')
names.add('traceroute')
names.add('irc')
names.add('notice_alarm')
names.add('quic')
names.add('websocket')
names.add('ocsp')

/** A log's name from its file's: `http.10:00:00-11:00:00.log.gz` and `conn_20260623.log` are `http` and `conn`. */
function pathOfFile(source: string): string | undefined {
  const file = source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1).toLowerCase()
  const stem = /^[a-z0-9_]{1,32}?(?=[.\-_]?\d{4}|[.-])/.exec(file)?.[0]
  return stem !== undefined && names.has(stem) ? stem : undefined
}

/** The log of a line; empty where it cannot be told. */
export function zeekPath(written: string, source: string, has: (field: string) => boolean): string {
  if (written !== '') return written
  const byFile = pathOfFile(source)
  if (byFile !== undefined) return byFile
  for (const [path, fields] of signatures) if (fields.every(has)) return path
  return ''
}
