/** Reads a detection: its search identifiers into trees of items, and its condition over them (rules specification,
 *  "Detection"). Filters hold the same, and are read by the same functions. */

import { parseCondition } from './condition.ts'
import type { Condition, Detection, RuleLogsource, Scalar } from './rule.ts'
import { buildItem, type ItemFault } from './values.ts'
import type { DocumentEntry, DocumentNode } from './yaml-documents.ts'

/** What is wrong with a part of a rule, and on which line. */
export class RuleFault extends Error {
  readonly line: number
  readonly mend: string

  constructor(line: number, problem: string, mend: string) {
    super(problem)
    this.line = line
    this.mend = mend
  }
}

/** Identifiers and condition. */
export interface DetectionPart {
  readonly detections: Readonly<Record<string, Detection>>
  readonly condition: Condition
}

/** Keys of a detection that are not search identifiers. `timeframe` belonged to conditions that count. */
const notIdentifiers = new Set(['condition', 'timeframe'])

/** Reads the identifiers and the condition of a map; keys in `others` belong to neither. */
export function parseDetectionPart(
  entries: ReadonlyMap<string, DocumentEntry>,
  line: number,
  others: readonly string[] = [],
): DetectionPart {
  const detections: Record<string, Detection> = Object.create(null)
  for (const [name, entry] of entries) {
    if (notIdentifiers.has(name) || others.includes(name)) continue
    detections[name] = parseDetection(entry.value, name)
  }
  const names = Object.keys(detections)
  const condition = entries.get('condition')
  if (condition === undefined)
    throw new RuleFault(line, 'The detection has no condition.', 'Add condition: with the identifiers.')
  if (names.length === 0)
    throw new RuleFault(line, 'The detection has no search identifier.', 'Add one, for example selection:.')
  const texts = condition.value.kind === 'list' ? condition.value.items : [condition.value]
  if (texts.length === 0) throw new RuleFault(condition.line, 'The list of conditions is empty.', 'Give a condition.')
  const of = texts.map((node): Condition => {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') {
      throw new RuleFault(node.line, 'A condition is not text.', 'Write it as text.')
    }
    const parsed = parseCondition(node.value, names)
    if (parsed.ok) return parsed.value
    throw new RuleFault(node.line, parsed.error.problem, parsed.error.mend)
  })
  return { detections, condition: of.length === 1 ? (of[0] as Condition) : { kind: 'or', of } }
}

/** A list is linked by or, a map by and; plain values are keywords. */
function parseDetection(node: DocumentNode, name: string): Detection {
  switch (node.kind) {
    case 'scalar':
      return parseItem('', { value: node, line: node.line })
    case 'list': {
      if (node.items.length === 0)
        throw new RuleFault(node.line, `The list of ${name} is empty.`, 'Give it values, or remove it.')
      const keywords = node.items.filter((item) => item.kind === 'scalar')
      const of = node.items.filter((item) => item.kind !== 'scalar').map((item) => parseDetection(item, name))
      if (keywords.length > 0) {
        of.push(parseItem('', { value: { kind: 'list', items: keywords, line: node.line }, line: node.line }))
      }
      return of.length === 1 ? (of[0] as Detection) : { kind: 'any', of }
    }
    case 'map': {
      const of = [...node.entries].map(([key, entry]) => parseItem(key, entry))
      if (of.length === 0)
        throw new RuleFault(node.line, `The map of ${name} is empty.`, 'Give it fields, or remove it.')
      return of.length === 1 ? (of[0] as Detection) : { kind: 'all', of }
    }
  }
}

function parseItem(key: string, entry: DocumentEntry): Detection {
  const [name = '', ...modifiers] = key.split('|').map((part) => part.trim())
  const { value, line } = entry
  const isList = value.kind === 'list'
  const values = (isList ? value.items : [value]).map((item): Scalar => {
    if (item.kind === 'scalar') return item.value
    throw new RuleFault(
      item.line,
      `The value of ${name === '' ? 'a keyword search' : name} is not a plain value or a list of them.`,
      'Give each nested map a search identifier of its own and join them in the condition.',
    )
  })
  const built = buildItem(name, modifiers, values, isList, 'any')
  if (!built.ok) throw faultOf(built.error, name, line)
  if (!modifiers.includes('expand')) return built.value
  return { kind: 'placeholder', field: name, modifiers, values, isList, line }
}

/** The fault of an item with its field's name. */
export function faultOf(fault: ItemFault, field: string, line: number): RuleFault {
  return new RuleFault(line, field === '' ? fault.problem : `${field}: ${fault.problem}`, fault.mend)
}

/** Reads a log source; it must name at least one of product, category and service. */
export function parseLogsource(entry: DocumentEntry | undefined, line: number): RuleLogsource {
  if (entry === undefined) {
    throw new RuleFault(line, 'The rule has no logsource.', 'Say which product, category or service it is for.')
  }
  if (entry.value.kind !== 'map') {
    throw new RuleFault(entry.line, 'The logsource is not a map.', 'Write product:, category: or service: under it.')
  }
  const logsource: Record<string, string> = {}
  for (const part of ['product', 'category', 'service'] as const) {
    const found = entry.value.entries.get(part)
    if (found === undefined || (found.value.kind === 'scalar' && found.value.value === null)) continue
    if (found.value.kind !== 'scalar')
      throw new RuleFault(found.line, `The ${part} is not plain text.`, 'Write one word.')
    logsource[part] = String(found.value.value).toLowerCase()
  }
  if (Object.keys(logsource).length > 0) return logsource
  throw new RuleFault(entry.line, 'The logsource is empty.', 'Say which product, category or service the rule is for.')
}
