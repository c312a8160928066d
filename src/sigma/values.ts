/** Turns a field's modifiers and values into what is asked of the field (modifiers appendix). Modifiers act in the order
 *  in which they are written; a combination that has no meaning is an error that says why. */
import { err, ok, type Result } from '../core/result.ts'
import { AddressRange } from './cidr.ts'
import { base64, base64Offsets, utf8Bytes, utf16Bytes } from './encodings.ts'
import { expandPlaceholders, type Placeholders } from './placeholders.ts'
import { compileRegex } from './regex.ts'
import type { DetectionItem, Scalar, TimePart, ValueTest } from './rule.ts'
import {
  type Anchoring,
  fold,
  foldDashes,
  literalOf,
  many,
  mapLiterals,
  type Pattern,
  parsePattern,
  toPattern,
} from './text.ts'

/** What is wrong with an item, and what to do. */
export interface ItemFault {
  readonly problem: string
  readonly mend: string
  /** The item is right, but a placeholder has no values yet. */
  readonly waits?: boolean
}

/** A value on its way through the modifiers. */
interface Draft {
  readonly pattern: Pattern
  /** The literal's units are bytes. */
  readonly isBytes: boolean
}

/** All modifiers of the specification; its spelling variants too. */
export const modifierNames = [
  'all',
  'startswith',
  'endswith',
  'contains',
  'exists',
  'cased',
  'neq',
  'windash',
  're',
  'i',
  'm',
  's',
  'base64',
  'base64offset',
  'utf16le',
  'wide',
  'utf16be',
  'utf16',
  'lt',
  'lte',
  'gt',
  'gte',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'year',
  'cidr',
  'expand',
  'fieldref',
] as const
/** One modifier. */
export type Modifier = (typeof modifierNames)[number]

class Fault extends Error {
  readonly fault: ItemFault

  constructor(problem: string, mend: string, waits = false) {
    super(problem)
    this.fault = { problem, mend, ...(waits ? { waits } : {}) }
  }
}

/** Modifiers that decide what kind of test is made; at most one may stand. */
const kinds = ['re', 'cidr', 'lt', 'lte', 'gt', 'gte', 'fieldref', 'exists'] as const
const timeParts: readonly TimePart[] = ['minute', 'hour', 'day', 'week', 'month', 'year']

/** The modifiers of an item, looked at as a whole. */
interface Plan {
  readonly modifiers: readonly Modifier[]
  readonly has: (modifier: Modifier) => boolean
  readonly kind: (typeof kinds)[number] | 'text'
  readonly timePart: TimePart | undefined
}

function planOf(names: readonly string[]): Plan {
  for (const name of names) {
    if (!(modifierNames as readonly string[]).includes(name)) {
      throw new Fault(
        `"${name}" is not a modifier.`,
        `Use one of ${modifierNames.join(', ')}, or leave it out. Modifiers are written in lower case.`,
      )
    }
  }
  const modifiers = names as readonly Modifier[]
  const has = (modifier: Modifier): boolean => modifiers.includes(modifier)
  const found = kinds.filter(has)
  if (found.length > 1) {
    throw new Fault(`The modifiers ${found.join(' and ')} exclude each other.`, 'Make an item of its own for each.')
  }
  const times = timeParts.filter(has)
  if (times.length > 1) throw new Fault('An item can look at one part of a date.', 'Make an item of its own for each.')
  const kind = found[0] ?? 'text'
  if (kind !== 're' && (has('i') || has('m') || has('s'))) {
    throw new Fault('The modifiers i, m and s belong to a regular expression.', 'Put re before them.')
  }
  return { modifiers, has, kind, timePart: times[0] }
}

