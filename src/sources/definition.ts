/** What an office says of a source: where its bytes come from and how they are to be read. It comes from the
 *  configuration file or from the console, and is checked there. */
import type { SourceId } from '../core/ids.ts'

interface Common {
  readonly id: SourceId
  /** What people call it: `Web server`, `Database`. */
  readonly title: string
  /** The name of a format; recognised from the content where it is left out. */
  readonly format?: string
  /** For logs without a time zone: minutes east of UTC. */
  readonly utcOffsetMinutes?: number
}

/** Files that grow and are rotated. A glob may gain files; each of its files is a stream of its own. */
export interface FollowDefinition extends Common {
  readonly kind: 'follow'
  /** Absolute paths or globs of the live files (`/var/log/nginx/access.log`), without the rotated ones. */
  readonly paths: readonly string[]
  /** Where a file begins that is seen for the first time: at its start, or only with what comes from now on. */
  readonly from: 'start' | 'end'
}

/** A folder in which files are put: signed bundles of an air-gapped machine, or logs as they are. */
export interface DropDefinition extends Common {
  readonly kind: 'drop'
  readonly folder: string
  /** Ed25519 public keys (SPKI, base64) of machines whose bundles are taken. */
  readonly trustedKeys: readonly string[]
  /** Takes files that nobody signed, too. */
  readonly unsigned: boolean
}

/** A port that takes syslog messages. Each sending host and program is a stream of its own. */
export interface SyslogDefinition extends Common {
  readonly kind: 'syslog'
  readonly transport: 'udp' | 'tcp' | 'tls'
  /** The address to bind to; loopback unless the office names another one. */
  readonly address: string
  readonly port: number
  /** PEM files, for TLS. Without them the desk's own key is used. */
  readonly certificatePath?: string
  readonly keyPath?: string
  /** A PEM file of authorities: senders must then show a certificate of theirs (RFC 5425 section 4.2.1). */
  readonly clientCaPath?: string
}

/** Senders that post lines over HTTP with a token. */
export interface PushDefinition extends Common {
  readonly kind: 'push'
}

/** Files that a person put in through the console. There is one such source. */
export interface UploadDefinition extends Common {
  readonly kind: 'upload'
}

/** Any source. */
export type SourceDefinition = FollowDefinition | DropDefinition | SyslogDefinition | PushDefinition | UploadDefinition

/** What a listener writes to: bytes are kept before it answers. One folder a source, one folder below it a stream
 *  (a sending host and program, an uploaded file), cut into segments `NUMBER.log`. */
export interface JournalPort {
  /** Appends whole lines, each ended by a line feed, to a stream. Resolves once they are on disk where `durable` is
   *  asked, else once they are handed to the system. Rejects where the disk is full. */
  append(sourceId: SourceId, stream: string, lines: Uint8Array, durable: boolean): Promise<void>
  /** Says that no more will come to a stream (an upload that is complete). */
  end(sourceId: SourceId, stream: string): Promise<void>
  /** True while the analysis is too far behind: a listener then stops reading. */
  readonly isFull: boolean
  /** Resolves when `isFull` is false again. */
  whenReady(): Promise<void>
  /** Messages known to be lost before they could be kept; adds up and is shown. */
  countLost(sourceId: SourceId, messages: number): void
}
