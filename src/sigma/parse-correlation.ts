/** Reads the correlation section of a rule (correlation rules specification). References are resolved when rules are
 *  compiled, since they may stand in another file. */
import { limits } from '../core/limits.ts'
import { RuleFault } from './parse-detection.ts'
import { type Bound, type CorrelationRule, type CorrelationType, correlationTypes, type RuleHead } from './rule.ts'
import type { DocumentEntry, DocumentNode } from './yaml-documents.ts'

type Entries = ReadonlyMap<string, DocumentEntry>

/** Texts of a list, or of a single value. */
function textsOf(entry: DocumentEntry | undefined, what: string): string[] {
  if (entry === undefined) return []
  const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value]
  return nodes.map((node) => {
    if (node.kind === 'scalar' && node.value !== null && node.value !== '') return String(node.value)
    throw new RuleFault(node.line, `${what} holds something that is not a name.`, 'Write names, one a line.')
  })
}

function mapOf(node: DocumentNode, what: string): Entries {
  if (node.kind === 'map') return node.entries
  throw new RuleFault(node.line, `${what} is not a map.`, 'Write its keys under it, one a line.')
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function timespanOf(entry: DocumentEntry | undefined, line: number): number {
  const mend = 'Write a number and s, m, h or d, for example 90m.'
  if (entry === undefined) throw new RuleFault(line, 'The correlation has no timespan.', mend)
  const text = entry.value.kind === 'scalar' ? String(entry.value.value) : ''
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const timespanMs = Number(digits) * (unitMs[unit] ?? 0)
  if (timespanMs === 0) throw new RuleFault(entry.line, `The timespan "${text}" is not a length of time.`, mend)
  if (timespanMs > limits.sigmaTimespanMsMax) {
    throw new RuleFault(entry.line, `The timespan "${text}" is longer than can be remembered.`, 'Write at most 366d.')
  }
  return timespanMs
}

const operators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const

/** Bounds, fields and percentile of the condition. */
function conditionOf(entries: Entries, line: number): Pick<CorrelationRule, 'bounds' | 'valueFields' | 'percentile'> {
  const bounds: Bound[] = []
  let percentile: number | undefined
  for (const [name, entry] of entries) {
    if (name === 'field') continue
    const { value } = entry
    const number = value.kind === 'scalar' && typeof value.value === 'number' ? value.value : undefined
    const operator = operators.find((each) => each === name)
    if (operator === undefined && name !== 'percentile') {
      throw new RuleFault(
        entry.line,
        `"${name}" is not an operator of a condition.`,
        `Use ${operators.join(', ')} and field.`,
      )
    }
    if (number === undefined)
      throw new RuleFault(entry.line, `What ${name} compares with is not a number.`, 'Give a number.')
    if (operator !== undefined) bounds.push({ operator, value: number })
    else if (number >= 0 && number <= 100) percentile = number
    else throw new RuleFault(entry.line, 'The percentile is not between 0 and 100.', 'Give a number from 0 to 100.')
  }
  if (bounds.length === 0) {
    throw new RuleFault(
      line,
      'The condition compares with nothing.',
      `Add one of ${operators.join(', ')} with a number.`,
    )
  }
  const valueFields = textsOf(entries.get('field'), 'field')
  return { bounds, valueFields, ...(percentile === undefined ? {} : { percentile }) }
}

function aliasesOf(entry: DocumentEntry | undefined): CorrelationRule['aliases'] {
  const aliases: Record<string, Record<string, string>> = Object.create(null)
  if (entry === undefined) return aliases
  for (const [alias, { value }] of mapOf(entry.value, 'aliases')) {
    const fields: Record<string, string> = Object.create(null)
    for (const [rule, field] of mapOf(value, `The alias ${alias}`))
      fields[rule] = textsOf(field, `The alias ${alias}`)[0] ?? ''
    aliases[alias] = fields
  }
  return aliases
}

const isTemporal = (type: CorrelationType): boolean => type === 'temporal' || type === 'temporal_ordered'

/** Reads a correlation rule whose head is known. `generate` may stand in the section or beside it. */
export function parseCorrelation(
  head: RuleHead,
  entry: DocumentEntry,
  beside: DocumentEntry | undefined,
): CorrelationRule {
  const section = mapOf(entry.value, 'correlation')
  const named = textsOf(section.get('type'), 'type')[0]
  const type = correlationTypes.find((each) => each === named)
  if (type === undefined) {
    const problem = named === undefined ? 'The correlation has no type.' : `"${named}" is not a type of correlation.`
    throw new RuleFault(section.get('type')?.line ?? entry.line, problem, `Use one of ${correlationTypes.join(', ')}.`)
  }
  const rules = textsOf(section.get('rules'), 'rules')
  if (rules.length === 0)
    throw new RuleFault(entry.line, 'The correlation names no rules.', 'Add rules: with ids or names.')
  if (rules.length > limits.sigmaCorrelatedRulesMax) {
    throw new RuleFault(
      entry.line,
      'The correlation names more rules than it can follow.',
      'Chain several correlations.',
    )
  }
  const condition = section.get('condition')
  if (condition === undefined && !isTemporal(type)) {
    throw new RuleFault(
      entry.line,
      `A correlation of type ${type} needs a condition.`,
      'Add condition: with gte: and a number.',
    )
  }
  const read =
    condition === undefined
      ? { bounds: [], valueFields: [] }
      : conditionOf(mapOf(condition.value, 'condition'), condition.line)
  checkValueFields(type, read.valueFields, condition?.line ?? entry.line)
  const generate = section.get('generate') ?? beside
  return {
    kind: 'correlation',
    ...head,
    type,
    rules,
    groupBy: textsOf(section.get('group-by'), 'group-by'),
    timespanMs: timespanOf(section.get('timespan'), entry.line),
    ...read,
    aliases: aliasesOf(section.get('aliases')),
    generate: generate?.value.kind === 'scalar' && generate.value.value === true,
  }
}

function checkValueFields(type: CorrelationType, fields: readonly string[], line: number): void {
  if (!type.startsWith('value_')) return
  if (fields.length === 0) {
    throw new RuleFault(
      line,
      `A correlation of type ${type} needs a field in its condition.`,
      'Add field: to the condition.',
    )
  }
  if (fields.length > 1 && type !== 'value_count') {
    throw new RuleFault(
      line,
      `A correlation of type ${type} looks at one field.`,
      'Leave one field, or use value_count.',
    )
  }
}
