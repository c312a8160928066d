/** Tells a PDF's script that stays within its document (fills, shows, checks, adds up, prints) by its words: each one is
 *  named in the script or in the document, or is among those listed here. What is not listed, is put together from
 *  pieces, or is called through a variable makes it another script. */
import { limits } from '../../core/limits.ts'

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/))

const keywords = setOf(
  'var let const function return if else for while do switch case default break continue new typeof in of null true false this void delete try catch finally throw instanceof undefined NaN Infinity',
)
/** Names that stand for themselves (JavaScript for Acrobat API reference). */
const globals = setOf(
  'app event color util display border style position font highlight zoomtype xfa Math Number String Boolean Date Array Object RegExp parseInt parseFloat isNaN isFinite',
)
const members = setOf(
  `getField value valueAsString setFocus resetForm calculate calculateNow display hidden visible noView noPrint readonly required
   fillColor textColor borderColor strokeColor lineWidth borderStyle textSize textFont alignment multiline userName name target
   source rc change changeEx willCommit selStart selEnd keyDown modifier shift commitKey fieldFull richValue doc type page rect
   pageNum numPages zoom zoomType layout print bUI bSilent bShrinkToFit bReverse bPrintAsImage nStart nEnd bAnnotations
   currentValueIndices numItems getItemAt setItems insertItemAt deleteItemAt clearItems getArray isBoxChecked checkThisBox
   isDefaultChecked defaultIsChecked defaultValue exportValues numFields getNthFieldName dirty external buttonSetCaption
   buttonGetCaption getOCGs state delay info authors author title subject transparent white black red green blue yellow cyan
   magenta ltGray gray dkGray RGB CMYK equal length charAt indexOf lastIndexOf substring substr slice split join replace trim
   toUpperCase toLowerCase toFixed concat push pop sort reverse match test round floor ceil abs min max pow sqrt getFullYear
   getYear getMonth getDate getDay getTime getHours getMinutes getSeconds setFullYear setMonth setDate printd printx scand
   viewerVersion viewerType viewerVariation language platform beep solid dashed beveled inset underline none resolveNode
   rawValue securityHandler userInteraction`,
)
/** Said to the person; on opening it is how one is talked into something. */
const speaking = setOf('alert cMsg nIcon nType cTitle')
/** Functions that Acrobat has for forms. */
const formCall = /^AF[A-Z]\w{1,40}$/
/** Called behind the script's back. */
const hiddenCalls = setOf('valueOf toString toJSON __proto__ prototype constructor')

interface Token {
  readonly text: string
  readonly kind: 'name' | 'text' | 'sign'
}

const tokenPattern =
  /\/\/[^\r\n\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\r\n]|\\[\s\S])*"|'(?:[^'\\\r\n]|\\[\s\S])*'|[A-Za-z_$][\w$]*|\d[\w.]*|[^\s\w]/g

