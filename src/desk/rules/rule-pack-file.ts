/** The file in which a desk's rules wait for the first event, and what the process that writes it is told. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { requestKinds } from '../../formats/request-event.ts'
import type { CompileOptions } from '../../sigma/compile.ts'
import { factsOf, isFor } from '../../sigma/mappings.ts'
import type { RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import type { RulesConfiguration } from '../config/config.ts'

/** A set of rules as it was read. */
export interface PackedSet {
  /** `shipped`: comes with Bellwether. `kept`: in the data folder. `configured`: named by the configuration. */
  readonly kind: 'shipped' | 'kept' | 'configured'
  readonly name: string
  /** Where it came from, as it was named. */
  readonly from: string
  /** Where it was read: names of its files begin so. */
  readonly path: string
  /** Of a kept set: when it was added, in ISO 8601. */
  readonly addedAt?: string
  readonly files: number
  readonly rules: number
}

/** The file's first line: what is known of the rules without reading them. */
export interface RulePackHead {
  /** Some are about web requests. */
  readonly hasRequestRules: boolean
}

/** Rules as they were read, with the tables of logs and the office's own values. */
export interface RulePack {
  readonly rules: readonly SigmaRule[]
  readonly options: CompileOptions
  /** The sets of `rules`, in their order. */
  readonly sets: readonly PackedSet[]
  /** What could not be read: files, documents, tables. */
  readonly rejects: readonly RuleProblem[]
}

/** What the process that reads rules is told. */
export interface PackRequest {
  readonly data: string
  readonly configuration: RulesConfiguration
  readonly out: string
}

/** Bytes that are read of a head. */
const headBytesMost = 1_024

/** The text of a file of rules. */
export function rulePackText(pack: RulePack): string {
  const kinds = requestKinds.map(factsOf)
  const isAboutRequests = (rule: SigmaRule): boolean =>
    rule.kind === 'detection' && kinds.some((kind) => isFor(rule.logsource, kind))
  const head: RulePackHead = { hasRequestRules: pack.rules.some(isAboutRequests) }
  return `${JSON.stringify(head)}\n${JSON.stringify(pack)}`
}

/** Reads the head alone. */
export function readRulePackHead(path: string): RulePackHead {
  if (!existsSync(path)) return { hasRequestRules: false }
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(headBytesMost)
    const text = bytes.toString('utf8', 0, readSync(file, bytes))
    return JSON.parse(text.slice(0, text.indexOf('\n'))) as RulePackHead
  } finally {
    closeSync(file)
  }
}

/** Reads the file; no rules where there is none. */
export function readRulePack(path: string): RulePack {
  if (!existsSync(path)) return { rules: [], options: {}, sets: [], rejects: [] }
  const text = readFileSync(path, 'utf8')
  return JSON.parse(text.slice(text.indexOf('\n') + 1)) as RulePack
}
