/** What all listeners are to the desk: open or not, what came in, what was refused. The sentences for ports and key files
 *  that cannot be used stand here too. */
import type { SourceId } from '../../core/ids.ts'
import type { SyslogDefinition } from '../definition.ts'
import { errorCode, showPath } from '../problem.ts'
import type { RejectReason } from './syslog-frames.ts'

/** Why a listener does not open, as one sentence with the mend. */
export interface ListenerProblem {
  readonly code: 'port-in-use' | 'port-not-allowed' | 'no-such-address' | 'bad-certificate' | 'failed'
  readonly message: string
}

/** A listener at a glance. Counts are since it was opened. */
export interface ListenerState {
  readonly sourceId: SourceId
  readonly transport: SyslogDefinition['transport']
  readonly address: string
  /** The port in use, also where the definition asked for any (0). */
  readonly port: number
  readonly connections: number
  readonly messages: number
  readonly bytes: number
  /** Messages that were not kept. */
  readonly rejected: Readonly<Record<RejectReason, number>>
  /** Connections that were turned away: too many at once, or no TLS handshake. */
  readonly refusedConnections: number
  /** Messages known to be lost before they could be read (UDP). */
  readonly lost: number
  /** True while senders are kept waiting. */
  readonly isPaused: boolean
  /** Whole sentences: what this listener cannot see, and a certificate's fingerprint to compare. */
  readonly notes: readonly string[]
}

/** An open port. */
export interface Listener {
  readonly definition: SyslogDefinition
  state(): ListenerState
  /** Takes nothing more. Resolves when what was read is in the journal. */
  close(): Promise<void>
}

/** The problem behind an error at opening a port. */
export function listenerProblem(error: unknown, definition: SyslogDefinition): ListenerProblem {
  const { address, port, transport } = definition
  const what = `Port ${port} (${transport === 'udp' ? 'UDP' : 'TCP'})`
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return {
        code: 'port-in-use',
        message: `${what} at ${address} is used by another program. Stop that program, or choose another port for this source and for its senders.`,
      }
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'port-not-allowed',
        message: `${what} may be opened by an administrator only. Choose a port above 1023, such as 5514 or 6514, or forward port ${port} to it.`,
      }
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAFNOSUPPORT':
      return {
        code: 'no-such-address',
        message: `This machine has no address ${showPath(address)}. Name one of its own addresses, or 0.0.0.0 for all of them.`,
      }
    default:
      return {
        code: 'failed',
        message: `${what} at ${address} could not be opened (the system says ${errorCode(error)}). Restart the desk; if it stays, choose another port.`,
      }
  }
}
