/** Domains as people read them and as attackers shape them: the part that somebody registered, and whether one is made
 *  to be taken for another. Registrable domains are those of the Public Suffix List (by tldts). */
import { domainToUnicode } from 'node:url'
import { getDomain, getPublicSuffix } from 'tldts'
import { limits } from '../../core/limits.ts'
import { helpDesks } from './free-mail.ts'
import { deepen, fold } from './skeleton.ts'

const options = { allowPrivateDomains: false, validateHostname: false } as const

/** What somebody registered: `mail.vrsystems.com` is `vrsystems.com`; the host itself where there is no such part. */
export const registrable = (host: string): string => getDomain(host, options) ?? host

/** The domain of an address, in lower case; empty where it has none. */
export const domainOfAddress = (address: string): string =>
  address
    .slice(address.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/\.$/, '')

/** Whether a host is a domain or below it. */
export const isWithin = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

/** Punycode labels shown as the characters that a reader sees. */
export function shownDomain(host: string): string {
  if (!host.includes('xn--')) return host
  const shown = domainToUnicode(host)
  return shown === '' ? host : shown
}

/** The label that was chosen: `vrsystems` of `mail.vrsystems.co.uk`. */
export function ownLabel(host: string): string {
  const domain = registrable(host)
  const suffix = getPublicSuffix(domain, options)
  return suffix === null || suffix === domain ? domain : domain.slice(0, -suffix.length - 1)
}

/** Words that are put beside a name so that it looks like a department of it. */
export const genericTokens: ReadonlySet<string> = new Set(
  `support help helpdesk desk service services secure security login signin account accounts billing invoice payment
  payments pay admin administrator mail email webmail portal online web site info information team group inc llc corp
  corporation company co us usa america gov government county state office official my the update updates verify
  verification alert alerts notice notification notifications noreply reply customer client clients care center centre
  hq global international elections election voting vote votes voter voters ballot ballots poll polls systems system
  software solutions solution tech technology technologies docs document documents file files share download cloud data
  app apps news training guide guides user users manual dept department contact sales hr it net host hosting auth sso
  id hub link direct express now new pro plus one live tracking track delivery parcel package shipping post get go
  try use join meet ask call visit`
    .split(/\s+/)
    .filter((token) => token !== ''),
)

/** How a domain is made to look like another. */
export type Likeness =
  | 'same-skeleton'
  | 'other-ending'
  | 'one-letter'
  | 'two-letters'
  | 'name-and-word'
  | 'name-in-subdomain'
/** A domain that is imitated, and how. */
export interface LookAlike {
  readonly of: string
  readonly likeness: Likeness
}

/** Characters from which on one letter may differ, and two. */
const oneLetterFrom = 5
const twoLettersFrom = 8

/** A domain that is worth imitating, with what is compared of it kept at hand. */
export interface Original {
  readonly domain: string
  readonly label: string
  readonly skeleton: string
  /** The label without hyphens: a changed letter may take a pair of letters apart that a skeleton joins. */
  readonly plain: string
  /** Without generic words at its ends. */
  readonly core: string
}

/** The form of a domain in which it is compared. `isSpoken`: the ending is a part of the name, as in `democracy.works`;
 *  what stands before it is then a word like any other. */
export function originalOf(domain: string, isSpoken = false): Original {
  const label = isSpoken ? fold(domain.replaceAll('.', '')) : fold(ownLabel(domain))
  return { domain, label, skeleton: squeezed(deepen(label)), plain: squeezed(label), core: coreOf(label) }
}

const squeezed = (label: string): string => label.replace(/[-_.]/g, '')

/** Generic words at the ends left out, if something is left: `vr-systems-support` is `vr`, `essvote` is `ess`. */
function coreOf(label: string): string {
  const tokens = label.split(/[-_.]/).filter((token) => token !== '' && !genericTokens.has(token))
  return tokens.join('')
}

/** Compares hosts with the originals. Hosts at or below an original are no look-alikes of anything. */
export class LookAlikes {
  readonly #byDomain: ReadonlyMap<string, Original>
  readonly #byDashes: ReadonlyMap<string, Original>
  readonly #kept = new Map<string, LookAlike | undefined>()
  readonly #bySkeleton = new Map<string, Original>()
  readonly #byLabel = new Map<string, Original>()
  /** Labels that are written with hyphens, without them. */
  readonly #byLetters = new Map<string, Original>()
  readonly #byLength = new Map<number, Original[]>()

