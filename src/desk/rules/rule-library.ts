/** The rules that an office uses: ours, those it keeps, and those it names, read from files, folders and archives and handed
 *  to the Sigma engine with the tables of logs and the office's own values. Bad files are named; the others are used. */
import { join } from 'node:path'
import { type Compiled, type CompileOptions, compile } from '../../sigma/compile.ts'
import type { Mappings } from '../../sigma/mappings.ts'
import type { RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import { readMappingTables } from './mapping-tables.ts'
import { ParsedCache } from './parsed-cache.ts'
import { readRuleFiles } from './rule-files.ts'

const root = join(import.meta.dirname, '..', '..', '..')
/** Our own rules. */
export const ownRulesPath = join(root, 'rules')
/** The tables that tie logs to the words of rules. */
export const mappingsPath = join(root, 'data', 'mappings')

/** How rules are loaded. */
export interface LoadOptions {
  /** A folder for parsed rules; nothing is kept where it is left out. */
  readonly cachePath?: string
  /** The office's values for placeholders, by name. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>
  /** Tables to use in place of the product's. */
  readonly mappings?: Mappings
}

/** What one path gave. */
export interface LoadedPath {
  readonly path: string
  readonly files: number
  readonly rules: number
  readonly fromCache: boolean
}

/** Rules, and what an engine of them needs. */
export class RuleLibrary {
  readonly rules: readonly SigmaRule[]
  /** What cannot be used so far: files, documents, tables. What does not compile is said by `compile`. */
  readonly rejects: readonly RuleProblem[]
  readonly paths: readonly LoadedPath[]
  readonly options: CompileOptions

  private constructor(
    rules: readonly SigmaRule[],
    rejects: readonly RuleProblem[],
    paths: readonly LoadedPath[],
    options: CompileOptions,
  ) {
    this.rules = rules
    this.rejects = rejects
    this.paths = paths
    this.options = options
  }

  /** Loads what stands behind each path, in their order: of two rules with one id the first counts. */
  static async load(paths: readonly string[], options: LoadOptions = {}): Promise<RuleLibrary> {
    const cache = new ParsedCache(options.cachePath)
    const rules: SigmaRule[] = []
    const rejects: RuleProblem[] = []
    const loaded: LoadedPath[] = []
    for (const path of paths) {
      const read = await readRuleFiles(path)
      const parsed = await cache.parse(read.files)
      for (const rule of parsed.rules) rules.push(rule)
      rejects.push(...read.rejects, ...parsed.rejects)
      const { fromCache } = parsed
      loaded.push({ path, files: read.files.length, rules: parsed.rules.length, fromCache })
    }
    const tables =
      options.mappings === undefined
        ? await readMappingTables(mappingsPath)
        : { mappings: options.mappings, rejects: [] }
    rejects.push(...tables.rejects)
    return new RuleLibrary(rules, rejects, loaded, {
      ...(tables.mappings.logsources === undefined ? {} : { logsources: tables.mappings.logsources }),
      ...(tables.mappings.fieldMappings === undefined ? {} : { fieldMappings: tables.mappings.fieldMappings }),
      ...(options.placeholders === undefined ? {} : { placeholders: options.placeholders }),
    })
  }

  /** An engine of the rules, and all that is not in it. */
  compile(onLimit?: CompileOptions['onLimit']): Compiled {
    const { engine, rejects } = compile(this.rules, { ...this.options, ...(onLimit === undefined ? {} : { onLimit }) })
    return { engine, rejects: [...this.rejects, ...rejects] }
  }
}
