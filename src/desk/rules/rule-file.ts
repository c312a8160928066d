/** What a file of rules is, and how a file that cannot be used is named. No reading. */
import type { RuleProblem } from '../../sigma/rule.ts'

/** A rule file's text under the name that problems and places give. */
export interface RuleFile {
  /** With `/` between folders, below the path that was given. */
  readonly name: string
  readonly text: string
}

/** What a path leads to. */
export interface RuleFiles {
  readonly files: readonly RuleFile[]
  readonly rejects: readonly RuleProblem[]
}

/** Names of the files of a set in the data folder. */
export const keptRulesName = 'rules.json'
export const keptManifestName = 'manifest.json'

/** A problem of a whole file. */
export const fileProblem = (file: string, problem: string, mend: string): RuleProblem => ({
  file,
  line: 1,
  title: '',
  kind: 'rule',
  problem,
  mend,
})

/** Whether a file of this name holds rules: YAML, and not the cases of a rule. */
export const isRuleName = (name: string): boolean => /\.ya?ml$/i.test(name) && !isCaseName(name)
/** Whether a file of this name holds the cases of a rule. */
export const isCaseName = (name: string): boolean => /\.cases\.ya?ml$/i.test(name)

/** Why reading failed, as the system says it. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