/** Makes an item of modifiers and values. Placeholders are looked up where `expand` stands. */
export function buildItem(
  field: string,
  names: readonly string[],
  values: readonly Scalar[],
  isList: boolean,
  placeholders: Placeholders,
): Result<DetectionItem, ItemFault> {
  try {
    const plan = planOf(names)
    checkShape(plan, values, isList)
    const each = values.map((value) => testsOf(plan, value, placeholders, field === ''))
    return ok({ kind: 'item', field, groups: plan.has('all') ? each : [each.flat()], negated: plan.has('neq') })
  } catch (thrown) {
    if (thrown instanceof Fault) return err(thrown.fault)
    throw thrown
  }
}

function checkShape(plan: Plan, values: readonly Scalar[], isList: boolean): void {
  if (plan.has('all') && !isList) {
    throw new Fault('The modifier all stands at a single value.', 'Leave it out, or give a list of values.')
  }
  if (isList && values.length === 0) throw new Fault('The list of values is empty.', 'Give it values, or leave it out.')
  if (isList && values.length > 1 && values.includes(null)) {
    throw new Fault(
      'null stands among other values.',
      'Put it into a selection of its own and join the two in the condition.',
    )
  }
  if (plan.kind === 'exists' && (isList || typeof values[0] !== 'boolean')) {
    throw new Fault('exists takes true or false.', 'Write true or false, without quotes.')
  }
}

/** The tests of one value: alternatives where a modifier makes several values of it. */
function testsOf(plan: Plan, value: Scalar, placeholders: Placeholders, isKeyword: boolean): ValueTest[] {
  if (plan.timePart !== undefined) return [timeTest(plan, plan.timePart, value)]
  switch (plan.kind) {
    case 'exists':
      return [{ kind: 'exists', is: value === true }]
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      allowOnly(plan, [plan.kind, 'neq', 'all'])
      return [{ kind: 'number', order: plan.kind, value: numberOf(value) }]
    case 'cidr':
      return expanded(plan, value, placeholders).map(cidrTest)
    case 'fieldref':
      return [fieldTest(plan, value)]
    case 're':
      return expanded(plan, value, placeholders).map((source) => regexTest(plan, source))
    case 'text':
      return textTests(plan, value, placeholders, isKeyword)
  }
}

function numberOf(value: Scalar): number {
  const number = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new Fault('A value to compare with is not a number.', 'Give a number.')
}

function timeTest(plan: Plan, part: TimePart, value: Scalar): ValueTest {
  const order = (['lt', 'lte', 'gt', 'gte'] as const).find(plan.has) ?? 'eq'
  allowOnly(plan, [part, 'lt', 'lte', 'gt', 'gte', 'neq', 'all'])
  return { kind: 'time', part, order, value: numberOf(value) }
}

/** Refuses modifiers that say nothing beside the one that decides the kind of test. */
function allowOnly(plan: Plan, allowed: readonly Modifier[]): void {
  const other = plan.modifiers.find((each) => !allowed.includes(each))
  if (other === undefined) return
  throw new Fault(`The modifiers ${allowed[0]} and ${other} do not go together.`, `Leave ${other} out.`)
}

/** The texts that a value stands for: itself, or what its placeholders say. */
function expanded(plan: Plan, value: Scalar, placeholders: Placeholders): readonly string[] {
  if (value === null) throw new Fault(`null does not go with ${plan.modifiers.join('|')}.`, 'Leave the modifiers out.')
  const text = String(value)
  if (!plan.has('expand')) return [text]
  const found = expandPlaceholders(text, placeholders)
  if (found.ok) return found.value
  throw found.error.missing === undefined
    ? new Fault('Its placeholders stand for too many values together.', 'Give the placeholders fewer values.')
    : new Fault(
        `The placeholder %${found.error.missing}% has no values.`,
        `Give the office's own values for ${found.error.missing} in the settings; the rule waits for them.`,
        true,
      )
}

function cidrTest(text: string): ValueTest {
  if (AddressRange.parse(text) === undefined) {
    throw new Fault(`"${text}" is not a range of addresses.`, 'Write one as 192.0.2.0/24 or 2001:db8::/32.')
  }
  return { kind: 'cidr', range: text }
}

