/** Signs of injected statements: UNION SELECT, subselects, stacked statements, clauses that probe a query's columns.
 *  Each sign says how sure it is by itself; nothing here knows where in a request the text stood. */
import type { Sentence } from './grammar.ts'
import type { Scene, Sign } from './scene.ts'
import type { Technique } from './words.ts'

const namedLikeColumn = /[_.`$\d]/

/** What follows a SELECT: how far its list parses, and how unlike prose it is. */
interface SelectList {
  readonly end: number
  /** Something in the list that prose has not: a literal, a call, a comma, a star, a name with an underscore. */
  readonly technical: boolean
  /** A literal, a call, a star or a column's name, and not only words with commas. */
  readonly strong: boolean
  readonly empty: boolean
  readonly asks: boolean
  readonly prose: boolean
}

function readSelectList({ sentence, quoted }: Scene, from: number): SelectList {
  let i = from
  let technical = false
  let strong = false
  let asks = false
  let empty = true
  while (/^(?:all|distinct|distinctrow|top|sql_no_cache)$/.test(sentence.value(i)) && sentence.type(i) !== 'S') {
    if (sentence.is(i, 'top') && sentence.type(i + 1) === 'N') i++
    i++
  }
  for (;;) {
    const item = sentence.expression(i)
    if (item.end === i) break
    empty = false
    const named = sentence.type(i) === 'W' && namedLikeColumn.test(sentence.value(i))
    const loose = item.endsOpen && !quoted
    if (named || item.asksDatabase || (item.operands > item.bareWords && !loose)) strong = true
    asks ||= item.asksDatabase
    i = item.end
    if (sentence.is(i, 'as')) i += 2
    else if (sentence.type(i) === 'W' && !sentence.is(i, 'from')) i++
    if (sentence.is(i, 'into')) i += 2
    if (sentence.type(i) !== ',') break
    technical = true
    i++
  }
  const next = sentence.type(i)
  return {
    end: i,
    technical: technical || strong,
    strong,
    empty,
    asks,
    prose: next === 'W' || next === 'S' || next === 'N',
  }
}

function unionSign(scene: Scene, at: number): Sign | null {
  const { sentence } = scene
  let i = at + 1
  while (['all', 'distinct', 'distinctrow'].includes(sentence.value(i)) && sentence.type(i) !== 'S') i++
  const bracketed = sentence.type(i) === '('
  while (sentence.type(i) === '(') i++
  const unioned = sentence.value(i)
  if (sentence.is(i, 'values') || (sentence.is(i, 'table') && sentence.type(i + 1) === 'W'))
    return { technique: 'union', confidence: sentence.type(i) === 'F' || bracketed ? 0.9 : 0.4 }
  if (unioned !== 'select' || sentence.type(i) !== 'K') {
    const cut = sentence.type(i) === '#' && at === 1 && sentence.type(0) === 'N'
    return cut ? { technique: 'union', confidence: 0.55 } : null
  }
  const list = readSelectList(scene, i + 1)
  const follows = sentence.is(list.end, 'from')
  const numbered = at > 0 && ['N', ')', 'T', 'V'].includes(sentence.type(at - 1))
  const continues = numbered || (scene.quoted && at === scene.start) || scene.endsInComment
  if ((list.strong || (list.technical && (follows || continues))) && !list.empty)
    return { technique: 'union', confidence: list.prose && !list.asks ? 0.75 : 0.97 }
  if ((bracketed || scene.obfuscated) && !list.empty) return { technique: 'union', confidence: 0.9 }
  if (follows && namedLikeColumn.test(sentence.value(list.end + 1))) return { technique: 'union', confidence: 0.9 }
  if (list.prose) return { technique: 'union', confidence: continues && follows ? 0.5 : 0.35 }
  return { technique: 'union', confidence: continues ? 0.8 : follows ? 0.6 : list.empty ? 0.35 : 0.3 }
}

function selectSign(scene: Scene, at: number): Sign | null {
  const { sentence } = scene
  const before = sentence.type(at - 1)
  const list = readSelectList(scene, at + 1)
  const from = sentence.is(list.end, 'from')
  const sub = before === '(' || before === 'F' || before === 'G'
  const stacked = before === ';'
  const next = sentence.type(list.end + 1)
  const named = next === 'W' || next === '(' || next === 'G' || next === 'F' || next === 'V' || next === 'K'
  let confidence = 0
  if (from && named) {
    const column = list.technical || namedLikeColumn.test(sentence.value(list.end + 1)) || next === '('
    confidence = column ? 0.9 : sub || stacked ? 0.75 : scene.quoted && at === scene.start ? 0.6 : 0.4
    if (!column && list.prose) confidence = 0.3
  } else if (list.asks) confidence = sub || stacked || (at === 0 && !list.prose) ? 0.85 : 0.6
  else if (!list.empty && (sub || stacked) && list.technical && !list.prose) confidence = 0.75
  else if (
    (['N', 'S', 'V'].includes(sentence.type(at + 1)) || sentence.value(at + 1) === '*') &&
    (at === 0 || (scene.quoted && at === scene.start)) &&
    sentence.type(list.end) === '#'
  )
    confidence = 0.6
  else if (list.strong && sentence.value(at + 1) === '*' && !list.prose) confidence = 0.55
  else if (/^(?:pg_|sys_|dbms_|utl_|load_|xp_)/.test(sentence.value(at + 1)) && list.end >= sentence.length)
    confidence = 0.55
  return { technique: sub ? 'boolean' : stacked ? 'stacked' : 'other', confidence }
}

const isName = (sentence: Sentence, at: number): boolean =>
  ['W', 'G', 'F', 'V', 'T'].includes(sentence.type(at)) || (sentence.type(at) === 'X' && sentence.value(at) === '#')

const ends = (sentence: Sentence, at: number): boolean => ['', '#', ';', ')', 'S'].includes(sentence.type(at))

const definable = /^(?:table|database|view|schema|procedure|function|trigger|user|login|role|index|extension)$/

/** DROP, TRUNCATE, CREATE, ALTER of something named, with what can follow the name. */
function definitionAt({ sentence }: Scene, at: number): number {
  const what = definable.test(sentence.value(at + 1))
  let name = what ? at + 2 : at + 1
  if (sentence.is(name, 'if')) name += sentence.is(name + 1, 'not') ? 3 : 2
  if (!isName(sentence, name)) return 0
  const follows = sentence.type(name + 1)
  const stops = follows !== '' && (ends(sentence, name + 1) || follows === '(')
  if (!what) return follows === ';' ? 0.5 : 0
  if (stops || sentence.type(name) === 'G') return 0.75
  const removes = sentence.is(at, 'drop') || sentence.is(at, 'truncate')
  return removes && follows === '' && /^(?:table|database)$/.test(sentence.value(at + 1)) ? 0.5 : 0.2
}

/** How sure a statement is that begins at `at`, judged by its own words; 0 where none begins. */
function statementAt(scene: Scene, at: number): number {
  const { sentence } = scene
  const next = sentence.value(at + 1)
  const nextType = sentence.type(at + 1)
  switch (sentence.value(at)) {
    case 'insert':
      return sentence.is(at + 1, 'into') &&
        isName(sentence, at + 2) &&
        (['(', 'K', 'F'].includes(sentence.type(at + 3)) || sentence.type(at + 2) === 'G')
        ? 0.9
        : 0
    case 'update':
      return isName(sentence, at + 1) && sentence.is(at + 2, 'set') && sentence.value(at + 4) === '=' ? 0.9 : 0
    case 'delete':
      if (!sentence.is(at + 1, 'from') || !isName(sentence, at + 2)) return 0
      if (sentence.is(at + 3, 'where')) return 0.85
      return ends(sentence, at + 3) ? (sentence.type(at + 3) === '' ? 0.4 : 0.7) : 0
    case 'drop':
    case 'truncate':
    case 'create':
    case 'alter':
      return definitionAt(scene, at)
    case 'exec':
    case 'execute':
      if (/^(?:xp_|sp_|master\.|msdb\.|immediate$)|\.\./.test(next)) return 0.9
      if (nextType === '(') return ['S', 'V', 'F'].includes(sentence.type(at + 2)) ? 0.8 : 0
      return nextType === 'V' && next.length > 1 ? 0.8 : nextType === 'S' ? 0.35 : 0
    case 'declare':
      return nextType === 'V' ? 0.9 : isName(sentence, at + 1) && sentence.is(at + 2, 'cursor') ? 0.8 : 0
    case 'set':
      return nextType === 'V' && /^:?=$/.test(sentence.value(at + 2)) ? 0.85 : 0
    case 'waitfor':
      return /^(?:delay|time)$/.test(next) ? 0.95 : 0
    case 'shutdown':
      return ends(sentence, at + 1) && at > 0 ? 0.4 : 0
    case 'print':
      return nextType === 'V' && next.startsWith('@@') ? 0.6 : 0
    case 'load':
      return sentence.value(at + 1) === 'data' && sentence.is(at + 2, 'infile') ? 0.9 : 0
    case 'copy':
      return isName(sentence, at + 1) &&
        /^(?:from|to)$/.test(sentence.value(at + 2)) &&
        /^[S(]$/.test(sentence.type(at + 3))
        ? 0.8
        : 0
    case 'pragma':
      return isName(sentence, at + 1) ? 0.5 : 0
    case 'attach':
      return sentence.is(at + 1, 'database') && sentence.type(at + 2) === 'S' ? 0.9 : 0
    case 'if':
      return nextType === '(' || nextType === 'P' || sentence.expression(at + 1).comparison === 'sign' ? 0.4 : 0
    default:
      return 0
  }
}

const statementWords =
  /^(?:select|insert|update|delete|drop|create|alter|truncate|exec|execute|declare|set|waitfor|shutdown|print|load|copy|pragma|attach|if|call|begin|grant|revoke|handler|kill|use|while|do|with|replace|merge|vacuum|backup|restore|goto|commit|rollback|describe|explain|show|end|case|union|create|or|and|dbcc|values)$/

function stackedSign(scene: Scene, at: number): Sign | null {
  const { sentence } = scene
  const next = sentence.list[at + 1]
  // `';` closes the string and the statement, and says nothing else.
  if (next === undefined)
    return scene.quoted && at === 1 && sentence.value(0) === '' ? { technique: 'stacked', confidence: 0.5 } : null
  const closes =
    (scene.quoted && at === scene.start) || (at === 1 && sentence.type(0) === 'N') || sentence.type(at - 1) === ')'
  if (next.type === '#') {
    if (/^\d/.test(next.value)) return null
    return closes ? { technique: 'comment', confidence: 0.6 } : null
  }
  if (next.type === 'F' && closes && sentence.isClosed(at + 2)) return { technique: 'stacked', confidence: 0.75 }
  const word = next.type === 'K' || next.type === 'F' || next.type === 'L'
  if (!word || !statementWords.test(next.value)) return null
  const own = statementAt(scene, at + 1)
  const technical = own > 0 || next.type === 'F' || scene.endsInComment
  if (next.value === 'select') return null
  if (own > 0)
    return {
      technique: next.value === 'waitfor' ? 'time' : 'stacked',
      confidence: Math.min(0.97, own + (closes ? 0.3 : 0.2)),
    }
  const parsed = ends(sentence, at + 2) || ['S', 'V', '(', 'F'].includes(sentence.type(at + 2))
  return { technique: 'stacked', confidence: closes && (parsed || technical) ? 0.7 : technical && closes ? 0.6 : 0.35 }
}

