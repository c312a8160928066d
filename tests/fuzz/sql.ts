/** Fuzz targets for everything that reads SQL: the lexer and what stands on it (shapes, readings of statements), and the
 *  judge of requests with its prefilter. Besides not failing they must keep what their comments promise. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { limits } from '../../src/core/limits.ts'
import { judgeRequest, judgeValue } from '../../src/watches/registration/sqli/judge.ts'
import { mayCarrySql } from '../../src/watches/registration/sqli/prefilter.ts'
import { type Dialect, lex, Tokens, tokenKind } from '../../src/watches/registration/statements/lexer.ts'
import { readFragment, readStatement } from '../../src/watches/registration/statements/reading.ts'
import { shapeOf } from '../../src/watches/registration/statements/shape.ts'
import type { FuzzTarget } from './engine/target.ts'

const dialects: readonly Dialect[] = ['postgresql', 'mysql', 'sqlserver', 'any']

/** Requests of more than this are no request line that a web server lets through. */
const targetBytesMax = 64 * 1024

/** Below this a verdict is no injection by itself, and the prefilter need not see it. */
const sureMin = 0.5

const statements = [
  "SELECT name, birth FROM voters WHERE licence = 'K44''10' AND id IN (1, 2, 3) LIMIT 10",
  "INSERT INTO \"voters\" (a, b) VALUES ($1, E'\\\\x'), ($2, $tag$ it's $tag$) -- done\nRETURNING *",
  "SELECT/*! 50000 1*/ `a`, [b c], 0x1F, 1e-5, N'x', q'[it]' FROM t; DROP TABLE t --",
  "EXEC sp_executesql N'SELECT TOP 5 * FROM voters WHERE id > @p', N'@p int', @p = 7",
  'WITH x AS (SELECT 1 UNION ALL SELECT 2) UPDATE t SET a = (SELECT max(b) FROM x) WHERE c BETWEEN 1 AND 2',
]
const targets = [
  "/status?licence=x'%20UNION%20ALL%20SELECT%20name,birth%20FROM%20voters--%20-",
  '/status?licence=1%27/**/oR/**/%271%27%3d%271&town=O%27Brien+of+Union+Street',
  "/voter/5-sleep(5)?q=%2527%20and%201=1%23;a=b&#39;c&name=D'Angelo",
  '/a?b=JyBPUiAxPTEtLQ==&c=%u0027%c0%a7or+1+in+(select(1))',
]
const encode = (texts: readonly string[]): Uint8Array[] => texts.map((text) => new Uint8Array(Buffer.from(text)))
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const latin1Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const tokens = new Tokens()

function checkTokens(text: string, dialect: Dialect): void {
  const { count, starts, ends } = lex(text, dialect, tokens)
  let last = 0
  for (let index = 0; index < count; index++) {
    const [start, end] = [starts[index] as number, ends[index] as number]
    if (start < last || end <= start) assert.fail(`token ${index} begins where the one before it has not ended`)
    last = end
  }
  assert.ok(last <= text.length, 'tokens stand in the text')
}

function nests(text: string, depthMax: number): boolean {
  let depth = 0
  for (const character of text) {
    if (character === '(' || character === '[') depth++
    else if ((character === ')' || character === ']') && depth > 0) depth--
    if (depth > depthMax) return true
  }
  return false
}

function checkShape(text: string, dialect: Dialect): void {
  // Lists of literals are looked into so deep and no deeper, and a shape is less deep than its text.
  if (nests(text, limits.numberParenthesesMax)) return
  // Behind the last token that is read, a shape holds a mark for the rest.
  const { kinds, count } = lex(text, dialect, tokens)
  if (kinds[count - 1] === tokenKind.rest) return
  const { shape } = shapeOf(text, dialect)
  assert.equal(shapeOf(shape, dialect).shape, shape, 'a shape is its own shape')
}

function checkPrefilter(bytes: Uint8Array): void {
  // A web server asks for a target that begins with a slash.
  const request = Uint8Array.of(47, ...bytes.subarray(0, targetBytesMax))
  const verdicts = judgeRequest({ target: latin1Of(request), cookie: '', referer: '', agent: '' })
  // A request of too many odd values is called odd for their number, not for any of them: they have no fingerprint.
  if (verdicts.some(({ confidence, fingerprint }) => confidence >= sureMin && fingerprint !== ''))
    assert.ok(mayCarrySql(request, 0, request.length), 'the prefilter lets injections through')
}

/** What `npm run fuzz` runs. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...dialects.map((dialect) => ({
    name: `sql/lexer/${dialect}`,
    run: (bytes: Uint8Array): void => checkTokens(textOf(bytes), dialect),
    seeds: encode(statements),
  })),
  ...dialects.map((dialect) => ({
    name: `sql/statement/${dialect}`,
    run(bytes: Uint8Array): void {
      const text = textOf(bytes).slice(0, limits.statementCharactersMax)
      readStatement(text, dialect)
      checkShape(text, dialect)
    },
    seeds: encode(statements),
  })),
  {
    name: 'sql/fragment',
    run: (bytes) => void readFragment(latin1Of(bytes)),
    seeds: encode([...statements, ...targets]),
  },
  {
    name: 'sql/judge',
    run(bytes: Uint8Array): void {
      const verdict = judgeValue(latin1Of(bytes))
      if (verdict) assert.ok(verdict.confidence > 0 && verdict.confidence <= 1, 'confidence is a share')
    },
    seeds: encode(targets.map((target) => target.slice(target.indexOf('=') + 1))),
  },
  { name: 'sql/request', run: checkPrefilter, seeds: encode(targets.map((target) => target.slice(1))) },
]
