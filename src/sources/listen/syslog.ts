/** Opens a syslog source as its definition says: over UDP, TCP or TLS. */
import { err, type Result } from '../../core/result.ts'
import type { JournalPort, SyslogDefinition } from '../definition.ts'
import type { Listener, ListenerProblem } from './listener.ts'
import { openSyslogTcp } from './syslog-tcp.ts'
import { openSyslogUdp } from './syslog-udp.ts'
import { loadTlsIdentity } from './tls-key.ts'

/** What listeners need of the desk. */
export interface SyslogOptions {
  /** `data/keys`: where a key and certificate for TLS are made at the first start. */
  readonly keysFolder: string
  readonly nowMs: number
}

/** Opens the port. A failure is one sentence with the mend. */
export async function openSyslog(
  definition: SyslogDefinition,
  journal: JournalPort,
  options: SyslogOptions,
): Promise<Result<Listener, ListenerProblem>> {
  if (!(Number.isInteger(definition.port) && definition.port >= 0 && definition.port <= 65_535)) {
    return err({
      code: 'failed',
      message: `${definition.port} is no port. Choose a number from 1 to 65535, such as 5514.`,
    })
  }
  switch (definition.transport) {
    case 'udp':
      return openSyslogUdp(definition, journal)
    case 'tcp':
      return openSyslogTcp(definition, journal, undefined)
    case 'tls': {
      const identity = await loadTlsIdentity(definition, options.keysFolder, options.nowMs)
      return identity.ok ? openSyslogTcp(definition, journal, identity.value) : identity
    }
  }
}