/** ORDER BY, GROUP BY, HAVING, LIMIT, INTO, PROCEDURE, WHERE: clauses that go on from where the text broke in. */
function clauseSign(scene: Scene, at: number): Sign | null {
  const { sentence, quoted, endsInComment } = scene
  const before = sentence.type(at - 1)
  const continues = (quoted && at === scene.start) || ['N', ')', 'T', 'V', 'S'].includes(before)
  const sure = (confidence: number, technique: Technique = 'other'): Sign => ({ technique, confidence })
  switch (sentence.value(at)) {
    case 'order':
    case 'group': {
      if (!sentence.is(at + 1, 'by')) return null
      const item = sentence.expression(at + 2)
      const ended = sentence.goesOn(item.end)
      if (item.end === at + 2 || !ended) return null
      if (item.constant && sentence.type(at + 2) === 'N') return sure(continues ? 0.85 : endsInComment ? 0.7 : 0.4)
      if (item.asksDatabase) return sure(continues ? 0.9 : 0.6)
      const named = namedLikeColumn.test(sentence.value(at + 2)) || sentence.type(item.end) === ','
      return sure(
        continues && (endsInComment || sentence.is(item.end, 'having')) ? 0.75 : continues && named ? 0.55 : 0.3,
      )
    }
    case 'having': {
      const item = sentence.expression(at + 1)
      if (item.end === at + 1) return null
      if (item.asksDatabase && item.bareWords === 0) return sure(continues || at === 0 ? 0.85 : 0.6, 'error')
      if (item.comparison === 'sign') return sure(continues || item.constant ? 0.8 : 0.55, 'error')
      return sure(continues && item.constant && (endsInComment || item.endsOpen) ? 0.7 : 0.25)
    }
    case 'limit':
      if (sentence.type(at + 1) !== 'N') return null
      return sure(
        endsInComment || sentence.type(at + 2) === ',' || sentence.is(at + 2, 'offset')
          ? continues || endsInComment
            ? 0.65
            : 0.45
          : 0.3,
      )
    case 'into':
      return /^(?:outfile|dumpfile)$/.test(sentence.value(at + 1)) ? sure(0.9, 'out-of-band') : null
    case 'procedure':
      return /^analy[sz]e$/.test(sentence.value(at + 1)) ? sure(0.95, 'error') : null
    case 'where': {
      const item = sentence.expression(at + 1)
      if (item.comparison !== 'sign') return null
      return sure(continues ? 0.8 : item.constant || item.asksDatabase ? 0.7 : endsInComment ? 0.6 : 0.35, 'boolean')
    }
    case 'for':
      return sentence.is(at + 1, 'update') && continues ? sure(0.4) : null
    case 'case': {
      const when = sentence.is(at + 1, 'when') ? at + 1 : sentence.expression(at + 1).end
      if (!sentence.is(when, 'when')) return null
      const test = sentence.expression(when + 1)
      return test.end > when + 1 && sentence.is(test.end, 'then')
        ? sure(test.comparison === 'none' && test.bareWords > 0 ? 0.55 : 0.85, 'boolean')
        : null
    }
    default:
      return null
  }
}

/** Signs of statements and clauses that begin at one token. */
export function statementSigns(scene: Scene, at: number): (Sign | null)[] {
  const { sentence } = scene
  const type = sentence.type(at)
  if (type === ';') return [stackedSign(scene, at)]
  if (type !== 'K') return []
  const value = sentence.value(at)
  if (value === 'union' || value === 'except' || value === 'intersect') return [unionSign(scene, at)]
  if (value === 'select') {
    const before = sentence.value(at - 1)
    return before === 'union' || before === 'all' ? [] : [selectSign(scene, at)]
  }
  const own = statementAt(scene, at)
  const breaksIn = scene.quoted && at === scene.start
  const stated: Sign | null =
    own > 0
      ? { technique: value === 'waitfor' ? 'time' : 'stacked', confidence: Math.min(0.95, own + (breaksIn ? 0.2 : 0)) }
      : null
  return [stated, clauseSign(scene, at)]
}
