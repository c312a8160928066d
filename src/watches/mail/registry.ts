/** The registry of protected identities, compiled: who is named in a text, and whose a domain or address is. */
import { limits } from '../../core/limits.ts'
import { combineIdentities } from './combine-identities.ts'
import { genericTokens, isWithin, LookAlikes, registrable } from './domains.ts'
import { emptyIdentity, type ProtectedIdentity } from './identity.ts'
import { LoneNames } from './lone-names.ts'
import { emptyMailOffice, type MailOffice } from './mail-office.ts'
import { type Name, type NameFound, NameScanner } from './name-scanner.ts'
import { fold } from './skeleton.ts'

/** The office and its people as identities of their own. */
function officeIdentities(office: MailOffice): ProtectedIdentity[] {
  const own =
    office.name === ''
      ? []
      : [{ ...emptyIdentity, id: 'own-office', kind: 'office' as const, name: office.name, domains: office.domains }]
  const people = office.people.flatMap(({ name, addresses }, i) =>
    // A single first name is everybody's.
    name.trim().split(/\s+/).length < 2
      ? []
      : [
          {
            ...emptyIdentity,
            id: `own-person-${i + 1}`,
            kind: 'person' as const,
            name,
            domains: office.domains,
            addresses,
          },
        ],
  )
  return [...own, ...people]
}

/** Answers for all identities at once. */
export class IdentityRegistry {
  readonly identities: readonly ProtectedIdentity[]
  readonly lookAlikes: LookAlikes
  readonly loneNames: LoneNames
  readonly #scanner: NameScanner
  readonly #byDomain = new Map<string, number[]>()
  readonly #byAddress = new Map<string, number[]>()
  readonly #context: readonly (readonly string[])[]
  readonly #indexes = new Map<string, number>()
  readonly #joined = new Map<string, number>()

  /** Later identities replace earlier ones of the same id, or add to them (combine-identities.ts). */
  constructor(identities: readonly ProtectedIdentity[], office: MailOffice = emptyMailOffice) {
    const own = officeIdentities(office)
    this.identities = combineIdentities([...identities, ...own]).slice(0, limits.identitiesMax)
    const names = this.identities.flatMap(namesOf)
    this.#scanner = new NameScanner(names)
    this.loneNames = new LoneNames(names)
    this.#context = this.identities.map(({ context }) => context.map(fold))
    for (const [index, identity] of this.identities.entries()) {
      this.#indexes.set(identity.id, index)
      for (const name of namesOf(identity, index)) {
        const joined = fold(name.text).replace(/[^a-z0-9]/g, '')
        if (!name.needsContext && joined.length >= joinedFrom && !this.#joined.has(joined))
          this.#joined.set(joined, index)
      }
      for (const domain of identity.domains) push(this.#byDomain, domain, index)
      for (const address of identity.addresses) push(this.#byAddress, address, index)
    }
    this.lookAlikes = new LookAlikes(
      [...this.#byDomain.keys(), ...office.domains],
      new Set(names.map(({ text }) => fold(text).replace(/[^a-z0-9]/g, ''))),
    )
  }

  /** The index of an identity by its id; -1 where there is none. */
  indexOf = (id: string): number => this.#indexes.get(id) ?? -1

  /** The identities whose own a host is: theirs, or below theirs. */
  ownersOf(host: string): readonly number[] {
    for (let at = host; at !== ''; at = at.includes('.') ? at.slice(at.indexOf('.') + 1) : '') {
      const owners = this.#byDomain.get(at)
      if (owners !== undefined) return owners
    }
    return []
  }

  /** The identities who own a registrable domain or anything below it: for look-alikes of it. */
  ownersBelow(domain: string): readonly number[] {
    const direct = this.ownersOf(domain)
    if (direct.length > 0) return direct
    for (const [known, owners] of this.#byDomain) if (registrable(known) === domain) return owners
    return []
  }

  /** Whether an identity writes from this address. */
  isAuthorised(index: number, address: string, host: string): boolean {
    const identity = this.identities[index]
    if (identity === undefined) return false
    return (
      identity.domains.some((domain) => isWithin(host, domain)) ||
      this.#byAddress.get(address)?.includes(index) === true
    )
  }

  /** Whether a host is a mailing service of an identity. */
  isMailingService = (index: number, host: string): boolean =>
    this.identities[index]?.mailingServices.some((domain) => isWithin(host, domain)) ?? false

  /** Names in a text. `around` is folded text of the mail in which a common word's context is looked for too. */
  namesIn(text: string, around: string): NameFound[] {
    const found = this.#scanner.find(text)
    if (!found.some(({ name }) => name.needsContext)) return found
    const near = `${fold(text)} ${around}`
    return found.filter(
      ({ name, excerpt }) => !name.needsContext || this.#hasContext(name.identity, near, fold(excerpt)),
    )
  }

  /** An identity whose name is written together with generic words: `vrsystemssupport`. */
  joinedIn(text: string): number | undefined {
    const tokens = fold(text.slice(0, limits.mailFieldSearchedCharactersMax))
      .split(/[^a-z0-9]+|\d+$/)
      .filter((token) => token !== '')
    const joined = tokens.join('').slice(0, limits.mailJoinedCharactersMax)
    for (let start = 0; start <= joined.length - joinedFrom; start++) {
      for (let end = joined.length; end >= start + joinedFrom; end--) {
        const index = this.#joined.get(joined.slice(start, end))
        if (index !== undefined && isGenericText(joined.slice(0, start)) && isGenericText(joined.slice(end)))
          return index
      }
    }
    return undefined
  }

  #hasContext(identity: number, near: string, name: string): boolean {
    return (this.#context[identity] ?? []).some((word) => word !== name && hasWord(near, word))
  }
}

/** Letters from which on a name is looked for inside a word. */
const joinedFrom = 5

const isGenericWord = (word: string): boolean =>
  genericTokens.has(word) || (word.length > 4 && word.endsWith('s') && genericTokens.has(word.slice(0, -1)))

/** Nothing, a number, or one or two generic words. */
function isGenericText(text: string): boolean {
  const letters = text.replace(/\d+/g, '')
  if (letters === '' || isGenericWord(letters)) return true
  for (let cut = 2; cut <= letters.length - 2; cut++) {
    if (isGenericWord(letters.slice(0, cut)) && isGenericWord(letters.slice(cut))) return true
  }
  return false
}

/** Whether a word stands in folded text with no letter or digit beside it. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isLetter(text.charCodeAt(at - 1)) && !isLetter(text.charCodeAt(at + word.length))) return true
  }
  return false
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57)

function push(map: Map<string, number[]>, key: string, index: number): void {
  const at = map.get(key)
  if (at === undefined) map.set(key, [index])
  else if (!at.includes(index)) at.push(index)
}

function namesOf(identity: ProtectedIdentity, index: number): Name[] {
  const common = new Set(identity.commonWords.map(fold))
  const made = (text: string, isProduct: boolean): Name => ({
    text,
    identity: index,
    isProduct,
    needsContext: common.has(fold(text)),
  })
  return [
    made(identity.name, false),
    ...identity.aliases.map((text) => made(text, false)),
    ...identity.products.map((text) => made(text, true)),
  ]
}
