/** The reference that the engine is compared with: it reads a rule's YAML as plain objects and evaluates every part of it
 *  on every event, with JavaScript's own regular expressions and no index. It shares no code with the engine, and knows
 *  rules about single events only. */

type Plain = string | number | boolean | null
/** An event of plain values. */
export type PlainEvent = Readonly<Record<string, Plain | readonly Plain[]>>
/** A rule as YAML has it. */
export interface PlainRule {
  readonly detection: Readonly<Record<string, unknown>>
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** A value with wildcards as the source of a regular expression. */
function wildcardSource(value: string): string {
  let source = ''
  for (let i = 0; i < value.length; i++) {
    const [character, next] = [value[i] as string, value[i + 1]]
    if (character === '\\' && next !== undefined && '\\*?'.includes(next)) {
      source += escapeRegex(next)
      i++
    } else if (character === '*') source += '[^]*'
    else if (character === '?') source += '[^]'
    else source += escapeRegex(character)
  }
  return source
}

function regexOf(source: string, flags: string): RegExp {
  const inline = /^\(\?([ims]+)\)/.exec(source)
  return new RegExp(
    inline ? source.slice(inline[0].length) : source,
    [...new Set(flags + (inline?.[1] ?? ''))].join(''),
  )
}

const base64Of = (bytes: Buffer): string => bytes.toString('base64')

/** The three forms of a text inside longer Base64. */
function offsetsOf(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = base64Of(Buffer.concat([Buffer.alloc(offset), bytes]))
    const begin = [0, 2, 3][offset] as number
    const end = [undefined, -3, -2][(bytes.length + offset) % 3]
    return encoded.slice(begin, end)
  })
}

const isPrivateRange = (value: string): [number, number] => {
  const [base = '', bits = '32'] = value.split('/')
  return [base.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0), Number(bits)]
}

function inRange(text: string, range: string): boolean {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(text) || range.includes(':')) return false
  const [base, bits] = isPrivateRange(range)
  const size = 2 ** (32 - bits)
  return Math.floor(isPrivateRange(text)[0] / size) === Math.floor(base / size)
}

/** Whether one text of an event is as one value of a rule asks. */
function textIs(text: string, value: Plain, modifiers: readonly string[], isKeyword: boolean): boolean {
  const has = (name: string): boolean => modifiers.includes(name)
  if (has('re')) return regexOf(String(value), modifiers.filter((each) => 'ims'.includes(each)).join('')).test(text)
  if (has('cidr')) return inRange(text, String(value))
  for (const [name, compare] of [
    ['lt', (a: number, b: number) => a < b],
    ['lte', (a: number, b: number) => a <= b],
    ['gt', (a: number, b: number) => a > b],
    ['gte', (a: number, b: number) => a >= b],
  ] as const) {
    if (has(name)) return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) && compare(Number(text), Number(value))
  }
  let sources = [typeof value === 'string' ? wildcardSource(value) : escapeRegex(String(value))]
  const encodings = modifiers.filter((each) => /^(?:wide|utf16|base64)/.test(each))
  if (encodings.length > 0) {
    let bytes = [Buffer.from(String(value).replace(/\\([\\*?])/g, '$1'))]
    for (const encoding of encodings) {
      if (/^(?:wide|utf16le)$/.test(encoding)) bytes = bytes.map((each) => Buffer.from(each.toString(), 'utf16le'))
      else if (encoding === 'base64') bytes = bytes.map((each) => Buffer.from(base64Of(each)))
      else if (encoding === 'base64offset')
        bytes = bytes.flatMap((each) => offsetsOf(each).map((one) => Buffer.from(one)))
    }
    sources = bytes.map((each) => escapeRegex(each.toString('latin1')))
  }
  if (has('windash')) sources = sources.map((each) => each.replace(/\\?[-/\u2013-\u2015]/g, '[-/\u2013\u2014\u2015]'))
  const open = isKeyword || has('contains') || has('endswith') ? '[^]*' : ''
  const close = isKeyword || has('contains') || has('startswith') ? '[^]*' : ''
  return sources.some((each) => new RegExp(`^${open}${each}${close}$`, has('cased') ? '' : 'i').test(text))
}

