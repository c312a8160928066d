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

/** `watch` adds nothing; `tag` adds headers to what is flagged; `hold` also holds what is called an attack. */
export const milterModes = ['watch', 'tag', 'hold'] as const

/** A mail server that asks about each mail while it arrives (the milter protocol; postfix, sendmail). */
export interface MilterDefinition extends Common {
  readonly kind: 'milter'
  /** The address to bind to; loopback unless the office names another one. */
  readonly address: string
  readonly port: number
  /** A socket file instead of a port. */
  readonly socketPath?: string
  readonly mode: (typeof milterModes)[number]
}

/** A mailbox that is read over IMAP. */
export interface ImapDefinition extends Common {
  readonly kind: 'imap'
  readonly host: string
  readonly port: number
  /** `tls` from the first byte, `starttls` required, or `none` (loopback only). */
  readonly security: 'tls' | 'starttls' | 'none'
  readonly user: string
  /** A file that holds the password, or an OAuth access token where `token` is set. */
  readonly passwordPath: string
  readonly isToken: boolean
  readonly folders: readonly string[]
  /** At the first look, mail of so many days back is read. */
  readonly days: number
}

/** Mailboxes of a Microsoft 365 tenant, over Microsoft Graph. */
export interface GraphDefinition extends Common {
  readonly kind: 'microsoft-365'
  readonly tenant: string
  readonly clientId: string
  /** A file that holds the application's secret. */
  readonly secretPath: string
  readonly mailboxes: readonly string[]
  readonly days: number
}

/** Mailboxes of a Google Workspace domain, over the Gmail API with a service account. */
export interface GmailDefinition extends Common {
  readonly kind: 'google-workspace'
  /** The service account's key file, as Google gives it. */
  readonly keyPath: string
  readonly mailboxes: readonly string[]
  readonly days: number
}

/** Mail that people put in through the console: files of it, of any kind. There is one such source. */
export interface MailUploadDefinition extends Common {
  readonly kind: 'mail-upload'
}

/** Mailboxes that are looked into. */
export type MailboxDefinition = ImapDefinition | GraphDefinition | GmailDefinition

/** Where mail comes from. */
export type MailDefinition = MilterDefinition | MailboxDefinition | MailUploadDefinition

/** The kinds of sources, as they are written in the configuration and told in answers. */
export const sourceKinds = [
  'follow',
  'drop',
  'syslog',
  'push',
  'upload',
  'milter',
  'imap',
  'microsoft-365',
  'google-workspace',
  'mail-upload',
] as const

/** Any source. */
export type SourceDefinition =
  | FollowDefinition
  | DropDefinition
  | SyslogDefinition
  | PushDefinition
  | UploadDefinition
  | MailDefinition

/** Which kinds bring mail: total, so that a new kind says it. */
const bringsMail: Readonly<Record<SourceDefinition['kind'], boolean>> = {
  follow: false,
  drop: false,
  syslog: false,
  push: false,
  upload: false,
  milter: true,
  imap: true,
  'microsoft-365': true,
  'google-workspace': true,
  'mail-upload': true,
}

/** Whether a source brings mail. */
export const isMailSource = (definition: SourceDefinition): definition is MailDefinition => bringsMail[definition.kind]

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
