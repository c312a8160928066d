/** Reads the tables of kinds of logs and names of fields (`data/mappings/*.json`) into one. A file that cannot be used is
 *  one sentence, and the others count. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../../core/limits.ts'
import { type FieldMapping, type LogsourceEntry, type Mappings, parseMappings } from '../../sigma/mappings.ts'
import type { RuleProblem } from '../../sigma/rule.ts'
import { codeOf, fileProblem } from './rule-file.ts'

/** Tables joined, and the files that are not in them. */
export interface MappingTables {
  readonly mappings: Required<Mappings>
  readonly rejects: readonly RuleProblem[]
}

/** Reads every table of a folder, in the order of their names. */
export async function readMappingTables(folder: string): Promise<MappingTables> {
  const logsources: LogsourceEntry[] = []
  const fieldMappings: FieldMapping[] = []
  const rejects: RuleProblem[] = []
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    const path = join(folder, name)
    try {
      if ((await stat(path)).size > limits.ruleMappingsBytesMax) {
        rejects.push(
          fileProblem(path, 'The file is larger than a table can be.', 'Put back the one that was installed.'),
        )
        continue
      }
      const parsed = parseMappings(JSON.parse(await readFile(path, 'utf8')))
      if (parsed.ok) {
        logsources.push(...(parsed.value.logsources ?? []))
        fieldMappings.push(...(parsed.value.fieldMappings ?? []))
      } else rejects.push(fileProblem(path, parsed.error, 'Write it as docs/sigma.md says.'))
    } catch (error) {
      const problem = error instanceof SyntaxError ? 'The file is no JSON.' : `It cannot be read (${codeOf(error)}).`
      rejects.push(fileProblem(path, problem, 'Put back the one that was installed.'))
    }
  }
  return { mappings: { logsources, fieldMappings }, rejects }
}
