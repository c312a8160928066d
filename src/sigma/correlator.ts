/** Correlations: counts, values and sequences of matches over a window of event time. */
import type { SigmaEvent } from './event.ts'
import type { CorrelationRule, DetectionRule } from './rule.ts'

/** A bound that was reached. */
export interface LimitReport {
  readonly limit: 'regex-subject'
  readonly count: number
}

/** A correlation that matched. */
export interface CorrelationMatch {
  readonly kind: 'correlation'
  readonly rule: CorrelationRule
}

/** The state of all correlations. */
export class Correlator {
  standsAlone(_rule: DetectionRule): boolean {
    return true
  }
  isCorrelated(_rule: DetectionRule): boolean {
    return false
  }
  observe(_rule: DetectionRule, _event: SigmaEvent, _emit: (match: CorrelationMatch) => void): void {}
  advance(_timeMs: number, _emit: (match: CorrelationMatch) => void): void {}
  finish(_emit: (match: CorrelationMatch) => void): void {}
  save(): string {
    return ''
  }
  restore(_state: string): boolean {
    return false
  }
  merge(_state: string, _emit: (match: CorrelationMatch) => void): boolean {
    return false
  }
}
