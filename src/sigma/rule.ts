/** What a Sigma rule is once it has been read: plain data, which can be written as JSON and read back, so that a caller
 *  can keep parsed rules instead of parsing YAML again. Nothing here is compiled. */
import type { Pattern } from './text.ts'

/** Severity as the rule's author judged it (rules specification, "Level"). */
export type RuleLevel = 'informational' | 'low' | 'medium' | 'high' | 'critical'

/** Where a rule stands: its file as the caller named it, and the line on which its document begins. */
export interface RulePlace {
  readonly file: string
  readonly line: number
}

/** Why a rule, or a part of it, cannot be used. */
export interface RuleProblem {
  readonly file: string
  /** Counts from 1. */
  readonly line: number
  /** The rule's title, or its id where it has no title; empty where neither could be read. */
  readonly title: string
  readonly id?: string
  /** `waits`: the rule is right, but waits for the office's own values (placeholders). `rule`: it cannot be used. */
  readonly kind: 'rule' | 'waits'
  /** One sentence: what is wrong. */
  readonly problem: string
  /** One sentence: what to do about it. */
  readonly mend: string
}

/** What a rule says to a clerk. */
export interface PlainWords {
  /** One sentence: what it means for an election office that the rule matched. */
  readonly plain: string
  /** One to four steps, in their order. */
  readonly doNow: readonly string[]
}

/** What all kinds of documents have in common. Empty texts and lists stand for what was left out. */
export interface RuleHead {
  readonly title: string
  readonly id?: string
  readonly name?: string
  readonly level?: RuleLevel
  readonly status: string
  readonly description: string
  readonly author: string
  readonly references: readonly string[]
  readonly tags: readonly string[]
  readonly falsePositives: readonly string[]
  /** Fields that an analyst would like to see beside a match. */
  readonly fields: readonly string[]
  /** What the rule says to a clerk, where its author wrote it. */
  readonly words?: PlainWords
  readonly place: RulePlace
}

/** The kind of log that a rule is for; what is left out is any. In lower case. */
export interface RuleLogsource {
  readonly product?: string
  readonly category?: string
  readonly service?: string
}

/** How one field compares with one number. */
export type NumberOrder = 'lt' | 'lte' | 'gt' | 'gte'
/** A part of a date and time, as the time modifiers name it. */
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

/** What one value of a rule asks of a field. */
export type ValueTest =
  | {
      readonly kind: 'text'
      /** Folded unless `cased`; with dashes folded where `dashes`. */
      readonly pattern: Pattern
      readonly cased: boolean
      readonly dashes: boolean
    }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly range: string }
  | { readonly kind: 'number'; readonly order: NumberOrder; readonly value: number }
  | { readonly kind: 'time'; readonly part: TimePart; readonly order: NumberOrder | 'eq'; readonly value: number }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly is: boolean }
  | {
      readonly kind: 'field'
      readonly name: string
      readonly anchoring: 'equals' | 'startswith' | 'endswith' | 'contains'
      readonly cased: boolean
    }

/** One field with what is asked of it. */
export interface DetectionItem {
  readonly kind: 'item'
  /** Empty: the whole event, as keywords search it. */
  readonly field: string
  /** Of each group one test must hold. */
  readonly groups: readonly (readonly ValueTest[])[]
  /** The item holds where its groups do not (`neq`). */
  readonly negated: boolean
}

/** A scalar of YAML. Whole numbers keep their digits as text where JavaScript's numbers would lose some. */
export type Scalar = string | number | boolean | null

/** An item that waits for the office's values: it becomes a `DetectionItem` when rules are compiled. */
export interface PlaceholderItem {
  readonly kind: 'placeholder'
  readonly field: string
  readonly modifiers: readonly string[]
  readonly values: readonly Scalar[]
  readonly isList: boolean
  readonly line: number
}

/** The tree of a search identifier. */
export type Detection =
  | DetectionItem
  | PlaceholderItem
  | { readonly kind: 'all' | 'any'; readonly of: readonly Detection[] }

/** A condition with `x of` already resolved into the identifiers that it means. */
export type Condition =
  | { readonly kind: 'id'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }

/** A rule about single events. */
export interface DetectionRule extends RuleHead {
  readonly kind: 'detection'
  readonly logsource: RuleLogsource
  readonly detections: Readonly<Record<string, Detection>>
  /** Several conditions hold where one of them does. */
  readonly condition: Condition
}

/** Tuning that is applied to rules (filters specification). */
export interface FilterRule extends RuleHead {
  readonly kind: 'filter'
  readonly logsource: RuleLogsource
  /** Ids, names or titles; `any` for every rule of the log source. */
  readonly rules: readonly string[] | 'any'
  readonly detections: Readonly<Record<string, Detection>>
  readonly condition: Condition
}

/** The kinds of correlations (correlation specification, "Correlation Types"). */
export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
] as const
/** One of the kinds of correlations. */
export type CorrelationType = (typeof correlationTypes)[number]

/** A comparison of a correlation's condition. */
export interface Bound {
  readonly operator: NumberOrder | 'eq' | 'neq'
  readonly value: number
}

/** A rule about several events. */
export interface CorrelationRule extends RuleHead {
  readonly kind: 'correlation'
  readonly type: CorrelationType
  readonly rules: readonly string[]
  readonly groupBy: readonly string[]
  readonly timespanMs: number
  /** All must hold. Empty only for temporal correlations: every rule must have matched. */
  readonly bounds: readonly Bound[]
  /** What value correlations count or sum. */
  readonly valueFields: readonly string[]
  /** Which percentile of a numeric field is compared; without it, shares of values are. */
  readonly percentile?: number
  /** Alias -> reference of a rule -> field. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The rules that this one refers to also match on their own. */
  readonly generate: boolean
}

/** Any document of a rule file. */
export type SigmaRule = DetectionRule | CorrelationRule | FilterRule
