/** `bellwether mail sign FILE [--key FILE]`: signs a list of protected names in place, so that offices which get it can tell
 *  that it is whole and whose it is. It makes the key at the first use and shows its fingerprint. */
import { createPrivateKey } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../core/result.ts'
import { readSignedText, withSignature } from '../software/signed-text.ts'
import { fingerprintOf, publicKeyOf } from '../software/signing-key.ts'
import { readIdentities } from '../watches/mail/read-identities.ts'
import { exitCodes, type UsageProblem } from './arguments.ts'
import { keyPathIn, readOrMakeKey } from './key-file.ts'
import { printable } from './printable.ts'

/** What to sign. */
export interface MailSignCommand {
  readonly path: string
  readonly keyPath?: string
}

/** What the command needs of the process. */
export interface MailSignIo {
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
  readonly homeFolder: string
}

/** Parses what follows `mail sign`. */
export function parseMailSign(args: readonly string[]): Result<MailSignCommand, UsageProblem> {
  try {
    const options = { key: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    const [path] = positionals
    if (path === undefined || positionals.length > 1) {
      return err({ message: 'Say which list to sign, for example: bellwether mail sign vendors.csv' })
    }
    return ok({ path, ...(values.key === undefined ? {} : { keyPath: values.key }) })
  } catch {
    return err({ message: 'mail sign takes one file, and --key FILE; something else was given.' })
  }
}

/** Signs the list. The answer is the exit code. */
export async function runMailSign({ path, keyPath }: MailSignCommand, io: MailSignIo): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) {
    io.complain(`The list ${printable(path)} cannot be read.\n`)
    return exitCodes.usage
  }
  const { content } = readSignedText(text)
  const read = readIdentities(content, path)
  if (!read.ok) {
    io.complain(`${printable(read.error)} It was not signed.\n`)
    return exitCodes.usage
  }
  for (const problem of read.value.problems) io.complain(`${printable(problem)}\n`)
  const key = await readOrMakeKey(keyPath ?? keyPathIn(io.homeFolder), (made) =>
    io.print(`A key was made: ${printable(made)}. Keep it; nobody else may have it.\n`),
  )
  if (!key.ok) {
    io.complain(`${key.error}\n`)
    return exitCodes.usage
  }
  const aside = `${path}.new`
  try {
    await writeFile(aside, withSignature(content, key.value))
    await rename(aside, path)
  } catch {
    await rm(aside, { force: true })
    io.complain(`${printable(path)} cannot be written.\n`)
    return exitCodes.usage
  }
  const publicKey = publicKeyOf(createPrivateKey(key.value))
  io.print(
    `${printable(path)} is signed: ${read.value.identities.length} names.\n` +
      `Those who get it write into their bellwether.toml, below [mail]:\n  list_keys = ["${publicKey}"]\n` +
      `and compare by telephone: ${fingerprintOf(publicKey)}\n`,
  )
  return exitCodes.done
}
