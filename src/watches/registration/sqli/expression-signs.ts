/** Signs of injected expressions: conditions after AND and OR, calls of database functions, arithmetic that closes and
 *  reopens a string, comments that cut the rest off. Prose with an apostrophe parses as none of these. */
import { type Expression, isUnmistakable, type Sentence } from './grammar.ts'
import type { Scene, Sign } from './scene.ts'
import { catalogNames, type Technique, typeNames, unmistakableCatalogs, unmistakableFunctions } from './words.ts'

const sure = (technique: Technique, confidence: number): Sign => ({ technique, confidence })

/** Whether quotes hug an operator from both sides with the spaces outside (`rock '&' roll`), as prose writes them and
 *  an injection does not. */
function hugs(scene: Scene, from: number, to: number): boolean {
  const first = scene.sentence.list[from - 1]
  const last = scene.sentence.list[to]
  if (first?.type !== 'S' || last?.type !== 'S') return false
  // ... or as the possessive of a name such as D'Or.
  return /[\s+]$/.test(first.value) || /^[\s+]+\S|^s\b/.test(last.value)
}

/** A clause after the expression that only SQL has. */
const clauseFollows = (sentence: Sentence, at: number): boolean =>
  sentence.type(at) === 'K' &&
  (/^(?:having|limit|procedure)$/.test(sentence.value(at)) ||
    (/^(?:order|group)$/.test(sentence.value(at)) && sentence.is(at + 1, 'by')) ||
    (sentence.is(at, 'union') && /^(?:all|distinct|select)$/.test(sentence.value(at + 1))))

/** A condition after AND, OR, XOR, && or ||. */
export function logicSign(scene: Scene, at: number): Sign | null {
  const { sentence, quoted } = scene
  const symbol = sentence.type(at) === 'O' || sentence.value(at) === '&&'
  const breaksIn = quoted && at === scene.start
  const left = sentence.type(at - 1)
  if (at > 0 && (left === 'O' || left === 'C' || left === 'P' || left === 'L')) return null
  const right = sentence.expression(at + 1)
  if (right.end === at + 1) return breaksIn && sentence.type(at + 1) === '' ? sure('boolean', 0.3) : null
  const joined = at === 0 || sentence.operandEndsBefore(at) || left === 'X' || left === ';'
  const goesOn = sentence.goesOn(right.end)
  if (right.comparison !== 'none' && right.constant)
    return sure('boolean', right.comparison === 'sign' ? (goesOn ? 0.92 : 0.75) : goesOn ? 0.8 : 0.4)
  if (right.asksDatabase && (goesOn || right.comparison === 'sign')) return asked(scene, at, right)
  if ((symbol && !quoted) || !joined) return null
  if (right.comparison !== 'none') return compared(scene, at, right, goesOn)
  return bare(scene, at, right, goesOn)
}

function asked(scene: Scene, at: number, right: Expression): Sign {
  const { sentence } = scene
  const questions = sentence.questionsIn(at + 1, right.end)
  const strong =
    right.comparison === 'sign' || questions > 1 || scene.endsInComment || (scene.quoted && at === scene.start)
  return sure('boolean', strong || right.bareWords + sentence.bareWordsIn(at + 1, right.end) === 0 ? 0.9 : 0.45)
}

/** A comparison with a column: `and id=3`, `or name like 'x`. */
function compared(scene: Scene, at: number, right: Expression, goesOn: boolean): Sign {
  const { sentence, quoted, endsInComment } = scene
  const left = sentence.type(at - 1)
  const literal = right.bareWords < right.operands
  if (!goesOn) return sure('boolean', quoted && at === scene.start && right.comparison === 'sign' ? 0.5 : 0.3)
  if (endsInComment) return sure('boolean', 0.85)
  if (quoted) return sure('boolean', right.comparison === 'sign' || right.endsOpen || literal ? 0.8 : 0.4)
  if (right.comparison === 'word') return sure('boolean', literal && left !== 'W' && at > 0 ? 0.7 : 0.3)
  return sure('boolean', left === 'N' || left === ')' ? 0.72 : left === 'W' || at === 0 ? 0.55 : 0.6)
}

