/** The file in which a desk's rules wait for the first event, and what the process that writes it is told. */
import { existsSync, readFileSync } from 'node:fs'
import type { CompileOptions } from '../../sigma/compile.ts'
import type { SigmaRule } from '../../sigma/rule.ts'
import type { RulesConfiguration } from '../config/config.ts'

/** Rules as they were read, with the tables of logs and the office's own values. */
export interface RulePack {
  readonly rules: readonly SigmaRule[]
  readonly options: CompileOptions
}

/** What the process that reads rules is told. */
export interface PackRequest {
  readonly data: string
  readonly configuration: RulesConfiguration
  readonly out: string
}

/** Reads the file; no rules where there is none. */
export function readRulePack(path: string): RulePack {
  if (!existsSync(path)) return { rules: [], options: {} }
  return JSON.parse(readFileSync(path, 'utf8')) as RulePack
}
