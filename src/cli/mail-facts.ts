/** What the commands know of the office before they read mail: its own facts, and lists of those in whose name nobody else
 *  may write. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { err, ok, type Result } from '../core/result.ts'
import { type OfficeFile, readOffice } from '../desk/config/office-file.ts'
import { readSignedText } from '../software/signed-text.ts'
import type { ProtectedIdentity } from '../watches/mail/identity.ts'
import { emptyMailOffice, type MailOffice } from '../watches/mail/mail-office.ts'
import { readIdentities } from '../watches/mail/read-identities.ts'
import { printable } from './printable.ts'

/** Reads lists of protected identities; a list with a mistake in it is used without the mistaken entry, which is said. */
export async function readVendorLists(
  paths: readonly string[],
  complain: (text: string) => void,
): Promise<Result<ProtectedIdentity[], string>> {
  const identities: ProtectedIdentity[] = []
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined) return err(`The list of vendors ${path} cannot be read.`)
    const { content, signed } = readSignedText(text)
    if (signed === 'damaged')
      return err(`The list of vendors ${path} was changed since it was signed. Ask for it again.`)
    const read = readIdentities(content, path)
    if (!read.ok) return err(read.error)
    for (const problem of read.value.problems) complain(`${printable(problem)}\n`)
    identities.push(...read.value.identities)
  }
  return ok(identities)
}

/** An office's facts, and the paths of the lists that its file names. */
export interface MailFacts {
  readonly office: MailOffice
  readonly lists: readonly string[]
}

/** Reads the office file (docs/office-file.md), or the same facts as JSON: `{ "name", "domains", "people", "trustedServers",
 *  "knownAddresses" }`. */
export async function readMailOffice(path: string | undefined): Promise<Result<MailFacts, string[]>> {
  if (path === undefined) return ok({ office: emptyMailOffice, lists: [] })
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return err([`The office file ${path} cannot be read.`])
  if (/^\uFEFF?\s*[{[]\s*["}\]]/.test(text)) return ofJson(text, path)
  const read = officeFileOf(text, path)
  return read.ok ? ok({ office: read.value.mail, lists: read.value.lists }) : read
}

/** What an office file says; the lists that it names are below its folder. */
export function officeFileOf(text: string, path: string): Result<OfficeFile, string[]> {
  const read = readOffice(text, path)
  if (!read.ok) return err(read.error.map(({ message }) => message))
  return ok({ ...read.value, lists: read.value.lists.map((list) => resolve(dirname(path), list)) })
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []

function ofJson(text: string, path: string): Result<MailFacts, string[]> {
  try {
    const read: unknown = JSON.parse(text)
    if (typeof read !== 'object' || read === null || Array.isArray(read))
      return err([`The office file ${path} holds no object.`])
    const fields = read as Readonly<Record<string, unknown>>
    const people = Array.isArray(fields.people) ? (fields.people as unknown[]) : []
    const office: MailOffice = {
      name: typeof fields.name === 'string' ? fields.name : '',
      domains: textsOf(fields.domains),
      people: people.flatMap((person) => {
        const { name, addresses } = (person ?? {}) as { name?: unknown; addresses?: unknown }
        return typeof name === 'string' ? [{ name, addresses: textsOf(addresses) }] : []
      }),
      trustedServers: textsOf(fields.trustedServers),
      knownAddresses: textsOf(fields.knownAddresses),
    }
    return ok({ office, lists: [] })
  } catch {
    return err([`The office file ${path} cannot be read as JSON.`])
  }
}
