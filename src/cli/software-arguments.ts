/** The arguments of `bellwether software`: a command or one clear sentence out. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parse as parseToml } from 'smol-toml'
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { ExpectedChanges } from '../software/expected.ts'
import { machineNameOf } from '../sources/drop/manifest.ts'
import { problemOfError, showPath } from '../sources/problem.ts'

interface Common {
  readonly folder: string
  readonly patterns: readonly string[]
  /** A file of patterns. */
  readonly patternsPath?: string
}

/** `bellwether software baseline DIR`. */
export interface BaselineCommand extends Common {
  readonly name: 'baseline'
  readonly outPath?: string
  readonly keyPath?: string
  readonly machine?: string
}

/** `bellwether software verify DIR`. */
export interface VerifyCommand extends Common {
  readonly name: 'verify'
  readonly against: { readonly baselinePath: string } | { readonly hashesPath: string }
  /** A key, or its fingerprint. */
  readonly trusted?: string
  readonly output: 'text' | 'json'
}

/** What the user asked for. */
export type SoftwareCommand = BaselineCommand | VerifyCommand

/** The text of `bellwether software --help`. */
export const softwareUsage = `Use:
  bellwether software baseline DIR [--out FILE] [--expect PATTERN]...
      Writes down what is in a folder of trusted software, and signs it. Do this
      when the software is new from the vendor, and nobody has used it yet.
  bellwether software verify DIR --baseline FILE
      Says what was added, changed, removed or moved since.
  bellwether software verify DIR --hashes FILE
      The same against a list of hashes that the vendor, an election body or NIST
      publishes (sha256sum, hashdeep, CSV, NSRL).

Options:
  --out FILE         Where the baseline goes.
  --expect PATTERN   What may change: logs/ for all in a folder, *.log for names.
                     May be given more than once. A program in a folder for logs
                     is told all the same.
  --expect-from FILE Patterns from a TOML file: expected = ["logs/", "*.log"]
  --trust KEY        The key of the baseline, or its fingerprint: another is
                     refused.
  --key FILE         Sign with this key instead of this computer's.
  --machine NAME     What this machine is called in the baseline.
  --json             Print one JSON document.

The folder is only read. Exit codes: 0 all is as it should be; 3 something
differs; 1 nothing could be compared; 2 the command could not be understood.
`

const options = {
  out: { type: 'string' },
  key: { type: 'string' },
  machine: { type: 'string' },
  expect: { type: 'string', multiple: true },
  'expect-from': { type: 'string' },
  baseline: { type: 'string' },
  hashes: { type: 'string' },
  trust: { type: 'string' },
  json: { type: 'boolean' },
} as const
const onlyBaseline = ['out', 'key', 'machine'] as const
const onlyVerify = ['baseline', 'hashes', 'trust', 'json'] as const
const example = 'bellwether software verify C:/EMS --baseline ems.baseline'

function readArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
}

/** Parses what follows `software`. */
export function parseSoftware(args: readonly string[]): Result<SoftwareCommand, string> {
  let given: ReturnType<typeof readArguments>
  try {
    given = readArguments(args)
  } catch (error) {
    const what = /'(-[^']*)'/.exec(error instanceof Error ? error.message : '')?.[1]
    return err(`software cannot use ${what ?? 'one of the options'}. Write for example: ${example}`)
  }
  const { values, positionals } = given
  const [name, folder, ...more] = positionals
  if (name !== 'baseline' && name !== 'verify') {
    return err(`Say what to do: "software baseline DIR" or "software verify DIR". For example: ${example}`)
  }
  if (folder === undefined || folder === '')
    return err(`Say which folder, for example: bellwether software ${name} C:/EMS`)
  if (more.length > 0) return err(`software ${name} takes one folder; ${showPath(more[0] as string)} is one too many.`)
  const misplaced = (name === 'baseline' ? onlyVerify : onlyBaseline).find((option) => values[option] !== undefined)
  if (misplaced !== undefined) return err(`--${misplaced} does not go with software ${name}.`)
  const common = {
    folder,
    patterns: values.expect ?? [],
    ...(values['expect-from'] === undefined ? {} : { patternsPath: values['expect-from'] }),
  }
  return name === 'baseline' ? baselineOf(common, values) : verifyOf(common, values)
}

type Values = ReturnType<typeof readArguments>['values']

function baselineOf(common: Common, { out, key, machine }: Values): Result<BaselineCommand, string> {
  if (machine !== undefined && machineNameOf(machine) !== machine) {
    return err(`"${machine}" cannot name a machine; use letters, digits, dots and hyphens.`)
  }
  return ok({
    name: 'baseline',
    ...common,
    ...(out === undefined ? {} : { outPath: out }),
    ...(key === undefined ? {} : { keyPath: key }),
    ...(machine === undefined ? {} : { machine }),
  })
}

function verifyOf(common: Common, { baseline, hashes, trust, json }: Values): Result<VerifyCommand, string> {
  if ((baseline === undefined) === (hashes === undefined)) {
    return err(`Say what the folder is compared with: --baseline FILE or --hashes FILE. For example: ${example}`)
  }
  if (trust !== undefined && baseline === undefined)
    return err('--trust goes with --baseline: lists of hashes are not signed.')
  return ok({
    name: 'verify',
    ...common,
    against: baseline === undefined ? { hashesPath: hashes as string } : { baselinePath: baseline },
    output: json === true ? 'json' : 'text',
    ...(trust === undefined ? {} : { trusted: trust }),
  })
}

/** All patterns that were given, in arguments and in a file. The failure is a sentence. */
export async function expectedOf({ patterns, patternsPath }: Common): Promise<Result<ExpectedChanges, string>> {
  if (patternsPath === undefined) return ExpectedChanges.parse(patterns)
  const name = showPath(patternsPath)
  try {
    const text = await readFile(patternsPath, 'utf8')
    if (text.length > limits.officeFileCharactersMax) return err(`${name} is too long to be a list of patterns.`)
    const { expected } = parseToml(text)
    const isList = Array.isArray(expected) && expected.every((each) => typeof each === 'string')
    if (!isList)
      return err(`${name} holds no list of patterns. It should say, for example: expected = ["logs/", "*.log"]`)
    return ExpectedChanges.parse([...patterns, ...(expected as string[])])
  } catch (error) {
    if (error instanceof Error && 'code' in error) return err(problemOfError(error, patternsPath).message)
    return err(`${name} is not written as TOML. It should say, for example: expected = ["logs/", "*.log"]`)
  }
}