/** Names, texts and signs; undefined where there are more than a form has. */
function tokensOf(code: string): Token[] | undefined {
  const tokens: Token[] = []
  for (const [text] of code.matchAll(tokenPattern)) {
    if (tokens.length > limits.pdfScriptTokensMax) return undefined
    if (/^\/[/*]/.test(text)) continue
    const kind = /^["']/.test(text) ? 'text' : /^[A-Za-z_$]/.test(text) ? 'name' : 'sign'
    tokens.push({ text, kind })
  }
  return tokens
}

/** What the scripts of a document name, each of which is judged by itself. */
export interface ScriptNames {
  readonly functions: ReadonlySet<string>
  readonly variables: ReadonlySet<string>
}

/** What scripts define together: functions, variables and properties. */
export function namesOfScripts(codes: readonly string[]): ScriptNames {
  const functions = new Set<string>()
  const variables = new Set<string>()
  for (const code of codes) {
    const tokens = tokensOf(code.slice(0, limits.pdfScriptCharactersMax)) ?? []
    for (const [index, { text, kind }] of tokens.entries())
      if (kind === 'name' && tokens[index - 1]?.text === 'function') functions.add(text)
    for (const name of variablesOf(tokens)) variables.add(name)
  }
  return { functions, variables }
}

/** True where every word of a script stays within its document. `maySpeak` where a person clicked for it. */
export function staysInside(code: string, { functions, variables }: ScriptNames, maySpeak: boolean): boolean {
  if (code.length >= limits.pdfScriptCharactersMax || code.includes('\\u') || code.includes('`')) return false
  const tokens = tokensOf(code)
  if (tokens === undefined || mayHidePattern(tokens)) return false
  return tokens.every((token, index) => {
    const before = tokens[index - 1]?.text ?? ''
    const after = tokens[index + 1]?.text ?? ''
    if (token.kind === 'text') return token.text.length <= textMost
    if (token.kind === 'sign') return token.text === '[' ? isPlainIndex(tokens, index) : !/^["'\\#@]/.test(token.text)
    const { text } = token
    if (hiddenCalls.has(text)) return false
    if (before === '.') {
      if (members.has(text) || (maySpeak && speaking.has(text))) return true
      return variables.has(text) && after !== '('
    }
    if (keywords.has(text) || globals.has(text) || functions.has(text) || formCall.test(text)) return true
    // Names of what is handed over: `print({ bUI: true })`.
    if (after === ':') return members.has(text) || speaking.has(text)
    return variables.has(text) ? after !== '(' : text === 'calculate'
  })
}

/** A regular expression may hold quotes and slashes behind which code is not seen: only strokes that divide are taken. */
function mayHidePattern(tokens: readonly Token[]): boolean {
  const divides = tokens.some(({ text }) => text === '/')
  return tokens.some(({ text, kind }, index) => {
    if (kind === 'text') return divides && text.includes('/')
    if (text !== '/') return false
    const before = tokens[index - 1]
    const after = tokens[index + 1]?.text ?? ''
    return before === undefined || !/^[\w$)\]]/.test(before.text) || keywords.has(before.text) || !/^[\w$(]/.test(after)
  })
}

/** A sentence for the person who fills the form in. */
const textMost = 1_000

/** A list, or one of its places by a number or a variable; never a member by a name put together, and nothing called. */
function isPlainIndex(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]
  const isList = before === undefined || (before.kind === 'sign' && before.text !== ']' && before.text !== ')')
  if (isList || keywordsBeforeList.has(before.text)) return true
  if (before.text === 'this' || globals.has(before.text)) return false
  const inside = tokens[index + 1]
  const behind = tokens.slice(index + 1, index + 8).findIndex(({ text }) => text === ']')
  return behind > 0 && inside?.kind !== 'text' && tokens[index + 2 + behind]?.text !== '('
}

const keywordsBeforeList = setOf('return in of case typeof')

/** What a script declares: variables, parameters, and properties that it gives values to (`this.total = 1`). */
function variablesOf(tokens: readonly Token[]): ReadonlySet<string> {
  const found = new Set<string>()
  let declares = false
  for (const [index, { text, kind }] of tokens.entries()) {
    const before = tokens[index - 1]?.text ?? ''
    const after = tokens[index + 1]?.text ?? ''
    if (text === 'var' || text === 'let' || text === 'const') declares = true
    else if (text === ';') declares = false
    if (kind !== 'name' || keywords.has(text)) continue
    const isDeclared = declares && (before === 'var' || before === 'let' || before === 'const' || before === ',')
    const isSet = after === '=' && !globals.has(text) && tokens[index + 2]?.text !== '='
    if ((isDeclared || isSet || isParameter(tokens, index)) && !hiddenCalls.has(text)) found.add(text)
  }
  return found
}

/** Between the brackets behind `function name`. */
function isParameter(tokens: readonly Token[], index: number): boolean {
  for (let at = index - 1; at >= 0 && index - at < 40; at--) {
    const text = tokens[at]?.text ?? ''
    if (text === '(') return tokens[at - 1]?.text === 'function' || tokens[at - 2]?.text === 'function'
    if (text !== ',' && tokens[at]?.kind !== 'name') return false
  }
  return false
}
