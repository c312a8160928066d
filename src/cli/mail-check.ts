/** `bellwether mail check FILE|FOLDER...`: says of each mail whether it poses as somebody, with every proof in plain words,
 *  or as one line of JSON. It reads files alone, asks no server, and opens no link. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../core/result.ts'
import { examine } from '../formats/documents/examine.ts'
import { readSignedText } from '../software/signed-text.ts'
import { openBarCodeReader } from '../sources/bar-codes/zxing-reader.ts'
import { mailCodes } from '../sources/mail/mail-codes.ts'
import { readMailFile } from '../sources/mail-file.ts'
import { listMail } from '../sources/mail-folder.ts'
import { MailChecker } from '../watches/mail/check.ts'
import type { ProtectedIdentity } from '../watches/mail/identity.ts'
import { emptyMailOffice, type MailOffice } from '../watches/mail/mail-office.ts'
import { readIdentities } from '../watches/mail/read-identities.ts'
import { shippedIdentities } from '../watches/mail/shipped-identities.ts'
import { exitCodes, type UsageProblem } from './arguments.ts'
import { mailLine, mailWords, rejectLine, rejectWords, type Shown } from './mail-words.ts'
import { printable, safeJson, wrap } from './printable.ts'

/** What to check. */
export interface MailCheckCommand {
  readonly paths: readonly string[]
  readonly json: boolean
  readonly vendorsPaths: readonly string[]
  readonly officePath?: string
  /** Mail that was genuine: from it the office's senders are known. */
  readonly knownPaths: readonly string[]
  readonly failOn?: 'attack' | 'suspicious'
}

/** What the command needs of the process. */
export interface MailCheckIo {
  readonly columns: number
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
}

const options = {
  json: { type: 'boolean' },
  vendors: { type: 'string', multiple: true },
  office: { type: 'string' },
  known: { type: 'string', multiple: true },
  'fail-on': { type: 'string' },
} as const

/** Parses what follows `mail`. */
export function parseMailCheck(args: readonly string[]): Result<MailCheckCommand, UsageProblem> {
  const [verb, ...rest] = args
  if (verb !== 'check') return err({ message: 'Say what to do with the mail: bellwether mail check FILE|FOLDER...' })
  try {
    const { values, positionals } = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true })
    if (positionals.length === 0) {
      return err({ message: 'Say which mail to check, for example: bellwether mail check warning.eml' })
    }
    const failOn = values['fail-on']
    if (failOn !== undefined && failOn !== 'attack' && failOn !== 'suspicious')
      return err({ message: '--fail-on takes attack or suspicious.' })
    return ok({
      paths: positionals,
      json: values.json === true,
      vendorsPaths: values.vendors ?? [],
      ...(values.office === undefined ? {} : { officePath: values.office }),
      knownPaths: values.known ?? [],
      ...(failOn === undefined ? {} : { failOn }),
    })
  } catch {
    return err({
      message:
        'mail check takes files and folders, and --json, --vendors FILE, --office FILE, --known PATH, --fail-on WORD; something else was given.',
    })
  }
}

/** Reads lists of protected identities; a list with a mistake in it is used without the mistaken entry, which is said. */
async function readVendors(paths: readonly string[], io: MailCheckIo): Promise<Result<ProtectedIdentity[], string>> {
  const identities: ProtectedIdentity[] = []
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined) return err(`The list of vendors ${path} cannot be read.`)
    const { content, signed } = readSignedText(text)
    if (signed === 'damaged')
      return err(`The list of vendors ${path} was changed since it was signed. Ask for it again.`)
    const read = readIdentities(content, path)
    if (!read.ok) return err(read.error)
    for (const problem of read.value.problems) io.complain(`${printable(problem)}\n`)
    identities.push(...read.value.identities)
  }
  return ok(identities)
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []

