/** The file in which a desk's rules wait for the first event, and what the process that writes it is told. */
import { existsSync, readFileSync } from 'node:fs'
import type { CompileOptions } from '../../sigma/compile.ts'
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

/** Reads the file; no rules where there is none. */
export function readRulePack(path: string): RulePack {
  if (!existsSync(path)) return { rules: [], options: {}, sets: [], rejects: [] }
  return JSON.parse(readFileSync(path, 'utf8')) as RulePack
}
