/** Says whether a value of a request is SQL injection, how sure that is, and of what kind. It reads every decoding of
 *  the value outside and inside quotes, and asks whether the text breaks out and goes on as SQL that a parser could
 *  take. It does not say whether an attack worked. */
import { limits } from '../../../core/limits.ts'
import { decodeBase64, readings } from './decode.ts'
import {
  bracketSign,
  callSign,
  castSign,
  commentSign,
  logicSign,
  nameSign,
  operatorSign,
  patternSign,
  tautologySign,
} from './expression-signs.ts'
import { fingerprintOf, shapeOf } from './fingerprint.ts'
import { probeSign } from './probe.ts'
import { type RequestParts, valuesOf } from './request.ts'
import { type Scene, type Sign, sceneOf } from './scene.ts'
import { statementSigns } from './statement-signs.ts'
import { type Dialect, type Token, Tokeniser } from './tokens.ts'
import { type Technique, unmistakableCatalogs } from './words.ts'

export interface SqlVerdict {
  /** 0 to 1. From 0.5 on it is SQL injection; from 0.2 to 0.5 it is weak: context, not to be reported alone. */
  readonly confidence: number
  readonly technique: Technique
  /** The types of the text's tokens, folded; see tokens.ts for the letters. */
  readonly fingerprint: string
  /** The text without its literals; equal for two payloads that differ only in numbers, strings and offsets. */
  readonly shape: string
  /** The decoded text, at most `limits.decodedCharactersMax` characters. */
  readonly decoded: string
}

const weakMin = 0.2
/** A reading this sure needs no other. */
const settled = 0.95

interface Judged {
  readonly sign: Sign
  readonly tokens: readonly Token[]
  readonly quote: string
  readonly text: string
}

