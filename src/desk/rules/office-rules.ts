/** What the office's configuration says of rules, for commands that run without the desk: further paths, and the office's
 *  own values for placeholders (`[rules]` of `bellwether.toml`). The desk itself checks that file with its lines. */
import { readFile } from 'node:fs/promises'
import { parse } from 'smol-toml'
import { err, ok, type Result } from '../../core/result.ts'
import { codeOf } from './rule-file.ts'

/** The section, as far as it can be used. */
export interface OfficeRules {
  /** Files, folders or archives of Sigma rules. */
  readonly paths: readonly string[]
  /** Values by the name of their placeholder. */
  readonly placeholders: Readonly<Record<string, readonly string[]>>
}

/** What an office without a configuration says. */
export const noOfficeRules: OfficeRules = { paths: [], placeholders: {} }

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textsOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined

/** Reads a configuration file; where there is none, nothing is said of rules. The error is one sentence. */
export async function readOfficeRules(path: string): Promise<Result<OfficeRules, string>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ok(noOfficeRules) : err(`${path} cannot be read (${codeOf(error)}).`)
  }
  try {
    return officeRulesOf(parse(text).rules, path)
  } catch {
    return err(`${path} is no TOML that can be read; start the desk, which says in which line.`)
  }
}

function officeRulesOf(section: unknown, path: string): Result<OfficeRules, string> {
  if (section === undefined) return ok(noOfficeRules)
  if (!isTable(section)) return err(`${path}: rules must be a section; write [rules].`)
  const placeholders: Record<string, readonly string[]> = {}
  for (const [name, value] of Object.entries(isTable(section.placeholders) ? section.placeholders : {})) {
    const values = textsOf(value)
    if (values === undefined) {
      return err(`${path}: the values of "${name}" are a list of texts, such as ${name} = ["EMS-*", "BMD-*"].`)
    }
    placeholders[name] = values
  }
  return ok({ paths: textsOf(section.paths) ?? [], placeholders })
}
