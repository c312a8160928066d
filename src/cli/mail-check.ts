/** `bellwether mail check FILE|FOLDER...`: says of each mail whether it poses as somebody, with every proof in plain words,
 *  or as one line of JSON. It reads files alone, asks no server, and opens no link. */
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../core/result.ts'
import { examine } from '../formats/documents/examine.ts'
import { openBarCodeReader } from '../sources/bar-codes/zxing-reader.ts'
import { mailCodes } from '../sources/mail/mail-codes.ts'
import { readMailFile } from '../sources/mail-file.ts'
import { listMail } from '../sources/mail-folder.ts'
import { MailChecker } from '../watches/mail/check.ts'
import { shippedIdentities } from '../watches/mail/shipped-identities.ts'
import { exitCodes, type UsageProblem } from './arguments.ts'
import { readMailOffice, readVendorLists } from './mail-facts.ts'
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

async function learn(paths: readonly string[], checker: MailChecker, io: MailCheckIo): Promise<void> {
  const { files, problems } = await listMail(paths)
  for (const { message } of problems) io.complain(`${message}\n`)
  for (const { path } of files) {
    for await (const read of readMailFile(path)) if ('mail' in read && read.mail.ok) checker.learn(read.mail.value)
  }
}

/** Checks every mail. The answer is the exit code. */
export async function runMailCheck(command: MailCheckCommand, io: MailCheckIo): Promise<number> {
  const facts = await readMailOffice(command.officePath)
  if (!facts.ok) return refuse(facts.error, io)
  const { office, lists } = facts.value
  const vendors = await readVendorLists([...command.vendorsPaths, ...lists], io.complain)
  if (!vendors.ok) return refuse([vendors.error], io)
  const checker = new MailChecker({ identities: [...shippedIdentities, ...vendors.value], office, examine })
  await learn(command.knownPaths, checker, io)
  const reader = await openBarCodeReader()
  const { files, problems } = await listMail(command.paths)
  for (const { message } of problems) io.complain(`${message}\n`)
  const counts = { attack: 0, suspicious: 0, clean: 0, unreadable: 0 }
  const trustsNobody = office.trustedServers.length === 0
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

function refuse(messages: readonly string[], { columns, complain }: MailCheckIo): number {
  for (const message of messages) for (const line of wrap(printable(message), columns)) complain(`${line}\n`)
  return exitCodes.usage
}

/** Anybody can write such a line: without the name of the office's own server none is believed. */
const unusedResults =
  'What servers found of the senders (SPF, DKIM, DMARC) was used only where it speaks against them: name your own mail server in the office file, as trusted_servers (docs/office-file.md).'

type Counts = { readonly [kind in 'attack' | 'suspicious' | 'clean' | 'unreadable']: number }

const summary = ({ attack, suspicious, clean, unreadable }: Counts): string =>
  `Attacks: ${attack}. Suspicious: ${suspicious}. Nothing found: ${clean}. Unreadable: ${unreadable}.`

function exitCode({ failOn }: MailCheckCommand, { attack, suspicious, clean }: Counts): number {
  if (attack + suspicious + clean === 0) return exitCodes.nothingRead
  const found = failOn === 'attack' ? attack : failOn === 'suspicious' ? attack + suspicious : 0
  return found > 0 ? exitCodes.found : exitCodes.done
}
