/** Reads rule files: YAML with one or more documents, each a rule about events, a correlation or a filter. Every document
 *  that cannot be used is a problem with its file, line and mend; the others are read all the same. */
import { limits } from '../core/limits.ts'
import { parseCorrelation } from './parse-correlation.ts'
import { parseDetectionPart, parseLogsource, RuleFault } from './parse-detection.ts'
import { plainWordsOf } from './plain-words.ts'
import type { RuleHead, RuleLevel, RuleProblem, SigmaRule } from './rule.ts'
import { cutDocuments, type DocumentEntry, type DocumentNode, readDocument } from './yaml-documents.ts'

/** What a file holds. */
export interface ParsedRules {
  readonly rules: readonly SigmaRule[]
  readonly rejects: readonly RuleProblem[]
}

type Entries = ReadonlyMap<string, DocumentEntry>

const levels: readonly RuleLevel[] = ['informational', 'low', 'medium', 'high', 'critical']

/** Reads the text of a rule file. `file` is only a name, for problems and places. */
export function parseRules(text: string, file: string): ParsedRules {
  const rules: SigmaRule[] = []
  const rejects: RuleProblem[] = []
  const documents = cutDocuments(text)
  for (const document of documents.slice(0, limits.sigmaFileRulesMax)) {
    const read = readDocument(document)
    if (!read.ok) {
      rejects.push({ file, kind: 'rule', title: '', ...read.error })
      continue
    }
    try {
      rules.push(parseRule(read.value, { file, line: document.line }))
    } catch (thrown) {
      if (!(thrown instanceof RuleFault)) throw thrown
      const { line, message: problem, mend } = thrown
      rejects.push({ file, line, ...nameOf(read.value), kind: 'rule', problem, mend })
    }
  }
  const left = documents[limits.sigmaFileRulesMax]
  if (left !== undefined) {
    const problem = 'The file holds more rules than are read from one file; the rest is left out.'
    rejects.push({ file, line: left.line, title: '', kind: 'rule', problem, mend: 'Cut the file into several.' })
  }
  return { rules, rejects }
}

function parseRule(node: DocumentNode, place: RuleHead['place']): SigmaRule {
  if (node.kind !== 'map') throw new RuleFault(node.line, 'The document is not a rule.', 'Begin it with title:.')
  const { entries } = node
  const action = entries.get('action')
  if (action !== undefined && !entries.has('correlation')) {
    const problem = 'The document is part of a collection by "action", which is no longer part of Sigma.'
    throw new RuleFault(action.line, problem, 'Write each rule out as a document of its own.')
  }
  const head = parseHead(entries, node.line, place)
  const correlation = entries.get('correlation')
  if (correlation !== undefined) return parseCorrelation(head, correlation, entries.get('generate'))
  const filter = entries.get('filter')
  const logsource = parseLogsource(entries.get('logsource'), node.line)
  if (filter !== undefined) {
    if (filter.value.kind !== 'map')
      throw new RuleFault(filter.line, 'The filter is not a map.', 'Write rules:, a selection and condition: under it.')
    const rules = filteredRules(filter.value.entries.get('rules'))
    return {
      kind: 'filter',
      ...head,
      logsource,
      rules,
      ...parseDetectionPart(filter.value.entries, filter.line, ['rules']),
    }
  }
  const detection = entries.get('detection')
  if (detection === undefined) {
    throw new RuleFault(
      node.line,
      'The document has no detection, correlation or filter.',
      'See whether it is a Sigma rule.',
    )
  }
  if (detection.value.kind !== 'map') {
    throw new RuleFault(detection.line, 'The detection is not a map.', 'Write a selection and condition: under it.')
  }
  return { kind: 'detection', ...head, logsource, ...parseDetectionPart(detection.value.entries, detection.line) }
}

/** Left out, empty or `any`: every rule of the log source. */
function filteredRules(entry: DocumentEntry | undefined): readonly string[] | 'any' {
  const names = listOf(entry)
  return names.length === 0 || (names.length === 1 && names[0]?.toLowerCase() === 'any') ? 'any' : names
}

function textOf(entry: DocumentEntry | undefined): string | undefined {
  if (entry?.value.kind !== 'scalar' || entry.value.value === null) return undefined
  return String(entry.value.value)
}

function listOf(entry: DocumentEntry | undefined): string[] {
  const single = textOf(entry)
  if (single !== undefined) return [single]
  if (entry?.value.kind !== 'list') return []
  return entry.value.items.flatMap((item) =>
    item.kind === 'scalar' && item.value !== null ? [String(item.value)] : [],
  )
}

function nameOf(node: DocumentNode): { title: string; id?: string } {
  if (node.kind !== 'map') return { title: '' }
  const id = textOf(node.entries.get('id'))
  return { title: textOf(node.entries.get('title')) ?? id ?? '', ...(id === undefined ? {} : { id }) }
}

function parseHead(entries: Entries, line: number, place: RuleHead['place']): RuleHead {
  const title = textOf(entries.get('title'))
  if (title === undefined || title === '')
    throw new RuleFault(line, 'The rule has no title.', 'Add title: with a short text.')
  const level = textOf(entries.get('level'))
  const known = levels.find((each) => each === level)
  if (level !== undefined && known === undefined) {
    const problem = `"${level}" is not a level.`
    throw new RuleFault(entries.get('level')?.line ?? line, problem, `Use one of ${levels.join(', ')}.`)
  }
  const [id, name] = [textOf(entries.get('id')), textOf(entries.get('name'))]
  const words = plainWordsOf(entries.get('bellwether'))
  return {
    title,
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(known === undefined ? {} : { level: known }),
    status: textOf(entries.get('status')) ?? '',
    description: textOf(entries.get('description')) ?? '',
    author: textOf(entries.get('author')) ?? '',
    references: listOf(entries.get('references')),
    tags: listOf(entries.get('tags')),
    falsePositives: listOf(entries.get('falsepositives')),
    fields: listOf(entries.get('fields')),
    ...(words === undefined ? {} : { words }),
    place,
  }
}
