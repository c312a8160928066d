/** The registry of those in whose name nobody else may write: what ships with Bellwether, the lists that the configuration
 *  names, and what the office adds or corrects in the console. */
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { readSignedText, withSignature } from '../../software/signed-text.ts'
import { fingerprintOf, normaliseKey } from '../../software/signing-key.ts'
import { emptyIdentity, type ProtectedIdentity } from '../../watches/mail/identity.ts'
import { type IdentityList, idOf, readIdentities, readIdentity } from '../../watches/mail/read-identities.ts'
import type { IdentityBody, IdentityView, RegistryImportedView, RegistryView } from '../api/mail.ts'
import type { DeskResult, Person } from '../desk.ts'
import { type DeskParts, refuse, writeDown } from '../desk-parts.ts'

/** The setting that holds the office's own entries. */
export const identitiesSetting = 'mail.identities'

/** What the registry works with. */
export interface RegistryParts extends DeskParts {
  /** Files of the configuration, and the folder that names without a whole path are in. */
  readonly lists: readonly string[]
  readonly folder: string
  /** Public keys; where there are any, a list is taken only if one of them signed it. */
  readonly listKeys: readonly string[]
  /** Signs what the office hands to others: PKCS8 PEM. */
  readonly signingKey: string
  /** Told whenever the registry changed. */
  onChange(identities: readonly ProtectedIdentity[]): void
}

/** The registry of a desk. */
export class RegistryDesk {
  readonly #parts: RegistryParts
  #fromFiles: readonly ProtectedIdentity[] = []
  #own: readonly ProtectedIdentity[] = []
  /** What is wrong with the lists, in sentences. */
  problems: readonly string[] = []

  constructor(parts: RegistryParts) {
    this.#parts = parts
  }

  /** Reads the lists and the office's own entries. */
  async start(): Promise<void> {
    const { lists, folder, store } = this.#parts
    const problems: string[] = []
    const found: ProtectedIdentity[] = []
    for (const path of lists) {
      const text = await readFile(isAbsolute(path) ? path : join(folder, path), 'utf8').catch(() => undefined)
      const read = text === undefined ? undefined : this.#read(text, path)
      if (read?.ok === true) {
        found.push(...read.value.identities)
        problems.push(...read.value.problems)
      } else
        problems.push(read?.error ?? `The list of vendors ${path} cannot be read. Check its name in the configuration.`)
    }
    this.#fromFiles = found
    this.problems = problems
    const kept = await store.setting(identitiesSetting)
    this.#own = Array.isArray(kept) ? (kept as ProtectedIdentity[]) : []
  }