/** No comparison at all: `' or 1`, `' or 'x`, `1 and 1`. */
function bare(scene: Scene, at: number, right: Expression, goesOn: boolean): Sign | null {
  const { sentence, quoted, endsInComment } = scene
  if (!goesOn) return broken(scene, at, right)
  const cut =
    sentence.type(right.end) === '#' || (sentence.type(right.end) === ';' && right.end === sentence.length - 1)
  const words = right.bareWords === right.operands
  if (clauseFollows(sentence, right.end)) return sure('boolean', at > 0 && !words ? 0.7 : 0.3)
  if (quoted && (at === scene.start || right.endsOpen)) {
    const phrase = /\S\s+\S/.test(sentence.value(0)) && at === scene.start
    if (right.endsOpen && right.operators === 0)
      return sure('boolean', hugs(scene, at, right.end - 1) || phrase ? 0.4 : 0.75)
    if (right.endsOpen) return sure('boolean', 0.85)
    const name = /[A-Za-z\x80-\uffff]$/.test(sentence.value(0)) && sentence.list[at]?.start === sentence.list[0]?.end
    if (cut) return sure('boolean', words && (phrase || name) ? 0.4 : 0.8)
    return sure(
      'boolean',
      words || (name && right.bareWords > 0) || (name && right.operators === 0) || phrase
        ? right.operators > 0 && !phrase
          ? 0.45
          : 0.3
        : 0.72,
    )
  }
  const left = sentence.type(at - 1)
  if (at === 0 && sentence.is(0, 'xor')) return sure('boolean', 0.5)
  const leads = at === 1 || left === ')' || scene.obfuscated
  if (at > 0 && left !== 'W' && (cut || endsInComment)) return sure('boolean', words ? 0.4 : leads ? 0.8 : 0.4)
  if (leads && left === 'N' && right.constant && right.operators > 0) return sure('boolean', 0.4)
  return leads && !words && left === 'N' ? sure('boolean', 0.25) : null
}

/** `' or abc-`, `' xor 5!`: the text stops in the middle of an expression. */
function broken(scene: Scene, at: number, right: Expression): Sign | null {
  const { sentence } = scene
  const stops = right.end === sentence.length - 1 && ['O', 'P'].includes(sentence.type(right.end))
  if (stops && at === 0 && sentence.is(0, 'xor')) return sure('boolean', 0.5)
  if (!stops || !scene.quoted || at !== scene.start) return null
  return sure('boolean', sentence.value(0) === '' || sentence.is(at, 'xor') ? 0.55 : 0.35)
}

/** What goes on after the closed literal with an operator: `'-'`, `' + (1/ascii(...)) --`, `'='`. */
export function operatorSign(scene: Scene): Sign | null {
  const { sentence, start } = scene
  const type = sentence.type(start)
  if (!scene.quoted || start === 0) return null
  if (
    type !== 'O' &&
    type !== 'C' &&
    type !== ':' &&
    !(type === 'P' && sentence.type(start + 1) === 'C') &&
    !sentence.is(start, 'not')
  )
    return null
  // The closed literal is the left operand: read the expression from it.
  const whole = sentence.expression(start - 1)
  if (whole.operators === 0) return type === ':' ? null : sure('other', 0.25)
  const end = whole.end
  const technique: Technique = whole.asksDatabase ? 'boolean' : 'other'
  if (!sentence.goesOn(end)) return sure(technique, whole.asksDatabase && whole.operators > 1 ? 0.6 : 0.2)
  if (whole.endsOpen && end === sentence.length) {
    if (whole.operators === 1 || whole.operands <= 2) {
      const plain = sentence.list[end - 1] as { value: string }
      if (hugs(scene, start, end - 1)) return sure(technique, 0.4)
      return sure(technique, plain.value.trim().includes(' ') ? 0.4 : 0.7)
    }
    return sure(technique, 0.85)
  }
  if (whole.asksDatabase) return sure(technique, 0.85)
  if (sentence.type(end) === '#' || (sentence.type(end) === ';' && end === sentence.length - 1))
    return sure(technique, whole.bareWords > 0 && whole.comparison !== 'sign' ? 0.4 : 0.75)
  if (sentence.type(end) === 'L') return sure(technique, 0.3)
  return sure(technique, whole.bareWords === 0 && whole.operators > 1 ? 0.5 : 0.3)
}