  /** `names`: letters of the names of whose domains they are. */
  constructor(domains: Iterable<string>, names: ReadonlySet<string> = new Set()) {
    const originals = [...new Set([...domains].map(registrable))].map((domain) =>
      originalOf(domain, names.has(domain.replaceAll('.', ''))),
    )
    this.#byDomain = new Map(originals.map((original) => [original.domain, original]))
    this.#byDashes = new Map(originals.map((original) => [original.domain.replaceAll('.', '-'), original]))
    for (const original of originals) {
      if (!this.#bySkeleton.has(original.skeleton)) this.#bySkeleton.set(original.skeleton, original)
      if (!this.#byLabel.has(original.label)) this.#byLabel.set(original.label, original)
      const letters = original.label.replaceAll('-', '')
      if (letters !== original.label && !this.#byLetters.has(letters)) this.#byLetters.set(letters, original)
      const length = original.skeleton.length
      this.#byLength.set(length, [...(this.#byLength.get(length) ?? []), original])
    }
  }

  /** What a host is made to look like; `isNew`: nobody of its domain wrote before, so that two letters may differ. */
  find(host: string, isNew: boolean): LookAlike | undefined {
    const key = isNew ? host : `${host} known`
    if (this.#kept.has(key)) return this.#kept.get(key)
    const found = this.#look(host, isNew)
    if (this.#kept.size >= limits.mailHostsKeptMax) this.#kept.clear()
    this.#kept.set(key, found)
    return found
  }

  #look(host: string, isNew: boolean): LookAlike | undefined {
    const domain = registrable(host)
    if (domain === '' || this.#byDomain.has(domain) || restrictedEndings.test(domain)) return undefined
    if (helpDesks.has(domain) && this.#byLabel.has(customerOf(host, domain))) return undefined
    const shown = fold(shownDomain(domain))
    const label = fold(ownLabel(shown))
    const skeleton = squeezed(deepen(label))
    const same = this.#bySkeleton.get(skeleton)
    if (same !== undefined && isTellingLabel(same.label) && !places.has(same.label)) {
      const likeness = same.label === fold(ownLabel(domain)) ? 'other-ending' : 'same-skeleton'
      if (likeness !== 'other-ending' || isTellingEnding(same.domain, domain)) return { of: same.domain, likeness }
    }
    return this.#nearly(skeleton, label, isNew) ?? this.#combined(label) ?? this.#inSubdomain(host, domain)
  }

  /** One letter from five characters on; two from eight, generic words left out, at a first contact. */
  #nearly(skeleton: string, label: string, isNew: boolean): LookAlike | undefined {
    if (skeleton.length < oneLetterFrom - 1) return undefined
    const core = deepen(coreOf(label))
    const plain = squeezed(label)
    for (let length = skeleton.length - 3; length <= skeleton.length + 3; length++) {
      for (const original of this.#byLength.get(length) ?? []) {
        if (original.skeleton.length < oneLetterFrom || !isTellingLabel(original.label) || places.has(original.label))
          continue
        const distance = Math.min(
          editDistance(skeleton, original.skeleton, 2),
          editDistance(plain, original.plain, 2),
          isSwappedAcross(plain, original.plain) ? 2 : 3,
        )
        if (distance === 1 && !isOrdinaryVariant(label, original.label))
          return { of: original.domain, likeness: 'one-letter' }
        // Two letters may be missing in the one that imitates.
        const isLong = original.core.length >= twoLettersFrom && core.length >= twoLettersFrom - 2
        if (distance === 2 && isNew && isLong && areNear(coreOf(label), original.core)) {
          return { of: original.domain, likeness: 'two-letters' }
        }
      }
    }
    return undefined
  }

  /** The original's whole label with generic words around it: `vrsystems-support`, `supportvrsystems`. */
  #combined(label: string): LookAlike | undefined {
    const tokens = label.split(/[-_]/).filter((token) => token !== '')
    if (tokens.length > 1) {
      for (const token of tokens) {
        const original = this.#byLabel.get(token)
        if (original === undefined || !isTellingLabel(token)) continue
        const rest = tokens.filter((other) => other !== token)
        if (rest.length > 0 && rest.every(isGeneric) && mayStand(token, rest))
          return { of: original.domain, likeness: 'name-and-word' }
      }
    }
    const joined = tokens.join('').slice(0, 40)
    for (let start = 0; start <= joined.length - joinedFrom; start++) {
      for (let end = start + joinedFrom; end <= joined.length; end++) {
        if (end - start === joined.length) continue
        const piece = joined.slice(start, end)
        const original = this.#byLabel.get(piece) ?? this.#byLetters.get(piece)
        if (original === undefined || !isTellingLabel(original.label)) continue
        const around = [joined.slice(0, start), joined.slice(end)].filter((token) => token !== '')
        if (around.every(isGeneric) && mayStand(original.label, around))
          return { of: original.domain, likeness: 'name-and-word' }
      }
    }
    return undefined
  }

  /** The original stands before the part that counts: `vrsystems.com.example.net`, `essvote.example.org`. */
  #inSubdomain(host: string, domain: string): LookAlike | undefined {
    if (host.length <= domain.length) return undefined
    const labels = fold(shownDomain(host.slice(0, host.length - domain.length - 1))).split('.')
    for (const [i, label] of labels.entries()) {
      const original =
        this.#byDomain.get(`${label}.${labels[i + 1] ?? ''}`) ??
        this.#byDashes.get(label) ??
        (label.length >= oneLetterFrom && isTellingLabel(label) && !places.has(label)
          ? this.#byLabel.get(label)
          : undefined)
      if (original !== undefined) return { of: original.domain, likeness: 'name-in-subdomain' }
    }
    return undefined
  }
}

/** Whether two cores are two letters apart or less, as they stand or by their skeletons. */
const areNear = (a: string, b: string): boolean =>
  editDistance(a, b, 2) <= 2 || editDistance(deepen(a), deepen(b), 2) <= 2 || isSwappedAcross(a, b)

/** Whether one letter is left out and two that then are neighbours are swapped (`vrsystems`, `vrsysmts`): two changes, which
 *  the alignment below counts as three. */
function isSwappedAcross(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  if (long.length - short.length !== 1) return false
  const left = [...long]
  for (const letter of short) {
    const at = left.indexOf(letter)
    if (at >= 0) left.splice(at, 1)
  }
  const [extra] = left
  if (left.length !== 1 || extra === undefined) return false
  for (let at = long.indexOf(extra); at >= 0; at = long.indexOf(extra, at + 1))
    if (editDistance(short, long.slice(0, at) + long.slice(at + 1), 1) <= 1) return true
  return false
}

/** Endings that nobody can simply buy: a look-alike is not made there. */
const restrictedEndings = /\.(?:edu|gov|mil|int)$/

/** Names of places are in thousands of honest domains: they tell only with a word of government beside them. */
const places: ReadonlySet<string> = new Set(
  `alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana
  iowa kansas kentucky louisiana maine maryland massachusetts mass michigan minnesota mississippi missouri montana
  nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming
  state nj ny ct myflorida`.split(/\s+/),
)
const governmentTokens = new Set(
  'gov sos elections election vote voter voting ballot ballots state secretary official'.split(' '),
)

/** Letters from which on a name is looked for inside a word. */
const joinedFrom = 4

const mayStand = (label: string, around: readonly string[]): boolean =>
  !places.has(label) || around.some((token) => governmentTokens.has(token))

const isGeneric = (token: string): boolean => genericTokens.has(token) || /^\d{1,4}$/.test(token)

/** A label of generic words alone, or of two characters, could be anybody's: `ca`, `voting`, `elections`. */
const isTellingLabel = (label: string): boolean => label.length >= 3 && !genericTokens.has(label)

/** The same short label under another ending is often somebody else (`eac.gov`, `eac.org`): it tells from five
 *  characters on. */
const isTellingEnding = (original: string, other: string): boolean =>
  ownLabel(original).length >= oneLetterFrom ||
  (original.endsWith('.gov') && /\.(?:com|net|org|us|co|info)$/.test(other) && ownLabel(original).length >= 4)

/** A plural or a hyphen makes a word of its own often enough. */
const isOrdinaryVariant = (label: string, original: string): boolean =>
  original.length < 7 && (label === `${original}s` || `${label}s` === original)

/** Optimal string alignment distance (insertions, deletions, exchanges, neighbours swapped), at most `max` + 1. */
export function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const exchange = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + exchange)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
      least = Math.min(least, cost)
    }
    if (least > max) return max + 1
    before = previous
    previous = row
  }
  return previous[b.length] ?? max + 1
}

/** Whose part of a service's domain a host is: `vendor` of `vendor.zendesk.com`. */
export const customerOf = (host: string, domain: string): string =>
  host.length > domain.length ? host.slice(0, host.length - domain.length - 1) : ''
