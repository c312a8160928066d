/** `bellwether rules ...`: checks rules, runs their cases, shows what they cover, and keeps sets of rules in the data folder
 *  of the desk. Rules are only read; nothing else of the data folder is touched. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../core/result.ts'
import { checkRules } from '../desk/rules/check-rules.ts'
import { coverageOf, navigatorLayer } from '../desk/rules/coverage.ts'
import { noOfficeRules, type OfficeRules, readOfficeRules } from '../desk/rules/office-rules.ts'
import { ownRulesPath, RuleLibrary } from '../desk/rules/rule-library.ts'
import { addSet, isSetName, keptSetPaths, listSets, removeSet, setNameOf } from '../desk/rules/rule-store.ts'
import { testRules } from '../desk/rules/test-rules.ts'
import { exitCodes } from './arguments.ts'
import { RulesPage } from './rules-page.ts'

/** What to do with which rules. */
export type RulesCommand =
  | { readonly name: 'check' | 'test'; readonly paths: readonly string[]; readonly dataPath: string }
  | {
      readonly name: 'coverage'
      readonly paths: readonly string[]
      readonly dataPath: string
      readonly layerPath?: string
    }
  | { readonly name: 'add'; readonly path: string; readonly set: string; readonly dataPath: string }
  | { readonly name: 'list'; readonly dataPath: string }
  | { readonly name: 'remove'; readonly set: string; readonly dataPath: string }

/** What the command needs of the process. */
export interface RulesProcess {
  readonly columns: number
  readonly nowMs: number
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
}

const names = ['check', 'test', 'coverage', 'add', 'list', 'remove'] as const
const forms = 'bellwether rules check | test | coverage | add | list | remove'

/** Parses what follows `rules`; the error is one sentence. */
export function parseRulesCommand(argv: readonly string[], dataPathDefault: string): Result<RulesCommand, string> {
  const [word, ...rest] = argv
  const name = names.find((each) => each === word)
  if (name === undefined) return err(`Say what to do with rules: ${forms}.`)
  const options = { data: { type: 'string' }, navigator: { type: 'string' }, name: { type: 'string' } } as const
  try {
    const { values, positionals } = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true })
    const dataPath = values.data ?? dataPathDefault
    if (values.navigator !== undefined && name !== 'coverage') return err('--navigator belongs to rules coverage.')
    if (values.name !== undefined && name !== 'add') return err('--name belongs to rules add.')
    return commandOf(name, positionals, { dataPath, layerPath: values.navigator, set: values.name })
  } catch {
    return err(`rules ${name} takes ${takes[name]}; something else was given.`)
  }
}

const takes: Readonly<Record<(typeof names)[number], string>> = {
  check: 'files, folders or archives, and --data FOLDER',
  test: 'files or folders, and --data FOLDER',
  coverage: 'files, folders or archives, --navigator FILE and --data FOLDER',
  add: 'one archive or folder, --name NAME and --data FOLDER',
  list: '--data FOLDER',
  remove: 'the name of a set, and --data FOLDER',
}

function commandOf(
  name: (typeof names)[number],
  positionals: readonly string[],
  given: { dataPath: string; layerPath: string | undefined; set: string | undefined },
): Result<RulesCommand, string> {
  const { dataPath, layerPath } = given
  const [first] = positionals
  switch (name) {
    case 'check':
    case 'test':
      if (first === undefined && name === 'check')
        return err('Say which rules to check, for example: bellwether rules check my-rules')
      return ok({ name, paths: first === undefined ? [ownRulesPath] : positionals, dataPath })
    case 'coverage':
      return ok({ name, paths: positionals, dataPath, ...(layerPath === undefined ? {} : { layerPath }) })
    case 'add': {
      if (first === undefined || positionals.length > 1)
        return err('Say which rules to add, for example: bellwether rules add sigma_core.zip')
      const set = given.set ?? setNameOf(first)
      if (isSetName(set)) return ok({ name, path: first, set, dataPath })
      return err(`"${set}" cannot name a set; use small letters, digits, dots, hyphens and underscores.`)
    }
    case 'remove':
      if (first === undefined || positionals.length > 1)
        return err('Say which set to remove; bellwether rules list shows their names.')
      return ok({ name, set: first, dataPath })
    case 'list':
      return positionals.length === 0 ? ok({ name, dataPath }) : err(`rules list takes ${takes.list}.`)
  }
}

/** Does it. The answer is the exit code. */
export async function runRules(command: RulesCommand, own: RulesProcess): Promise<number> {
  const page = new RulesPage(own.columns)
  const office = await readOfficeRules(join(command.dataPath, 'bellwether.toml'))
  if (!office.ok) own.complain(`${office.error}\n`)
  const rules = office.ok ? office.value : noOfficeRules
  const { placeholders } = rules
  switch (command.name) {
    case 'check': {
      const checked = await checkRules(command.paths, placeholders)
      own.print(page.checked(checked))
      if (checked.rules === 0) return exitCodes.nothingRead
      return checked.problems.length > 0 ? exitCodes.found : exitCodes.done
    }
    case 'test': {
      const tested = await testRules(command.paths, placeholders)
      own.print(page.tested(tested))
      if (tested.rules === 0) return exitCodes.nothingRead
      return tested.wrong.length + tested.problems.length > 0 ? exitCodes.found : exitCodes.done
    }
    case 'coverage':
      return await cover(command, rules, page, own)
    case 'add': {
      const { path, set: name, dataPath } = command
      const added = await addSet({ path, name, dataPath, nowMs: own.nowMs, placeholders })
      own.print(added.ok ? page.added(added.value) : page.refused(path, added.error))
      return added.ok ? exitCodes.done : exitCodes.nothingRead
    }
    case 'list': {
      const { rules } = await RuleLibrary.load([ownRulesPath])
      own.print(page.listed(rules.length, await listSets(command.dataPath)))
      return exitCodes.done
    }
    case 'remove': {
      const isRemoved = await removeSet(command.dataPath, command.set)
      own.print(page.removed(command.set, isRemoved))
      return isRemoved ? exitCodes.done : exitCodes.nothingRead
    }
  }
}

async function cover(
  command: Extract<RulesCommand, { name: 'coverage' }>,
  { paths: officePaths, placeholders }: OfficeRules,
  page: RulesPage,
  own: RulesProcess,
): Promise<number> {
  const isAll = command.paths.length === 0
  const paths = isAll ? [ownRulesPath, ...(await keptSetPaths(command.dataPath)), ...officePaths] : command.paths
  const cachePath = join(command.dataPath, 'cache', 'rules')
  const library = await RuleLibrary.load(paths, { placeholders, ...(isAll ? { cachePath } : {}) })
  const coverage = coverageOf(library.rules)
  own.print(page.covered(coverage))
  if (library.rejects.length > 0) own.print(page.problems(library.rejects))
  if (coverage.rules === 0) return exitCodes.nothingRead
  if (command.layerPath === undefined) return exitCodes.done
  const layer = navigatorLayer(coverage, `What ${coverage.rules} rules of this desk speak of.`)
  try {
    await writeFile(command.layerPath, `${JSON.stringify(layer, null, 1)}\n`)
  } catch {
    own.complain(`The layer cannot be written to ${command.layerPath}. Name a file in a folder of yours.\n`)
    return exitCodes.nothingRead
  }
  own.print(page.layerWritten(command.layerPath))
  return exitCodes.done
}