const conditional = /^(?:if|iif|elt|decode|nullif)$/

/** A call of a database function where an expression parses. */
export function callSign(scene: Scene, at: number): Sign | null {
  const { sentence } = scene
  const call = sentence.list[at]
  if (call === undefined) return null
  const end = sentence.groupEnd(at + 1)
  const before = sentence.type(at - 1)
  const fits =
    at === 0 ||
    ['O', 'L', 'C', 'P', '(', ',', ';', 'K', 'X'].includes(before) ||
    (scene.quoted && at === scene.start) ||
    before === 'N'
  const goesOn = sentence.goesOn(end) || ['O', 'C', ':', 'S'].includes(sentence.type(end))
  const glued = call.end === sentence.list[at + 1]?.start
  const nested = sentence.questionsIn(at + 1, end) > 0
  if (isUnmistakable(call)) {
    const technique = unmistakableFunctions.get(call.value.slice(call.value.lastIndexOf('.') + 1)) ?? 'other'
    const named = unmistakableFunctions.get(call.value) ?? technique
    const everyday = call.value === 'sleep' || call.value === 'compress' || call.value === 'polygon'
    const asked = ['L', 'O', 'C', ',', ';'].includes(before)
    if (!fits || !goesOn) return sure(named, everyday && !asked ? 0.3 : 0.6)
    return sure(named, at === 0 && end >= sentence.length && everyday && !nested ? 0.6 : 0.9)
  }
  const alone = at === 0 && end >= sentence.length && sentence.isClosed(at + 1)
  if (!fits || !goesOn || !(glued || alone)) return null
  const empty = sentence.type(at + 2) === ')'
  const joined = at > 0 && ['O', 'C', 'L'].includes(before) && sentence.operandEndsBefore(at - 1)
  const joins = ['O', 'C', ':'].includes(sentence.type(end)) && sentence.operandBegins(end + 1)
  const words = sentence.bareWordsIn(at + 1, end)
  if ((words === 0 || conditional.test(call.value)) && sentence.comparesIn(at + 1, end) && (fits || scene.quoted))
    return sure('boolean', sentence.type(at + 2) === ')' ? 0.3 : 0.65)
  if (nested) return sure('other', joined || joins || (at === 0 && end >= sentence.length) ? 0.8 : 0.5)
  if ((joined || joins) && (words === 0 || scene.quoted))
    return sure('other', empty || scene.endsInComment || joined ? 0.6 : 0.5)
  const listed = sentence.list.slice(at + 2, Math.min(end, at + 12)).some((token) => token.type === ',')
  if (alone && listed && (glued || words === 0)) return sure('other', words === 0 ? 0.55 : 0.5)
  return sure('other', empty ? 0.3 : 0.2)
}

/** `password::int`, `f(x)::text`. */
export function castSign(scene: Scene, at: number): Sign | null {
  const { sentence } = scene
  if (at === 0 || !sentence.operandEndsBefore(at) || !typeNames.has(sentence.value(at + 1))) return null
  const glued = (sentence.list[at - 1] as { end: number }).end === (sentence.list[at] as { start: number }).start
  return sure('error', glued ? 0.6 : 0.3)
}