function itemHolds(key: string, wanted: unknown, event: PlainEvent): boolean {
  const [field = '', ...modifiers] = key.split('|')
  const has = (name: string): boolean => modifiers.includes(name)
  const found = event[field]
  if (has('exists')) return (found !== undefined) === wanted
  const texts = (field === '' ? Object.values(event).flat() : [found ?? null].flat()).filter((each) => each !== null)
  const one = (value: Plain): boolean => {
    if (value === null) return found === undefined || found === null
    if (has('fieldref')) {
      const others = [event[String(value)] ?? null].flat().filter((each) => each !== null)
      return texts.some((text) => others.some((other) => String(text).toLowerCase() === String(other).toLowerCase()))
    }
    return texts.some((text) => textIs(String(text), value, modifiers, field === ''))
  }
  const values = (Array.isArray(wanted) ? wanted : [wanted]) as Plain[]
  const holds = has('all') ? values.every(one) : values.some(one)
  return holds !== has('neq')
}

function detectionHolds(detection: unknown, event: PlainEvent): boolean {
  if (Array.isArray(detection)) {
    return detection.some((each) =>
      typeof each === 'object' && each !== null ? detectionHolds(each, event) : itemHolds('', each, event),
    )
  }
  if (typeof detection !== 'object' || detection === null) return itemHolds('', detection, event)
  return Object.entries(detection).every(([key, wanted]) => itemHolds(key, wanted, event))
}

/** Evaluates a condition by rewriting it, innermost first, until it is true or false. */
function conditionHolds(condition: string, rule: PlainRule, event: PlainEvent): boolean {
  const names = Object.keys(rule.detection).filter((name) => name !== 'condition')
  const truth = new Map(names.map((name) => [name, detectionHolds(rule.detection[name], event)]))
  let text = ` ${condition.replace(/[()]/g, ' $& ').replace(/\s+/g, ' ')} `
  text = text.replace(/ (1|any|all) of (\S+)/gi, (_, quantity: string, pattern: string) => {
    const form = pattern === 'them' ? /^[^_]/ : new RegExp(`^${pattern.split('*').map(escapeRegex).join('.*')}$`)
    const chosen = names.filter((name) => form.test(name) && (pattern.startsWith('_') || !name.startsWith('_')))
    const each = chosen.map((name) => truth.get(name) === true)
    return ` ${quantity === 'all' ? each.every(Boolean) : each.some(Boolean)}`
  })
  text = text.replace(/[^\s()]+/g, (word) => (truth.has(word) ? String(truth.get(word)) : word.toLowerCase()))
  const steps: [RegExp, (...parts: string[]) => string][] = [
    [/ \( (true|false) \) /, (_, value = '') => ` ${value} `],
    [/ not (true|false) /, (_, value) => ` ${value !== 'true'} `],
    [/ (true|false) and (true|false) /, (_, a, b) => ` ${a === 'true' && b === 'true'} `],
    [/ (true|false) or (true|false) (?!and )/, (_, a, b) => ` ${a === 'true' || b === 'true'} `],
  ]
  for (let before = ''; before !== text; ) {
    text = text.replace(/ +/g, ' ')
    before = text
    for (const [form, rewrite] of steps) {
      if (!form.test(text)) continue
      text = text.replace(form, rewrite)
      break
    }
  }
  if (!/^ (?:true|false) $/.test(text)) throw new Error(`a condition that the reference cannot read: ${text}`)
  return text === ' true '
}

/** Whether an event matches a rule. */
export function naivelyMatches(rule: PlainRule, event: PlainEvent): boolean {
  const { condition } = rule.detection
  const each = (Array.isArray(condition) ? condition : [condition]) as string[]
  return each.some((text) => conditionHolds(text, rule, event))
}
