/** What to hand to whoever runs the office's mail, so that the next mail of an attack is held: the same rule in the words
 *  of Microsoft 365, Google Workspace, rspamd and postfix. Text only; Bellwether changes no mail server by itself. */
import type { MailMessage } from '../../formats/mail/message.ts'
import { registrable } from './domains.ts'
import { isFreeMail } from './free-mail.ts'
import type { IdentityRegistry } from './registry.ts'
import type { MailVerdict } from './verdict.ts'

/** What a rule looks for. Domains of everybody and of the true owner are never in it. */
export interface MailRule {
  readonly name: string
  /** Whole addresses, where the domain is everybody's. */
  readonly addresses: readonly string[]
  readonly domains: readonly string[]
  readonly linkHosts: readonly string[]
  readonly subject: string
}

/** Letters, digits and what stands in addresses: the texts below are pasted into consoles and shells. */
const safe = (text: string): string => text.toLowerCase().replace(/[^a-z0-9.@_+-]/g, '')
const isDomain = (text: string): boolean => /^(?:[a-z0-9-]{1,63}\.){1,8}[a-z0-9-]{2,63}$/.test(text)
const pattern = (text: string): string => text.replace(/[.+]/g, '\\$&')

/** The rule against mails like this one; undefined where nothing of it could be held without holding honest mail too. */
export function ruleAgainst(
  message: MailMessage,
  verdict: MailVerdict,
  registry: IdentityRegistry,
): MailRule | undefined {
  const addresses = new Set<string>()
  const domains = new Set<string>()
  for (const { address } of [...message.from, ...message.replyTo]) {
    const clean = safe(address)
    const host = clean.slice(clean.lastIndexOf('@') + 1)
    if (!isDomain(host) || registry.ownersOf(host).some((index) => registry.identities[index]?.kind !== 'brand'))
      continue
    if (isFreeMail(registrable(host)) || registry.ownersOf(host).length > 0) addresses.add(clean)
    else if (verdict.failures.some(({ kind }) => kind === 'look-alike-domain' || kind === 'subdomain-trick'))
      domains.add(registrable(host))
    else addresses.add(clean)
  }
  const linkHosts = verdict.payload.some(
    ({ feature }) => feature === 'link-look-alike' || feature === 'link-text-differs',
  )
    ? message.links
        .flatMap(({ target, from }) => (from === 'image' ? [] : hostOf(target)))
        .filter((host) => registry.ownersOf(host).length === 0)
    : []
  if (addresses.size === 0 && domains.size === 0 && linkHosts.length === 0) return undefined
  const subject = message.subject
    .replace(/[^\p{L}\p{N} ,.:-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 80)
  return {
    name: `Bellwether ${verdict.posesAs?.id ?? 'phishing'} ${verdict.campaign?.id ?? ''}`.trim(),
    addresses: [...addresses].slice(0, 10),
    domains: [...domains].slice(0, 10),
    linkHosts: [...new Set(linkHosts)].slice(0, 10),
    subject,
  }
}

function hostOf(target: string): string[] {
  const host = safe(/^https?:\/\/(?:[^/?#@]*@)?([^/?#:]+)/i.exec(target)?.[1] ?? '')
  return isDomain(host) ? [host] : []
}

export const mailSystems = ['microsoft-365', 'google-workspace', 'rspamd', 'postfix'] as const
/** A mail system that there is an instruction for. */
export type MailSystem = (typeof mailSystems)[number]

/** The instruction for one mail system: a sentence for a person, then what to paste. */
export function instructionFor(system: MailSystem, rule: MailRule): string {
  switch (system) {
    case 'microsoft-365':
      return microsoft(rule)
    case 'google-workspace':
      return google(rule)
    case 'rspamd':
      return rspamd(rule)
    case 'postfix':
      return postfix(rule)
  }
}

const quoted = (values: readonly string[]): string => values.map((value) => `"${value}"`).join(', ')

/** Each condition is a rule of its own: conditions of one transport rule must all hold. */
function microsoft({ name, addresses, domains, linkHosts }: MailRule): string {
  const rule = (kind: string, condition: string): string =>
    `New-TransportRule -Name "${name} (${kind})" ${condition} -Quarantine $true -SetAuditSeverity High -Mode AuditAndNotify`
  return [
    'Microsoft 365: in Exchange Online PowerShell. The rule is first only watched; when its report shows no honest mail, set -Mode Enforce. To search what came already, use Threat Explorer or Content search with the same sender.',
    '',
    ...(addresses.length > 0 ? [rule('sender', `-From ${quoted(addresses)}`)] : []),
    ...(domains.length > 0 ? [rule('domain', `-SenderDomainIs ${quoted(domains)}`)] : []),
    ...(linkHosts.length > 0 ? [rule('link', `-SubjectOrBodyContainsWords ${quoted(linkHosts)}`)] : []),
  ].join('\n')
}

function google({ name, addresses, domains, linkHosts }: MailRule): string {
  const expressions = [
    ...(addresses.length + domains.length > 0
      ? [
          `Sender header, matches regex: (?i)(${[...addresses.map(pattern), ...domains.map((domain) => `@([a-z0-9-]+\\.)*${pattern(domain)}`)].join('|')})`,
        ]
      : []),
    ...(linkHosts.length > 0 ? [`Body, matches regex: (?i)(${linkHosts.map(pattern).join('|')})`] : []),
  ]
  return [
    `Google Workspace: Admin console, Apps, Google Workspace, Gmail, Compliance, Content compliance, Configure. Name it “${name}”. Inbound mail. If ANY of the following match:`,
    '',
    ...expressions,
    '',
    'Then: Quarantine message. To search what came already, use the investigation tool (Gmail messages) with the same sender.',
  ].join('\n')
}

function rspamd({ name, addresses, domains, linkHosts }: MailRule): string {
  const symbol = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
  const map = (file: string, values: readonly string[]): string[] => [`# ${file}`, ...values]
  return [
    'rspamd: put each list into the file named above it, and the rule into local.d/multimap.conf; then rspamadm configtest, and reload.',
    '',
    ...(addresses.length > 0 ? map('/etc/rspamd/local.d/maps.d/bellwether_addresses.map', addresses) : []),
    ...(domains.length > 0 ? map('/etc/rspamd/local.d/maps.d/bellwether_domains.map', domains) : []),
    ...(linkHosts.length > 0 ? map('/etc/rspamd/local.d/maps.d/bellwether_links.map', linkHosts) : []),
    '',
    '# /etc/rspamd/local.d/multimap.conf',
    ...(addresses.length > 0
      ? [
          `${symbol}_ADDRESS { type = "header"; header = "from"; filter = "email"; map = "$LOCAL_CONFDIR/local.d/maps.d/bellwether_addresses.map"; score = 12.0; }`,
        ]
      : []),
    ...(domains.length > 0
      ? [
          `${symbol}_DOMAIN { type = "header"; header = "from"; filter = "email:domain:tld"; map = "$LOCAL_CONFDIR/local.d/maps.d/bellwether_domains.map"; score = 12.0; }`,
        ]
      : []),
    ...(linkHosts.length > 0
      ? [
          `${symbol}_LINK { type = "url"; filter = "full:host"; map = "$LOCAL_CONFDIR/local.d/maps.d/bellwether_links.map"; score = 8.0; }`,
        ]
      : []),
  ].join('\n')
}

function postfix({ addresses, domains, linkHosts }: MailRule): string {
  const header = (value: string): string => `/^From:.*[<\\s]${value}>?\\s*$/ HOLD Bellwether: see postqueue -p`
  return [
    'postfix: add the lines to the files named, set header_checks = pcre:/etc/postfix/header_checks and body_checks = pcre:/etc/postfix/body_checks in main.cf, then postfix reload. Held mail: postqueue -p; release with postsuper -H ID, delete with postsuper -d ID.',
    '',
    '# /etc/postfix/header_checks',
    ...addresses.map((address) => header(pattern(address))),
    ...domains.map((domain) => header(`[^@\\s]+@(?:[a-z0-9-]+\\.)*${pattern(domain)}`)),
    ...(linkHosts.length > 0
      ? [
          '',
          '# /etc/postfix/body_checks',
          ...linkHosts.map((host) => `/https?:\\/\\/${pattern(host)}/ HOLD Bellwether: link of an attack`),
        ]
      : []),
  ].join('\n')
}
