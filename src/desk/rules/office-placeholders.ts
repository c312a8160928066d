/** The office's own values for placeholders of rules, from the section `[placeholders]` of a TOML file: the desk's
 *  `bellwether.toml`. A file that cannot be read gives none, and says so. */
import { readFile } from 'node:fs/promises'
import { parse } from 'smol-toml'
import { err, ok, type Result } from '../../core/result.ts'
import { codeOf } from './rule-file.ts'

/** Values by the name of their placeholder. */
export type OfficePlaceholders = Readonly<Record<string, readonly string[]>>

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The values of a section: texts, or lists of texts. The error is one sentence. */
export function placeholdersOfSection(section: unknown): Result<OfficePlaceholders, string> {
  if (section === undefined) return ok({})
  if (!isTable(section)) return err('placeholders must be a section; write [placeholders] and the names below it.')
  const values: Record<string, readonly string[]> = {}
  for (const [name, value] of Object.entries(section)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (!list.every((each) => typeof each === 'string')) {
      return err(`The placeholder ${name} must be text, or a list of texts, such as ${name} = ["EMS-*", "BMD-*"].`)
    }
    values[name] = list
  }
  return ok(values)
}

/** Values from a configuration file; none where there is no such file. */
export async function readPlaceholders(path: string): Promise<Result<OfficePlaceholders, string>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ok({}) : err(`${path} cannot be read (${codeOf(error)}).`)
  }
  try {
    const values = placeholdersOfSection(parse(text).placeholders)
    return values.ok ? values : err(`${path}: ${values.error}`)
  } catch {
    return err(`${path} is no TOML that can be read; start the desk, which says in which line.`)
  }
}