/** An office file of JSON: `{ "name", "domains", "people", "trustedServers", "knownAddresses" }`. */
async function readMailOffice(path: string | undefined): Promise<Result<MailOffice, string>> {
  if (path === undefined) return ok(emptyMailOffice)
  try {
    const read: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof read !== 'object' || read === null) return err(`The office file ${path} holds no object.`)
    const fields = read as Readonly<Record<string, unknown>>
    const people = Array.isArray(fields.people) ? (fields.people as unknown[]) : []
    return ok({
      name: typeof fields.name === 'string' ? fields.name : '',
      domains: textsOf(fields.domains),
      people: people.flatMap((person) => {
        const { name, addresses } = (person ?? {}) as { name?: unknown; addresses?: unknown }
        return typeof name === 'string' ? [{ name, addresses: textsOf(addresses) }] : []
      }),
      trustedServers: textsOf(fields.trustedServers),
      knownAddresses: textsOf(fields.knownAddresses),
    })
  } catch {
    return err(`The office file ${path} cannot be read as JSON.`)
  }
}

async function learn(paths: readonly string[], checker: MailChecker, io: MailCheckIo): Promise<void> {
  const { files, problems } = await listMail(paths)
  for (const { message } of problems) io.complain(`${message}\n`)
  for (const { path } of files) {
    for await (const read of readMailFile(path)) if ('mail' in read && read.mail.ok) checker.learn(read.mail.value)
  }
}

/** Checks every mail. The answer is the exit code. */
export async function runMailCheck(command: MailCheckCommand, io: MailCheckIo): Promise<number> {
  const [vendors, office] = [await readVendors(command.vendorsPaths, io), await readMailOffice(command.officePath)]
  for (const read of [vendors, office]) {
    if (read.ok) continue
    for (const line of wrap(printable(read.error), io.columns)) io.complain(`${line}\n`)
    return exitCodes.usage
  }
  if (!vendors.ok || !office.ok) return exitCodes.usage
  const checker = new MailChecker({
    identities: [...shippedIdentities, ...vendors.value],
    office: office.value,
    examine,
  })
  await learn(command.knownPaths, checker, io)
  const reader = await openBarCodeReader()
  const { files, problems } = await listMail(command.paths)
  for (const { message } of problems) io.complain(`${message}\n`)
  const counts = { attack: 0, suspicious: 0, clean: 0, unreadable: 0 }
  const trustsNobody = office.value.trustedServers.length === 0
  let hasUnusedResults = false
  const show = (line: unknown, words: () => readonly string[]): void =>
    io.print(command.json ? `${safeJson(line)}\n` : `${words().join('\n')}\n\n`)
  for (const { path } of files) {
    for await (const read of readMailFile(path)) {
      if (!('mail' in read)) {
        io.complain(`${read.message}\n`)
        counts.unreadable++
        continue
      }
      if (read.mail.ok) {
        const message = read.mail.value
        const codes = await mailCodes(message, reader, examine)
        const shown: Shown = { file: read.name, message, verdict: checker.check(message, { codes }) }
        counts[shown.verdict.verdict]++
        hasUnusedResults ||= trustsNobody && message.headers.some(({ name }) => name === 'authentication-results')
        show(mailLine(shown), () => mailWords(shown, io.columns))
      } else {
        const { error } = read.mail
        counts.unreadable++
        show(rejectLine(read.name, error), () => rejectWords(read.name, error, io.columns))
      }
    }
  }
  if (!command.json) io.print(`${summary(counts)}\n`)
  if (hasUnusedResults && !command.json) io.print(`${wrap(unusedResults, io.columns).join('\n')}\n`)
  return exitCode(command, counts)
}

/** Anybody can write such a line: without the name of the office's own server none is believed. */
const unusedResults =
  'What servers found of the senders (SPF, DKIM, DMARC) was not used: name your own mail server in the office file, as trustedServers.'

type Counts = { readonly [kind in 'attack' | 'suspicious' | 'clean' | 'unreadable']: number }

const summary = ({ attack, suspicious, clean, unreadable }: Counts): string =>
  `Attacks: ${attack}. Suspicious: ${suspicious}. Nothing found: ${clean}. Unreadable: ${unreadable}.`

function exitCode({ failOn }: MailCheckCommand, { attack, suspicious, clean }: Counts): number {
  if (attack + suspicious + clean === 0) return exitCodes.nothingRead
  const found = failOn === 'attack' ? attack : failOn === 'suspicious' ? attack + suspicious : 0
  return found > 0 ? exitCodes.found : exitCodes.done
}
