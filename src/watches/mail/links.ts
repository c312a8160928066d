/** What a mail's links do: where they lead, what they pretend, and whether those places belong to whom the mail is from.
 *  Nothing is fetched. */
import { limits } from '../../core/limits.ts'
import type { MailLink } from '../../formats/mail/message.ts'
import { isWithin, ownLabel, registrable } from './domains.ts'
import { clickCounters, freeHosting, linkShorteners, massMailers } from './free-mail.ts'
import type { IdentityRegistry } from './registry.ts'
import type { Carried, LinkFeature } from './verdict.ts'

/** A link as its parts. */
export interface LinkTarget {
  readonly scheme: string
  readonly host: string
  readonly domain: string
  readonly path: string
  readonly hasUserInfo: boolean
  readonly port: string
}

/** What the links of a mail come to. */
export interface LinkFacts {
  readonly carried: readonly Carried[]
  /** Registrable domains to which a reader can click, once each. */
  readonly domains: readonly string[]
  /** Hosts of them, as they are compared between mails: free hosting by its whole host. */
  readonly hosts: readonly string[]
  readonly imageDomains: readonly string[]
  readonly clickable: number
  readonly targets: readonly LinkTarget[]
}

/** Takes a link apart; undefined for what leads to no host. Written for what mail programs open, not for what is valid. */
export function targetOf(target: string): LinkTarget | undefined {
  const trimmed = target
    .trim()
    .slice(0, limits.mailFieldSearchedCharactersMax)
    .replaceAll('\\', '/')
    .replaceAll(/[\t\n\r]/g, '')
  const scheme =
    /^([a-z][a-z0-9+.-]{1,15}):/i.exec(trimmed)?.[1]?.toLowerCase() ?? (trimmed.startsWith('//') ? 'http' : '')
  if (!['http', 'https', 'ftp'].includes(scheme)) return undefined
  const rest = trimmed
    .slice(trimmed.indexOf(':') < 0 || trimmed.startsWith('//') ? 0 : trimmed.indexOf(':') + 1)
    .replace(/^\/*/, '')
  const end = rest.search(/[/?#]/)
  const authority = end < 0 ? rest : rest.slice(0, end)
  const at = authority.lastIndexOf('@')
  const [host = '', port = ''] = authority.slice(at + 1).split(':')
  const name = numericHost(host.toLowerCase().replace(/\.$/, ''))
  if (name === '') return undefined
  return {
    scheme,
    host: name,
    domain: registrable(name),
    path: end < 0 ? '' : rest.slice(end),
    hasUserInfo: at >= 0,
    port,
  }
}

/** An address written as one number or in hexadecimal, as browsers read it (WHATWG URL, section 3.5). */
function numericHost(host: string): string {
  if (!/^(?:0x[0-9a-f]+|\d+)$/.test(host)) return host
  const value = Number(host)
  return value > 0xffffffff ? host : [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

const isAddress = (host: string): boolean => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || host.startsWith('[')

/** The host that a link's text shows: `www.vrsystems.com/guides` shows one, `Sign in` none. */
export function shownHost(text: string): string {
  const found = /(?:^|[\s(<[])(?:https?:\/\/)?((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,18})(?=$|[\s/:?#)>\],])/i.exec(
    text.slice(0, 300),
  )
  const host = found?.[1]?.toLowerCase() ?? ''
  // `setup.exe`, `guide.doc` and `ASP.NET` are no hosts.
  return /\.(?:exe|docx?|xlsx?|pptx?|pdf|zip|txt|html?|php|jpg|png|gif|net\d|js|py|cpp|c|h|md|json|xml|csv|log|so|dll|sh)$/.test(
    host,
  )
    ? ''
    : host
}

/** A redirect that its host offers to anybody: the true target stands in the link. */
function redirectsTo(target: LinkTarget): string {
  const inside = /[?&=/](https?(?::\/\/|%3a%2f%2f)[^&\s]{4,400})/i.exec(target.path)?.[1]
  if (inside === undefined) return ''
  return targetOf(inside.replace(/%3a/i, ':').replaceAll(/%2f/gi, '/'))?.domain ?? ''
}

/** The links of one mail, judged. `recipients` are addresses that the mail went to; `senderDomain` is registrable. */
export function judgeLinks(
  links: readonly MailLink[],
  registry: IdentityRegistry,
  senderDomain: string,
  recipients: readonly string[],
): LinkFacts {
  const carried = new Map<LinkFeature, Carried>()
  const add = (feature: LinkFeature, proof: string): void => {
    if (!carried.has(feature))
      carried.set(feature, { feature, path: [], proof: proof.slice(0, 2 * limits.mailExcerptCharactersMax) })
  }
  const domains = new Set<string>()
  const hosts = new Set<string>()
  const imageDomains = new Set<string>()
  const targets: LinkTarget[] = []
  let clickable = 0
  for (const link of links.slice(0, limits.mailLinksJudgedMax)) {
    if (link.from === 'form')
      add('form-in-mail', `a form that sends what is typed to ${targetOf(link.target)?.host ?? 'an unnamed place'}`)
    const target = targetOf(link.target)
    if (target === undefined) {
      if (/^\s*(?:javascript|data|vbscript):/i.test(link.target))
        add('script-in-mail', 'a link that is a script or a page of its own')
      continue
    }
    if (link.from === 'image') {
      imageDomains.add(target.domain)
      continue
    }
    clickable++
    if (targets.length < limits.mailLinksJudgedMax) targets.push(target)
    domains.add(target.domain)
    hosts.add(isShared(target.host) ? target.host : target.domain)
    judgeTarget(target, registry, senderDomain, add)
    judgeText(link, target, senderDomain, add)
    judgeRecipient(target, recipients, add)
  }
  return {
    carried: [...carried.values()],
    domains: [...domains],
    hosts: [...hosts],
    imageDomains: [...imageDomains],
    clickable,
    targets,
  }
}

const isShared = (host: string): boolean => [...ends(host)].some((end) => freeHosting.has(end))
function* ends(host: string): Iterable<string> {
  for (let at = host; at !== ''; at = at.includes('.') ? at.slice(at.indexOf('.') + 1) : '') yield at
}

type Add = (feature: LinkFeature, proof: string) => void

function judgeTarget(target: LinkTarget, registry: IdentityRegistry, senderDomain: string, add: Add): void {
  const { host, domain, path } = target
  if (linkShorteners.has(domain)) add('link-shortener', `${host} hides where it leads`)
  if (isAddress(host)) add('link-address', `leads to ${host}, a bare address`)
  if (host.includes('xn--')) add('link-punycode', `${host} is written in other letters`)
  if (target.hasUserInfo) add('link-user-info', `what stands before @ is not where it leads: ${host}`)
  if (isShared(host) && domain !== senderDomain)
    add('link-free-hosting', `${host} is a place where anybody can put a page`)
  if (registry.ownersOf(host).length > 0) {
    const to = redirectsTo(target)
    if (to !== '' && to !== domain && registry.ownersOf(to).length === 0)
      add('link-open-redirect', `${host} sends on to ${to}`)
    return
  }
  // `vrsystems.us12.list-manage.com`: such services give each customer a name of his own before theirs.
  if (clickCounters.has(domain)) return
  const alike = registry.lookAlikes.find(host, false)
  if (alike !== undefined) add('link-look-alike', `${host} looks like ${alike.of}`)
  const inHost =
    host.length > domain.length
      ? registry.joinedIn(
          host
            .slice(0, host.length - domain.length - 1)
            .split('.')
            .at(-1) ?? '',
        )
      : undefined
  if (inHost !== undefined) add('link-brand-in-path', `${host} is not ${registry.identities[inHost]?.name ?? ''}’s`)
  else if (path.length > 4) {
    const folders = path.slice(0, 120).split(/[/?&=._-]/)
    const named = folders
      .map((part) => (part.length >= 5 && part.length <= 40 ? registry.joinedIn(part) : undefined))
      .find((index) => index !== undefined)
    if (named !== undefined)
      add('link-brand-in-path', `${host} has the name of ${registry.identities[named]?.name ?? ''} in its path`)
  }
}

/** Domains that count clicks for others: the text shows one place and the link leads through them. */
const isTracking = (target: LinkTarget): boolean =>
  /^(?:click|clicks|links?|track|tracking|trk|go|e|email|url\d*|r|t|lnks?|cl|ct|mail|u\d+)\d*\./.test(target.host)

function judgeText({ text, from }: MailLink, target: LinkTarget, senderDomain: string, add: Add): void {
  if (from !== 'html') return
  const shown = shownHost(text)
  if (shown === '') return
  const shownDomain = registrable(shown)
  if (
    !shownDomain.includes('.') ||
    ownLabel(shown) === shownDomain ||
    shownDomain === target.domain ||
    isWithin(target.host, shown)
  )
    return
  // A mailing service leads all links of its customers through a counter.
  if (clickCounters.has(target.domain) && massMailers.has(senderDomain)) return
  // Its own click counter stands in for the sender's own pages.
  if (isTracking(target) && (shownDomain === senderDomain || target.domain === senderDomain)) return
  if (redirectsTo(target) === shownDomain) return
  add('link-text-differs', `shows ${shown}, leads to ${target.host}`)
}

function judgeRecipient(target: LinkTarget, recipients: readonly string[], add: Add): void {
  if (target.path.length < 6) return
  const path = target.path.toLowerCase()
  for (const recipient of recipients) {
    if (recipient.length < 6) continue
    if (path.includes(recipient) || path.includes(recipient.replace('@', '%40')) || path.includes(btoaOf(recipient))) {
      add('link-recipient', `the recipient’s address stands in the link to ${target.host}`)
      return
    }
  }
}

const btoaOf = (text: string): string => Buffer.from(text, 'latin1').toString('base64').replace(/=+$/, '').toLowerCase()