/** The ways to read a text that can differ for it. */
function dialects(text: string): Dialect[] {
  const mysql = text.includes('#') || /--(?=[^\s\x00-\x20])/.test(text)
  const escaped = /\\['"]/.test(text)
  const out: Dialect[] = []
  // In JSON a double quote ends no literal of the application's.
  const json = /^\s*(?:\{\s*"|\[\s*["{[\d])/.test(text)
  // An injection into a literal begins by closing it: the quote that comes first is the likeliest.
  const first = /['"`]/.exec(text)?.[0]
  const quotes = (['', "'", '"', '`'] as const).toSorted((a, b) => Number(b === first) - Number(a === first))
  for (const quote of quotes) {
    if (quote !== '' && (!text.includes(quote) || (json && quote === '"'))) continue
    for (const backslash of escaped ? [false, true] : [true]) {
      out.push({ quote, mysql: false, backslash })
      if (mysql) out.push({ quote, mysql: true, backslash })
    }
  }
  return out
}

/** Text that is neither SQL nor an operand: two bare words side by side, as prose has them. */
function proseCount(scene: Scene): number {
  const { sentence } = scene
  let count = 0
  for (let i = 1; i < sentence.length; i++) if (sentence.type(i) === 'W' && sentence.type(i - 1) === 'W') count++
  return count
}

function signsOf(scene: Scene): Sign[] {
  const { sentence } = scene
  const found: (Sign | null)[] = [
    operatorSign(scene),
    commentSign(scene),
    tautologySign(scene),
    bracketSign(scene),
    patternSign(scene),
  ]
  // `||` also joins strings: of a chain only the first is read as OR, with all that it joins.
  let joined = 0
  for (let i = 0; i < sentence.length; i++) {
    const type = sentence.type(i)
    if (type === 'L') found.push(logicSign(scene, i))
    else if (type === 'O' && sentence.value(i) === '||' && i >= joined) {
      joined = sentence.expression(i + 1).end
      found.push(logicSign(scene, i))
    } else if (type === 'F') found.push(callSign(scene, i))
    else if (type === ':') found.push(castSign(scene, i))
    else if (type === 'W' || type === 'V' || type === 'G' || type === 'S') found.push(nameSign(scene, i))
    else if (type === 'K' || type === ';') found.push(...statementSigns(scene, i))
  }
  return found.filter((sign) => sign !== null)
}

/** The strongest sign; several middling ones of different techniques support each other. */
function weigh(signs: readonly Sign[], scene: Scene): Sign | null {
  let best: Sign | null = null
  for (const sign of signs) if (best === null || sign.confidence > best.confidence) best = sign
  if (best === null) return null
  const others = signs.filter((sign) => sign !== best && sign.confidence >= 0.4).length
  let confidence = best.confidence
  if (best.confidence >= 0.5) confidence += Math.min(0.1, others * 0.03)
  if (scene.wordy && best.confidence < 0.87) confidence *= 0.55
  else if (best.confidence < 0.85) {
    const prose = proseCount(scene)
    if (prose >= 3) confidence *= 0.6
    else if (prose > 0 && best.confidence < 0.5) confidence *= 0.5
  }
  if (scene.obfuscated && best.confidence >= 0.5) confidence += 0.15
  return { technique: leading(signs, best), confidence: Math.min(0.99, confidence) }
}

/** The technique to name: what is most telling among the signs that are nearly as sure as the best. */
const tellingFirst: readonly Technique[] = [
  'time',
  'out-of-band',
  'union',
  'stacked',
  'error',
  'schema',
  'boolean',
  'comment',
  'other',
  'quote-probe',
]
function leading(signs: readonly Sign[], best: Sign): Technique {
  let technique = best.technique
  for (const sign of signs)
    if (
      sign.confidence >= Math.max(0.5, best.confidence - 0.35) &&
      tellingFirst.indexOf(sign.technique) < tellingFirst.indexOf(technique)
    )
      technique = sign.technique
  return technique
}

function judgeText(text: string): Judged | null {
  let best: Judged | null = null
  for (const dialect of dialects(text)) {
    const tokens = new Tokeniser(text, dialect).read()
    const scene = sceneOf(tokens, dialect.quote)
    const sign = weigh(signsOf(scene), scene)
    if (sign !== null && (best === null || sign.confidence > best.sign.confidence))
      best = { sign, tokens: tokens.list, quote: dialect.quote, text }
    if (best !== null && best.sign.confidence >= settled) return best
  }
  const probe = probeSign(text)
  if (probe !== null && (best === null || probe.confidence > best.sign.confidence)) {
    const tokens = new Tokeniser(text, { quote: '', mysql: false, backslash: true }).read()
    best = { sign: probe, tokens: tokens.list, quote: '', text }
  }
  return best
}

/** At most `limits.judgedCharactersMax` characters from each end. */
function bounded(raw: string): string {
  const max = limits.judgedCharactersMax
  return raw.length <= 2 * max ? raw : `${raw.slice(0, max)} ${raw.slice(-max)}`
}

/** A value without any mark that SQL needs, which is neither base64 nor the name of a catalogue; the prefilter relies
 *  on it. */
const isQuiet = (raw: string): boolean =>
  /^[\w~,.:/-]*$/.test(raw) && !/--|::/.test(raw) && decodeBase64(raw) === null && !catalogAlone.test(raw)

const catalogAlone = new RegExp(`^(?:${[...unmistakableCatalogs].join('|')})`, 'i')

/** Judges one value as it stands in a request: latin-1, a character a byte, still URL-encoded. */
export function judgeValue(raw: string): SqlVerdict | null {
  return raw === '' || isQuiet(raw) ? null : judgeLoud(raw)
}

function judgeLoud(raw: string): SqlVerdict | null {
  let best: Judged | null = null
  for (const text of readings(bounded(raw))) {
    const judged = judgeText(text)
    if (judged !== null && (best === null || judged.sign.confidence > best.sign.confidence)) best = judged
    if (best !== null && best.sign.confidence >= settled) break
  }
  if (best === null || best.sign.confidence < weakMin) return null
  return {
    confidence: Math.round(best.sign.confidence * 100) / 100,
    technique: best.sign.technique,
    fingerprint: fingerprintOf(best.tokens, best.quote),
    shape: shapeOf(best.tokens, best.quote),
    decoded: best.text.slice(0, limits.decodedCharactersMax),
  }
}

/** A verdict, and where in the request its value stood. */
export interface RequestVerdict extends SqlVerdict {
  /** `path`, `parameter NAME`, `cookie NAME`, `referer` or `user agent`. */
  readonly part: string
}

/** Nobody sends hundreds of odd values in one request but to hide one among them: what is behind is not judged, and
 *  that is not passed over in silence. */
const tooManyOdd = (part: string): RequestVerdict => ({
  confidence: 0.6,
  technique: 'other',
  fingerprint: '',
  shape: 'more odd values than are judged',
  decoded: '',
  part,
})

/** Judges every value of a request. One verdict a part, the surest first; empty where nothing is SQL. */
export function judgeRequest(parts: RequestParts): RequestVerdict[] {
  const byPart = new Map<string, RequestVerdict>()
  let count = 0
  for (const { part, value } of valuesOf(parts)) {
    // What cannot be SQL counts for nothing: hundreds of plain values in front hide no payload behind.
    if (value.length < 1 || isQuiet(value)) continue
    if (++count > limits.judgedValuesMax) {
      byPart.set(part, tooManyOdd(part))
      break
    }
    const verdict = judgeLoud(value)
    if (verdict === null) continue
    const known = byPart.get(part)
    if (known === undefined || verdict.confidence > known.confidence) byPart.set(part, { ...verdict, part })
  }
  return [...byPart.values()].sort((a, b) => b.confidence - a.confidence)
}