/** A comment that cuts off what the application appends: `admin'--`, `x') #`, `1--`. */
export function commentSign(scene: Scene): Sign | null {
  const { sentence, quoted, start } = scene
  const comment = sentence.list[start]
  if (comment?.type !== '#' || /^\d/.test(comment.value)) return null
  const words = comment.value
    .trim()
    .split(/\s+/, 4)
    .filter((word) => word !== '')
  if (quoted) {
    const literal = (sentence.list[0] as { value: string }).value.replaceAll('+', ' ').trim()
    const closes = start > 1
    const plain = !closes && (words.length > 1 || (literal.includes(' ') && !/\s$/.test(literal)))
    return sure('comment', plain ? 0.35 : 0.65)
  }
  return start === 1 && sentence.type(0) === 'N' && words.length === 0 ? sure('comment', 0.35) : null
}

/** A value that is nothing but a comparison of literals that holds: `1=1`, `11!=1`, `5<=>5`. */
export function tautologySign(scene: Scene): Sign | null {
  const { sentence, quoted } = scene
  const last = sentence.length - 1
  if (quoted || last < 2) return null
  const whole = sentence.expression(0)
  if (sentence.type(0) === '(' && whole.operators > 0 && (whole.end > last || sentence.type(whole.end) === '#')) {
    const inner = sentence.expression(1)
    if (inner.comparison !== 'none' && inner.constant) return sure('boolean', 0.6)
  }
  if (
    last === 3 &&
    sentence.is(1, 'is') &&
    sentence.is(2, 'not') &&
    sentence.type(0) === 'N' &&
    sentence.type(3) === 'N'
  )
    return sentence.value(0) === sentence.value(3) ? null : sure('boolean', 0.5)
  const [left, operator, right] = [sentence.list[last - 2], sentence.list[last - 1], sentence.list[last]]
  if (left?.type !== 'N' || right?.type !== 'N' || operator?.type !== 'C') return null
  if (last > 2 && sentence.type(last - 3) !== ',') return null
  const same = left.value === right.value
  const holds =
    operator.value === '=' || operator.value === '=='
      ? same
      : /^(?:!=|<>|<=>)$/.test(operator.value)
        ? !same || operator.value === '<=>'
        : false
  return holds ? sure('boolean', 0.55) : null
}

/** `) like (`: closes one bracket of the application's and opens another in its place. */
export function bracketSign({ sentence, quoted, start }: Scene): Sign | null {
  if (quoted || start === 0 || sentence.type(0) !== ')') return null
  const type = sentence.type(start)
  const opens = sentence.type(start + 1) === '(' && !sentence.isClosed(start + 1)
  return opens && (type === 'L' || type === 'C') ? sure('boolean', 0.6) : null
}

/** `name like '`: a pattern that the application's quote closes. */
export function patternSign({ sentence, quoted }: Scene): Sign | null {
  const last = sentence.list.at(-1)
  if (quoted || last?.type !== 'S' || !last.open || last.value !== '' || sentence.length < 3) return null
  return /^(?:i|r)?like$/.test(sentence.value(sentence.length - 2)) && sentence.operandEndsBefore(sentence.length - 2)
    ? sure('boolean', 0.5)
    : null
}

/** Names of catalogues and system procedures, and system variables, wherever they stand. */
export function nameSign(scene: Scene, at: number): Sign | null {
  const { sentence } = scene
  const token = sentence.list[at]
  if (token === undefined) return null
  if (token.type === 'V') {
    if (!token.value.startsWith('@@') || token.value.length < 4) return null
    const before = sentence.type(at - 1)
    return sure('schema', ['C', 'O', 'L', '(', ',', 'K'].includes(before) ? 0.6 : 0.35)
  }
  if (token.type === 'S') return /^(?:msdasql|sqloledb)$/i.test(token.value) ? sure('schema', 0.5) : null
  if (token.type !== 'W' && token.type !== 'G') return null
  const name = token.value.startsWith('`') ? token.value.slice(1) : token.value
  const point = name.indexOf('.')
  if (unmistakableCatalogs.has(point < 0 ? name : name.slice(0, point))) return sure('schema', 0.5)
  const known =
    catalogNames.has(name) ||
    (point > 0 && (catalogNames.has(name.slice(0, point)) || catalogNames.has(name.slice(name.lastIndexOf('.') + 1))))
  return known ? sure('schema', 0.45) : null
}
