/** What the configuration says of mail: whose mail it is, who may write in whose name, and the sources that bring it. */
import type { SourceId } from '../../core/ids.ts'
import { isLoopback } from '../../core/loopback.ts'
import { type MailDefinition, milterModes } from '../../sources/definition.ts'
import { emptyMailOffice, type MailOffice } from '../../watches/mail/mail-office.ts'
import type { Section } from './section.ts'
import { isTable } from './toml-text.ts'

/** The `[mail]` section. The office's name is that of `[office]`. */
export interface MailConfiguration {
  readonly office: Omit<MailOffice, 'name'>
  /** Files with lists of those in whose name nobody else may write: of the state, of a vendor. */
  readonly lists: readonly string[]
  /** Public keys (SPKI, base64) of whose lists are taken; lists of anybody where there is none. */
  readonly listKeys: readonly string[]
  /** How long flagged mail and the list of all mail are kept. */
  readonly keepDays: number
  /** Whether name servers are asked who answers for a mail (SPF, DKIM, DMARC). */
  readonly asksNameServers: boolean
  /** Who signs reports; the office's name with no address where it is left out. */
  readonly reportFrom?: string
}

const { name: _name, ...nobody } = emptyMailOffice

/** What a file without the section means. */
export const noMail: MailConfiguration = {
  office: nobody,
  lists: [],
  listKeys: [],
  keepDays: 90,
  asksNameServers: true,
}

/** Reads the section. */
export function readMailSection(section: Section): MailConfiguration {
  const reportFrom = section.text('report_from')
  const mail = {
    office: {
      domains: readDomains(section, 'domains'),
      people: readPeople(section),
      trustedServers: readDomains(section, 'trusted_servers'),
      knownAddresses: (section.texts('known_addresses') ?? []).map((address) => address.trim().toLowerCase()),
    },
    lists: section.texts('lists') ?? [],
    listKeys: section.texts('list_keys') ?? [],
    keepDays: section.integer('keep_days', 1, 3_650) ?? noMail.keepDays,
    asksNameServers: section.flag('ask_name_servers') ?? noMail.asksNameServers,
    ...(reportFrom === undefined ? {} : { reportFrom }),
  }
  if (reportFrom !== undefined && !/^[^\s@<>]+@[^\s@<>]+$/.test(reportFrom)) {
    section.say('report_from', 'report_from is an address, such as "elections@maple.example".')
  }
  section.end()
  return mail
}

function readDomains(section: Section, key: string): string[] {
  return (section.texts(key) ?? []).map((domain) => {
    const bare = domain.trim().toLowerCase().replace(/^@/, '')
    if (!/^[a-z0-9.-]+\.[a-z0-9-]+$/.test(bare))
      section.say(key, `"${domain}" is not a domain, such as "maple.example".`)
    return bare
  })
}

function readPeople(section: Section): { name: string; addresses: string[] }[] {
  return (section.list('people') ?? []).flatMap((entry) => {
    const name = typeof entry === 'string' ? entry : isTable(entry) ? entry.name : undefined
    const addresses = isTable(entry) && Array.isArray(entry.addresses) ? (entry.addresses as unknown[]) : []
    if (typeof name !== 'string' || !addresses.every((address) => typeof address === 'string')) {
      section.say(
        'people',
        'people is a list of names, such as people = ["Maria Garza", { name = "Jo Lee", addresses = ["jo@home.example"] }].',
      )
      return []
    }
    return [{ name, addresses: addresses.map((address) => address.toLowerCase()) }]
  })
}

interface Common {
  readonly id: SourceId
  readonly title: string
}

/** Reads a source of mail. */
export function readMailSource(
  kind: Exclude<MailDefinition['kind'], 'mail-upload'>,
  common: Common,
  section: Section,
): MailDefinition {
  switch (kind) {
    case 'milter': {
      const socketPath = section.text('socket')
      return {
        ...common,
        kind,
        address: section.text('address') ?? '127.0.0.1',
        port: section.integer('port', 0, 65_535) ?? 7357,
        mode: section.choice('mode', milterModes) ?? 'watch',
        ...(socketPath === undefined ? {} : { socketPath }),
      }
    }
    case 'imap': {
      const security = section.choice('security', ['tls', 'starttls', 'none'] as const) ?? 'tls'
      const host = section.text('host') ?? ''
      if (host === '') section.say('host', 'say which server, such as host = "imap.maple.example".')
      const user = section.text('user') ?? ''
      if (user === '') section.say('user', 'say whose mailbox, such as user = "elections@maple.example".')
      if (security === 'none' && !isLoopback(host)) {
        section.say('security', 'without encryption the password could be read on the way; use "tls" or "starttls".')
      }
      return {
        ...common,
        kind,
        host,
        port: section.integer('port', 1, 65_535) ?? (security === 'tls' ? 993 : 143),
        security,
        user,
        passwordPath: readSecret(section, 'password_file'),
        isToken: section.flag('token') ?? false,
        folders: section.texts('folders') ?? ['INBOX'],
        days: readDays(section),
      }
    }
    case 'microsoft-365': {
      const tenant = section.text('tenant') ?? ''
      if (tenant === '') section.say('tenant', 'say which tenant, such as tenant = "maple.onmicrosoft.example".')
      const clientId = section.text('client_id') ?? ''
      if (clientId === '') section.say('client_id', 'say the application’s id, as its registration shows it.')
      return {
        ...common,
        kind,
        tenant,
        clientId,
        secretPath: readSecret(section, 'secret_file'),
        mailboxes: readMailboxes(section),
        days: readDays(section),
      }
    }
    case 'google-workspace':
      return {
        ...common,
        kind,
        keyPath: readSecret(section, 'key_file'),
        mailboxes: readMailboxes(section),
        days: readDays(section),
      }
  }
}

const readDays = (section: Section): number => section.integer('days', 0, 365) ?? 30

function readSecret(section: Section, key: string): string {
  const path = section.text(key)
  if (path === undefined) {
    section.say(
      key,
      `say which file holds it, such as ${key} = "/etc/bellwether/mail.secret". It stands in no other place.`,
    )
  }
  return path ?? ''
}

function readMailboxes(section: Section): readonly string[] {
  const mailboxes = section.texts('mailboxes') ?? []
  if (mailboxes.length === 0) {
    section.say('mailboxes', 'say which mailboxes, such as mailboxes = ["elections@maple.example"].')
  }
  return mailboxes
}
