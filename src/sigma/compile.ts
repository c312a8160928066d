/** Compiles rules into an engine. Rules that cannot be used are named with the reason; the others are compiled. */
import { Correlator, type LimitReport } from './correlator.ts'
import { Engine } from './engine.ts'
import { type FieldMapping, type LogsourceEntry, LogsourceTable } from './mappings.ts'
import { placeholdersOf } from './placeholders.ts'
import { resolveRules } from './resolve.ts'
import type { RuleProblem, SigmaRule } from './rule.ts'

/** The office's own part. */
export interface CompileOptions {
  /** Values for the modifier `expand`, by the name of the placeholder, without its percent signs. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>
  /** Where fields stand in logs of a kind. */
  readonly fieldMappings?: readonly FieldMapping[]
  /** How the kind of log is told of events that do not bring it. */
  readonly logsources?: readonly LogsourceEntry[]
  /** Events of a kind after which its rules are noticed by what was seen; matches do not depend on it. */
  readonly learnAfter?: number
  /** Called when a bound was reached, so that it can become a finding. */
  readonly onLimit?: (report: LimitReport) => void
}

/** An engine, and the rules that are not in it. */
export interface Compiled {
  readonly engine: Engine
  readonly rejects: readonly RuleProblem[]
}

/** Compiles rules of one or many files. */
export function compile(rules: readonly SigmaRule[], options: CompileOptions = {}): Compiled {
  const resolved = resolveRules(rules, placeholdersOf(options.placeholders ?? {}))
  const onLimit = options.onLimit ?? ((): void => {})
  const engine = new Engine({
    resolved,
    correlator: new Correlator(resolved.correlations, onLimit),
    fieldMappings: options.fieldMappings ?? [],
    logsources: new LogsourceTable(options.logsources ?? []),
    learnAfter: options.learnAfter,
    onLimit,
  })
  return { engine, rejects: resolved.rejects }
}
