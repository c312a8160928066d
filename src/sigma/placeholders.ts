/** Placeholders of values under the modifier `expand` (rules specification, "Placeholders"): `%name%` stands for each of
 *  the office's values for that name; `\%` is a plain percent sign. */
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'

/** Values by the name of their placeholder; names are compared without case. `any`: every placeholder stands for one
 *  value that is not known, which is enough to see whether a rule is well made. */
export type Placeholders = ReadonlyMap<string, readonly string[]> | 'any'

/** Why a value could not be expanded: a name without values, or more values than may be. */
export interface ExpansionFault {
  readonly missing?: string
}

/** Values from settings, with names made comparable. */
export function placeholdersOf(values: Readonly<Record<string, readonly string[]>>): Placeholders {
  return new Map(Object.entries(values).map(([name, list]) => [name.toLowerCase(), list]))
}

/** The values that a value with placeholders stands for: all combinations. */
export function expandPlaceholders(
  value: string,
  placeholders: Placeholders,
): Result<readonly string[], ExpansionFault> {
  let texts = ['']
  let rest = value
  while (rest !== '') {
    const found = /^((?:[^\\]|\\[\s\S])*?)%([^%\s\\]{1,128})%/.exec(rest)
    const before = found === null ? rest : (found[1] as string)
    texts = texts.map((text) => text + before.replaceAll('\\%', '%'))
    if (found === null) break
    const name = found[2] as string
    const values = placeholders === 'any' ? ['any'] : placeholders.get(name.toLowerCase())
    if (values === undefined || values.length === 0) return err({ missing: name })
    if (texts.length * values.length > limits.sigmaExpandedValuesMax) return err({})
    texts = texts.flatMap((text) => values.map((each) => text + each))
    rest = rest.slice(found[0].length)
  }
  return ok(texts)
}