  /** Those that do not ship with Bellwether; later ones take the place of earlier ones with the same id. */
  get own(): readonly ProtectedIdentity[] {
    return [...this.#fromFiles, ...this.#own]
  }

  async view(): Promise<RegistryView> {
    const shippedIdentities = await readShipped()
    const shipped = new Set(shippedIdentities.map(({ id }) => id))
    const own = new Set(this.#own.map(({ id }) => id))
    const files = new Set(this.#fromFiles.map(({ id }) => id))
    const byId = new Map([...shippedIdentities, ...this.own].map((identity) => [identity.id, identity]))
    const from = (id: string): IdentityView['from'] =>
      own.has(id) ? (shipped.has(id) || files.has(id) ? 'changed' : 'own') : files.has(id) ? 'file' : 'shipped'
    const identities = [...byId.values()].flatMap((identity) => viewOf(identity, from(identity.id)))
    return { identities: identities.sort((a, b) => a.name.localeCompare(b.name, 'en')) }
  }

  async save(body: IdentityBody, who: Person): DeskResult<RegistryView> {
    const all = [...(await readShipped()), ...this.own]
    const id = body.id === '' ? freeId(body.name, all) : body.id
    const problems: string[] = []
    const before = all.findLast((identity) => identity.id === id)
    const identity = readIdentity({ ...body, id }, body.name, problems)
    if (identity === undefined || problems.length > 0) return refuse('refused', problems[0] ?? 'It needs a name.')
    if (identity.domains.length === 0 && identity.addresses.length === 0) {
      return refuse('refused', `Name at least one domain or address from which ${identity.name} writes.`)
    }
    const { commonWords, context } = before ?? emptyIdentity
    const asOf = new Date(this.#parts.clock()).toISOString().slice(0, 10)
    const others = this.#own.filter((each) => each.id !== id)
    if (others.length >= limits.ownIdentitiesMax) {
      return refuse('refused', `The registry takes ${limits.ownIdentitiesMax} entries of the office; remove one first.`)
    }
    await this.#keep([...others, { ...identity, commonWords, context, asOf }])
    await writeDown(this.#parts, who.name, 'mail.identity.save', identity.name, { id, domains: identity.domains })
    return ok(await this.view())
  }

  async remove(id: string, who: Person): DeskResult<RegistryView> {
    const own = this.#own.find((identity) => identity.id === id)
    if (own === undefined) {
      return refuse('refused', 'This entry comes with Bellwether or from a list; it can be changed, not removed.')
    }
    await this.#keep(this.#own.filter((identity) => identity !== own))
    await writeDown(this.#parts, who.name, 'mail.identity.remove', own.name, { id })
    return ok(await this.view())
  }

  async import(name: string, text: string, who: Person): DeskResult<RegistryImportedView> {
    const read = this.#read(text, name)
    if (!read.ok) return refuse('refused', read.error)
    const { identities, problems, signedBy } = read.value
    if (identities.length === 0) return refuse('refused', problems[0] ?? `There is nobody in ${name}.`)
    const taken = new Map([...this.#own, ...identities].map((identity) => [identity.id, identity]))
    if (taken.size > limits.ownIdentitiesMax) {
      return refuse(
        'refused',
        `The registry takes ${limits.ownIdentitiesMax} entries of the office; this list has more.`,
      )
    }
    await this.#keep([...taken.values()])
    await writeDown(this.#parts, who.name, 'mail.identity.import', name, {
      taken: identities.length,
      ...(signedBy === undefined ? {} : { signedBy }),
    })
    return ok({
      taken: identities.length,
      ...(signedBy === undefined ? {} : { signedBy }),
      problems: problems.slice(0, limits.mailProofsMax),
    })
  }

  /** The office's own entries as a list for others, signed with the desk's key. */
  export(): DeskResult<{ readonly mediaType: string; readonly fileName: string; readonly body: Uint8Array }> {
    if (this.#own.length === 0)
      return Promise.resolve(refuse('missing', 'The office has written no entry of its own yet.'))
    const list = JSON.stringify({ title: 'Protected names', identities: this.#own }, null, 2)
    const body = Buffer.from(withSignature(list, this.#parts.signingKey))
    return Promise.resolve(ok({ mediaType: 'application/octet-stream', fileName: 'protected-names.json', body }))
  }

  /** Reads a list, once it is known that nobody changed it, and that it is from whom the office trusts. */
  #read(text: string, name: string): Result<IdentityList & { readonly signedBy?: string }, string> {
    const { content, signed } = readSignedText(text)
    if (signed === 'damaged') {
      return err(
        `${name} was changed since it was signed. Ask for it again, and compare the key’s fingerprint by telephone.`,
      )
    }
    const keys = this.#parts.listKeys.map(normaliseKey)
    const isTrusted = signed !== 'nobody' && keys.includes(signed.by)
    if (keys.length > 0 && !isTrusted) {
      return err(
        `${name} is ${signed === 'nobody' ? 'not signed' : 'signed by somebody else'}. The configuration takes lists of its list_keys alone.`,
      )
    }
    const read = readIdentities(content, name)
    if (!read.ok || signed === 'nobody') return read
    return ok({ ...read.value, signedBy: fingerprintOf(signed.by) })
  }

  async #keep(own: readonly ProtectedIdentity[]): Promise<void> {
    await this.#parts.store.saveSetting(identitiesSetting, own)
    this.#own = own
    this.#parts.onChange(this.own)
    this.#parts.events.say('settings')
  }
}

function freeId(name: string, identities: readonly ProtectedIdentity[]): string {
  const taken = new Set(identities.map(({ id }) => id))
  const wanted = idOf(name)
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`
}

/** They are many, and the main thread needs them for this page alone. */
async function readShipped(): Promise<readonly ProtectedIdentity[]> {
  return (await import('../../watches/mail/shipped-identities.ts')).shippedIdentities
}

/** An entry of the page; the office and its people stand in the configuration. */
function viewOf(identity: ProtectedIdentity, from: IdentityView['from']): IdentityView[] {
  const { kind, commonWords: _commonWords, context: _context, ...rest } = identity
  if (kind === 'office' || kind === 'person') return []
  return [
    {
      ...rest,
      kind,
      aliases: [...rest.aliases],
      products: [...rest.products],
      domains: [...rest.domains],
      addresses: [...rest.addresses],
      mailingServices: [...rest.mailingServices],
      neverUses: [...rest.neverUses],
      from,
    },
  ]
}