function regexTest(plan: Plan, source: string): ValueTest {
  allowOnly(plan, ['re', 'i', 'm', 's', 'neq', 'all', 'expand', 'cased'])
  const flags = (['i', 'm', 's'] as const).filter(plan.has).join('')
  const compiled = compileRegex(source, flags)
  if (compiled.ok) return { kind: 'regex', source, flags }
  throw new Fault(
    `The regular expression holds ${compiled.error}.`,
    'Write it without, or say the same with contains, startswith and endswith.',
  )
}

const anchorings = ['contains', 'startswith', 'endswith'] as const

function fieldTest(plan: Plan, value: Scalar): ValueTest {
  allowOnly(plan, ['fieldref', ...anchorings, 'cased', 'neq', 'all'])
  if (typeof value !== 'string' || value === '') throw new Fault('fieldref does not name a field.', 'Name a field.')
  const anchoring: Anchoring = anchorings.find(plan.has) ?? 'equals'
  return { kind: 'field', name: value, anchoring, cased: plan.has('cased') }
}

function textTests(plan: Plan, value: Scalar, placeholders: Placeholders, isKeyword: boolean): ValueTest[] {
  if (value === null) {
    allowOnly(plan, ['neq', 'all'])
    return [{ kind: 'null' }]
  }
  let drafts: Draft[] = expanded(plan, value, placeholders).map((text) => ({
    pattern: typeof value === 'string' ? parsePattern(text) : toPattern([text]),
    isBytes: false,
  }))
  for (const modifier of plan.modifiers) drafts = drafts.flatMap((draft) => transformed(draft, modifier))
  const isAnchored = anchorings.some(plan.has)
  const [cased, dashes] = [plan.has('cased'), plan.has('windash')]
  return drafts.map(({ pattern }) => {
    const whole = isKeyword && !isAnchored ? toPattern([many, ...pattern, many]) : pattern
    const folded = cased ? whole : mapLiterals(whole, fold)
    return { kind: 'text', pattern: dashes ? toPattern(mapLiterals(folded, foldDashes)) : folded, cased, dashes }
  })
}

function transformed(draft: Draft, modifier: Modifier): Draft[] {
  const { pattern, isBytes } = draft
  switch (modifier) {
    case 'contains':
      return [{ pattern: toPattern([many, ...pattern, many]), isBytes }]
    case 'startswith':
      return [{ pattern: toPattern([...pattern, many]), isBytes }]
    case 'endswith':
      return [{ pattern: toPattern([many, ...pattern]), isBytes }]
    case 'base64':
      return [textDraft(base64(bytesOf(draft, modifier)))]
    case 'base64offset':
      return base64Offsets(bytesOf(draft, modifier)).map(textDraft)
    case 'wide':
    case 'utf16le':
      return [bytesDraft(utf16Bytes(plainOf(draft, modifier), true))]
    case 'utf16be':
      return [bytesDraft(utf16Bytes(plainOf(draft, modifier), false))]
    case 'utf16':
      return [bytesDraft(`\xff\xfe${utf16Bytes(plainOf(draft, modifier), true)}`)]
    default:
      return [draft]
  }
}

const textDraft = (text: string): Draft => ({ pattern: toPattern([text]), isBytes: false })
const bytesDraft = (bytes: string): Draft => ({ pattern: toPattern([bytes]), isBytes: true })

/** The text of a value that is to be encoded. */
function plainOf({ pattern }: Draft, modifier: Modifier): string {
  const literal = literalOf(pattern)
  if (literal !== undefined) return literal
  throw new Fault(
    `A value with wildcards cannot be encoded by ${modifier}.`,
    `Write the modifiers contains, startswith and endswith behind ${modifier}, and no * or ? in the value.`,
  )
}

function bytesOf(draft: Draft, modifier: Modifier): string {
  const plain = plainOf(draft, modifier)
  if (plain === '') throw new Fault(`An empty value cannot be encoded by ${modifier}.`, 'Give a value.')
  return draft.isBytes ? plain : utf8Bytes(plain)
}
