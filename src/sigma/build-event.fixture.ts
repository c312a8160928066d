/** Builds events that a rule is meant to match: it walks the rule's condition and gives fields values that pass its
 *  tests. Regular expressions and comparisons are met only roughly; whether the event really matches is for an evaluator
 *  to say. */
import type { Condition, Detection, DetectionRule, ValueTest } from './rule.ts'
import type { Pattern } from './text.ts'

/** Pieces of one field's value. */
interface Draft {
  whole: string | undefined
  start: string
  inside: string[]
  end: string
}

const textOf = (pattern: Pattern, filler: string): string =>
  pattern.map((piece) => (typeof piece === 'string' ? piece : piece === 1 ? 'q' : filler)).join('')

/** A text that looks like what a simple expression describes. */
const sampleOf = (source: string): string =>
  source
    .replace(/\(\?[a-z:]*\)?/g, '')
    .replace(/\[([^\]\\-])[^\]]*\]/g, '$1')
    .replace(/\\d|\[0-9\]/g, '7')
    .replace(/\\s/g, ' ')
    .replace(/\\w|\./g, 'a')
    .replace(/\{(\d{1,3})[^}]*\}/g, '')
    .replace(/[\^$+*?()|]/g, '')
    .replace(/\\(.)/g, '$1')

/** One event in the making. */
class EventDraft {
  readonly #fields = new Map<string, Draft>()
  readonly #nulls = new Set<string>()
  readonly #choose: (count: number) => number

  constructor(choose: (count: number) => number) {
    this.#choose = choose
  }

  meet(condition: Condition, wanted: boolean, rule: DetectionRule): void {
    if (condition.kind === 'not') this.meet(condition.of, !wanted, rule)
    else if (condition.kind === 'id') {
      if (wanted) this.meetDetection(rule.detections[condition.name] as Detection)
    } else if ((condition.kind === 'and') === wanted) for (const part of condition.of) this.meet(part, wanted, rule)
    else this.meet(condition.of[this.#choose(condition.of.length)] as Condition, wanted, rule)
  }

  meetDetection(detection: Detection): void {
    if (detection.kind === 'all') for (const part of detection.of) this.meetDetection(part)
    else if (detection.kind === 'any') this.meetDetection(detection.of[this.#choose(detection.of.length)] as Detection)
    else if (detection.kind === 'item' && !detection.negated) {
      for (const tests of detection.groups) this.#pass(detection.field, tests[this.#choose(tests.length)] as ValueTest)
    }
  }

  #pass(field: string, test: ValueTest): void {
    const draft = this.#fields.get(field) ?? { whole: undefined, start: '', inside: [], end: '' }
    this.#fields.set(field, draft)
    if (test.kind === 'regex') draft.inside.push(sampleOf(test.source))
    else if (test.kind === 'cidr') draft.whole = test.range.split('/')[0]
    else if (test.kind === 'number') draft.whole = String(test.value + (test.order.startsWith('g') ? 1 : -1))
    else if (test.kind === 'null') this.#nulls.add(field)
    else if (test.kind === 'text') {
      const { pattern } = test
      const [opens, closes] = [pattern[0] === 0, pattern.at(-1) === 0]
      const text = textOf(pattern.slice(opens ? 1 : 0, closes && pattern.length > 1 ? -1 : undefined), ' x ')
      if (opens && closes) draft.inside.push(text)
      else if (opens) draft.end = text
      else if (closes) draft.start = text
      else draft.whole = text
    }
  }

  finish(): Record<string, string> {
    const event: Record<string, string> = {}
    for (const [field, { whole, start, inside, end }] of this.#fields) {
      if (!this.#nulls.has(field))
        event[field === '' ? 'Message' : field] = whole ?? `${start}${inside.join(' ')}${end}`
    }
    return event
  }
}

/** An event for a rule; `choose(n)` picks a number below n wherever the rule leaves a choice. */
export function buildEventFor(rule: DetectionRule, choose: (count: number) => number): Record<string, string> {
  const draft = new EventDraft(choose)
  draft.meet(rule.condition, true, rule)
  return draft.finish()
}
